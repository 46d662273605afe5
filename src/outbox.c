/*-------------------------------------------------------------------------
 *
 * outbox.c
 *		Handing notifications to workers: claim, mark as delivered, prune.
 *
 * A worker has what it claimed for as long as the lease lasts; after that
 * others may take it. Rows that another worker is just claiming are skipped,
 * so nobody waits.
 *
 * claim_notifications() itself returns rows of a table that only install()
 * makes, so it is one of install()'s functions, a shell around
 * claim_notification_rows(); the right to execute it is asked here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupconvert.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "statement.h"

PG_FUNCTION_INFO_V1(claim_notification_rows);
PG_FUNCTION_INFO_V1(mark_delivered);
PG_FUNCTION_INFO_V1(prune_notifications);

/*
 * What the claiming transaction has written itself is not committed yet, and
 * may still be taken back.
 */
static Statement claim_rows = {
	.sql = "WITH free AS MATERIALIZED ("
	"SELECT n.notification_id FROM achieve.notification AS n"
	" WHERE n.delivered_at IS NULL AND (n.claimed_until IS NULL"
	" OR n.claimed_until OPERATOR(pg_catalog.<=) $2)"
	" AND n.transaction_id OPERATOR(pg_catalog.<>) $4"
	" ORDER BY n.notification_id LIMIT $1 FOR UPDATE SKIP LOCKED),"
	" claimed AS (UPDATE achieve.notification AS n SET claimed_until = $3"
	" FROM free WHERE n.notification_id OPERATOR(pg_catalog.=)"
	" free.notification_id RETURNING n.*)"
	" SELECT * FROM claimed ORDER BY notification_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 4,
	.types = {INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID},
};

static Statement deliver_rows = {
	.sql = "WITH named AS MATERIALIZED ("
	"SELECT n.notification_id FROM achieve.notification AS n"
	" WHERE n.notification_id OPERATOR(pg_catalog.=) ANY ($1)"
	" AND n.delivered_at IS NULL ORDER BY n.notification_id FOR UPDATE)"
	" UPDATE achieve.notification AS n SET delivered_at = $2,"
	" claimed_until = NULL FROM named"
	" WHERE n.notification_id OPERATOR(pg_catalog.=) named.notification_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8ARRAYOID, TIMESTAMPTZOID},
};

static Statement prune_rows = {
	.sql = "DELETE FROM achieve.notification AS n"
	" WHERE n.delivered_at OPERATOR(pg_catalog.<) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 1,
	.types = {TIMESTAMPTZOID},
};

/* Errors: 42501 unless the caller may execute claim_notifications. */
static void
check_may_claim(void)
{
	Oid			types[2] = {INT4OID, INT4OID};
	Oid			function = LookupFuncName(list_make2(makeString("achieve"),
													 makeString("claim_notifications")),
										  2, types, true);

	if (OidIsValid(function) &&
		DatumGetBool(DirectFunctionCall2(has_function_privilege_id,
										 ObjectIdGetDatum(function),
										 CStringGetTextDatum("EXECUTE"))))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for function claim_notifications"),
			 errhint("The tables' owner may grant it: GRANT EXECUTE ON FUNCTION achieve.claim_notifications(integer, integer) TO ...")));
}

/* An argument that must be at least 1. Errors: 22023. */
static int32
positive_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument) || PG_GETARG_INT32(argument) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 PG_ARGISNULL(argument) ? errmsg("%s must not be null", name) :
				 errmsg("%s must be at least 1, not %d", name,
						PG_GETARG_INT32(argument)),
				 errhint("For example: achieve.claim_notifications(100, lease_minutes => 5).")));
	return PG_GETARG_INT32(argument);
}

/*
 * claim_notification_rows(base anyelement, max_rows integer,
 *		lease_minutes integer) RETURNS SETOF anyelement
 *
 * The base is a null of the table's row type; a column that was dropped is
 * still part of that. Errors: 22023 arguments, 25006 in a read-only
 * transaction, 42501 who may not claim, 42804 another row type.
 */
Datum
claim_notification_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int32		max_rows = positive_argument(fcinfo, 1, "max_rows");
	int32		minutes = positive_argument(fcinfo, 2, "lease_minutes");
	TimestampTz now = GetCurrentTimestamp();
	Datum		values[4];
	uint64		count;
	TupleConversionMap *map;

	check_may_claim();
	PreventCommandIfReadOnly("claim_notifications()");
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	values[0] = Int64GetDatum(max_rows);
	values[1] = TimestampTzGetDatum(now);
	values[2] = TimestampTzGetDatum(now + minutes * USECS_PER_MINUTE);
	values[3] = Int64GetDatum(
		(int64) U64FromFullTransactionId(GetTopFullTransactionId()));
	SPI_connect();
	count = statement_run(&claim_rows, values, NULL);
	map = convert_tuples_by_name(SPI_tuptable->tupdesc, result->setDesc);
	for (uint64 i = 0; i < count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];

		if (map != NULL)
			row = execute_attr_map_tuple(row, map);
		tuplestore_puttuple(result->setResult, row);
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * mark_delivered(notification_ids bigint[]) RETURNS integer
 *
 * How many were not marked before; ids that are not there are none. Errors:
 * 22023 null.
 */
Datum
mark_delivered(PG_FUNCTION_ARGS)
{
	Datum		values[2];
	uint64		count;

	if (PG_ARGISNULL(0) || array_contains_nulls(PG_GETARG_ARRAYTYPE_P(0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 PG_ARGISNULL(0) ? errmsg("notification_ids must not be null") :
				 errmsg("notification_ids must not contain null"),
				 errhint("Give the ids that claim_notifications() returned.")));
	values[0] = PG_GETARG_DATUM(0);
	values[1] = TimestampTzGetDatum(GetCurrentTimestamp());
	SPI_connect();
	count = statement_run(&deliver_rows, values, NULL);
	SPI_finish();
	PG_RETURN_INT32((int32) count);
}

/*
 * prune_notifications(before timestamptz) RETURNS bigint
 *
 * How many were deleted; those that are not delivered stay. Errors: 22023
 * null.
 */
Datum
prune_notifications(PG_FUNCTION_ARGS)
{
	Datum		before;
	uint64		count;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("before must not be null"),
				 errhint("For example: achieve.prune_notifications(now() - interval '30 days').")));
	before = PG_GETARG_DATUM(0);
	SPI_connect();
	count = statement_run(&prune_rows, &before, NULL);
	SPI_finish();
	PG_RETURN_INT64((int64) count);
}
