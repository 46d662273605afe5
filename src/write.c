/*-------------------------------------------------------------------------
 *
 * write.c
 *		Writes what was decided: only the differences, each table once.
 *
 * Results first, then what is taken back, then what is issued, then the
 * audit of all of it and the notifications. Nothing is written, and SPI is
 * not even entered, where nothing changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "notify.h"
#include "write.h"

static Statement bump_events = {
	.sql = "UPDATE achieve.event AS e SET config_version ="
	" e.config_version OPERATOR(pg_catalog.+) 1"
	" WHERE e.event_id OPERATOR(pg_catalog.=) ANY ($1)",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {INT8ARRAYOID},
};

/* Moves the version of events' configuration: caches elsewhere are stale. */
void
write_event_versions(const IdList *events)
{
	ValueColumn ids = {.type = INT8OID};
	Datum		value;

	for (int i = 0; i < events->count; i++)
		value_add(&ids, Int64GetDatum(events->ids[i]));
	value = value_array(&ids);
	SPI_connect();
	(void) statement_run(&bump_events, &value, NULL);
	SPI_finish();
}

/* The awards that change, in the order of the enrollments. */
static Changed *
collect_changes(List *states, int *count)
{
	Changed    *changed = NULL;
	int			room = 0;
	ListCell   *cell;

	*count = 0;
	foreach(cell, states)
	{
		EnrollmentState *state = lfirst(cell);

		for (int i = 0; state->awards != NULL &&
			 i < state->config->award_count; i++)
		{
			if (state->awards[i].change == AWARD_KEEP)
				continue;
			if (*count == room)
			{
				room = room == 0 ? 8 : 2 * room;
				changed = changed == NULL ? palloc(room * sizeof(Changed)) :
					repalloc(changed, room * sizeof(Changed));
			}
			changed[*count].state = state;
			changed[(*count)++].award = &state->awards[i];
		}
	}
	return changed;
}

/* What the learners are told of it. */
static void
notify_changes(List *states, const Changed *changed, int count,
			   NotifyBatch *batch)
{
	ListCell   *cell;

	foreach(cell, states)
	{
		EnrollmentState *state = lfirst(cell);

		notify_result(batch, &state->key,
					  effective_outcome(state->manual_outcome,
										state->stored_rule_outcome),
					  effective_outcome(state->manual_outcome,
										state->rule_outcome),
					  false, NULL);
	}
	for (int i = 0; i < count; i++)
	{
		const EnrollmentKey *key = &changed[i].state->key;
		const AwardState *award = changed[i].award;

		if (award->change == AWARD_ISSUE)
			notify_issued(batch, key, award->issued_id);
		else if (award->change == AWARD_REINSTATE)
			notify_achievement(batch, NOTIFY_ISSUED, key, award->lapsed_id);
		else
			notify_achievement(batch, NOTIFY_REVOKED, key, award->held_id);
	}
}

/*
 * Writes what decide_all decided and adds it to the counts.
 */
void
write_changes(Evaluation *evaluation, EvaluationCounts *counts)
{
	AuditBatch	audit;
	NotifyBatch notifications;
	ListCell   *cell;
	Changed    *changed;
	int			count;
	int			results = 0;
	int			new_results = 0;

	changed = collect_changes(evaluation->states, &count);
	foreach(cell, evaluation->states)
	{
		EnrollmentState *state = lfirst(cell);

		counts->enrollments++;
		if (result_moved(state))
			counts->results_changed++;
		if (!state->has_result)
			new_results++;
		else if (result_changes(state))
			results++;
	}
	for (int i = 0; i < count; i++)
	{
		if (changed[i].award->change == AWARD_LAPSE)
			counts->revoked++;
		else
			counts->issued++;
	}
	if (count == 0 && results == 0 && new_results == 0)
		return;

	SPI_connect();
	if (new_results > 0)
		write_new_results(evaluation->states);
	if (results > 0)
		write_changed_results(evaluation->states);
	write_lapses_and_reinstatements(evaluation, changed, count);
	write_issues(changed, count);

	audit_begin(&audit);
	foreach(cell, evaluation->states)
		audit_result(&audit, lfirst(cell));
	for (int i = 0; i < count; i++)
		audit_award(&audit, &changed[i]);
	notify_begin(&notifications);
	notify_changes(evaluation->states, changed, count, &notifications);
	write_certificates(changed, count, &audit, &notifications);
	audit_write(&audit);
	(void) notify_write(&notifications);
	SPI_finish();
}
