/*-------------------------------------------------------------------------
 *
 * results_as_of.c
 *		results_as_of: an event's results as they were at an instant.
 *
 * Told from the audit, which names an enrollment's changes in the order in
 * which they happened (its lock is held while a row is added), whatever the
 * order in which their transactions began. So the result at an instant is
 * what the first change after it found; where none followed, what the last
 * one left; where the audit says nothing, what is stored.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "access.h"
#include "api.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(results_as_of);

#define IS_CHANGE_OF(alias) \
	alias ".event_id OPERATOR(pg_catalog.=) n.event_id" \
	" AND " alias ".learner_id OPERATOR(pg_catalog.=) n.learner_id" \
	" AND " alias ".action OPERATOR(pg_catalog.=) ANY" \
	" (ARRAY['result.changed', 'result.set', 'result.cleared'])"

static Statement results_then = {
	.sql = "SELECT n.learner_id,"
	" coalesce(s.value OPERATOR(pg_catalog.->>) 'outcome', r.outcome),"
	" coalesce(s.value OPERATOR(pg_catalog.->>) 'source', r.source),"
	" CASE WHEN s.value IS NULL THEN r.reason"
	" WHEN (s.value OPERATOR(pg_catalog.->>) 'source')"
	" OPERATOR(pg_catalog.=) 'manual' THEN (SELECT d.reason"
	" FROM achieve.audit AS d WHERE " IS_CHANGE_OF("d")
	" AND d.action OPERATOR(pg_catalog.=) 'result.set'"
	" AND (s.audit_id IS NULL OR d.audit_id OPERATOR(pg_catalog.<) s.audit_id)"
	" ORDER BY d.audit_id DESC LIMIT 1) END"
	" FROM achieve.enrollment AS n"
	" JOIN achieve.result AS r"
	" ON r.event_id OPERATOR(pg_catalog.=) n.event_id"
	" AND r.learner_id OPERATOR(pg_catalog.=) n.learner_id"
	" LEFT JOIN LATERAL ("
	"(SELECT d.old_value AS value, d.audit_id, 1 AS choice"
	" FROM achieve.audit AS d WHERE " IS_CHANGE_OF("d")
	" AND d.occurred_at OPERATOR(pg_catalog.>) $2"
	" ORDER BY d.audit_id LIMIT 1)"
	" UNION ALL (SELECT d.new_value, NULL, 2"
	" FROM achieve.audit AS d WHERE " IS_CHANGE_OF("d")
	" ORDER BY d.audit_id DESC LIMIT 1)"
	" ORDER BY choice LIMIT 1) AS s ON true"
	" WHERE n.event_id OPERATOR(pg_catalog.=) $1"
	" AND n.learner_id OPERATOR(pg_catalog.=) ANY ($3)"
	" AND n.enrolled_at OPERATOR(pg_catalog.<=) $2"
	" ORDER BY n.learner_id",
	.table = TABLE_RESULT,
	.argument_count = 3,
	.types = {INT8OID, TIMESTAMPTZOID, INT8ARRAYOID},
};

/*
 * results_as_of(event_id bigint, instant timestamptz) RETURNS TABLE
 *		(learner_id bigint, outcome text, source text, reason text)
 *
 * Of the enrollments that the caller may see and that existed then. Errors:
 * 22004 null, 23503 / 42501 event.
 */
Datum
results_as_of(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ValueColumn learners = {.type = INT8OID};
	IdList		visible = {0};
	Work		work;
	Datum		values[3];
	uint64		count;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("instant must not be null"),
				 errhint("Say as of when, for example now() - interval '1 day'.")));
	access_check_event(event_id);
	(void) access_check_table(TABLE_ENROLLMENT);
	(void) access_check_table(TABLE_RESULT);
	pending_flush();
	InitMaterializedSRF(fcinfo, 0);
	work_init(&work, CurrentMemoryContext);
	access_visible_learners(event_id, &work, &visible);
	for (int i = 0; i < visible.count; i++)
		value_add(&learners, Int64GetDatum(visible.ids[i]));
	values[0] = Int64GetDatum(event_id);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = value_array(&learners);
	SPI_connect();
	count = statement_run(&results_then, values, NULL);
	for (uint64 i = 0; i < count; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
	SPI_finish();
	return (Datum) 0;
}
