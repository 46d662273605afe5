/*-------------------------------------------------------------------------
 *
 * audit.c
 *		Rows for the audit, written together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "audit.h"
#include "facts.h"
#include "identity.h"

static Statement insert_audit = {
	.sql = "INSERT INTO achieve.audit (occurred_at, transaction_id, actor, database_user,"
	" action, event_id, learner_id, object, old_value, new_value, evidence, reason)"
	" SELECT $1, $2, $3, $4, u.action, u.event_id, u.learner_id, u.object,"
	" u.old_value, u.new_value, u.evidence, u.reason"
	" FROM unnest($5, $6, $7, $8, $9, $10, $11, $12) AS u"
	" (action, object, event_id, learner_id, old_value, new_value, evidence, reason)",
	.table = TABLE_RESULT,
	.argument_count = 12,
	.types = {TIMESTAMPTZOID, INT8OID, TEXTOID, TEXTOID, TEXTARRAYOID,
		TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID, JSONBARRAYOID,
	JSONBARRAYOID, JSONBARRAYOID, TEXTARRAYOID},
};

void
audit_begin(AuditBatch *batch)
{
	memset(batch, 0, sizeof(AuditBatch));
	batch->actions.type = TEXTOID;
	batch->objects.type = TEXTOID;
	batch->events.type = INT8OID;
	batch->learners.type = INT8OID;
	batch->old_values.type = JSONBOID;
	batch->new_values.type = JSONBOID;
	batch->evidence.type = JSONBOID;
	batch->reasons.type = TEXTOID;
}

static void
add_jsonb(ValueColumn *column, Jsonb *value)
{
	if (value == NULL)
		value_add_null(column);
	else
		value_add(column, JsonbPGetDatum(value));
}

static void
add_id(ValueColumn *column, bool given, int64 id)
{
	if (given)
		value_add(column, Int64GetDatum(id));
	else
		value_add_null(column);
}

void
audit_add(AuditBatch *batch, const AuditRow *row)
{
	value_add_text(&batch->actions, row->action);
	value_add_text(&batch->objects, row->object);
	add_id(&batch->events, row->has_event, row->event_id);
	add_id(&batch->learners, row->has_learner, row->learner_id);
	add_jsonb(&batch->old_values, row->old_value);
	add_jsonb(&batch->new_values, row->new_value);
	add_jsonb(&batch->evidence, row->evidence);
	value_add_text(&batch->reasons,
				   row->reason != NULL ? row->reason : identity_reason());
}

/* Writes the rows in the order they were added; SPI must be connected. */
void
audit_write(AuditBatch *batch)
{
	Datum		values[12];
	char		nulls[13] = "            ";
	const char *actor = identity_actor();

	if (batch->actions.count == 0)
		return;
	values[0] = TimestampTzGetDatum(facts_now());
	values[1] = Int64GetDatum(
		(int64) U64FromFullTransactionId(GetTopFullTransactionId()));
	values[2] = actor != NULL ? CStringGetTextDatum(actor) : (Datum) 0;
	if (actor == NULL)
		nulls[2] = 'n';
	values[3] = CStringGetTextDatum(identity_database_user());
	values[4] = value_array(&batch->actions);
	values[5] = value_array(&batch->objects);
	values[6] = value_array(&batch->events);
	values[7] = value_array(&batch->learners);
	values[8] = value_array(&batch->old_values);
	values[9] = value_array(&batch->new_values);
	values[10] = value_array(&batch->evidence);
	values[11] = value_array(&batch->reasons);
	(void) statement_run(&insert_audit, values, nulls);
}
