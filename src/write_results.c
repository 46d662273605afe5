/*-------------------------------------------------------------------------
 *
 * write_results.c
 *		Writes results that are new or have changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "approvals.h"
#include "write.h"

static Statement insert_results = {
	.sql = "INSERT INTO achieve.result (event_id, learner_id, rule_outcome,"
	" rule_decided_at, decided_at)"
	" SELECT u.event_id, u.learner_id, u.rule_outcome, u.decided_at,"
	" u.decided_at FROM unnest($1, $2, $3, $4) AS u"
	" (event_id, learner_id, rule_outcome, decided_at)",
	.table = TABLE_RESULT,
	.argument_count = 4,
	.types = {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID},
};

static Statement update_results = {
	.sql = "UPDATE achieve.result AS r SET"
	" rule_outcome = u.rule_outcome,"
	" rule_decided_at = CASE WHEN u.moved THEN $5 ELSE r.rule_decided_at END,"
	" decided_at = CASE WHEN u.moved AND r.manual_outcome IS NULL THEN $5"
	" ELSE r.decided_at END,"
	" approved_by = CASE WHEN u.approval_moves THEN u.approved_by"
	" ELSE r.approved_by END,"
	" approved_at = CASE WHEN u.approval_moves THEN u.approved_at"
	" ELSE r.approved_at END"
	" FROM unnest($1, $2, $3, $4, $6, $7, $8) AS u (event_id, learner_id,"
	" rule_outcome, moved, approval_moves, approved_by, approved_at)"
	" WHERE r.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND r.learner_id OPERATOR(pg_catalog.=) u.learner_id",
	.table = TABLE_RESULT,
	.argument_count = 8,
	.types = {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, BOOLARRAYOID,
		TIMESTAMPTZOID, BOOLARRAYOID, TEXTARRAYOID,
	TIMESTAMPTZARRAYOID},
};

/* The results of enrollments that have none yet. */
void
write_new_results(List *states)
{
	ValueColumn events = {.type = INT8OID};
	ValueColumn learners = {.type = INT8OID};
	ValueColumn outcomes = {.type = TEXTOID};
	ValueColumn decided = {.type = TIMESTAMPTZOID};
	ListCell   *cell;
	Datum		values[4];

	foreach(cell, states)
	{
		EnrollmentState *state = lfirst(cell);

		if (state->has_result)
			continue;
		value_add(&events, Int64GetDatum(state->key.event_id));
		value_add(&learners, Int64GetDatum(state->key.learner_id));
		value_add_text(&outcomes, outcome_name(state->rule_outcome));
		if (result_moved(state))
			value_add(&decided, TimestampTzGetDatum(facts_now()));
		else
			value_add_null(&decided);
	}
	if (events.count == 0)
		return;
	values[0] = value_array(&events);
	values[1] = value_array(&learners);
	values[2] = value_array(&outcomes);
	values[3] = value_array(&decided);
	(void) statement_run(&insert_results, values, NULL);
}

/*
 * The results that have moved, and approvals that end or come back with them.
 * What ends is remembered for the rest of the transaction.
 */
void
write_changed_results(List *states)
{
	ValueColumn events = {.type = INT8OID};
	ValueColumn learners = {.type = INT8OID};
	ValueColumn outcomes = {.type = TEXTOID};
	ValueColumn moved = {.type = BOOLOID};
	ValueColumn approval_moves = {.type = BOOLOID};
	ValueColumn approved_by = {.type = TEXTOID};
	ValueColumn approved_at = {.type = TIMESTAMPTZOID};
	ListCell   *cell;
	Datum		values[8];

	foreach(cell, states)
	{
		EnrollmentState *state = lfirst(cell);

		if (!state->has_result || !result_changes(state))
			continue;
		value_add(&events, Int64GetDatum(state->key.event_id));
		value_add(&learners, Int64GetDatum(state->key.learner_id));
		value_add_text(&outcomes, outcome_name(state->rule_outcome));
		value_add(&moved, BoolGetDatum(result_moved(state)));
		value_add(&approval_moves,
				  BoolGetDatum(state->approval_ends ||
							   state->approval_returns != NULL));
		if (state->approval_returns != NULL)
		{
			value_add_text(&approved_by, state->approval_returns->approved_by);
			value_add(&approved_at,
					  TimestampTzGetDatum(state->approval_returns->approved_at));
			continue;
		}
		value_add_null(&approved_by);
		value_add_null(&approved_at);
		if (state->approval_ends)
			approval_remember(&state->key,
							  effective_outcome(state->manual_outcome,
												state->stored_rule_outcome),
							  state->approved_by, state->approved_at);
	}
	if (events.count == 0)
		return;
	values[0] = value_array(&events);
	values[1] = value_array(&learners);
	values[2] = value_array(&outcomes);
	values[3] = value_array(&moved);
	values[4] = TimestampTzGetDatum(facts_now());
	values[5] = value_array(&approval_moves);
	values[6] = value_array(&approved_by);
	values[7] = value_array(&approved_at);
	(void) statement_run(&update_results, values, NULL);
}
