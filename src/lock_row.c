/*-------------------------------------------------------------------------
 *
 * lock_row.c
 *		Locks rows of achieve's tables, as the reader finds them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "utils/rel.h"

#include "reader.h"
#include "sql_rows.h"

/*
 * Locks the newest version of the row with these keys and returns it, or NULL
 * where there is none. Waits for whoever holds it; the view is refreshed when
 * the row changed meanwhile.
 *
 * Errors: 40001 at SERIALIZABLE when the row was changed since the snapshot;
 * 25006 where nothing can be written. What writes outcomes locks first, so
 * this is where a function is refused on a replica.
 */
TupleTableSlot *
lock_row(ReadSet *set, AccessPath path, int nkeys, const Datum *keys,
		 LockTupleMode mode)
{
	if (XactReadOnly)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot change outcomes in a read-only transaction"),
				 errhint("Use a read-write transaction on the primary server.")));
	if (!catalog_table_is_direct(catalog_path_table(path)))
	{
		if (!sql_row_lock(path, nkeys, keys, mode))
			return NULL;
		/* what was waited for is to be seen */
		if (!IsolationIsSerializable())
			read_refresh(set);
		return read_first(set, path, nkeys, keys);
	}
	for (;;)
	{
		TupleTableSlot *row = read_first(set, path, nkeys, keys);
		TM_FailureData failure;
		TM_Result	locked;
		ItemPointerData tid;

		if (row == NULL)
			return NULL;
		tid = row->tts_tid;
		locked = table_tuple_lock(read_relation(set, path), &tid,
								  read_snapshot(set), row,
								  GetCurrentCommandId(false), mode,
								  LockWaitBlock, 0, &failure);
		switch (locked)
		{
			case TM_Ok:
				return row;
			case TM_Updated:
			case TM_Deleted:
				if (IsolationIsSerializable())
					ereport(ERROR,
							(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
							 errmsg("could not serialize access due to concurrent update"),
							 errhint("The transaction might succeed if retried.")));
				read_refresh(set);
				break;
			default:
				elog(ERROR, "unexpected result %d of locking a row of \"%s\"",
					 locked,
					 RelationGetRelationName(read_relation(set, path)));
		}
	}
}
