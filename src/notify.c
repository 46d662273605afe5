/*-------------------------------------------------------------------------
 *
 * notify.c
 *		Notifications: what is to be told to learners and others.
 *
 * The rows of a batch are written together. Only where the transaction
 * has written notifications before is there something to settle first: rows
 * of its own that the new ones take back or continue, found by the index on
 * transaction and enrollment. That the transaction has is remembered per
 * backend; rolling back to a savepoint leaves it remembered, and nothing is
 * found then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/builtins.h"

#include "json.h"
#include "notify.h"
#include "row_write.h"

#define NOTIFY_RESULT "result.changed"
#define NOTIFY_CHANNEL "achieve"

bool		notify_listeners = false;
bool		notify_enabled = true;

/* The last transaction of this backend that wrote notifications. */
static int64 written_in = 0;

static RowWrite insert_notifications = {
	.table = TABLE_NOTIFICATION,
	.column_count = 5,
	.columns = {NOTIFICATION_TRANSACTION_ID, NOTIFICATION_TOPIC,
		NOTIFICATION_EVENT_ID, NOTIFICATION_LEARNER_ID,
	NOTIFICATION_PAYLOAD},
};

/*
 * Takes back what this transaction had to tell and no longer has: returns the
 * positions of the new notifications that are thereby settled too. A result
 * that has moved on keeps its row, and where it came from.
 */
static Statement settle_notifications = {
	.sql = "WITH u AS MATERIALIZED (SELECT * FROM unnest("
	"$2, $3, $4, $5, $6) WITH ORDINALITY AS n (topic, event_id, learner_id,"
	" achievement_id, particulars, position)),"
	" own AS MATERIALIZED (SELECT u.*, n.notification_id, n.topic AS told,"
	" n.payload FROM u JOIN achieve.notification AS n"
	" ON n.transaction_id OPERATOR(pg_catalog.=) $1"
	" AND n.delivered_at IS NULL"
	" AND n.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND n.learner_id OPERATOR(pg_catalog.=) u.learner_id),"
	" cancelled AS (DELETE FROM achieve.notification AS n USING own"
	" WHERE n.notification_id OPERATOR(pg_catalog.=) own.notification_id"
	" AND CASE WHEN own.topic OPERATOR(pg_catalog.=) '" NOTIFY_RESULT "'"
	" THEN own.told OPERATOR(pg_catalog.=) own.topic"
	" AND (own.payload OPERATOR(pg_catalog.->>) 'previous_outcome')"
	" OPERATOR(pg_catalog.=)"
	" (own.particulars OPERATOR(pg_catalog.->>) 'outcome')"
	" ELSE (own.payload OPERATOR(pg_catalog.->>) 'achievement_id')"
	" OPERATOR(pg_catalog.=) (own.achievement_id::pg_catalog.text)"
	" AND CASE WHEN own.topic OPERATOR(pg_catalog.=) '" NOTIFY_REVOKED "'"
	" THEN own.told OPERATOR(pg_catalog.=) ANY (ARRAY['" NOTIFY_ISSUED "',"
	" '" NOTIFY_CERTIFICATE_GENERATED "', '" NOTIFY_CERTIFICATE_FAILED "'])"
	" WHEN own.topic OPERATOR(pg_catalog.=) '" NOTIFY_ISSUED "'"
	" THEN own.told OPERATOR(pg_catalog.=) '" NOTIFY_REVOKED "'"
	" ELSE false END END"
	" RETURNING own.position, own.told),"
	" moved AS (UPDATE achieve.notification AS n SET payload ="
	" n.payload OPERATOR(pg_catalog.||) own.particulars"
	" OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object("
	"'previous_outcome', own.payload OPERATOR(pg_catalog.->)"
	" 'previous_outcome') FROM own"
	" WHERE n.notification_id OPERATOR(pg_catalog.=) own.notification_id"
	" AND own.topic OPERATOR(pg_catalog.=) '" NOTIFY_RESULT "'"
	" AND own.told OPERATOR(pg_catalog.=) own.topic"
	" AND (own.payload OPERATOR(pg_catalog.->>) 'previous_outcome')"
	" OPERATOR(pg_catalog.<>)"
	" (own.particulars OPERATOR(pg_catalog.->>) 'outcome')"
	" RETURNING own.position)"
	" SELECT c.position FROM cancelled AS c WHERE c.told"
	" OPERATOR(pg_catalog.=) ANY (ARRAY['" NOTIFY_RESULT "',"
	" '" NOTIFY_ISSUED "', '" NOTIFY_REVOKED "'])"
	" UNION ALL SELECT m.position FROM moved AS m",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 6,
	.types = {INT8OID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
	INT8ARRAYOID, JSONBARRAYOID},
};

void
notify_begin(NotifyBatch *batch)
{
	memset(batch, 0, sizeof(NotifyBatch));
	batch->topics.type = TEXTOID;
	batch->events.type = INT8OID;
	batch->learners.type = INT8OID;
	batch->achievements.type = INT8OID;
	batch->particulars.type = JSONBOID;
}

/* Adds one; does nothing while notifications are switched off. */
void
notify_add(NotifyBatch *batch, const Notification *notification)
{
	Jsonb	   *particulars = notification->particulars;

	if (!notify_enabled)
		return;
	if (particulars == NULL)
	{
		JsonBuilder json;

		json_begin(&json);
		particulars = json_end(&json);
	}
	value_add_text(&batch->topics, notification->topic);
	value_add(&batch->events, Int64GetDatum(notification->event_id));
	value_add(&batch->learners, Int64GetDatum(notification->learner_id));
	if (notification->achievement_id != 0)
		value_add(&batch->achievements,
				  Int64GetDatum(notification->achievement_id));
	else
		value_add_null(&batch->achievements);
	value_add(&batch->particulars, JsonbPGetDatum(particulars));
}

/*
 * Adds a change of the effective outcome; nothing where it has not changed.
 * The reason is that of a manual one.
 */
void
notify_result(NotifyBatch *batch, const EnrollmentKey *key, Outcome was,
			  Outcome now, bool manual, const char *reason)
{
	Notification notification = {
		.topic = NOTIFY_RESULT,
		.event_id = key->event_id,
		.learner_id = key->learner_id
	};
	JsonBuilder json;

	if (was == now || !notify_enabled)
		return;
	json_begin(&json);
	json_add_text(&json, "outcome", outcome_name(now));
	json_add_text(&json, "previous_outcome", outcome_name(was));
	json_add_text(&json, "source", manual ? "manual" : "rule");
	json_add_text(&json, "reason", reason);
	notification.particulars = json_end(&json);
	notify_add(batch, &notification);
}

/* Adds what happened to a record; the rest is read from its row. */
void
notify_achievement(NotifyBatch *batch, const char *topic,
				   const EnrollmentKey *key, int64 achievement_id)
{
	Notification notification = {
		.topic = topic,
		.event_id = key->event_id,
		.learner_id = key->learner_id,
		.achievement_id = achievement_id
	};

	notify_add(batch, &notification);
}

/* Adds a record that is issued anew, whatever date it carries. */
void
notify_issued(NotifyBatch *batch, const EnrollmentKey *key,
			  int64 achievement_id)
{
	Notification notification = {
		.topic = NOTIFY_ISSUED,
		.event_id = key->event_id,
		.learner_id = key->learner_id,
		.achievement_id = achievement_id
	};
	JsonBuilder json;

	if (!notify_enabled)
		return;
	json_begin(&json);
	json_add_bool(&json, "reinstated", false);
	notification.particulars = json_end(&json);
	notify_add(batch, &notification);
}

/* Takes the values at the given positions, counted from 0, out of a column. */
static void
leave_out(ValueColumn *column, const bool *settled)
{
	int			kept = 0;

	for (int i = 0; i < column->count; i++)
	{
		if (settled[i])
			continue;
		column->values[kept] = column->values[i];
		column->nulls[kept++] = column->nulls[i];
	}
	column->count = kept;
}

static void
set_values(const NotifyBatch *batch, int64 transaction_id, Datum *values)
{
	values[0] = Int64GetDatum(transaction_id);
	values[1] = value_array(&batch->topics);
	values[2] = value_array(&batch->events);
	values[3] = value_array(&batch->learners);
	values[4] = value_array(&batch->achievements);
	values[5] = value_array(&batch->particulars);
}

/* Leaves of the batch what this transaction has not settled by itself. */
static void
settle(NotifyBatch *batch, int64 transaction_id)
{
	bool	   *settled = palloc0(batch->topics.count * sizeof(bool));
	Datum		values[6];
	uint64		count;

	set_values(batch, transaction_id, values);
	count = statement_run(&settle_notifications, values, NULL);
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;
		int64		position = DatumGetInt64(
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
						  &isnull));

		settled[position - 1] = true;
	}
	leave_out(&batch->topics, settled);
	leave_out(&batch->events, settled);
	leave_out(&batch->learners, settled);
	leave_out(&batch->achievements, settled);
	leave_out(&batch->particulars, settled);
}

/* Writes the batch and empties it; returns how many rows were added. */
uint64
notify_write(NotifyBatch *batch)
{
	int64		transaction_id =
		(int64) U64FromFullTransactionId(GetTopFullTransactionId());
	int			count;

	if (batch->topics.count > 0 && written_in == transaction_id)
		settle(batch, transaction_id);
	count = batch->topics.count;
	if (count > 0)
	{
		ValueColumn columns[] = {{.type = INT8OID}, batch->topics,
			batch->events, batch->learners, {.type = JSONBOID}};

		value_add(&columns[0], Int64GetDatum(transaction_id));
		value_repeat(&columns[0], count);
		notify_payloads(batch, &columns[4]);
		rows_write(&insert_notifications, columns, NULL);
		written_in = transaction_id;
		if (notify_listeners)
			Async_Notify(NOTIFY_CHANNEL, "");
	}
	notify_begin(batch);
	return count;
}

/* Writes a batch where SPI is not connected. */
void
notify_write_now(NotifyBatch *batch)
{
	if (batch->topics.count == 0)
		return;
	SPI_connect();
	(void) notify_write(batch);
	SPI_finish();
}
