/*-------------------------------------------------------------------------
 *
 * row_write.c
 *		Writes rows of achieve's outcome tables, many at a time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "direct_write.h"
#include "row_write.h"

/* Appends the names of the columns from one on, each behind a prefix. */
static void
append_columns(StringInfo sql, const RowWrite *write, const char *prefix)
{
	for (int k = 0; k < write->column_count; k++)
		appendStringInfo(sql, "%s%s%s", k == 0 ? "" : ", ", prefix,
						 catalog_column_name(write->table, write->columns[k]));
}

/* FROM unnest($1, $2, ...) AS u (names) */
static void
append_source(StringInfo sql, const RowWrite *write)
{
	appendStringInfoString(sql, " FROM unnest(");
	for (int k = 0; k < write->column_count; k++)
		appendStringInfo(sql, "%s$%d", k == 0 ? "" : ", ", k + 1);
	appendStringInfoString(sql, ") AS u (");
	append_columns(sql, write, "");
	appendStringInfoChar(sql, ')');
}

static void
append_update(StringInfo sql, const RowWrite *write)
{
	appendStringInfo(sql, "UPDATE achieve.%s AS r SET ",
					 catalog_table_name(write->table));
	for (int k = write->key_count; k < write->column_count; k++)
	{
		const char *name = catalog_column_name(write->table,
											   write->columns[k]);

		appendStringInfo(sql, "%s%s = u.%s",
						 k == write->key_count ? "" : ", ", name, name);
	}
	append_source(sql, write);
	for (int k = 0; k < write->key_count; k++)
	{
		const char *name = catalog_column_name(write->table,
											   write->columns[k]);

		appendStringInfo(sql, " %s r.%s OPERATOR(pg_catalog.=) u.%s",
						 k == 0 ? "WHERE" : "AND", name, name);
	}
}

static void
append_insert(StringInfo sql, const RowWrite *write)
{
	appendStringInfo(sql, "INSERT INTO achieve.%s (",
					 catalog_table_name(write->table));
	append_columns(sql, write, "");
	/* the audit's ids are drawn before, also where they are always generated */
	appendStringInfoString(sql, ") OVERRIDING SYSTEM VALUE SELECT ");
	append_columns(sql, write, "u.");
	append_source(sql, write);
	if (write->returns_id)
		appendStringInfo(sql, " RETURNING %s",
						 catalog_column_name(write->table, write->id_column));
}

/* The write as one SQL statement that takes each column as an array. */
static void
make_statement(RowWrite *write, const ValueColumn *columns)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	StringInfoData sql;

	initStringInfo(&sql);
	if (write->update)
		append_update(&sql, write);
	else
		append_insert(&sql, write);
	write->by_sql.table = write->table;
	write->by_sql.argument_count = write->column_count;
	for (int k = 0; k < write->column_count; k++)
		write->by_sql.types[k] = get_array_type(columns[k].type);
	write->by_sql.sql = sql.data;
	MemoryContextSwitchTo(caller);
}

static void
write_by_sql(RowWrite *write, const ValueColumn *columns, int64 *ids)
{
	Datum		values[ROW_WRITE_COLUMNS];
	uint64		count;

	if (write->by_sql.sql == NULL)
		make_statement(write, columns);
	for (int k = 0; k < write->column_count; k++)
		values[k] = value_array(&columns[k]);
	SPI_connect();
	count = statement_run(&write->by_sql, values, NULL);
	if (write->returns_id && count != columns[0].count)
		elog(ERROR, "fewer rows of \"%s\" were returned than inserted",
			 catalog_table_name(write->table));
	for (uint64 i = 0; write->returns_id && i < count; i++)
	{
		bool		isnull;

		ids[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
											 SPI_tuptable->tupdesc, 1,
											 &isnull));
	}
	SPI_finish();
}

/*
 * Writes the rows in their order; columns are those of the write, all equally
 * long. The ids of inserted rows go into "ids" where the write returns them,
 * else it may be NULL.
 */
void
rows_write(RowWrite *write, const ValueColumn *columns, int64 *ids)
{
	if (columns[0].count == 0)
		return;
	if (!catalog_direct_access || !direct_write(write, columns, ids))
		write_by_sql(write, columns, ids);
}
