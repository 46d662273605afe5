/*-------------------------------------------------------------------------
 *
 * row_write.h
 *		Writes rows of achieve's outcome tables, many at a time.
 *
 * Whoever writes says which columns, and brings their values column by
 * column; the tables' owner is the one who writes. row_write.c knows how:
 * straight into the table where it is as install() made it, else by SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_ROW_WRITE_H
#define ACHIEVE_ROW_WRITE_H

#include "reader.h"
#include "statement.h"

#define ROW_WRITE_COLUMNS STATEMENT_MAX_ARGUMENTS

/* Declare static, as what is to be written; the rest is filled at first use. */
typedef struct RowWrite
{
	TableId		table;
	bool		update;			/* else rows are inserted */
	AccessPath	path;			/* of an update: finds the row by its key */
	int			key_count;		/* of an update: the leading columns */
	int			column_count;
	int			columns[ROW_WRITE_COLUMNS]; /* of the table, by catalog.h */
	bool		returns_id;		/* of an insert: the identity column below */
	int			id_column;

	Statement	by_sql;
} RowWrite;

extern void rows_write(RowWrite *write, const ValueColumn *columns,
					   int64 *ids);

#endif							/* ACHIEVE_ROW_WRITE_H */
