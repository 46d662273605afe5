/*-------------------------------------------------------------------------
 *
 * explain_result.c
 *		explain_result and explain_award: why an outcome is what it is.
 *
 * The rows are those of explain(), over the facts as the engine sees them and
 * with the words of the tabs. What is decided by something other than a rule
 * (a person, the event's state) has a row of its own before the clauses, with
 * a clause_no below 1, so that the clauses are numbered as explain() numbers
 * them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "access.h"
#include "api.h"
#include "tab_reader.h"

PG_FUNCTION_INFO_V1(explain_result);
PG_FUNCTION_INFO_V1(explain_award);

#define MAX_NOTES 3

/* A row that is not a clause of the rule. */
typedef struct Note
{
	const char *clause;
	const char *observed;
	Outcome		outcome;
	const char *needed;			/* NULL: nothing */
} Note;

typedef struct Explanation
{
	ReadSet    *set;
	EnrollmentState state;
	int			note_count;
	Note		notes[MAX_NOTES];
	const Rule *rule;			/* NULL: no clauses */
} Explanation;

static Statement describe_manual_result = {
	.sql = "SELECT pg_catalog.format('set by %s on %s: %s', r.decided_by,"
	" pg_catalog.to_char(pg_catalog.timezone(e.time_zone, r.decided_at),"
	" 'YYYY-MM-DD'), r.reason)"
	" FROM achieve.result AS r JOIN achieve.event AS e"
	" ON e.event_id OPERATOR(pg_catalog.=) r.event_id"
	" WHERE r.event_id OPERATOR(pg_catalog.=) $1"
	" AND r.learner_id OPERATOR(pg_catalog.=) $2",
	.table = TABLE_RESULT,
	.argument_count = 2,
	.types = {INT8OID, INT8OID},
};

static Statement describe_enrollment = {
	.sql = "SELECT n.status FROM achieve.enrollment AS n"
	" WHERE n.event_id OPERATOR(pg_catalog.=) $1"
	" AND n.learner_id OPERATOR(pg_catalog.=) $2",
	.table = TABLE_ENROLLMENT,
	.argument_count = 2,
	.types = {INT8OID, INT8OID},
};

/* The record that stands, else the last one that a person revoked. */
static Statement describe_record = {
	.sql = "SELECT CASE WHEN a.revoked_at IS NULL THEN"
	" pg_catalog.format('%s as %s by %s on %s',"
	" CASE WHEN a.source OPERATOR(pg_catalog.=) 'manual'"
	" THEN 'awarded by hand' ELSE 'issued' END,"
	" a.number, a.issued_by, pg_catalog.to_char("
	"pg_catalog.timezone(e.time_zone, a.issued_at), 'YYYY-MM-DD'))"
	" ELSE pg_catalog.format('%s revoked by %s on %s: %s', a.number,"
	" a.revoked_by, pg_catalog.to_char("
	"pg_catalog.timezone(e.time_zone, a.revoked_at), 'YYYY-MM-DD'),"
	" a.revoke_reason) END"
	" FROM achieve.achievement AS a JOIN achieve.event AS e"
	" ON e.event_id OPERATOR(pg_catalog.=) a.event_id"
	" WHERE a.event_id OPERATOR(pg_catalog.=) $1"
	" AND a.learner_id OPERATOR(pg_catalog.=) $2"
	" AND a.achievement_type_id OPERATOR(pg_catalog.=) $3"
	" AND (a.revoked_at IS NULL OR a.blocks_rule)"
	" ORDER BY a.revoked_at IS NULL DESC, a.achievement_id DESC LIMIT 1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 3,
	.types = {INT8OID, INT8OID, INT8OID},
};

/* The words that a statement has about an enrollment, and a type of it. */
static char *
stored_words(Statement *statement, const EnrollmentKey *key, int64 type_id)
{
	MemoryContext caller = CurrentMemoryContext;
	Datum		values[3];
	char	   *words = NULL;

	values[0] = Int64GetDatum(key->event_id);
	values[1] = Int64GetDatum(key->learner_id);
	values[2] = Int64GetDatum(type_id);
	SPI_connect();
	if (statement_run(statement, values, NULL) > 0)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[0],
										 SPI_tuptable->tupdesc, 1);

		words = value == NULL ? NULL : MemoryContextStrdup(caller, value);
	}
	SPI_finish();
	return words;
}

static void
add_note(Explanation *explanation, const char *clause, const char *observed,
		 Outcome outcome, const char *needed)
{
	Note	   *note = &explanation->notes[explanation->note_count++];

	Assert(explanation->note_count <= MAX_NOTES);
	note->clause = clause;
	note->observed = observed;
	note->outcome = outcome;
	note->needed = needed;
}

/*
 * Checks that the caller may see the enrollment, and reads it as the engine
 * does. Errors: 23503 / 42501 where there is none to see.
 */
static void
begin_explanation(Explanation *explanation, int64 event_id, int64 learner_id)
{
	memset(explanation, 0, sizeof(Explanation));
	access_check_enrollment(event_id, learner_id);
	engine_forget();
	explanation->set = read_begin_as_query();
	if (!tab_read_enrollment(explanation->set, event_id, learner_id,
							 &explanation->state))
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("learner " INT64_FORMAT " is not enrolled on event " INT64_FORMAT,
						learner_id, event_id),
				 errhint("The enrollment is newer than this query.")));
	state_read_awards(&explanation->state, 0);
}

/*
 * Notes why no rule is asked: the event is cancelled, or the enrollment is not
 * active. False where rules are asked. "stands" is the outcome meanwhile.
 */
static bool
note_not_evaluated(Explanation *explanation, Outcome stands)
{
	EnrollmentState *state = &explanation->state;

	if (state->active)
		return false;
	if (state->config->status == EVENT_CANCELLED)
		add_note(explanation, "event", "cancelled: no rule is met", stands,
				 "an event that takes place");
	else
		add_note(explanation, "enrollment",
				 psprintf("%s: only active enrollments meet rules",
						  stored_words(&describe_enrollment, &state->key, 0)),
				 stands, "an active enrollment");
	return true;
}

/* Writes notes and clauses to the function's result. */
static void
return_explanation(FunctionCallInfo fcinfo, Explanation *explanation)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	RuleFacts  *asked = &explanation->state.facts.asked;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < explanation->note_count; i++)
	{
		const Note *note = &explanation->notes[i];
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = Int32GetDatum(i + 1 - explanation->note_count);
		values[1] = Int32GetDatum(0);
		values[2] = CStringGetTextDatum(note->clause);
		values[3] = CStringGetTextDatum(note->observed);
		values[4] = CStringGetTextDatum(outcome_name(note->outcome));
		values[5] = note->needed ? CStringGetTextDatum(note->needed) :
			(Datum) 0;
		nulls[5] = note->needed == NULL;
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	if (explanation->rule != NULL)
		rule_explain(explanation->rule, asked, result->setResult,
					 result->setDesc);
	read_end(explanation->set);
}

/*
 * explain_result(event_id bigint, learner_id bigint) RETURNS TABLE
 *		(clause_no integer, depth integer, clause text, observed text,
 *		outcome text, needed text)
 *
 * Errors: 22004 null, 23503 / 42501 enrollment.
 */
Datum
explain_result(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	int64		learner_id = api_id(fcinfo, 1, "learner_id");
	Explanation explanation;
	EnrollmentState *state = &explanation.state;
	const EventConfig *config;
	Outcome		outcome;

	begin_explanation(&explanation, event_id, learner_id);
	config = state->config;
	outcome = effective_outcome(state->manual_outcome,
								state->stored_rule_outcome);
	if (state->manual_outcome != OUTCOME_NONE)
		add_note(&explanation, "manual result",
				 stored_words(&describe_manual_result, &state->key, 0),
				 outcome, outcome == OUTCOME_PENDING ?
				 "result to be set by hand" : NULL);
	if (config->status == EVENT_FINALIZED)
		add_note(&explanation, "event",
				 "finalized: results do not follow the facts", outcome,
				 "reopen_event() for results to move");
	if (!note_not_evaluated(&explanation, outcome))
	{
		explanation.rule = config->passing_rule;
		if (explanation.rule == NULL &&
			state->manual_outcome == OUTCOME_NONE)
			add_note(&explanation, "passing rule", "none", outcome,
					 "result to be set by hand");
	}
	if (explanation.rule != NULL)
	{
		facts_gather(&state->facts, rule_fact_mask(explanation.rule));
		decide_subject(state, NULL);
	}
	return_explanation(fcinfo, &explanation);
	return (Datum) 0;
}

/* The achievement of a code on the event. Errors: 23503. */
static AwardState *
require_award(EnrollmentState *state, const char *code)
{
	const EventConfig *config = state->config;
	const ConfigAward *award = config_find_award(config, code);

	if (award == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("event " INT64_FORMAT " has no achievement of type \"%s\"",
						config->event_id, code),
				 errhint("Those that it has are in achieve.event_achievement; the types are in achieve.achievement_type.")));
	return &state->awards[award - config->awards];
}

/* Why a record stands that its rule does not ask for. */
static const char *
why_kept(const EnrollmentState *state, const AwardState *award)
{
	if (!award->held_by_rule)
		return "";
	if (!award->config->revokes)
		return "; kept: on_lapse is keep";
	if (state->config->status == EVENT_FINALIZED)
		return "; kept: the event is finalized";
	return "; kept until the event is closed again";
}

/* Notes a record where it decides, and not its rule. */
static void
note_record(Explanation *explanation, const AwardState *award, bool met)
{
	EnrollmentState *state = &explanation->state;
	char	   *words;

	if (award->held_id == 0 && !award->blocked)
		return;
	if (award->held_id != 0 && award->held_by_rule && met)
		return;
	words = stored_words(&describe_record, &state->key,
						 award->config->type_id);
	if (award->held_id == 0)
		add_note(explanation, "achievement", words, OUTCOME_FAILED,
				 "award() or reinstate()");
	else
		add_note(explanation, "achievement",
				 psprintf("%s%s", words, met ? "" : why_kept(state, award)),
				 OUTCOME_PASSED, NULL);
}

/*
 * explain_award(event_id bigint, learner_id bigint, achievement_type text)
 *		RETURNS TABLE (as explain_result)
 *
 * Errors: 22004 null, 23503 / 42501 enrollment, 23503 a type that the event
 * does not have.
 */
Datum
explain_award(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	int64		learner_id = api_id(fcinfo, 1, "learner_id");
	char	   *code = api_text(fcinfo, 2, "achievement_type");
	Explanation explanation;
	EnrollmentState *state = &explanation.state;
	AwardState *award;
	Outcome		stands;
	bool		met = true;		/* until a rule says otherwise */

	begin_explanation(&explanation, event_id, learner_id);
	award = require_award(state, code);
	stands = award->held_id != 0 ? OUTCOME_PASSED : OUTCOME_FAILED;
	if (!award->config->active)
		add_note(&explanation, "award rule",
				 "not active on this event: nothing is issued or taken back",
				 stands, stands == OUTCOME_PASSED ? NULL :
				 "an active achievement");
	else if (award->config->rule == NULL)
		add_note(&explanation, "award rule", "none",
				 award->held_id != 0 ? OUTCOME_PASSED : OUTCOME_PENDING,
				 award->held_id != 0 ? NULL : "award by hand");
	else if (!note_not_evaluated(&explanation, stands))
	{
		explanation.rule = award->config->rule;
		facts_gather(&state->facts, rule_fact_mask(explanation.rule));
		decide_subject(state, award);
		met = rule_evaluate(explanation.rule, &state->facts.asked) ==
			TRUTH_YES;
	}
	note_record(&explanation, award, met);
	return_explanation(fcinfo, &explanation);
	return (Datum) 0;
}
