/*-------------------------------------------------------------------------
 *
 * reader.c
 *		Reads rows of achieve's tables, without SPI where these are plain
 *		heaps.
 *
 * READ COMMITTED and REPEATABLE READ read under the latest snapshot, as
 * foreign keys do: the engine locks first, and what it then reads must be at
 * least as new as the lock. SERIALIZABLE reads under the transaction's own
 * snapshot, which keeps the conflict tracking whole, and looks at the same
 * rows under the latest snapshot too: where the two differ another
 * transaction has committed something that this one cannot see, and it ends
 * with 40001 instead of deciding from old facts.
 *
 * Scans, snapshots and relations are registered with the current resource
 * owner, so an error releases them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "reader.h"
#include "sql_rows.h"

/* One scan: by index where there is one, else over the table; or by SQL. */
typedef struct Scan
{
	SqlRows    *by_sql;
	IndexScanDesc by_index;
	TableScanDesc by_table;
	TupleTableSlot *slot;
} Scan;

/*
 * Many enrollments of an event, one after the other, are found by walking the
 * index instead of searching it for each. Not at SERIALIZABLE, where what was
 * passed would count as read, and not by a user's index that descends.
 */
typedef struct Walk
{
	bool		on;
	bool		ahead;			/* the slot holds a row of a later enrollment */
	bool		ended;			/* there are no more rows of the event */
	int			ascents;		/* reads that each followed a lower key */
	int64		group;			/* what the last read wanted: the first key */
	int64		wanted;			/* and the second */
	AttrNumber	column;			/* of the second key */
} Walk;

/* A walk begins after so many ascents, and pauses where it passes many rows. */
#define WALK_AFTER 4
#define WALK_PASSES 64
#define WALK_PAUSE 256

typedef struct Reader
{
	Relation	heap;
	bool		direct;			/* else by SQL */
	Relation	index;			/* NULL: no suitable index */
	ScanKeyData keys[PATH_MAX_KEYS];
	int			given;			/* how many keys the last read gave */
	int			nkeys;			/* how many are searched by */
	Scan		scan;
	Scan		latest;			/* SERIALIZABLE: the same rows, newest */
	Walk		walk;
} Reader;

struct ReadSet
{
	Snapshot	snapshot;
	Snapshot	latest;			/* SERIALIZABLE only, else NULL */
	uint64		view;			/* the number of the snapshot in this backend */
	MemoryContext context;		/* scans allocate lazily: always in here */
	Reader	   *readers[PATH_COUNT];
	SqlRows    *sql_rows;		/* two for each path; NULL: none was read */
};

static void
set_snapshot(ReadSet *set, Snapshot snapshot)
{
	static uint64 views = 0;

	set->snapshot = RegisterSnapshot(snapshot);
	set->view = ++views;
}

static void
take_snapshots(ReadSet *set)
{
	CommandCounterIncrement();
	if (IsolationIsSerializable())
	{
		set_snapshot(set, GetTransactionSnapshot());
		set->latest = RegisterSnapshot(GetLatestSnapshot());
	}
	else
		set_snapshot(set, GetLatestSnapshot());
}

/*
 * Opens the view that the foreign key checks of this transaction have: its own
 * snapshot, also at REPEATABLE READ.
 */
ReadSet *
read_begin_as_transaction(void)
{
	ReadSet    *set = palloc0(sizeof(ReadSet));

	set->context = CurrentMemoryContext;
	set_snapshot(set, GetTransactionSnapshot());
	return set;
}

/*
 * Opens a view of the data that includes everything committed so far, and
 * what this transaction has done itself.
 */
ReadSet *
read_begin(void)
{
	ReadSet    *set = palloc0(sizeof(ReadSet));

	set->context = CurrentMemoryContext;
	take_snapshots(set);
	return set;
}

/*
 * Opens the view that the query which calls us has, for functions that only
 * read.
 */
ReadSet *
read_begin_as_query(void)
{
	ReadSet    *set = palloc0(sizeof(ReadSet));

	set->context = CurrentMemoryContext;
	set_snapshot(set, GetActiveSnapshot());
	return set;
}

static void
scan_end(Scan *scan)
{
	if (scan->by_index != NULL)
		index_endscan(scan->by_index);
	if (scan->by_table != NULL)
		table_endscan(scan->by_table);
	if (scan->slot != NULL)
		ExecDropSingleTupleTableSlot(scan->slot);
}

static void
close_readers(ReadSet *set)
{
	for (int path = 0; path < PATH_COUNT; path++)
	{
		Reader	   *reader = set->readers[path];

		if (reader == NULL)
			continue;
		scan_end(&reader->scan);
		scan_end(&reader->latest);
		if (reader->index != NULL)
			index_close(reader->index, NoLock);
		table_close(reader->heap, NoLock);
		pfree(reader);
		set->readers[path] = NULL;
	}
	UnregisterSnapshot(set->snapshot);
	if (set->latest != NULL)
		UnregisterSnapshot(set->latest);
}

/* Makes the view the newest again; rows read before are gone. */
void
read_refresh(ReadSet *set)
{
	close_readers(set);
	take_snapshots(set);
}

Snapshot
read_snapshot(const ReadSet *set)
{
	return set->snapshot;
}

/* The table of a path that was read. */
Relation
read_relation(const ReadSet *set, AccessPath path)
{
	return set->readers[path]->heap;
}

/* Which view this is: as long as the number is the same, so are all rows. */
uint64
read_view(const ReadSet *set)
{
	return set->view;
}

void
read_end(ReadSet *set)
{
	close_readers(set);
	pfree(set);
}

/* The reader of a path, opened at its first use. */
static Reader *
reader_open(ReadSet *set, AccessPath path)
{
	Reader	   *reader = set->readers[path];
	TableId		table = catalog_path_table(path);
	Oid			index = InvalidOid;

	if (reader != NULL)
		return reader;

	reader = palloc0(sizeof(Reader));
	reader->heap = table_open(catalog_table(table)->relid, AccessShareLock);
	/* from here on nobody can take an index away */
	reader->direct = catalog_table_is_direct(table);
	if (reader->direct)
		index = catalog_path_index(path);
	if (OidIsValid(index))
		reader->index = index_open(index, AccessShareLock);
	set->readers[path] = reader;
	return reader;
}

/*
 * Sets the scan keys. An index is searched by its column numbers, a table by
 * its own; a table cannot be searched for null, so it is left to the caller to
 * look at the first column of a path that begins with null.
 */
static void
reader_set_keys(Reader *reader, AccessPath path, int nkeys, const Datum *keys)
{
	AttrNumber	columns[PATH_MAX_KEYS];
	int			begins_null = catalog_path_begins_null(path) ? 1 : 0;
	int			first = reader->index != NULL ? begins_null : 0;

	if (reader->given == nkeys)
	{
		for (int i = 0; i < nkeys; i++)
			reader->keys[first + i].sk_argument = keys[i];
		return;
	}
	catalog_path_columns(path, columns);
	if (first > 0)
		ScanKeyEntryInitialize(&reader->keys[0], SK_ISNULL | SK_SEARCHNULL, 1,
							   InvalidStrategy, InvalidOid, InvalidOid,
							   InvalidOid, (Datum) 0);
	for (int i = 0; i < nkeys; i++)
	{
		int			at = begins_null + i;
		Form_pg_attribute attr = TupleDescAttr(RelationGetDescr(reader->heap),
											   columns[at] - 1);
		bool		is_text = attr->atttypid == TEXTOID;

		ScanKeyEntryInitialize(&reader->keys[first + i], 0,
							   reader->index ? at + 1 : columns[at],
							   BTEqualStrategyNumber,
							   reader->index ? attr->atttypid : InvalidOid,
							   is_text ? attr->attcollation : InvalidOid,
							   is_text ? F_TEXTEQ : F_INT8EQ, keys[i]);
	}
	reader->given = nkeys;
	reader->nkeys = first + nkeys;
}

/* Whether the rows of an event can be walked in the order of the second key. */
static bool
reader_can_walk(const Reader *reader, AccessPath path)
{
	return reader->index != NULL && catalog_path_by_ids(path) &&
		(reader->index->rd_indoption[1] & INDOPTION_DESC) == 0 &&
		!IsolationIsSerializable();
}

static void
scan_start(Reader *reader, Scan *scan, Snapshot snapshot)
{
	if (scan->slot == NULL)
		scan->slot = table_slot_create(reader->heap, NULL);
	if (reader->index != NULL)
	{
		if (scan->by_index == NULL)
			scan->by_index = compat_index_beginscan(reader->heap,
													reader->index, snapshot,
													reader->nkeys);
		index_rescan(scan->by_index, reader->keys, reader->nkeys, NULL, 0);
	}
	else
	{
		if (scan->by_table != NULL)
			table_endscan(scan->by_table);
		/* not synchronized with other scans: the order must be the same */
		scan->by_table = table_beginscan_strat(reader->heap, snapshot,
											   reader->nkeys, reader->keys,
											   true, false);
	}
}

/*
 * Reads by SQL: all rows at once. Their memory goes with the set's and not
 * before: a set that is closed while its context goes has lost it already.
 */
static void
sql_start(ReadSet *set, Scan *scan, AccessPath path, int nkeys,
		  const Datum *keys, Snapshot snapshot)
{
	Reader	   *reader = set->readers[path];

	if (set->sql_rows == NULL)
		set->sql_rows = palloc0(2 * PATH_COUNT * sizeof(SqlRows));
	scan->by_sql = &set->sql_rows[2 * path + (scan == &reader->latest)];
	if (scan->slot == NULL)
		scan->slot = MakeSingleTupleTableSlot(RelationGetDescr(reader->heap),
											  &TTSOpsHeapTuple);
	sql_rows_read(scan->by_sql, path, RelationGetDescr(reader->heap), nkeys,
				  keys, snapshot);
}

static bool
scan_next(const Reader *reader, Scan *scan)
{
	if (!reader->direct)
		return sql_rows_next(scan->by_sql, scan->slot);
	if (scan->by_index != NULL)
		return index_getnext_slot(scan->by_index, ForwardScanDirection,
								  scan->slot);
	return table_scan_getnextslot(scan->by_table, ForwardScanDirection,
								  scan->slot);
}

/* Searches for the second key, or from it on. */
static void
walk_search(ReadSet *set, Reader *reader, bool from_here, int64 second)
{
	ScanKeyEntryInitialize(&reader->keys[1], 0, 2,
						   from_here ? BTGreaterEqualStrategyNumber :
						   BTEqualStrategyNumber,
						   INT8OID, InvalidOid,
						   from_here ? F_INT8GE : F_INT8EQ,
						   Int64GetDatum(second));
	if (from_here)
		scan_start(reader, &reader->scan, set->snapshot);
}

/*
 * Notes which key is read and says whether it is found by walking; false: it
 * has to be searched.
 */
static bool
walk_goes_on(ReadSet *set, Reader *reader, AccessPath path,
			 const Datum *keys)
{
	Walk	   *walk = &reader->walk;
	int64		group = DatumGetInt64(keys[0]);
	int64		wanted = DatumGetInt64(keys[1]);
	bool		ascends = reader->given == 2 && group == walk->group &&
		wanted > walk->wanted;

	walk->group = group;
	walk->wanted = wanted;
	walk->ascents = ascends ? walk->ascents + 1 : 0;
	if (walk->on && walk->ascents <= 0)
	{
		walk->on = false;
		walk_search(set, reader, false, wanted);
	}
	if (!walk->on && walk->ascents > WALK_AFTER)
	{
		AttrNumber	columns[PATH_MAX_KEYS];

		catalog_path_columns(path, columns);
		walk->column = columns[1];
		walk->on = true;
		walk->ahead = walk->ended = false;
		walk_search(set, reader, true, wanted);
	}
	return walk->on;
}

/* Goes to the next row; whether it is one of those that are wanted. */
static bool
walk_step(Reader *reader)
{
	Walk	   *walk = &reader->walk;
	bool		isnull;
	int64		second;

	if (!walk->ahead && !walk->ended)
		walk->ended = !scan_next(reader, &reader->scan);
	if (walk->ended)
		return false;
	second = DatumGetInt64(slot_getattr(reader->scan.slot, walk->column,
										&isnull));
	walk->ahead = second > walk->wanted;
	return second == walk->wanted;
}

/* Goes on to the rows that are wanted; whether there are any. */
static bool
walk_find(ReadSet *set, Reader *reader)
{
	Walk	   *walk = &reader->walk;
	int			passed = 0;

	CHECK_FOR_INTERRUPTS();
	while (!walk_step(reader))
	{
		if (walk->ended || walk->ahead)
			return false;
		if (++passed == WALK_PASSES)
		{
			walk->ascents = -WALK_PAUSE;
			walk_search(set, reader, true, walk->wanted);
		}
	}
	return true;
}

/*
 * The first row with these keys, or NULL. The slot belongs to the path's scan
 * and holds until the next read of the path.
 */
TupleTableSlot *
read_first(ReadSet *set, AccessPath path, int nkeys, const Datum *keys)
{
	MemoryContext caller = MemoryContextSwitchTo(set->context);
	Reader	   *reader = reader_open(set, path);
	bool		found;

	if (!reader->direct)
	{
		sql_start(set, &reader->scan, path, nkeys, keys, set->snapshot);
		if (set->latest != NULL)
			sql_start(set, &reader->latest, path, nkeys, keys,
					  set->latest);
		MemoryContextSwitchTo(caller);
		return read_next(set, path);
	}
	/* The number of keys is fixed when an index scan begins. */
	if (reader->scan.by_index != NULL && reader->given != nkeys)
	{
		scan_end(&reader->scan);
		scan_end(&reader->latest);
		memset(&reader->scan, 0, sizeof(Scan));
		memset(&reader->latest, 0, sizeof(Scan));
	}
	if (nkeys == 2 && reader_can_walk(reader, path) &&
		walk_goes_on(set, reader, path, keys))
	{
		found = walk_find(set, reader);
		MemoryContextSwitchTo(caller);
		return found ? reader->scan.slot : NULL;
	}
	reader->walk.on = false;
	reader_set_keys(reader, path, nkeys, keys);
	scan_start(reader, &reader->scan, set->snapshot);
	if (set->latest != NULL)
		scan_start(reader, &reader->latest, set->latest);
	MemoryContextSwitchTo(caller);
	return read_next(set, path);
}

/*
 * The next row with the same keys, or NULL.
 *
 * Errors: 40001 at SERIALIZABLE where another transaction has changed the
 * rows since this one's snapshot.
 */
TupleTableSlot *
read_next(ReadSet *set, AccessPath path)
{
	MemoryContext caller = MemoryContextSwitchTo(set->context);
	Reader	   *reader = set->readers[path];
	bool		found;

	CHECK_FOR_INTERRUPTS();
	found = reader->walk.on ? walk_step(reader) :
		scan_next(reader, &reader->scan);
	if (set->latest != NULL)
	{
		bool		found_latest = scan_next(reader, &reader->latest);
		TupleTableSlot *row = reader->scan.slot;
		TupleTableSlot *latest = reader->latest.slot;

		if (found != found_latest ||
			(found && (row->tts_tableOid != latest->tts_tableOid ||
					   !ItemPointerEquals(&row->tts_tid, &latest->tts_tid))))
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access due to concurrent update"),
					 errdetail("Rows of \"achieve.%s\" that decide an outcome have changed since this transaction began.",
							   RelationGetRelationName(reader->heap)),
					 errhint("The transaction might succeed if retried.")));
	}
	MemoryContextSwitchTo(caller);
	return found ? reader->scan.slot : NULL;
}

/*
 * The row version that lay here when it was read before, where the view has
 * it; NULL where it has to be searched for. What lies here now may be another
 * row. Valid until the next read of the path.
 */
TupleTableSlot *
read_again(ReadSet *set, AccessPath path, ItemPointer tid)
{
	MemoryContext caller;
	Reader	   *reader;
	bool		found;

	if (set->latest != NULL)
		return NULL;
	caller = MemoryContextSwitchTo(set->context);
	reader = reader_open(set, path);
	if (reader->direct && reader->scan.slot == NULL)
		reader->scan.slot = table_slot_create(reader->heap, NULL);
	MemoryContextSwitchTo(caller);
	/* VACUUM may have cut off the block, and what is not there is an error */
	found = reader->direct &&
		ItemPointerGetBlockNumber(tid) < RelationGetNumberOfBlocks(reader->heap) &&
		table_tuple_fetch_row_version(reader->heap, tid, set->snapshot,
									  reader->scan.slot);
	return found ? reader->scan.slot : NULL;
}

/* The row with this single-column key, or NULL. */
TupleTableSlot *
read_by_id(ReadSet *set, AccessPath path, int64 id)
{
	Datum		key = Int64GetDatum(id);

	return read_first(set, path, 1, &key);
}

/* The first row of an enrollment, or NULL. */
TupleTableSlot *
read_by_enrollment(ReadSet *set, AccessPath path, int64 event_id,
				   int64 learner_id)
{
	Datum		keys[2];

	keys[0] = Int64GetDatum(event_id);
	keys[1] = Int64GetDatum(learner_id);
	return read_first(set, path, 2, keys);
}
