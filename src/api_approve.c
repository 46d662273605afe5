/*-------------------------------------------------------------------------
 *
 * api_approve.c
 *		approve_results and withdraw_approval: the review of results.
 *
 * An approval is of one outcome. Where the course template asks for it, those
 * who set a result by hand cannot approve it themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access.h"
#include "api.h"
#include "approvals.h"
#include "identity.h"
#include "json.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(approve_results);
PG_FUNCTION_INFO_V1(withdraw_approval);

static Statement find_approvable = {
	.sql = "SELECT r.learner_id, r.outcome FROM achieve.result AS r"
	" JOIN achieve.enrollment AS n"
	" ON n.event_id OPERATOR(pg_catalog.=) r.event_id"
	" AND n.learner_id OPERATOR(pg_catalog.=) r.learner_id"
	" WHERE r.event_id OPERATOR(pg_catalog.=) $1"
	" AND r.learner_id OPERATOR(pg_catalog.=) ANY ($2)"
	" AND r.outcome OPERATOR(pg_catalog.<>) 'pending'"
	" AND r.approved_at IS NULL"
	" AND n.status OPERATOR(pg_catalog.=) 'active'"
	" ORDER BY r.learner_id",
	.table = TABLE_RESULT,
	.argument_count = 2,
	.types = {INT8OID, INT8ARRAYOID},
};

static Statement find_approved = {
	.sql = "SELECT r.learner_id, r.outcome FROM achieve.result AS r"
	" WHERE r.event_id OPERATOR(pg_catalog.=) $1"
	" AND r.learner_id OPERATOR(pg_catalog.=) ANY ($2)"
	" AND r.approved_at IS NOT NULL"
	" ORDER BY r.learner_id",
	.table = TABLE_RESULT,
	.argument_count = 2,
	.types = {INT8OID, INT8ARRAYOID},
};

/* Whether the event's template wants another person to approve. */
static Statement needs_another = {
	.sql = "SELECT 1 FROM achieve.event AS e JOIN achieve.course_template AS t"
	" ON t.template_id OPERATOR(pg_catalog.=) e.template_id"
	" WHERE e.event_id OPERATOR(pg_catalog.=) $1 AND t.approval_by_another",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {INT8OID},
};

/*
 * Manual results of these learners that their setter would approve. People
 * are told apart by actor, or by database user where neither has an actor;
 * where only one has, they cannot be told apart.
 */
static Statement find_own = {
	.sql = "SELECT r.learner_id FROM achieve.result AS r,"
	" LATERAL (SELECT a.actor, a.database_user FROM achieve.audit AS a"
	" WHERE a.event_id OPERATOR(pg_catalog.=) r.event_id"
	" AND a.learner_id OPERATOR(pg_catalog.=) r.learner_id"
	" AND a.action OPERATOR(pg_catalog.=) 'result.set'"
	" ORDER BY a.audit_id DESC LIMIT 1) AS s"
	" WHERE r.event_id OPERATOR(pg_catalog.=) $1"
	" AND r.learner_id OPERATOR(pg_catalog.=) ANY ($2)"
	" AND r.manual_outcome IS NOT NULL"
	" AND CASE WHEN s.actor IS NULL AND $3 IS NULL"
	" THEN s.database_user OPERATOR(pg_catalog.=) $4"
	" WHEN s.actor IS NULL OR $3 IS NULL THEN true"
	" ELSE s.actor OPERATOR(pg_catalog.=) $3 END"
	" ORDER BY r.learner_id",
	.table = TABLE_RESULT,
	.argument_count = 4,
	.types = {INT8OID, INT8ARRAYOID, TEXTOID, TEXTOID},
};

static Statement write_approval = {
	.sql = "UPDATE achieve.result AS r SET approved_by = $3, approved_at = $4"
	" WHERE r.event_id OPERATOR(pg_catalog.=) $1"
	" AND r.learner_id OPERATOR(pg_catalog.=) ANY ($2)",
	.table = TABLE_RESULT,
	.argument_count = 4,
	.types = {INT8OID, INT8ARRAYOID, TEXTOID, TIMESTAMPTZOID},
};

/* The learners that a statement returned, as an array datum. */
static Datum
returned_learners(void)
{
	ValueColumn learners = {.type = INT8OID};

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		value_add(&learners, SPI_getbinval(SPI_tuptable->vals[i],
										   SPI_tuptable->tupdesc, 1,
										   &isnull));
	}
	return value_array(&learners);
}

static void
require_another(int64 event_id, Datum learners)
{
	Datum		values[4];
	char		nulls[5] = "    ";
	const char *actor = identity_actor();

	values[0] = Int64GetDatum(event_id);
	if (statement_run(&needs_another, values, NULL) == 0)
		return;
	values[1] = learners;
	values[2] = actor != NULL ? CStringGetTextDatum(actor) : (Datum) 0;
	if (actor == NULL)
		nulls[2] = 'n';
	values[3] = CStringGetTextDatum(identity_database_user());
	if (statement_run(&find_own, values, nulls) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the result of learner %s on event " INT64_FORMAT " must be approved by another person",
						SPI_getvalue(SPI_tuptable->vals[0],
									 SPI_tuptable->tupdesc, 1), event_id),
				 errdetail("Whoever set a result by hand does not approve it; achieve.set_context(actor) tells people apart."),
				 errhint("Name the learners whose results you did not set, or let somebody else approve.")));
}

static Jsonb *
approval_json(const char *outcome, bool approved)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_text(&json, "outcome", outcome);
	json_add_bool(&json, "approved", approved);
	return json_end(&json);
}

/* One audit row for each result that a statement returned. */
static void
audit_returned(int64 event_id, bool approved, const char *reason)
{
	AuditBatch	batch;
	AuditRow	row = {0};

	audit_begin(&batch);
	row.action = approved ? "result.approved" : "result.approval_withdrawn";
	row.object = "result";
	row.has_event = row.has_learner = true;
	row.event_id = event_id;
	row.reason = reason;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	found = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		char	   *outcome = SPI_getvalue(found, desc, 2);
		EnrollmentKey key;
		bool		isnull;

		row.learner_id = DatumGetInt64(SPI_getbinval(found, desc, 1,
													 &isnull));
		row.old_value = approval_json(outcome, !approved);
		row.new_value = approval_json(outcome, approved);
		audit_add(&batch, &row);
		key.event_id = event_id;
		key.learner_id = row.learner_id;
		if (!approved)
			approval_forget(&key);
	}
	audit_write(&batch);
}

/* Locks the learners that are meant, whose results may be approved. */
static Work *
lock_learners_meant(FunctionCallInfo fcinfo, int64 event_id)
{
	LockedEnrollment *locked;
	int			count;
	Work	   *work = api_lock_learners(fcinfo, 1, event_id, &locked, &count);
	ReadSet    *set = read_begin();
	const EventConfig *config = api_event(set, event_id);

	if (count > 0 && !PG_ARGISNULL(1))
	{
		for (int i = 0; i < count; i++)
			api_require_active(&locked[i], config);
	}
	else
		api_require_open_outcomes(config);
	read_end(set);
	return work;
}

/* Approves or withdraws; returns how many results that was. */
static int32
change_approvals(FunctionCallInfo fcinfo, bool approve)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	char	   *reason = PG_ARGISNULL(2) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(2));
	Work	   *work = lock_learners_meant(fcinfo, event_id);
	EvaluationCounts ignored = {0};
	Datum		values[4];
	char		nulls[5] = "    ";
	uint64		changed;

	SPI_connect();
	values[0] = Int64GetDatum(event_id);
	values[1] = api_learners(work);
	if (approve)
		require_another(event_id, values[1]);
	changed = statement_run(approve ? &find_approvable : &find_approved,
							values, NULL);
	if (changed > 0)
	{
		values[1] = returned_learners();
		audit_returned(event_id, approve, reason);
		values[2] = CStringGetTextDatum(identity_name());
		values[3] = TimestampTzGetDatum(facts_now());
		if (!approve)
			nulls[2] = nulls[3] = 'n';
		(void) statement_run(&write_approval, values, nulls);
	}
	SPI_finish();
	if (changed > 0)
		engine_run(work, &ignored);
	return (int32) changed;
}

/*
 * approve_results(event_id bigint, learner_ids bigint[], reason text)
 *		RETURNS integer
 *
 * Errors: 22004 null among the ids, 23503 / 42501 event or enrollment, 42501
 * one's own result, 55000 finalized or cancelled, or a named one not active.
 */
Datum
approve_results(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(change_approvals(fcinfo, true));
}

/* withdraw_approval(event_id, learner_ids, reason): likewise */
Datum
withdraw_approval(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(change_approvals(fcinfo, false));
}
