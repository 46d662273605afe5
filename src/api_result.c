/*-------------------------------------------------------------------------
 *
 * api_result.c
 *		set_result and clear_result: results by people.
 *
 * A manual outcome stands before the rule's until it is cleared; the rule's
 * own is kept up to date beside it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "api.h"
#include "approvals.h"
#include "identity.h"
#include "notify.h"

PG_FUNCTION_INFO_V1(set_result);
PG_FUNCTION_INFO_V1(clear_result);

/* An approval is of one outcome: it ends when that changes. */
#define APPROVAL_KEPT_WHILE(new_outcome) \
	" approved_by = CASE WHEN r.outcome OPERATOR(pg_catalog.=) " new_outcome \
	" THEN r.approved_by END," \
	" approved_at = CASE WHEN r.outcome OPERATOR(pg_catalog.=) " new_outcome \
	" THEN r.approved_at END"

static Statement set_manual = {
	.sql = "UPDATE achieve.result AS r SET manual_outcome = $3, reason = $4,"
	" decided_by = $5, decided_at = $6,"
	APPROVAL_KEPT_WHILE("$3")
	" WHERE r.event_id OPERATOR(pg_catalog.=) $1"
	" AND r.learner_id OPERATOR(pg_catalog.=) $2",
	.table = TABLE_RESULT,
	.argument_count = 6,
	.types = {INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID},
};

static Statement clear_manual = {
	.sql = "UPDATE achieve.result AS r SET manual_outcome = NULL,"
	" reason = NULL, decided_by = NULL, decided_at = r.rule_decided_at,"
	APPROVAL_KEPT_WHILE("r.rule_outcome")
	" WHERE r.event_id OPERATOR(pg_catalog.=) $1"
	" AND r.learner_id OPERATOR(pg_catalog.=) $2",
	.table = TABLE_RESULT,
	.argument_count = 2,
	.types = {INT8OID, INT8OID},
};

/* The stored result of a locked enrollment. */
typedef struct StoredResult
{
	Outcome		rule;
	Outcome		manual;
	bool		approved;
	char	   *approved_by;
	TimestampTz approved_at;
} StoredResult;

static StoredResult
read_stored(int64 event_id, int64 learner_id)
{
	ReadSet    *set = read_begin();
	TupleTableSlot *row = read_by_enrollment(set, PATH_RESULT, event_id,
											 learner_id);
	StoredResult stored = {0};
	const char *bytes;
	int			length;

	if (row == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("learner " INT64_FORMAT " has no result on event " INT64_FORMAT " yet",
						learner_id, event_id),
				 errhint("It was loaded with achieve.enabled off: call achieve.evaluate_event(" INT64_FORMAT ") first.",
						 event_id)));
	bytes = row_bytes(row, TABLE_RESULT, RESULT_RULE_OUTCOME, &length);
	stored.rule = outcome_from_bytes(bytes, length);
	bytes = row_bytes(row, TABLE_RESULT, RESULT_MANUAL_OUTCOME, &length);
	stored.manual = outcome_from_bytes(bytes, length);
	stored.approved = !row_is_null(row, TABLE_RESULT, RESULT_APPROVED_AT);
	stored.approved_by = row_text(row, TABLE_RESULT, RESULT_APPROVED_BY);
	stored.approved_at = row_int64(row, TABLE_RESULT, RESULT_APPROVED_AT);
	read_end(set);
	return stored;
}

/* Locks and checks; returns the result as it is before the change. */
static StoredResult
begin_change(int64 event_id, int64 learner_id)
{
	LockedEnrollment locked = api_lock(event_id, learner_id);
	ReadSet    *set = read_begin();

	api_require_active(&locked, api_event(set, event_id));
	read_end(set);
	return read_stored(event_id, learner_id);
}

/*
 * Audits and announces a change that was written, ends the approval of another
 * outcome, and evaluates.
 */
static void
end_change(const char *action, int64 event_id, int64 learner_id,
		   const StoredResult *stored, Outcome manual, const char *reason)
{
	AuditRow	row = {0};
	EnrollmentKey key = {event_id, learner_id};
	Outcome		was = effective_outcome(stored->manual, stored->rule);
	Outcome		now = effective_outcome(manual, stored->rule);
	NotifyBatch notifications;

	row.action = action;
	row.object = "result";
	row.has_event = row.has_learner = true;
	row.event_id = event_id;
	row.learner_id = learner_id;
	row.old_value = result_to_jsonb(stored->rule, stored->manual);
	row.new_value = result_to_jsonb(stored->rule, manual);
	row.reason = reason;
	api_audit(&row);
	if (stored->approved && was != now)
	{
		approval_remember(&key, was, stored->approved_by,
						  stored->approved_at);
		row.action = "result.approval_ended";
		row.old_value = row.new_value = NULL;
		row.reason = "the result has changed";
		api_audit(&row);
	}
	notify_begin(&notifications);
	notify_result(&notifications, &key, was, now, manual != OUTCOME_NONE,
				  reason);
	notify_write_now(&notifications);
	api_evaluate(event_id, learner_id, NULL);
}

/*
 * set_result(event_id bigint, learner_id bigint, outcome text, reason text)
 *
 * Errors: 22023 outcome or reason, 23503 / 42501 enrollment, 55000 not active
 * or finalized.
 */
Datum
set_result(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	int64		learner_id = api_id(fcinfo, 1, "learner_id");
	char	   *outcome = api_text(fcinfo, 2, "outcome");
	char	   *reason = api_reason(fcinfo, 3);
	StoredResult stored;
	Datum		values[6];

	if (strcmp(outcome, "passed") != 0 && strcmp(outcome, "failed") != 0 &&
		strcmp(outcome, "pending") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not an outcome", outcome),
				 errhint("The outcomes are passed, failed and pending.")));
	stored = begin_change(event_id, learner_id);
	values[0] = Int64GetDatum(event_id);
	values[1] = Int64GetDatum(learner_id);
	values[2] = CStringGetTextDatum(outcome);
	values[3] = CStringGetTextDatum(reason);
	values[4] = CStringGetTextDatum(identity_name());
	values[5] = TimestampTzGetDatum(facts_now());
	SPI_connect();
	(void) statement_run(&set_manual, values, NULL);
	SPI_finish();
	end_change("result.set", event_id, learner_id, &stored,
			   outcome_from_bytes(outcome, strlen(outcome)), reason);
	PG_RETURN_VOID();
}

/*
 * clear_result(event_id bigint, learner_id bigint, reason text)
 *
 * Back to the rule's outcome. Does nothing where no manual result is set.
 */
Datum
clear_result(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	int64		learner_id = api_id(fcinfo, 1, "learner_id");
	char	   *reason = api_reason(fcinfo, 2);
	StoredResult stored = begin_change(event_id, learner_id);
	Datum		values[2];

	if (stored.manual == OUTCOME_NONE)
		PG_RETURN_VOID();
	values[0] = Int64GetDatum(event_id);
	values[1] = Int64GetDatum(learner_id);
	SPI_connect();
	(void) statement_run(&clear_manual, values, NULL);
	SPI_finish();
	end_change("result.cleared", event_id, learner_id, &stored, OUTCOME_NONE,
			   reason);
	PG_RETURN_VOID();
}
