/*-------------------------------------------------------------------------
 *
 * write_awards.c
 *		Writes achievements that lapse, come back or are issued.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "identity.h"
#include "numbers.h"
#include "write.h"

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

/* Why the rule takes a record back, in words that people read. */
char *
lapse_reason(const EnrollmentState *state, const AwardState *award)
{
	if (state->config->status == EVENT_CANCELLED)
		return pstrdup("the event is cancelled");
	if (!state->active)
		return pstrdup("the enrollment is not active");
	return psprintf("no longer meets the rule: %s",
					rule_to_text(award->config->rule));
}

/* Records that their rule takes back. */
void
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

/* Lapsed records that come back. */
void
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

static void
require_seen(const Changed *changed, int count)
{
	ReadSet    *set;

	if (!IsolationUsesXactSnapshot())
		return;
	set = read_begin_as_transaction();
	for (int i = 0; i < count; i++)
	{
		if (changed[i].award->change == AWARD_ISSUE)
			terms_require_seen(set, &changed[i].state->key,
							   changed[i].award->config->type_id);
	}
	read_end(set);
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

/* New records. */
void
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

	require_seen(changed, count);
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
