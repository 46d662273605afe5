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
#include "row_write.h"
#include "write.h"

/* A record is revoked, or it is not any more. */
static RowWrite revoke_achievements = {
	.table = TABLE_ACHIEVEMENT,
	.update = true,
	.path = PATH_ACHIEVEMENT_BY_ID,
	.key_count = 2,
	.column_count = 6,
	.columns = {ACHIEVEMENT_EVENT_ID, ACHIEVEMENT_ACHIEVEMENT_ID,
		ACHIEVEMENT_REVOKED_AT, ACHIEVEMENT_REVOKED_BY,
	ACHIEVEMENT_REVOKE_REASON, ACHIEVEMENT_LAPSE_TRANSACTION_ID},
};

static RowWrite issue_achievements = {
	.table = TABLE_ACHIEVEMENT,
	.column_count = 10,
	.columns = {ACHIEVEMENT_EVENT_ID, ACHIEVEMENT_LEARNER_ID,
		ACHIEVEMENT_ACHIEVEMENT_TYPE_ID, ACHIEVEMENT_SEQUENCE_ID,
		ACHIEVEMENT_NUMBER, ACHIEVEMENT_SOURCE, ACHIEVEMENT_ISSUED_AT,
		ACHIEVEMENT_ISSUED_BY, ACHIEVEMENT_VALID_FROM,
	ACHIEVEMENT_EXPIRES_ON},
	.returns_id = true,
	.id_column = ACHIEVEMENT_ACHIEVEMENT_ID,
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

/* Records that their rule takes back, and those that come back. */
void
write_lapses_and_reinstatements(Evaluation *evaluation,
								const Changed *changed, int count)
{
	ValueColumn columns[] = {{.type = INT8OID}, {.type = INT8OID},
	{.type = TIMESTAMPTZOID}, {.type = TEXTOID}, {.type = TEXTOID},
	{.type = INT8OID}};

	for (int i = 0; i < count; i++)
	{
		const AwardState *award = changed[i].award;
		bool		lapses = award->change == AWARD_LAPSE;

		if (!lapses && award->change != AWARD_REINSTATE)
			continue;
		value_add(&columns[0], Int64GetDatum(changed[i].state->key.event_id));
		value_add(&columns[1], Int64GetDatum(lapses ? award->held_id :
											 award->lapsed_id));
		for (int k = 2; !lapses && k < lengthof(columns); k++)
			value_add_null(&columns[k]);
		if (!lapses)
			continue;
		value_add(&columns[2], TimestampTzGetDatum(facts_now()));
		value_add_text(&columns[3], identity_name());
		value_add_text(&columns[4], lapse_reason(changed[i].state, award));
		value_add(&columns[5], Int64GetDatum(evaluation->transaction_id));
	}
	rows_write(&revoke_achievements, columns, NULL);
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
assign_numbers(const Changed *changed, int count, int issued)
{
	NumberRequest *requests = palloc(issued * sizeof(NumberRequest));
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
	ValueColumn columns[] = {{.type = INT8OID}, {.type = INT8OID},
	{.type = INT8OID}, {.type = INT8OID}, {.type = TEXTOID},
	{.type = TEXTOID}, {.type = TIMESTAMPTZOID}, {.type = TEXTOID},
	{.type = DATEOID}, {.type = DATEOID}};
	int64	   *ids;
	int			issued = 0;

	for (int i = 0; i < count; i++)
		issued += changed[i].award->change == AWARD_ISSUE ? 1 : 0;
	if (issued == 0)
		return;
	require_seen(changed, count);
	assign_numbers(changed, count, issued);
	for (int i = 0; i < count; i++)
	{
		AwardState *award = changed[i].award;

		if (award->change != AWARD_ISSUE)
			continue;
		value_add(&columns[0], Int64GetDatum(changed[i].state->key.event_id));
		value_add(&columns[1],
				  Int64GetDatum(changed[i].state->key.learner_id));
		value_add(&columns[2], Int64GetDatum(award->config->type_id));
		if (award->terms->has_sequence)
			value_add(&columns[3], Int64GetDatum(award->terms->sequence_id));
		else
			value_add_null(&columns[3]);
		value_add_text(&columns[4], award->number);
		value_add(&columns[8], DateADTGetDatum(award->validity.valid_from));
		if (award->validity.never_expires)
			value_add_null(&columns[9]);
		else
			value_add(&columns[9],
					  DateADTGetDatum(award->validity.expires_on));
	}
	value_add_text(&columns[5], "rule");
	value_add(&columns[6], TimestampTzGetDatum(facts_now()));
	value_add_text(&columns[7], identity_name());
	for (int k = 5; k < 8; k++)
		value_repeat(&columns[k], issued);
	ids = palloc(issued * sizeof(int64));
	rows_write(&issue_achievements, columns, ids);
	for (int i = 0; i < count; i++)
	{
		if (changed[i].award->change == AWARD_ISSUE)
			changed[i].award->issued_id = *ids++;
	}
}
