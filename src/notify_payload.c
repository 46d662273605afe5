/*-------------------------------------------------------------------------
 *
 * notify_payload.c
 *		What a notification says: all that a mail needs.
 *
 * Names and titles are those of the moment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "json.h"
#include "notify.h"
#include "reader.h"

/* The last of each that was read: a batch is mostly about the same event. */
typedef struct Names
{
	ReadSet    *set;
	int64		event_id;		/* 0: none; likewise below */
	char	   *event_code;
	char	   *event_title;
	int64		learner_id;
	char	   *learner_name;
	char	   *learner_email;
	char	   *learner_reference;
	bool		has_account;
	int64		account_id;		/* of that learner */
	int64		named_account_id;
	char	   *account_name;
	int64		type_id;
	char	   *type_code;
	char	   *type_title;
} Names;

static void
find_event(Names *names, int64 event_id)
{
	TupleTableSlot *row;

	if (names->event_id == event_id)
		return;
	row = read_by_id(names->set, PATH_EVENT, event_id);
	names->event_id = event_id;
	names->event_code = row == NULL ? NULL :
		row_text(row, TABLE_EVENT, EVENT_CODE);
	names->event_title = row == NULL ? NULL :
		row_text(row, TABLE_EVENT, EVENT_TITLE);
}

static void
find_account(Names *names)
{
	TupleTableSlot *row;

	if (!names->has_account || names->named_account_id == names->account_id)
		return;
	row = read_by_id(names->set, PATH_ACCOUNT, names->account_id);
	names->named_account_id = names->account_id;
	names->account_name = row == NULL ? NULL :
		row_text(row, TABLE_ACCOUNT, ACCOUNT_NAME);
}

static void
find_learner(Names *names, int64 learner_id)
{
	TupleTableSlot *row;

	if (names->learner_id == learner_id)
		return;
	row = read_by_id(names->set, PATH_LEARNER, learner_id);
	names->learner_id = learner_id;
	names->learner_name = names->learner_email = names->learner_reference =
		NULL;
	names->has_account = false;
	if (row == NULL)
		return;
	names->learner_name = row_text(row, TABLE_LEARNER, LEARNER_NAME);
	names->learner_email = row_text(row, TABLE_LEARNER, LEARNER_EMAIL);
	names->learner_reference = row_text(row, TABLE_LEARNER,
										LEARNER_REFERENCE);
	names->has_account = !row_is_null(row, TABLE_LEARNER, LEARNER_ACCOUNT_ID);
	names->account_id = row_int64(row, TABLE_LEARNER, LEARNER_ACCOUNT_ID);
	find_account(names);
}

static void
find_type(Names *names, int64 type_id)
{
	TupleTableSlot *row;

	if (names->type_id == type_id)
		return;
	row = read_by_id(names->set, PATH_ACHIEVEMENT_TYPE, type_id);
	names->type_id = type_id;
	names->type_code = row == NULL ? NULL :
		row_text(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_CODE);
	names->type_title = row == NULL ? NULL :
		row_text(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_TITLE);
}

static void
add_enrollment(JsonBuilder *json, Names *names, int64 event_id,
			   int64 learner_id)
{
	find_event(names, event_id);
	find_learner(names, learner_id);
	json_add_int(json, "event_id", event_id);
	json_add_text(json, "event_code", names->event_code);
	json_add_text(json, "event_title", names->event_title);
	json_add_int(json, "learner_id", learner_id);
	json_add_text(json, "learner_name", names->learner_name);
	json_add_text(json, "learner_email", names->learner_email);
	json_add_text(json, "learner_reference", names->learner_reference);
	if (names->has_account)
		json_add_int(json, "account_id", names->account_id);
	else
		json_add_text(json, "account_id", NULL);
	json_add_text(json, "account_name",
				  names->has_account ? names->account_name : NULL);
}

/* The record as it is now, and what its topic adds. */
static void
add_achievement(JsonBuilder *json, Names *names, const char *topic,
				int64 event_id, int64 achievement_id)
{
	TupleTableSlot *row = read_by_enrollment(names->set,
											 PATH_ACHIEVEMENT_BY_ID, event_id,
											 achievement_id);
	bool		expires;
	DateADT		expires_on;

	if (row == NULL)
		return;
	expires = !row_is_null(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_EXPIRES_ON);
	expires_on = row_int32(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_EXPIRES_ON);
	find_type(names, row_int64(row, TABLE_ACHIEVEMENT,
							   ACHIEVEMENT_ACHIEVEMENT_TYPE_ID));
	json_add_int(json, "achievement_id", achievement_id);
	json_add_text(json, "achievement_type", names->type_code);
	json_add_text(json, "achievement_title", names->type_title);
	json_add_text(json, "number", row_text(row, TABLE_ACHIEVEMENT,
										   ACHIEVEMENT_NUMBER));
	json_add_text(json, "source", row_text(row, TABLE_ACHIEVEMENT,
										   ACHIEVEMENT_SOURCE));
	json_add_date(json, "valid_from", row_int32(row, TABLE_ACHIEVEMENT,
												ACHIEVEMENT_VALID_FROM));
	json_add_date_or_null(json, "expires_on", !expires, expires_on);
	json_add_date_or_null(json, "last_valid_on", !expires, expires_on - 1);
	if (strcmp(topic, NOTIFY_ISSUED) == 0)
		json_add_bool(json, "reinstated",
					  row_int64(row, TABLE_ACHIEVEMENT,
								ACHIEVEMENT_ISSUED_AT) <
					  GetCurrentTransactionStartTimestamp());
	else if (strcmp(topic, NOTIFY_REVOKED) == 0)
		json_add_text(json, "reason", row_text(row, TABLE_ACHIEVEMENT,
											   ACHIEVEMENT_REVOKE_REASON));
}

/*
 * The payloads of a batch, in its order; particulars go before what is read.
 * At SERIALIZABLE names are read under the transaction's snapshot: that
 * somebody is renamed meanwhile is no conflict.
 */
void
notify_payloads(const NotifyBatch *batch, ValueColumn *payloads)
{
	Names		names = {0};

	names.set = IsolationIsSerializable() ? read_begin_as_transaction() :
		read_begin();
	for (int i = 0; i < batch->topics.count; i++)
	{
		int64		event_id = DatumGetInt64(batch->events.values[i]);
		JsonBuilder json;

		CHECK_FOR_INTERRUPTS();
		json_begin(&json);
		add_enrollment(&json, &names, event_id,
					   DatumGetInt64(batch->learners.values[i]));
		if (!batch->achievements.nulls[i])
			add_achievement(&json, &names,
							TextDatumGetCString(batch->topics.values[i]),
							event_id,
							DatumGetInt64(batch->achievements.values[i]));
		json_add_all(&json, DatumGetJsonbP(batch->particulars.values[i]));
		value_add(payloads, JsonbPGetDatum(json_end(&json)));
	}
	read_end(names.set);
}
