/*-------------------------------------------------------------------------
 *
 * sql_rows.h
 *		Reads and locks rows by SQL, for tables that are not a plain heap.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_SQL_ROWS_H
#define ACHIEVE_SQL_ROWS_H

#include "access/htup.h"
#include "executor/tuptable.h"
#include "nodes/lockoptions.h"
#include "utils/snapshot.h"

#include "catalog.h"

/* The rows of one read; zeroed before the first. */
typedef struct SqlRows
{
	MemoryContext context;		/* of the rows */
	int			count;
	int			next;
	HeapTuple  *tuples;			/* of the table's row type */
} SqlRows;

extern void sql_rows_read(SqlRows *rows, AccessPath path, TupleDesc desc,
						  int nkeys, const Datum *keys, Snapshot snapshot);
extern bool sql_rows_next(SqlRows *rows, TupleTableSlot *slot);
extern bool sql_row_lock(AccessPath path, int nkeys, const Datum *keys,
						 LockTupleMode mode);

#endif							/* ACHIEVE_SQL_ROWS_H */
