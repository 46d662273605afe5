/*-------------------------------------------------------------------------
 *
 * reader.h
 *		Reads and locks rows of achieve's tables without SPI.
 *
 * A ReadSet is one consistent view: open it after the locks are held, read,
 * close it. It keeps one scan per access path open and moves it from key to
 * key, so a path must not be read again while its rows are still being
 * walked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_READER_H
#define ACHIEVE_READER_H

#include "executor/tuptable.h"
#include "nodes/lockoptions.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/date.h"

#include "catalog.h"

typedef struct ReadSet ReadSet;

extern ReadSet *read_begin(void);
extern ReadSet *read_begin_as_query(void);
extern ReadSet *read_begin_as_transaction(void);
extern void read_refresh(ReadSet *set);
extern Snapshot read_snapshot(const ReadSet *set);
extern uint64 read_view(const ReadSet *set);
extern Relation read_relation(const ReadSet *set, AccessPath path);
extern void read_end(ReadSet *set);
extern TupleTableSlot *read_first(ReadSet *set, AccessPath path, int nkeys,
								  const Datum *keys);
extern TupleTableSlot *read_next(ReadSet *set, AccessPath path);
extern TupleTableSlot *read_again(ReadSet *set, AccessPath path,
								  ItemPointer tid);
extern TupleTableSlot *read_by_id(ReadSet *set, AccessPath path, int64 id);
extern TupleTableSlot *read_by_enrollment(ReadSet *set, AccessPath path,
										  int64 event_id, int64 learner_id);

/* lock_row.c */
extern TupleTableSlot *lock_row(ReadSet *set, AccessPath path, int nkeys,
								const Datum *keys, LockTupleMode mode);

/* Columns of a row that a path returned. */
static inline Datum
row_datum(TupleTableSlot *row, TableId table, int column, bool *isnull)
{
	return slot_getattr(row, catalog_table(table)->columns[column], isnull);
}

extern int64 row_int64(TupleTableSlot *row, TableId table, int column);
extern int32 row_int32(TupleTableSlot *row, TableId table, int column);
extern bool row_bool(TupleTableSlot *row, TableId table, int column);
extern bool row_is_null(TupleTableSlot *row, TableId table, int column);
extern char *row_text(TupleTableSlot *row, TableId table, int column);

/*
 * The bytes of a text column, in place; valid until the scan moves on. For
 * comparing words and codes without copying.
 */
extern const char *row_bytes(TupleTableSlot *row, TableId table, int column,
							 int *length);

#endif							/* ACHIEVE_READER_H */
