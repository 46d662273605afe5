/*-------------------------------------------------------------------------
 *
 * notify.c
 *		Notifications: what is to be told to learners and others.
 *
 * The rows of a batch are written together, once what this transaction has
 * told before is settled with them (notify_settle.c).
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

#define NOTIFY_CHANNEL "achieve"

bool		notify_listeners = false;
bool		notify_enabled = true;

static RowWrite insert_notifications = {
	.table = TABLE_NOTIFICATION,
	.column_count = 5,
	.columns = {NOTIFICATION_TRANSACTION_ID, NOTIFICATION_TOPIC,
		NOTIFICATION_EVENT_ID, NOTIFICATION_LEARNER_ID,
	NOTIFICATION_PAYLOAD},
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

/* Writes the batch and empties it; returns how many rows were added. */
uint64
notify_write(NotifyBatch *batch)
{
	int64		transaction_id =
		(int64) U64FromFullTransactionId(GetTopFullTransactionId());
	int			count;

	notify_settle(batch, transaction_id);
	count = batch->topics.count;
	if (count > 0)
	{
		ValueColumn columns[] = {{.type = INT8OID}, batch->topics,
			batch->events, batch->learners, {.type = JSONBOID}};

		value_add(&columns[0], Int64GetDatum(transaction_id));
		value_repeat(&columns[0], count);
		notify_payloads(batch, &columns[4]);
		rows_write(&insert_notifications, columns, NULL);
		notify_remember(batch, transaction_id);
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
