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
#include "row_write.h"

static RowWrite insert_audit = {
	.table = TABLE_AUDIT,
	.column_count = 12,
	.columns = {AUDIT_OCCURRED_AT, AUDIT_TRANSACTION_ID, AUDIT_ACTOR,
		AUDIT_DATABASE_USER, AUDIT_ACTION, AUDIT_OBJECT, AUDIT_EVENT_ID,
		AUDIT_LEARNER_ID, AUDIT_OLD_VALUE, AUDIT_NEW_VALUE, AUDIT_EVIDENCE,
	AUDIT_REASON},
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

/* Writes the rows in the order they were added. */
void
audit_write(AuditBatch *batch)
{
	int			count = batch->actions.count;
	ValueColumn columns[12] = {
		{.type = TIMESTAMPTZOID}, {.type = INT8OID}, {.type = TEXTOID},
		{.type = TEXTOID}, batch->actions, batch->objects, batch->events,
		batch->learners, batch->old_values, batch->new_values,
		batch->evidence, batch->reasons
	};

	if (count == 0)
		return;
	value_add(&columns[0], TimestampTzGetDatum(facts_now()));
	value_add(&columns[1], Int64GetDatum(
		(int64) U64FromFullTransactionId(GetTopFullTransactionId())));
	value_add_text(&columns[2], identity_actor());
	value_add_text(&columns[3], identity_database_user());
	for (int k = 0; k < 4; k++)
		value_repeat(&columns[k], count);
	rows_write(&insert_audit, columns, NULL);
}
