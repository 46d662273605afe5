/*-------------------------------------------------------------------------
 *
 * api_transfer.c
 *		transfer_enrollment(): a learner moves to another event.
 *
 * Marks, scores, completions and conditions are copied as far as the other
 * event has the session, assessment or requirement; they stay on the first one
 * as history. Invoice lines move: money is owed once. The first enrollment is
 * cancelled, so what its rules have issued lapses by their policy.
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

PG_FUNCTION_INFO_V1(transfer_enrollment);

typedef struct Transfer
{
	int64		event_id;
	int64		learner_id;
	int64		to_event_id;
} Transfer;

#define STEP(query) {.sql = query, .table = TABLE_ENROLLMENT, \
	.argument_count = 3, .types = {INT8OID, INT8OID, INT8OID}}
#define OF_SOURCE(alias) \
	" WHERE " alias ".event_id OPERATOR(pg_catalog.=) $1" \
	" AND " alias ".learner_id OPERATOR(pg_catalog.=) $2"
#define AT_TARGET(alias) alias ".event_id OPERATOR(pg_catalog.=) $3"

static Statement steps[] = {
	STEP("INSERT INTO achieve.enrollment (event_id, learner_id, status,"
		 " enrolled_at, counts_from)"
		 " SELECT $3, n.learner_id, n.status, n.enrolled_at, n.counts_from"
		 " FROM achieve.enrollment AS n" OF_SOURCE("n")),
	STEP("INSERT INTO achieve.attendance (event_id, learner_id, session_no,"
		 " status, note)"
		 " SELECT $3, f.learner_id, f.session_no, f.status, f.note"
		 " FROM achieve.attendance AS f JOIN achieve.session AS x"
		 " ON " AT_TARGET("x")
		 " AND x.session_no OPERATOR(pg_catalog.=) f.session_no"
		 OF_SOURCE("f")),
	STEP("INSERT INTO achieve.score (event_id, learner_id, code, attempt,"
		 " score)"
		 " SELECT $3, f.learner_id, f.code, f.attempt, f.score"
		 " FROM achieve.score AS f JOIN achieve.assessment AS x"
		 " ON " AT_TARGET("x") " AND x.code OPERATOR(pg_catalog.=) f.code"
		 " AND f.score OPERATOR(pg_catalog.<=) x.max_score"
		 " AND (x.max_attempts IS NULL"
		 " OR f.attempt OPERATOR(pg_catalog.<=) x.max_attempts)"
		 OF_SOURCE("f")),
	STEP("INSERT INTO achieve.completion (event_id, learner_id, code,"
		 " completed_at, waived, note)"
		 " SELECT $3, f.learner_id, f.code, f.completed_at, f.waived, f.note"
		 " FROM achieve.completion AS f JOIN achieve.requirement AS x"
		 " ON " AT_TARGET("x") " AND x.code OPERATOR(pg_catalog.=) f.code"
		 OF_SOURCE("f")),
	STEP("INSERT INTO achieve.condition (event_id, learner_id, name, value)"
		 " SELECT $3, f.learner_id, f.name, f.value"
		 " FROM achieve.condition AS f" OF_SOURCE("f")),
	STEP("UPDATE achieve.invoice_line AS f SET event_id = $3"
		 OF_SOURCE("f")),
	STEP("UPDATE achieve.enrollment AS n SET status = 'cancelled'"
		 OF_SOURCE("n") " AND $3 IS NOT NULL"),
};

/* Runs all steps; arg is the Transfer. */
static void
run_steps(void *arg)
{
	const Transfer *transfer = arg;
	Datum		values[3];

	values[0] = Int64GetDatum(transfer->event_id);
	values[1] = Int64GetDatum(transfer->learner_id);
	values[2] = Int64GetDatum(transfer->to_event_id);
	SPI_connect();
	for (int i = 0; i < lengthof(steps); i++)
		(void) statement_run(&steps[i], values, NULL);
	SPI_finish();
}

/* Takes at once what the steps will need: the event and the invoices too. */
static LockedEnrollment
lock_transfer(const Transfer *transfer)
{
	Work		work;
	ReadSet    *set;
	TupleTableSlot *line;

	access_check_enrollment(transfer->event_id, transfer->learner_id);
	pending_flush();
	work_init(&work, CurrentMemoryContext);
	work_add_id(&work, &work.joined_events, transfer->to_event_id);
	set = read_begin();
	for (line = read_by_enrollment(set, PATH_INVOICE_LINE,
								   transfer->event_id, transfer->learner_id);
		 line != NULL; line = read_next(set, PATH_INVOICE_LINE))
		work_add_id(&work, &work.charged_invoices,
					row_int64(line, TABLE_INVOICE_LINE,
							  INVOICE_LINE_INVOICE_ID));
	read_end(set);
	return api_lock_with(&work, transfer->event_id, transfer->learner_id);
}

/* The other event takes learners, and does not have this one yet. */
static void
check_target(const Transfer *transfer)
{
	ReadSet    *set = read_begin();

	api_require_open_outcomes(api_event(set, transfer->to_event_id));
	if (read_by_enrollment(set, PATH_ENROLLMENT, transfer->to_event_id,
						   transfer->learner_id) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("learner " INT64_FORMAT " is enrolled on event " INT64_FORMAT " already",
						transfer->learner_id, transfer->to_event_id),
				 errhint("Set that enrollment to active and cancel the other one.")));
	read_end(set);
}

static void
audit_transfer(const Transfer *transfer, bool arrival, const char *reason)
{
	JsonBuilder json;
	AuditRow	row = {0};

	json_begin(&json);
	json_add_int(&json, "from_event_id", transfer->event_id);
	json_add_int(&json, "to_event_id", transfer->to_event_id);
	row.action = "enrollment.transferred";
	row.object = "enrollment";
	row.has_event = row.has_learner = true;
	row.event_id = arrival ? transfer->to_event_id : transfer->event_id;
	row.learner_id = transfer->learner_id;
	row.new_value = json_end(&json);
	row.reason = reason;
	api_audit(&row);
}

/*
 * transfer_enrollment(event_id bigint, learner_id bigint, to_event_id bigint,
 *					   reason text)
 *
 * Errors: 22023 reason or the same event, 23503 / 42501 enrollment or event,
 * 23505 enrolled there already, 55000 not active, finalized or cancelled.
 */
Datum
transfer_enrollment(PG_FUNCTION_ARGS)
{
	Transfer	transfer;
	char	   *reason = api_reason(fcinfo, 3);
	LockedEnrollment locked;
	ReadSet    *set;

	transfer.event_id = api_id(fcinfo, 0, "event_id");
	transfer.learner_id = api_id(fcinfo, 1, "learner_id");
	transfer.to_event_id = api_id(fcinfo, 2, "to_event_id");
	if (transfer.event_id == transfer.to_event_id)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("event " INT64_FORMAT " is the one that the learner is enrolled on",
						transfer.event_id),
				 errhint("Name another event.")));
	access_check_event(transfer.to_event_id);
	locked = lock_transfer(&transfer);
	set = read_begin();
	api_require_active(&locked, api_event(set, transfer.event_id));
	read_end(set);
	check_target(&transfer);
	audit_transfer(&transfer, false, reason);
	audit_transfer(&transfer, true, reason);
	pending_collect(run_steps, &transfer);
	PG_RETURN_VOID();
}
