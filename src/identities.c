/*-------------------------------------------------------------------------
 *
 * identities.c
 *		Moves identities past the ids that were brought along.
 *
 * Apps may bring their own ids, and a data-only load always does; the next id
 * that is drawn must not collide with them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"

#include "installation.h"

/*
 * Moves one identity where its next value would collide, never backwards, and
 * says so in the report. Before it moves, it waits for the transactions that
 * have drawn from it: the value to compare with could move on meanwhile.
 */
static void
move_identity(const char *table, const char *column, const char *sequence,
			  Oid sequence_id, StringInfo report)
{
	char	   *collision;
	char	   *move;

	collision = psprintf("FROM %s s, pg_sequence q,"
						 " (SELECT max(%s) AS id FROM achieve.%s) largest"
						 " WHERE q.seqrelid = %u AND largest.id >= s.last_value"
						 " + CASE WHEN s.is_called THEN q.seqincrement ELSE 0 END",
						 sequence, quote_identifier(column),
						 quote_identifier(table), sequence_id);
	move = psprintf("SELECT setval(%u::regclass, largest.id) %s",
					sequence_id, collision);

	installation_rows(psprintf("SELECT 1 %s", collision), 0, NULL, NULL);
	if (SPI_processed == 0)
		return;
	LockRelationOid(sequence_id, ShareRowExclusiveLock);
	installation_rows(move, 0, NULL, NULL);
	if (SPI_processed > 0)
		appendStringInfo(report, "; %s.%s goes on after %s", table, column,
						 installation_value(0, 1));
}

/* Moves the identities of the tables that the statements make. */
void
identities_move(List *statements, StringInfo report)
{
	Oid			types[1] = {TEXTARRAYOID};
	Datum		names[1] = {installation_names(statements)};
	SPITupleTable *found;
	uint64		nfound;

	installation_rows("SELECT c.relname, a.attname, s.name, s.name::regclass::oid"
					  " FROM pg_class c"
					  " JOIN pg_attribute a ON a.attrelid = c.oid,"
					  " LATERAL (SELECT pg_get_serial_sequence("
					  "format('achieve.%I', c.relname), a.attname) AS name) s"
					  " WHERE c.relnamespace = 'achieve'::regnamespace"
					  " AND c.relkind IN ('r', 'p')"
					  " AND c.relname = ANY ($1) AND a.attidentity <> ''"
					  " ORDER BY c.relname, a.attnum", 1, types, names);
	found = SPI_tuptable;
	nfound = SPI_processed;
	for (uint64 row = 0; row < nfound; row++)
	{
		HeapTuple	tuple = found->vals[row];
		TupleDesc	columns = found->tupdesc;
		bool		isnull;

		move_identity(SPI_getvalue(tuple, columns, 1),
					  SPI_getvalue(tuple, columns, 2),
					  SPI_getvalue(tuple, columns, 3),
					  DatumGetObjectId(SPI_getbinval(tuple, columns, 4,
													 &isnull)),
					  report);
	}
}
