/*-------------------------------------------------------------------------
 *
 * write.c
 *		Writes what was decided: only the differences, each table once.
 *
 * Results first, then what is taken back, then what is issued, then the
 * audit of all of it. Nothing is written, and SPI is not even entered, where
 * nothing changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "audit.h"
#include "engine.h"
#include "identity.h"
#include "json.h"
#include "numbers.h"

static Statement bump_events = {
	.sql = "UPDATE achieve.event AS e SET config_version ="
	" e.config_version OPERATOR(pg_catalog.+) 1"
	" WHERE e.event_id OPERATOR(pg_catalog.=) ANY ($1)",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {INT8ARRAYOID},
};

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
	" approved_by = CASE WHEN u.approval_ends THEN NULL ELSE r.approved_by END,"
	" approved_at = CASE WHEN u.approval_ends THEN NULL ELSE r.approved_at END"
	" FROM unnest($1, $2, $3, $4, $6) AS u"
	" (event_id, learner_id, rule_outcome, moved, approval_ends)"
	" WHERE r.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND r.learner_id OPERATOR(pg_catalog.=) u.learner_id",
	.table = TABLE_RESULT,
	.argument_count = 6,
	.types = {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, BOOLARRAYOID,
	TIMESTAMPTZOID, BOOLARRAYOID},
};

static Statement lapse_achievements = {
	.sql = "UPDATE achieve.achievement AS a SET revoked_at = $3,"
	" revoked_by = $4, revoke_reason = u.reason, lapse_transaction_id = $5"
	" FROM unnest($1, $2, $6) AS u (event_id, achievement_id, reason)"
	" WHERE a.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) u.achievement_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 6,
	.types = {INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZOID, TEXTOID, INT8OID,
	TEXTARRAYOID},
};

static Statement reinstate_achievements = {
	.sql = "UPDATE achieve.achievement AS a SET revoked_at = NULL,"
	" revoked_by = NULL, revoke_reason = NULL, lapse_transaction_id = NULL"
	" FROM unnest($1, $2) AS u (event_id, achievement_id)"
	" WHERE a.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) u.achievement_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8ARRAYOID, INT8ARRAYOID},
};

static Statement issue_achievements = {
	.sql = "INSERT INTO achieve.achievement (event_id, learner_id,"
	" achievement_type_id, sequence_id, number, source, issued_at, issued_by,"
	" valid_from, expires_on)"
	" SELECT u.event_id, u.learner_id, u.achievement_type_id, u.sequence_id,"
	" u.number, 'rule', $6, $7, u.valid_from, u.expires_on"
	" FROM unnest($1, $2, $3, $4, $5, $8, $9) AS u (event_id, learner_id,"
	" achievement_type_id, sequence_id, number, valid_from, expires_on)"
	" RETURNING event_id, learner_id, achievement_type_id, achievement_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 9,
	.types = {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
		TEXTARRAYOID, TIMESTAMPTZOID, TEXTOID, DATEARRAYOID,
	DATEARRAYOID},
};

/* A changed award and its enrollment. */
typedef struct Changed
{
	EnrollmentState *state;
	AwardState *award;
} Changed;

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

static bool
result_moved(const EnrollmentState *state)
{
	return state->rule_outcome != state->stored_rule_outcome;
}

static void
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

static void
write_moved_results(List *states)
{
	ValueColumn events = {.type = INT8OID};
	ValueColumn learners = {.type = INT8OID};
	ValueColumn outcomes = {.type = TEXTOID};
	ValueColumn moved = {.type = BOOLOID};
	ValueColumn approval_ends = {.type = BOOLOID};
	ListCell   *cell;
	Datum		values[6];

	foreach(cell, states)
	{
		EnrollmentState *state = lfirst(cell);

		if (!state->has_result ||
			!(result_moved(state) || state->approval_ends))
			continue;
		value_add(&events, Int64GetDatum(state->key.event_id));
		value_add(&learners, Int64GetDatum(state->key.learner_id));
		value_add_text(&outcomes, outcome_name(state->rule_outcome));
		value_add(&moved, BoolGetDatum(result_moved(state)));
		value_add(&approval_ends, BoolGetDatum(state->approval_ends));
	}
	if (events.count == 0)
		return;
	values[0] = value_array(&events);
	values[1] = value_array(&learners);
	values[2] = value_array(&outcomes);
	values[3] = value_array(&moved);
	values[4] = TimestampTzGetDatum(facts_now());
	values[5] = value_array(&approval_ends);
	(void) statement_run(&update_results, values, NULL);
}

/* Why the rule takes a record back, in words that people read. */
static char *
lapse_reason(const EnrollmentState *state, const AwardState *award)
{
	if (state->config->status == EVENT_CANCELLED)
		return pstrdup("the event is cancelled");
	if (!state->active)
		return pstrdup("the enrollment is not active");
	return psprintf("no longer meets the rule: %s",
					rule_to_text(award->config->rule));
}

static void
write_lapses(Evaluation *evaluation, const Changed *changed, int count)
{
	ValueColumn events = {.type = INT8OID};
	ValueColumn ids = {.type = INT8OID};
	ValueColumn reasons = {.type = TEXTOID};
	Datum		values[6];

	for (int i = 0; i < count; i++)
	{
		if (changed[i].award->change != AWARD_LAPSE)
			continue;
		value_add(&events, Int64GetDatum(changed[i].state->key.event_id));
		value_add(&ids, Int64GetDatum(changed[i].award->held_id));
		value_add_text(&reasons, lapse_reason(changed[i].state,
											  changed[i].award));
	}
	if (ids.count == 0)
		return;
	values[0] = value_array(&events);
	values[1] = value_array(&ids);
	values[2] = TimestampTzGetDatum(facts_now());
	values[3] = CStringGetTextDatum(identity_name());
	values[4] = Int64GetDatum(evaluation->transaction_id);
	values[5] = value_array(&reasons);
	(void) statement_run(&lapse_achievements, values, NULL);
}

static void
write_reinstatements(const Changed *changed, int count)
{
	ValueColumn events = {.type = INT8OID};
	ValueColumn ids = {.type = INT8OID};
	Datum		values[2];

	for (int i = 0; i < count; i++)
	{
		if (changed[i].award->change != AWARD_REINSTATE)
			continue;
		value_add(&events, Int64GetDatum(changed[i].state->key.event_id));
		value_add(&ids, Int64GetDatum(changed[i].award->lapsed_id));
	}
	if (ids.count == 0)
		return;
	values[0] = value_array(&events);
	values[1] = value_array(&ids);
	(void) statement_run(&reinstate_achievements, values, NULL);
}

/* Takes the ids of new records from what the INSERT returned, in its order. */
static void
take_issued_ids(const Changed *changed, int count)
{
	uint64		row = 0;

	for (int i = 0; i < count; i++)
	{
		int64		returned[4];

		if (changed[i].award->change != AWARD_ISSUE)
			continue;
		if (row >= SPI_processed)
			elog(ERROR, "fewer achievements were returned than issued");
		for (int column = 0; column < 4; column++)
		{
			bool		isnull;

			returned[column] = DatumGetInt64(
				SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
							  column + 1, &isnull));
		}
		if (returned[0] != changed[i].state->key.event_id ||
			returned[1] != changed[i].state->key.learner_id ||
			returned[2] != changed[i].award->config->type_id)
			elog(ERROR, "achievements were returned in another order");
		changed[i].award->issued_id = returned[3];
		row++;
	}
}

/* Numbers the records that are issued. */
static void
assign_numbers(const Changed *changed, int count)
{
	NumberRequest *requests = palloc(count * sizeof(NumberRequest));
	int			wanted = 0;

	for (int i = 0; i < count; i++)
	{
		const EventConfig *config = changed[i].state->config;
		AwardState *award = changed[i].award;
		NumberRequest *request = &requests[wanted];

		if (award->change != AWARD_ISSUE)
			continue;
		request->terms = award->terms;
		request->type_code = award->config->type_code;
		request->event_code = config->code;
		request->issued_on = date_in_zone(facts_now(), config->time_zone);
		wanted++;
	}
	numbers_assign(requests, wanted);
	wanted = 0;
	for (int i = 0; i < count; i++)
	{
		if (changed[i].award->change == AWARD_ISSUE)
			changed[i].award->number = requests[wanted++].number;
	}
}

static void
write_issues(const Changed *changed, int count)
{
	ValueColumn events = {.type = INT8OID};
	ValueColumn learners = {.type = INT8OID};
	ValueColumn types = {.type = INT8OID};
	ValueColumn sequences = {.type = INT8OID};
	ValueColumn numbers = {.type = TEXTOID};
	ValueColumn valid_from = {.type = DATEOID};
	ValueColumn expires_on = {.type = DATEOID};
	Datum		values[9];

	assign_numbers(changed, count);
	for (int i = 0; i < count; i++)
	{
		AwardState *award = changed[i].award;

		if (award->change != AWARD_ISSUE)
			continue;
		value_add(&events, Int64GetDatum(changed[i].state->key.event_id));
		value_add(&learners, Int64GetDatum(changed[i].state->key.learner_id));
		value_add(&types, Int64GetDatum(award->config->type_id));
		if (award->terms->has_sequence)
			value_add(&sequences, Int64GetDatum(award->terms->sequence_id));
		else
			value_add_null(&sequences);
		value_add_text(&numbers, award->number);
		value_add(&valid_from, DateADTGetDatum(award->validity.valid_from));
		if (award->validity.never_expires)
			value_add_null(&expires_on);
		else
			value_add(&expires_on,
					  DateADTGetDatum(award->validity.expires_on));
	}
	if (events.count == 0)
		return;
	values[0] = value_array(&events);
	values[1] = value_array(&learners);
	values[2] = value_array(&types);
	values[3] = value_array(&sequences);
	values[4] = value_array(&numbers);
	values[5] = TimestampTzGetDatum(facts_now());
	values[6] = CStringGetTextDatum(identity_name());
	values[7] = value_array(&valid_from);
	values[8] = value_array(&expires_on);
	(void) statement_run(&issue_achievements, values, NULL);
	take_issued_ids(changed, count);
}

/* A result as the audit shows it. */
Jsonb *
result_to_jsonb(Outcome rule, Outcome manual)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_text(&json, "outcome",
				  outcome_name(effective_outcome(manual, rule)));
	json_add_text(&json, "rule_outcome", outcome_name(rule));
	json_add_text(&json, "source", manual == OUTCOME_NONE ? "rule" : "manual");
	return json_end(&json);
}

static void
audit_result(AuditBatch *batch, EnrollmentState *state)
{
	AuditRow	row = {0};

	row.has_event = row.has_learner = true;
	row.event_id = state->key.event_id;
	row.learner_id = state->key.learner_id;
	row.object = "result";
	if (result_moved(state))
	{
		row.action = "result.changed";
		row.old_value = result_to_jsonb(state->stored_rule_outcome,
									state->manual_outcome);
		row.new_value = result_to_jsonb(state->rule_outcome,
									state->manual_outcome);
		decide_subject(state, NULL);
		if (state->config->passing_rule != NULL)
			row.evidence = facts_evidence(&state->facts,
										  state->config->passing_rule,
										  outcome_name(state->rule_outcome));
		audit_add(batch, &row);
	}
	if (state->approval_ends)
	{
		row.action = "result.approval_ended";
		row.old_value = row.new_value = row.evidence = NULL;
		row.reason = "the result has changed";
		audit_add(batch, &row);
	}
}

static Jsonb *
achievement_json(const EnrollmentState *state, const AwardState *award,
				 bool revoked)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_int(&json, "achievement_id",
				 award->change == AWARD_ISSUE ? award->issued_id :
				 award->change == AWARD_REINSTATE ? award->lapsed_id :
				 award->held_id);
	json_add_text(&json, "type", award->config->type_code);
	if (award->change == AWARD_ISSUE)
	{
		json_add_text(&json, "number", award->number);
		json_add_date(&json, "valid_from", award->validity.valid_from);
		if (award->validity.never_expires)
			json_add_null(&json, "expires_on");
		else
			json_add_date(&json, "expires_on", award->validity.expires_on);
	}
	json_add_text(&json, "state", revoked ? "revoked" : "issued");
	return json_end(&json);
}

static void
audit_award(AuditBatch *batch, const Changed *changed)
{
	EnrollmentState *state = changed->state;
	AwardState *award = changed->award;
	AuditRow	row = {0};

	row.has_event = row.has_learner = true;
	row.event_id = state->key.event_id;
	row.learner_id = state->key.learner_id;
	row.object = "achievement";
	row.new_value = achievement_json(state, award,
									 award->change == AWARD_LAPSE);
	switch (award->change)
	{
		case AWARD_ISSUE:
			row.action = "achievement.issued";
			break;
		case AWARD_REINSTATE:
			row.action = "achievement.reinstated";
			row.old_value = achievement_json(state, award, true);
			break;
		case AWARD_LAPSE:
			row.action = "achievement.revoked";
			row.old_value = achievement_json(state, award, false);
			row.reason = lapse_reason(state, award);
			break;
		case AWARD_KEEP:
			return;
	}
	decide_subject(state, award);
	if (state->active)
		row.evidence = facts_evidence(&state->facts, award->config->rule,
									  outcome_name(outcome_of_truth(award->truth)));
	audit_add(batch, &row);
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

		for (int i = 0; i < state->config->award_count; i++)
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

/*
 * Writes what decide_all decided and adds it to the counts.
 */
void
write_changes(Evaluation *evaluation, EvaluationCounts *counts)
{
	AuditBatch	audit;
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
		else if (result_moved(state) || state->approval_ends)
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
		write_moved_results(evaluation->states);
	write_lapses(evaluation, changed, count);
	write_reinstatements(changed, count);
	write_issues(changed, count);

	audit_begin(&audit);
	foreach(cell, evaluation->states)
		audit_result(&audit, lfirst(cell));
	for (int i = 0; i < count; i++)
		audit_award(&audit, &changed[i]);
	audit_write(&audit);
	SPI_finish();
}
