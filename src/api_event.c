/*-------------------------------------------------------------------------
 *
 * api_event.c
 *		close_event, finalize_event and reopen_event: an event's life.
 *
 * scheduled -> closed -> finalized, and back: finalized -> closed -> reopened
 * -> closed. Closing ends openness, finalizing freezes outcomes, reopening
 * says why. The change of status is an UPDATE like any other: the statement
 * triggers evaluate the event.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access.h"
#include "api.h"
#include "json.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(close_event);
PG_FUNCTION_INFO_V1(finalize_event);
PG_FUNCTION_INFO_V1(reopen_event);

static Statement update_status = {
	.sql = "UPDATE achieve.event AS e SET status = $2"
	" WHERE e.event_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_EVENT,
	.argument_count = 2,
	.types = {INT8OID, TEXTOID},
};

static const char *const status_names[] = {
	[EVENT_SCHEDULED] = "scheduled",
	[EVENT_CLOSED] = "closed",
	[EVENT_REOPENED] = "reopened",
	[EVENT_FINALIZED] = "finalized",
	[EVENT_CANCELLED] = "cancelled"
};

/* Locks the event, evaluates what is pending, and says where it stands. */
static EventStatus
lock_status(int64 event_id)
{
	ReadSet    *set;
	Datum		key = Int64GetDatum(event_id);
	TupleTableSlot *row;
	const char *bytes;
	int			length;
	EventStatus status;

	access_check_event(event_id);
	pending_flush();
	set = read_begin();
	row = lock_row(set, PATH_EVENT, 1, &key, LockTupleNoKeyExclusive);
	if (row == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("event " INT64_FORMAT " does not exist any more",
						event_id),
				 errhint("It was deleted meanwhile.")));
	bytes = row_bytes(row, TABLE_EVENT, EVENT_STATUS, &length);
	status = event_status_from_bytes(bytes, length);
	read_end(set);
	return status;
}

static Jsonb *
status_json(EventStatus status)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_text(&json, "status", status_names[status]);
	return json_end(&json);
}

/* One step: writes the status, audits it, and evaluates. */
static void
step(int64 event_id, EventStatus from, EventStatus to, const char *reason)
{
	AuditRow	row = {0};
	Datum		values[2];

	row.action = to == EVENT_CLOSED && from == EVENT_FINALIZED ?
		"event.reopened" : psprintf("event.%s", status_names[to]);
	row.object = "event";
	row.has_event = true;
	row.event_id = event_id;
	row.old_value = status_json(from);
	row.new_value = status_json(to);
	row.reason = reason;
	api_audit(&row);

	values[0] = Int64GetDatum(event_id);
	values[1] = CStringGetTextDatum(status_names[to]);
	SPI_connect();
	(void) statement_run(&update_status, values, NULL);
	SPI_finish();
	pending_flush();
}

static void
refuse_step(int64 event_id, EventStatus from, const char *what,
			const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("event " INT64_FORMAT " is %s and cannot be %s",
					event_id, status_names[from], what),
			 errhint("%s", hint)));
}

/*
 * close_event(event_id bigint, reason text DEFAULT NULL)
 *
 * No more facts are open: unmarked is absent, not recorded is 0. Errors: 55000
 * unless scheduled or reopened.
 */
Datum
close_event(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	char	   *reason = PG_ARGISNULL(1) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(1));
	EventStatus status = lock_status(event_id);

	if (status != EVENT_SCHEDULED && status != EVENT_REOPENED)
		refuse_step(event_id, status, "closed",
					status == EVENT_CANCELLED ?
					"Set achieve.event.status to scheduled first." :
					"It is closed already.");
	step(event_id, status, EVENT_CLOSED, reason);
	PG_RETURN_VOID();
}

/*
 * finalize_event(event_id bigint, reason text)
 *
 * Freezes the outcomes; an event that is still open is closed first. Errors:
 * 22023 reason, 55000 finalized already or cancelled.
 */
Datum
finalize_event(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	char	   *reason = api_reason(fcinfo, 1);
	EventStatus status = lock_status(event_id);

	if (status == EVENT_FINALIZED || status == EVENT_CANCELLED)
		refuse_step(event_id, status, "finalized",
					status == EVENT_CANCELLED ?
					"Set achieve.event.status to scheduled first." :
					"Its outcomes are frozen already.");
	if (status != EVENT_CLOSED)
	{
		step(event_id, status, EVENT_CLOSED, reason);
		status = EVENT_CLOSED;
	}
	step(event_id, status, EVENT_FINALIZED, reason);
	PG_RETURN_VOID();
}

/*
 * reopen_event(event_id bigint, reason text)
 *
 * A finalized event becomes closed, a closed one reopened. Errors: 22023
 * reason, 55000 otherwise.
 */
Datum
reopen_event(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	char	   *reason = api_reason(fcinfo, 1);
	EventStatus status = lock_status(event_id);

	if (status != EVENT_FINALIZED && status != EVENT_CLOSED)
		refuse_step(event_id, status, "reopened",
					status == EVENT_CANCELLED ?
					"Set achieve.event.status to scheduled first." :
					"It is open already.");
	step(event_id, status,
		 status == EVENT_FINALIZED ? EVENT_CLOSED : EVENT_REOPENED, reason);
	PG_RETURN_VOID();
}
