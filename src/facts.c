/*-------------------------------------------------------------------------
 *
 * facts.c
 *		What is known of one enrollment, as rules ask for it.
 *
 * Facts are gathered in groups, each from the tables it lies in, when a rule
 * first asks for one; attendance, which the evaluator looks at directly, by
 * whoever evaluates. Where an event is closed nothing of it
 * is open: unmarked is absent, not recorded is 0, not done is false.
 *
 * Percentages are quotients of what was recorded, computed exactly and then
 * rounded once to six digits. Scores and their means: facts_score.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "facts.h"
#include "validity.h"

#define MICROSECONDS_PER_HOUR INT64CONST(3600000000)

/* The instant that decisions are made at: the transaction's. */
TimestampTz
facts_now(void)
{
	return GetCurrentTransactionStartTimestamp();
}

static bool
same_code(const char *a, int a_len, const char *b, int b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static int
find_requirement(const EventConfig *config, const char *code, int code_len)
{
	for (int i = 0; i < config->requirement_count; i++)
	{
		if (same_code(config->requirements[i].code,
					  config->requirements[i].code_len, code, code_len))
			return i;
	}
	return -1;
}

/* Whether a session counts for this learner. */
bool
facts_session_counts(const EnrollmentFacts *facts,
					 const ConfigSession *session)
{
	return session->counts &&
		(!facts->joined_late || session->day >= facts->counts_from);
}

const ConfigSession *
facts_find_session(const EventConfig *config, int32 session_no)
{
	int			low = 0;
	int			high = config->session_count - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;
		const ConfigSession *session = &config->sessions[middle];

		if (session->session_no == session_no)
			return session;
		if (session->session_no < session_no)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return NULL;
}

static void
gather_attendance(EnrollmentFacts *facts)
{
	const EventConfig *config = facts->config;
	RuleAttendance marks = {0};
	int64		length = 0;
	int64		length_attended = 0;
	int64		length_marked = 0;
	int			unmarked;
	TupleTableSlot *row;

	for (int i = 0; i < config->session_count; i++)
	{
		if (facts_session_counts(facts, &config->sessions[i]))
		{
			marks.sessions++;
			/* sessions of thousands of years: enough is enough */
			if (pg_add_s64_overflow(length, config->sessions[i].length,
									&length))
				length = PG_INT64_MAX;
		}
	}
	for (row = read_by_enrollment(facts->set, PATH_ATTENDANCE,
								  config->event_id, facts->learner_id);
		 row != NULL; row = read_next(facts->set, PATH_ATTENDANCE))
	{
		/* the column further to the right first: the row is taken apart once */
		int			length_of_status;
		const char *status = row_bytes(row, TABLE_ATTENDANCE,
									   ATTENDANCE_STATUS, &length_of_status);
		const ConfigSession *session = facts_find_session(config,
			row_int32(row, TABLE_ATTENDANCE, ATTENDANCE_SESSION_NO));

		if (session == NULL || !facts_session_counts(facts, session))
			continue;
		if (pg_add_s64_overflow(length_marked, session->length,
								&length_marked))
			length_marked = PG_INT64_MAX;
		switch (status[0])
		{
			case 'l':
				marks.lates++;
				/* FALLTHROUGH */
			case 'p':
				marks.attended++;
				if (pg_add_s64_overflow(length_attended, session->length,
										&length_attended))
					length_attended = PG_INT64_MAX;
				break;
			case 'e':
				marks.excused++;
				break;
			default:
				marks.absences++;
		}
	}

	facts->marks = marks;
	facts->asked.attendance = marks;
	unmarked = marks.sessions - marks.attended - marks.absences -
		marks.excused;
	if (marks.sessions == 0)
	{
		/* any number of sessions may still come, also when closed */
		facts->hours = decimal_range(0, DECIMAL_INFINITY);
		facts->hours_attended = facts->hours;
		return;
	}
	facts->hours.low = facts->hours.high =
		decimal_ratio_int(length, MICROSECONDS_PER_HOUR);
	facts->hours_attended.low = decimal_ratio_int(length_attended,
												  MICROSECONDS_PER_HOUR);
	if (config->closed)
	{
		facts->asked.attendance.absences += unmarked;
		facts->hours_attended.high = facts->hours_attended.low;
	}
	else
		facts->hours_attended.high =
			decimal_ratio_int(length_attended + (length - length_marked),
							  MICROSECONDS_PER_HOUR);
}

static void
gather_completions(EnrollmentFacts *facts)
{
	const EventConfig *config = facts->config;
	int			done = 0;
	TupleTableSlot *row;

	facts->completed = palloc0(config->requirement_count * sizeof(bool));
	for (row = read_by_enrollment(facts->set, PATH_COMPLETION,
								  config->event_id, facts->learner_id);
		 row != NULL; row = read_next(facts->set, PATH_COMPLETION))
	{
		int			code_len;
		const char *code = row_bytes(row, TABLE_COMPLETION, COMPLETION_CODE,
									 &code_len);
		int			at = find_requirement(config, code, code_len);

		if (at < 0 ||
			(row_is_null(row, TABLE_COMPLETION, COMPLETION_COMPLETED_AT) &&
			 !row_bool(row, TABLE_COMPLETION, COMPLETION_WAIVED)))
			continue;
		facts->completed[at] = true;
		done++;
	}
	if (config->requirement_count == 0)
	{
		facts->completion = decimal_range(0, HUNDRED_PERCENT);
		return;
	}
	facts->completion.low = decimal_ratio_int(100 * done,
											  config->requirement_count);
	facts->completion.high = config->closed ? facts->completion.low :
		HUNDRED_PERCENT;
}

/*
 * What is outstanding on an invoice line, a numeric: its amount less what is
 * paid and credited.
 */
Datum
line_outstanding(TupleTableSlot *line)
{
	bool		isnull;
	Datum		amount = row_datum(line, TABLE_INVOICE_LINE,
								   INVOICE_LINE_AMOUNT, &isnull);
	Datum		paid = row_datum(line, TABLE_INVOICE_LINE,
								 INVOICE_LINE_AMOUNT_PAID, &isnull);
	Datum		credited = row_datum(line, TABLE_INVOICE_LINE,
									 INVOICE_LINE_AMOUNT_CREDITED, &isnull);

	return DirectFunctionCall2(numeric_sub,
							   DirectFunctionCall2(numeric_sub, amount, paid),
							   credited);
}

static void
gather_invoices(EnrollmentFacts *facts)
{
	Numeric		balance = NULL;
	TupleTableSlot *row;

	facts->invoiced = false;
	for (row = read_by_enrollment(facts->set, PATH_INVOICE_LINE,
								  facts->config->event_id, facts->learner_id);
		 row != NULL; row = read_next(facts->set, PATH_INVOICE_LINE))
	{
		TupleTableSlot *invoice = read_by_id(facts->set, PATH_INVOICE,
											 row_int64(row, TABLE_INVOICE_LINE,
													   INVOICE_LINE_INVOICE_ID));
		int			length;
		char		status;
		Datum		outstanding;

		if (invoice == NULL)
			continue;
		status = row_bytes(invoice, TABLE_INVOICE, INVOICE_STATUS,
						   &length)[0];
		if (status != 'i' && status != 'p')
			continue;			/* draft and void do not count */
		facts->invoiced = true;
		if (status == 'p')
			continue;
		outstanding = line_outstanding(row);
		balance = balance == NULL ? DatumGetNumeric(outstanding) :
			DatumGetNumeric(DirectFunctionCall2(numeric_add,
												NumericGetDatum(balance),
												outstanding));
	}
	facts->balance = balance == NULL ? 0 : decimal_from_numeric(balance);
}

static void
gather_conditions(EnrollmentFacts *facts)
{
	int			room = 0;
	TupleTableSlot *row;

	facts->condition_count = 0;
	for (row = read_by_enrollment(facts->set, PATH_CONDITION,
								  facts->config->event_id, facts->learner_id);
		 row != NULL; row = read_next(facts->set, PATH_CONDITION))
	{
		ConditionFact *condition;
		const char *name;
		bool		isnull;
		Datum		value = row_datum(row, TABLE_CONDITION, CONDITION_VALUE,
									  &isnull);

		if (isnull)
			continue;
		if (facts->condition_count == room)
		{
			room = room == 0 ? 4 : 2 * room;
			facts->conditions = facts->condition_count == 0 ?
				palloc(room * sizeof(ConditionFact)) :
				repalloc(facts->conditions, room * sizeof(ConditionFact));
		}
		condition = &facts->conditions[facts->condition_count++];
		name = row_bytes(row, TABLE_CONDITION, CONDITION_NAME,
						 &condition->name_len);
		condition->name = pnstrdup(name, condition->name_len);
		condition->value = decimal_from_numeric(DatumGetNumeric(value));
	}
}

/* Gathers those groups of facts that are wanted and not there yet. */
void
facts_gather(EnrollmentFacts *facts, uint32 wanted)
{
	uint32		missing = wanted & ~facts->gathered;

	if (missing == 0)
		return;
	if (missing & FACTS_OF_ATTENDANCE)
	{
		gather_attendance(facts);
		facts->gathered |= FACTS_OF_ATTENDANCE;
	}
	if (missing & FACTS_OF_SCORES)
	{
		uint32		mean = (wanted | facts->config->facts_read) &
			FACT_BIT(RULE_FACT_MEAN_SCORE);

		facts_gather_scores(facts, mean != 0);
		facts->gathered |= FACT_BIT(RULE_FACT_SCORE) | mean;
	}
	if (missing & FACTS_OF_COMPLETIONS)
	{
		gather_completions(facts);
		facts->gathered |= FACTS_OF_COMPLETIONS;
	}
	if (missing & FACTS_OF_INVOICES)
	{
		gather_invoices(facts);
		facts->gathered |= FACTS_OF_INVOICES;
	}
	if (missing & FACTS_OF_CONDITIONS)
	{
		gather_conditions(facts);
		facts->gathered |= FACTS_OF_CONDITIONS;
	}
}

/* What the learner holds: every unrevoked achievement, from any event. */
void
learner_load(Learner *learner, ReadSet *set)
{
	TupleTableSlot *row;
	int			room = 0;

	if (learner->loaded)
		return;
	for (row = read_by_id(set, PATH_ACHIEVEMENT_OF_LEARNER,
						  learner->learner_id);
		 row != NULL; row = read_next(set, PATH_ACHIEVEMENT_OF_LEARNER))
	{
		Holding    *holding;

		if (!row_is_null(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_REVOKED_AT))
			continue;
		if (learner->holding_count == room)
		{
			room = room == 0 ? 4 : 2 * room;
			learner->holdings = learner->holding_count == 0 ?
				palloc(room * sizeof(Holding)) :
				repalloc(learner->holdings, room * sizeof(Holding));
		}
		holding = &learner->holdings[learner->holding_count++];
		holding->event_id = row_int64(row, TABLE_ACHIEVEMENT,
									  ACHIEVEMENT_EVENT_ID);
		holding->type_id = row_int64(row, TABLE_ACHIEVEMENT,
									 ACHIEVEMENT_ACHIEVEMENT_TYPE_ID);
		holding->issued_at = row_int64(row, TABLE_ACHIEVEMENT,
									   ACHIEVEMENT_ISSUED_AT);
		holding->valid_from = row_int32(row, TABLE_ACHIEVEMENT,
										ACHIEVEMENT_VALID_FROM);
		holding->expires = !row_is_null(row, TABLE_ACHIEVEMENT,
										ACHIEVEMENT_EXPIRES_ON);
		holding->expires_on = row_int32(row, TABLE_ACHIEVEMENT,
										ACHIEVEMENT_EXPIRES_ON);
		holding->lapsed = false;
	}
	learner->loaded = true;
}

bool
holding_is_valid(const Holding *holding, DateADT day)
{
	return holding->valid_from <= day &&
		(!holding->expires || day < holding->expires_on);
}

/* The id of an achievement type, 0 where there is none of that code. */
int64
achievement_type_id(ReadSet *set, const char *code, int code_len)
{
	Datum		key = PointerGetDatum(cstring_to_text_with_len(code, code_len));
	TupleTableSlot *row = read_first(set, PATH_ACHIEVEMENT_TYPE_CODE, 1,
									 &key);

	return row == NULL ? 0 :
		row_int64(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_ID);
}

/*
 * Whether the learner holds a type. For what is decided already, one that was
 * valid on the day of the decision counts too: time alone takes nothing back.
 */
static Truth
holds(EnrollmentFacts *facts, const char *code, int code_len)
{
	int64		type_id = achievement_type_id(facts->set, code, code_len);

	learner_load(facts->learner, facts->set);
	for (int i = 0; type_id != 0 && i < facts->learner->holding_count; i++)
	{
		const Holding *holding = &facts->learner->holdings[i];

		if (holding->lapsed || holding->type_id != type_id)
			continue;
		if (type_id == facts->award_type_id &&
			holding->event_id == facts->config->event_id)
			continue;			/* its own award decides nothing */
		if (holding_is_valid(holding, facts->today) ||
			(facts->decided && holding_is_valid(holding, facts->decided_on)))
			return TRUTH_YES;
	}
	return TRUTH_OPEN;
}

/*
 * Whether the event has ended. For what is decided already, it has if it had
 * by then: a clock that is set back takes nothing back.
 */
static bool
has_ended(const EnrollmentFacts *facts)
{
	TimestampTz end = facts->config->ends_at;

	return end <= facts_now() || (facts->decided && end <= facts->decided_at);
}

static const ConditionFact *
find_condition(EnrollmentFacts *facts, const char *name, int name_len)
{
	for (int i = 0; i < facts->condition_count; i++)
	{
		if (same_code(facts->conditions[i].name,
					  facts->conditions[i].name_len, name, name_len))
			return &facts->conditions[i];
	}
	return NULL;
}

/* RuleFacts.number */
static DecimalRange
answer_number(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	EnrollmentFacts *facts = (EnrollmentFacts *) asked;
	const ConditionFact *condition;
	int			at;

	facts_gather(facts, FACT_BIT(fact));
	switch (fact)
	{
		case RULE_FACT_HOURS:
			return facts->hours;
		case RULE_FACT_HOURS_ATTENDED:
			return facts->hours_attended;
		case RULE_FACT_SCORE:
			at = config_find_assessment(facts->config, code, code_len);
			if (at >= 0)
				return facts->scores[at];
			return decimal_range(0, facts->config->closed ? 0 :
								 HUNDRED_PERCENT);
		case RULE_FACT_MEAN_SCORE:
			return facts->mean_score;
		case RULE_FACT_COMPLETION:
			return facts->completion;
		case RULE_FACT_BALANCE:
			return decimal_range(facts->balance, facts->balance);
		case RULE_FACT_CONDITION:
			condition = find_condition(facts, code, code_len);
			if (condition != NULL)
				return decimal_range(condition->value, condition->value);
			return decimal_range(DECIMAL_MINUS_INFINITY, DECIMAL_INFINITY);
		default:
			elog(ERROR, "fact %d is not a number of an enrollment", fact);
	}
}

/* RuleFacts.flag */
static Truth
answer_flag(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	EnrollmentFacts *facts = (EnrollmentFacts *) asked;
	const ConditionFact *condition;
	int			at;

	facts_gather(facts, FACT_BIT(fact));
	switch (fact)
	{
		case RULE_FACT_COMPLETED:
			at = find_requirement(facts->config, code, code_len);
			if (at >= 0 && facts->completed[at])
				return TRUTH_YES;
			return facts->config->closed ? TRUTH_NO : TRUTH_OPEN;
		case RULE_FACT_PAID:
			return facts->balance <= 0 ? TRUTH_YES : TRUTH_OPEN;
		case RULE_FACT_INVOICED:
			return facts->invoiced ? TRUTH_YES : TRUTH_OPEN;
		case RULE_FACT_CONDITION:
			condition = find_condition(facts, code, code_len);
			if (condition == NULL)
				return TRUTH_OPEN;
			return condition->value != 0 ? TRUTH_YES : TRUTH_NO;
		case RULE_FACT_HOLDS:
			return holds(facts, code, code_len);
		case RULE_FACT_ENDED:
			return has_ended(facts) ? TRUTH_YES : TRUTH_OPEN;
		case RULE_FACT_PASSED:
			return facts->passed;
		case RULE_FACT_FAILED:
			return facts->failed;
		case RULE_FACT_APPROVED:
			return facts->approved;
		default:
			elog(ERROR, "fact %d is not a flag of an enrollment", fact);
	}
}

/* An enrollment of which nothing has been gathered yet. */
void
facts_init(EnrollmentFacts *facts, ReadSet *set, const EventConfig *config,
		   int64 learner_id)
{
	memset(facts, 0, sizeof(EnrollmentFacts));
	facts->asked.number = answer_number;
	facts->asked.flag = answer_flag;
	facts->set = set;
	facts->config = config;
	facts->learner_id = learner_id;
	facts->passed = facts->failed = facts->approved = TRUTH_OPEN;
}
