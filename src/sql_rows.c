/*-------------------------------------------------------------------------
 *
 * sql_rows.c
 *		Reads and locks rows by SQL, for tables that are not a plain heap.
 *
 * Partitioned tables, and such as have child tables, are read with kept plans
 * under the snapshot of the reader, which sees the same columns as those that
 * it reads itself: those that the engine knows, the others are null.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "identity.h"
#include "sql_rows.h"
#include "statement.h"

/* Columns of what is read, as SPI counts them. */
enum
{
	FOUND_TABLEOID = 1, FOUND_CTID, FOUND_XMIN, FOUND_COLUMN
};

/* Primary keys are among the first columns that the engine knows of a table. */
#define KEY_COLUMNS 4

static SPIPlanPtr read_plans[PATH_COUNT][PATH_MAX_KEYS + 1];
static Statement lock_exclusive[PATH_COUNT];
static Statement lock_shared[PATH_COUNT];

/* How many columns of a table the engine knows. */
static int
count_columns(TableId table)
{
	int			count = 0;

	while (count < TABLE_MAX_COLUMNS &&
		   catalog_column_name(table, count) != NULL)
		count++;
	return count;
}

/* " FROM achieve.t AS r WHERE ...", and the types of the keys. */
static void
append_source(StringInfo sql, AccessPath path, int nkeys, Oid *types)
{
	TableId		table = catalog_path_table(path);
	int			begins_null = catalog_path_begins_null(path) ? 1 : 0;

	appendStringInfo(sql, " FROM achieve.%s AS r WHERE ",
					 catalog_table_name(table));
	if (begins_null > 0)
		appendStringInfo(sql, "r.%s IS NULL AND ",
						 catalog_path_column_name(path, 0));
	for (int i = 0; i < nkeys; i++)
	{
		types[i] = catalog_path_column_type(path, begins_null + i);
		appendStringInfo(sql, "%sr.%s OPERATOR(pg_catalog.=) $%d",
						 i == 0 ? "" : " AND ",
						 catalog_path_column_name(path, begins_null + i),
						 i + 1);
	}
}

/* SELECT of the columns that the engine knows, and where each row lies. */
static SPIPlanPtr
prepare_read(AccessPath path, int nkeys)
{
	TableId		table = catalog_path_table(path);
	int			count = count_columns(table);
	StringInfoData sql;
	Oid			types[PATH_MAX_KEYS];
	SPIPlanPtr	plan;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT r.tableoid, r.ctid, r.xmin");
	for (int k = 0; k < count; k++)
		appendStringInfo(&sql, ", r.%s", catalog_column_name(table, k));
	append_source(&sql, path, nkeys, types);
	/* as the primary keys would give them */
	appendStringInfo(&sql, " ORDER BY %d", FOUND_COLUMN);
	for (int k = 1; k < Min(count, KEY_COLUMNS); k++)
		appendStringInfo(&sql, ", %d", FOUND_COLUMN + k);
	plan = SPI_prepare(sql.data, nkeys, types);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare %s: %s", sql.data,
			 SPI_result_code_string(SPI_result));
	pfree(sql.data);
	return plan;
}

/* A row as the table would have it: where it lies, and who made it, too. */
static HeapTuple
make_row(HeapTuple found, TupleDesc found_desc, TableId table, TupleDesc desc)
{
	const AttrNumber *numbers = catalog_table(table)->columns;
	int			count = count_columns(table);
	Datum	   *values = palloc(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));
	HeapTuple	row;
	bool		isnull;

	memset(nulls, true, desc->natts * sizeof(bool));
	for (int k = 0; k < count; k++)
		values[numbers[k] - 1] =
			SPI_getbinval(found, found_desc, FOUND_COLUMN + k,
						  &nulls[numbers[k] - 1]);
	row = heap_form_tuple(desc, values, nulls);
	row->t_tableOid = DatumGetObjectId(SPI_getbinval(found, found_desc,
													 FOUND_TABLEOID,
													 &isnull));
	row->t_self = *(ItemPointer) DatumGetPointer(
		SPI_getbinval(found, found_desc, FOUND_CTID, &isnull));
	HeapTupleHeaderSetXmin(row->t_data,
						   DatumGetTransactionId(SPI_getbinval(found,
															   found_desc,
															   FOUND_XMIN,
															   &isnull)));
	pfree(values);
	pfree(nulls);
	return row;
}

/*
 * Reads all rows with these keys, as a snapshot shows them, into rows of the
 * table's type.
 */
void
sql_rows_read(SqlRows *rows, AccessPath path, TupleDesc desc, int nkeys,
			  const Datum *keys, Snapshot snapshot)
{
	SPIPlanPtr *plan = &read_plans[path][nkeys];
	TableId		table = catalog_path_table(path);
	MemoryContext caller;
	OwnerScope	scope;
	int			result;

	if (rows->context == NULL)
		rows->context = AllocSetContextCreate(CurrentMemoryContext,
											  "achieve rows",
											  ALLOCSET_SMALL_SIZES);
	MemoryContextReset(rows->context);
	rows->next = 0;
	owner_enter(&scope, table);
	SPI_connect();
	if (*plan == NULL)
		*plan = prepare_read(path, nkeys);
	result = SPI_execute_snapshot(*plan, unconstify(Datum *, keys), NULL,
								  snapshot, InvalidSnapshot, true, false, 0);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot returned %s",
			 SPI_result_code_string(result));
	caller = MemoryContextSwitchTo(rows->context);
	rows->count = (int) SPI_processed;
	rows->tuples = palloc(rows->count * sizeof(HeapTuple));
	for (int i = 0; i < rows->count; i++)
		rows->tuples[i] = make_row(SPI_tuptable->vals[i],
								   SPI_tuptable->tupdesc, table, desc);
	MemoryContextSwitchTo(caller);
	SPI_finish();
	owner_leave(&scope);
}

/* Puts the next row into a slot of heap tuples; false after the last. */
bool
sql_rows_next(SqlRows *rows, TupleTableSlot *slot)
{
	ExecClearTuple(slot);
	if (rows->next >= rows->count)
		return false;
	(void) ExecStoreHeapTuple(rows->tuples[rows->next++], slot, false);
	return true;
}

/*
 * Locks the newest version of the row with these keys; false where there is
 * none. It waits for whoever holds it.
 */
bool
sql_row_lock(AccessPath path, int nkeys, const Datum *keys,
			 LockTupleMode mode)
{
	Statement  *statement = mode == LockTupleShare ? &lock_shared[path] :
		&lock_exclusive[path];
	bool		found;

	if (statement->sql == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
		StringInfoData sql;

		initStringInfo(&sql);
		appendStringInfoString(&sql, "SELECT 1");
		append_source(&sql, path, nkeys, statement->types);
		appendStringInfoString(&sql, mode == LockTupleShare ? " FOR SHARE" :
							   " FOR NO KEY UPDATE");
		statement->table = catalog_path_table(path);
		statement->argument_count = nkeys;
		statement->sql = sql.data;
		MemoryContextSwitchTo(caller);
	}
	Assert(statement->argument_count == nkeys);
	SPI_connect();
	found = statement_run(statement, keys, NULL) > 0;
	SPI_finish();
	return found;
}
