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
#include "row_write.h"
#include "write.h"

static RowWrite insert_results = {
	.table = TABLE_RESULT,
	.column_count = 5,
	.columns = {RESULT_EVENT_ID, RESULT_LEARNER_ID, RESULT_RULE_OUTCOME,
	RESULT_RULE_DECIDED_AT, RESULT_DECIDED_AT},
};

static RowWrite update_results = {
	.table = TABLE_RESULT,
	.update = true,
	.path = PATH_RESULT,
	.key_count = 2,
	.column_count = 7,
	.columns = {RESULT_EVENT_ID, RESULT_LEARNER_ID, RESULT_RULE_OUTCOME,
		RESULT_RULE_DECIDED_AT, RESULT_DECIDED_AT, RESULT_APPROVED_BY,
	RESULT_APPROVED_AT},
};

/* Columns of both, as they begin. */
#define RESULT_COLUMNS \
	{.type = INT8OID}, {.type = INT8OID}, {.type = TEXTOID}, \
	{.type = TIMESTAMPTZOID}, {.type = TIMESTAMPTZOID}

/* DT_NOEND becomes null. */
static void
add_instant(ValueColumn *column, TimestampTz instant)
{
	if (TIMESTAMP_IS_NOEND(instant))
		value_add_null(column);
	else
		value_add(column, TimestampTzGetDatum(instant));
}

static void
add_outcome(ValueColumn *columns, const EnrollmentState *state)
{
	value_add(&columns[0], Int64GetDatum(state->key.event_id));
	value_add(&columns[1], Int64GetDatum(state->key.learner_id));
	value_add_text(&columns[2], outcome_name(state->rule_outcome));
	add_instant(&columns[3], result_moved(state) ? facts_now() :
				state->rule_decided_at);
	add_instant(&columns[4],
				result_moved(state) && state->manual_outcome == OUTCOME_NONE ?
				facts_now() : state->decided_at);
}

/* The results of enrollments that have none yet. */
void
write_new_results(List *states)
{
	ValueColumn columns[] = {RESULT_COLUMNS};
	ListCell   *cell;

	foreach(cell, states)
	{
		EnrollmentState *state = lfirst(cell);

		if (!state->has_result)
			add_outcome(columns, state);
	}
	rows_write(&insert_results, columns, NULL);
}

/* Who has approved the result as it is written, and when; DT_NOEND: nobody. */
static TimestampTz
approval_after(EnrollmentState *state, const char **approved_by)
{
	*approved_by = NULL;
	if (state->approval_returns != NULL)
	{
		*approved_by = state->approval_returns->approved_by;
		return state->approval_returns->approved_at;
	}
	if (!state->approved || state->approval_ends)
		return DT_NOEND;
	*approved_by = state->approved_by;
	return state->approved_at;
}

/*
 * The results that have moved, and approvals that end or come back with them.
 * What ends is remembered for the rest of the transaction.
 */
void
write_changed_results(List *states)
{
	ValueColumn columns[] = {RESULT_COLUMNS, {.type = TEXTOID},
	{.type = TIMESTAMPTZOID}};
	ListCell   *cell;

	foreach(cell, states)
	{
		EnrollmentState *state = lfirst(cell);
		const char *approved_by;

		if (!state->has_result || !result_changes(state))
			continue;
		add_outcome(columns, state);
		add_instant(&columns[6], approval_after(state, &approved_by));
		value_add_text(&columns[5], approved_by);
		if (state->approval_ends)
			approval_remember(&state->key,
							  effective_outcome(state->manual_outcome,
												state->stored_rule_outcome),
							  state->approved_by, state->approved_at);
	}
	rows_write(&update_results, columns, NULL);
}
