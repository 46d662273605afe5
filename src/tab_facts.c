/*-------------------------------------------------------------------------
 *
 * tab_facts.c
 *		What the tabs show of an enrollment beside what is stored.
 *
 * The facts are gathered as the engine gathers them and the rules are asked as
 * the engine asks them, so a tab never tells another story than the outcomes.
 * The enrollment must be one that the caller may see; the rest is then read
 * without asking for rights on the tables it lies in: a reader without the
 * invoices is not told that everything is paid.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "access.h"
#include "tab_reader.h"

PG_FUNCTION_INFO_V1(enrollment_facts);
PG_FUNCTION_INFO_V1(enrollment_invoiced);
PG_FUNCTION_INFO_V1(award_outlook);
PG_FUNCTION_INFO_V1(waiting_for);
PG_FUNCTION_INFO_V1(facts);

#define ATTENDANCE_SHOWN FACT_BIT(RULE_FACT_ATTENDANCE)
#define COMPLETION_SHOWN FACT_BIT(RULE_FACT_COMPLETION)
#define PAYMENT_SHOWN FACT_BIT(RULE_FACT_PAID)

/* Columns of a row to return. */
typedef struct RowBuilder
{
	Datum		values[11];
	bool		nulls[11];
	int			count;
} RowBuilder;

static void
add_int(RowBuilder *row, int32 value)
{
	row->values[row->count] = Int32GetDatum(value);
	row->nulls[row->count++] = false;
}

static void
add_flag(RowBuilder *row, bool value)
{
	row->values[row->count] = BoolGetDatum(value);
	row->nulls[row->count++] = false;
}

static void
add_percent(RowBuilder *row, bool known, Decimal value)
{
	row->values[row->count] = known ?
		NumericGetDatum(decimal_to_numeric(value)) : (Datum) 0;
	row->nulls[row->count++] = !known;
}

static void
add_words(RowBuilder *row, const char *words)
{
	row->values[row->count] = words != NULL ? CStringGetTextDatum(words) :
		(Datum) 0;
	row->nulls[row->count++] = words == NULL;
}

/* The row in the type that the function returns. */
static Datum
finish_row(RowBuilder *row, FunctionCallInfo fcinfo)
{
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the function must return a row");
	desc = BlessTupleDesc(desc);
	return HeapTupleGetDatum(heap_form_tuple(desc, row->values, row->nulls));
}

/*
 * What the result waits for, in words; NULL where nothing is missing, or
 * where nothing that may come can change it: the enrollment is not active,
 * the event is finalized, the result was set by hand.
 */
static char *
result_waits_for(EnrollmentState *state)
{
	const EventConfig *config = state->config;
	const Rule *rule = config->passing_rule;

	if (!state->active || config->status == EVENT_FINALIZED)
		return NULL;
	if (state->manual_outcome == OUTCOME_PENDING ||
		(state->manual_outcome == OUTCOME_NONE && rule == NULL))
		return pstrdup("result to be set by hand");
	if (state->manual_outcome != OUTCOME_NONE ||
		state->stored_rule_outcome == OUTCOME_PASSED)
		return NULL;
	facts_gather(&state->facts, rule_fact_mask(rule));
	decide_subject(state, NULL);
	return rule_waiting_for(rule, &state->facts.asked);
}

static void
show_facts(EnrollmentState *state, RowBuilder *row)
{
	EnrollmentFacts *known = &state->facts;
	const RuleAttendance *marks = &known->marks;
	const RuleAttendance *counted = &known->asked.attendance;
	Decimal		mean = 0;
	bool		has_mean;

	facts_gather(known, ATTENDANCE_SHOWN | COMPLETION_SHOWN | PAYMENT_SHOWN);
	has_mean = facts_recorded_mean(known, &mean);
	add_int(row, marks->sessions);
	add_int(row, marks->attended + marks->absences + marks->excused);
	add_int(row, counted->attended);
	add_int(row, counted->absences);
	add_int(row, counted->excused);
	add_int(row, counted->lates);
	add_percent(row, marks->sessions > 0, marks->sessions == 0 ? 0 :
				decimal_ratio_int(100 * (int64) counted->attended,
								  counted->sessions));
	add_percent(row, has_mean, mean);
	add_percent(row, state->config->requirement_count > 0,
				known->completion.low);
	add_flag(row, known->balance <= 0);
	add_words(row, result_waits_for(state));
}

/*
 * enrollment_facts(event_id bigint, learner_id bigint): a row of sessions,
 *		marked, attended, absences, excused, lates, attendance_percent,
 *		score_percent, completion_percent, paid, waiting_for
 *
 * Null where there is no such enrollment for the caller to see.
 */
Datum
enrollment_facts(PG_FUNCTION_ARGS)
{
	int64		event_id = PG_GETARG_INT64(0);
	int64		learner_id = PG_GETARG_INT64(1);
	EnrollmentState state = {0};
	RowBuilder	row = {0};
	TabCall		call;
	bool		found;

	if (!tab_call_begin(&call, fcinfo, event_id, learner_id))
		PG_RETURN_NULL();
	found = tab_read_enrollment(call.set, event_id, learner_id, &state);
	if (found)
		show_facts(&state, &row);
	tab_call_end(&call);
	if (!found)
		PG_RETURN_NULL();
	return finish_row(&row, fcinfo);
}

/*
 * enrollment_invoiced(event_id bigint, learner_id bigint) RETURNS boolean
 *
 * Whether an invoice line that counts exists, as the fact has it: for
 * rule_problems, whose readers need not be able to read invoices. Null where
 * there is no such enrollment for the caller to see.
 */
Datum
enrollment_invoiced(PG_FUNCTION_ARGS)
{
	int64		event_id = PG_GETARG_INT64(0);
	int64		learner_id = PG_GETARG_INT64(1);
	EnrollmentState state = {0};
	TabCall		call;
	bool		found;

	if (!tab_call_begin(&call, fcinfo, event_id, learner_id))
		PG_RETURN_NULL();
	found = tab_read_enrollment(call.set, event_id, learner_id, &state);
	if (found)
		facts_gather(&state.facts, FACT_BIT(RULE_FACT_INVOICED));
	tab_call_end(&call);
	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(state.facts.invoiced);
}

/* What is known of an award that nobody has been given. */
typedef struct Outlook
{
	const char *state;			/* pending or not_earned */
	char	   *waiting_for;	/* NULL: nothing */
	bool		blocked_by_payment;
} Outlook;

static const ConfigAward *
find_award(const EventConfig *config, int64 type_id)
{
	for (int i = 0; i < config->award_count; i++)
	{
		if (config->awards[i].type_id == type_id)
			return &config->awards[i];
	}
	return NULL;
}

/* Whether a rule that is open would be met if everything were paid. */
static bool
waits_for_payment_only(EnrollmentState *state, const Rule *rule)
{
	Decimal		balance = state->facts.balance;
	Truth		truth;

	if (balance <= 0)
		return false;
	state->facts.balance = 0;
	truth = rule_evaluate(rule, &state->facts.asked);
	state->facts.balance = balance;
	return truth == TRUTH_YES;
}

/* What an award waits for, or, plainly, that the result rules it out. */
static char *
award_waits_for(EnrollmentState *state, const Rule *rule, Truth truth)
{
	uint32		reads = rule_fact_mask(rule);

	if (truth == TRUTH_NO)
	{
		if ((reads & FACT_BIT(RULE_FACT_PASSED)) != 0 &&
			state->facts.passed == TRUTH_NO)
			return pstrdup("result failed");
		if ((reads & FACT_BIT(RULE_FACT_FAILED)) != 0 &&
			state->facts.failed == TRUTH_NO)
			return pstrdup("result passed");
	}
	return rule_waiting_for(rule, &state->facts.asked);
}

static Outlook
find_outlook(EnrollmentState *state, int64 type_id)
{
	Outlook		outlook = {"not_earned", NULL, false};
	AwardState	award = {.config = find_award(state->config, type_id)};
	Truth		truth;

	if (award.config == NULL || !award.config->active || !state->active)
		return outlook;
	if (award.config->rule == NULL)
	{
		if (state->config->status == EVENT_FINALIZED)
			return outlook;
		outlook.state = "pending";
		outlook.waiting_for = pstrdup("award by hand");
		return outlook;
	}
	facts_gather(&state->facts, rule_fact_mask(award.config->rule));
	decide_subject(state, &award);
	truth = rule_evaluate(award.config->rule, &state->facts.asked);
	if (truth != TRUTH_NO)
		outlook.state = "pending";
	outlook.waiting_for = award_waits_for(state, award.config->rule, truth);
	outlook.blocked_by_payment = truth == TRUTH_OPEN &&
		waits_for_payment_only(state, award.config->rule);
	return outlook;
}

/*
 * award_outlook(event_id bigint, learner_id bigint,
 *		achievement_type_id bigint): a row of state, waiting_for,
 *		blocked_by_payment
 *
 * For a type that the enrollment does not hold: may its rule still be met?
 * Null where there is no such enrollment for the caller to see.
 */
Datum
award_outlook(PG_FUNCTION_ARGS)
{
	int64		event_id = PG_GETARG_INT64(0);
	int64		learner_id = PG_GETARG_INT64(1);
	EnrollmentState state = {0};
	RowBuilder	row = {0};
	TabCall		call;
	bool		found;

	if (!tab_call_begin(&call, fcinfo, event_id, learner_id))
		PG_RETURN_NULL();
	found = tab_read_enrollment(call.set, event_id, learner_id, &state);
	if (found)
	{
		Outlook		outlook = find_outlook(&state, PG_GETARG_INT64(2));

		add_words(&row, outlook.state);
		add_words(&row, outlook.waiting_for);
		add_flag(&row, outlook.blocked_by_payment);
	}
	tab_call_end(&call);
	if (!found)
		PG_RETURN_NULL();
	return finish_row(&row, fcinfo);
}

/*
 * waiting_for(event_id bigint, learner_id bigint) RETURNS text
 *
 * Errors: 23503 / 42501 where there is no such enrollment to see.
 */
Datum
waiting_for(PG_FUNCTION_ARGS)
{
	int64		event_id = PG_GETARG_INT64(0);
	int64		learner_id = PG_GETARG_INT64(1);
	EnrollmentState state = {0};
	TabCall		call;
	char	   *words = NULL;

	access_check_enrollment(event_id, learner_id);
	if (!tab_call_begin(&call, fcinfo, event_id, learner_id))
		PG_RETURN_NULL();
	if (tab_read_enrollment(call.set, event_id, learner_id, &state))
		words = result_waits_for(&state);
	tab_call_end(&call);
	if (words == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(words));
}

/* An enrollment whose holds() are answered for one jsonb. */
typedef struct StateForJson
{
	EnrollmentState state;
	Truth		(*flag) (RuleFacts *asked, RuleFact fact, const char *code,
						 int code_len);
} StateForJson;

/*
 * RuleFacts.flag: holds(code) as the passing rule sees it where that reads
 * it, else as the first award rule that reads it does. They may differ in
 * when they were decided, and an award does not count for its own rule.
 */
static Truth
flag_for_json(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	StateForJson *json = (StateForJson *)
		((char *) asked - offsetof(StateForJson, state.facts.asked));
	EnrollmentState *state = &json->state;
	const EventConfig *config = state->config;

	if (fact == RULE_FACT_HOLDS)
	{
		const AwardState *award = NULL;

		for (int i = 0; i < config->award_count && award == NULL &&
			 !rule_reads_holds(config->passing_rule, code, code_len); i++)
		{
			if (rule_reads_holds(config->awards[i].rule, code, code_len))
				award = &state->awards[i];
		}
		decide_subject(state, award);
	}
	return json->flag(asked, fact, code, code_len);
}

/*
 * facts(event_id bigint, learner_id bigint) RETURNS jsonb
 *
 * Errors: 23503 / 42501 where there is no such enrollment to see.
 */
Datum
facts(PG_FUNCTION_ARGS)
{
	int64		event_id = PG_GETARG_INT64(0);
	int64		learner_id = PG_GETARG_INT64(1);
	StateForJson json = {0};
	TabCall		call;
	Jsonb	   *known = NULL;

	access_check_enrollment(event_id, learner_id);
	if (!tab_call_begin(&call, fcinfo, event_id, learner_id))
		PG_RETURN_NULL();
	if (tab_read_enrollment(call.set, event_id, learner_id, &json.state))
	{
		tab_attach_learner(&json.state);
		state_read_awards(&json.state, 0);
		json.flag = json.state.facts.asked.flag;
		json.state.facts.asked.flag = flag_for_json;
		known = facts_to_jsonb(&json.state.facts);
	}
	tab_call_end(&call);
	if (known == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(known);
}
