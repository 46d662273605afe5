/*-------------------------------------------------------------------------
 *
 * audit_scan.c
 *		Reads the audit and its seals, however long they are.
 *
 * Between audit_scan_begin and audit_scan_end all scans see one snapshot, the
 * latest at the beginning whatever the isolation level, and all rows whatever
 * the caller's row-level security: what is missing for the caller is not
 * missing. SPI is connected meanwhile.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "audit_scan.h"

#define ROWS_AT_ONCE 1000

void
audit_scan_begin(OwnerScope *scope)
{
	SPI_connect();
	owner_enter(scope, TABLE_AUDIT);
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
}

void
audit_scan_end(const OwnerScope *scope)
{
	PopActiveSnapshot();
	owner_leave(scope);
	SPI_finish();
}

/*
 * Calls the action for each row that a query returns; $1 is *from, a bigint,
 * where that is not NULL. The query is planned for its value, each time.
 */
void
audit_scan(const char *sql, const Datum *from, AuditScanAction action,
		   void *state)
{
	Oid			types[1] = {INT8OID};
	Datum		values[1] = {from != NULL ? *from : (Datum) 0};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext rows = AllocSetContextCreate(caller, "achieve audit rows",
											   ALLOCSET_DEFAULT_SIZES);
	Portal		portal = SPI_cursor_open_with_args(NULL, sql,
												   from != NULL ? 1 : 0,
												   types, values, NULL, true,
												   0);

	for (;;)
	{
		SPITupleTable *fetched;
		uint64		count;

		SPI_cursor_fetch(portal, true, ROWS_AT_ONCE);
		fetched = SPI_tuptable;
		count = SPI_processed;
		if (count == 0)
			break;
		MemoryContextSwitchTo(rows);
		for (uint64 i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			action(state, fetched->vals[i], fetched->tupdesc);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(rows);
		SPI_freetuptable(fetched);
	}
	SPI_cursor_close(portal);
	MemoryContextDelete(rows);
}

/* Reads a number and moves on behind it. */
static bool
read_number(const char **place, uint64 *number)
{
	char	   *end;

	errno = 0;
	*number = strtou64(*place, &end, 10);
	if (errno != 0 || end == *place)
		return false;
	*place = end;
	return true;
}

/* Reads a pg_snapshot's text form: xmin:xmax:running,... False: it is none. */
bool
seen_read(SeenTransactions *seen, const char *string)
{
	const char *place = string;

	memset(seen, 0, sizeof(SeenTransactions));
	if (!read_number(&place, &seen->xmin) || *place++ != ':' ||
		!read_number(&place, &seen->xmax) || *place++ != ':')
		return false;
	seen->running = palloc((strlen(place) / 2 + 2) * sizeof(uint64));
	while (*place != '\0')
	{
		if (!read_number(&place, &seen->running[seen->running_count++]))
			return false;
		if (*place == ',')
			place++;
		else if (*place != '\0')
			return false;
	}
	return true;
}

bool
seen_includes(const SeenTransactions *seen, int64 transaction_id)
{
	uint64		id = (uint64) transaction_id;
	int			low = 0;
	int			high = seen->running_count;

	if (id < seen->xmin || id >= seen->xmax)
		return id < seen->xmin;
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (seen->running[middle] == id)
			return false;
		if (seen->running[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return true;
}

static void
keep_text(void *state, HeapTuple tuple, TupleDesc desc)
{
	*(char **) state = MemoryContextStrdup(
		MemoryContextGetParent(CurrentMemoryContext),
		SPI_getvalue(tuple, desc, 1));
}

/*
 * The transactions that the scans see, and their text. PostgreSQL's own text
 * leaves the current transaction out; here it is one that runs.
 */
char *
seen_now(SeenTransactions *seen)
{
	FullTransactionId own = GetTopFullTransactionIdIfAny();
	StringInfoData out;
	char	   *string = NULL;

	audit_scan("SELECT CAST(pg_catalog.pg_current_snapshot() AS pg_catalog.text)",
			   NULL, keep_text, &string);
	if (!seen_read(seen, string))
		elog(ERROR, "could not read snapshot \"%s\"", string);
	if (FullTransactionIdIsValid(own) &&
		seen_includes(seen, U64FromFullTransactionId(own)))
	{
		int			place = seen->running_count++;

		for (; place > 0 &&
			 seen->running[place - 1] > U64FromFullTransactionId(own); place--)
			seen->running[place] = seen->running[place - 1];
		seen->running[place] = U64FromFullTransactionId(own);
	}
	initStringInfo(&out);
	appendStringInfo(&out, UINT64_FORMAT ":" UINT64_FORMAT ":", seen->xmin,
					 seen->xmax);
	for (int i = 0; i < seen->running_count; i++)
		appendStringInfo(&out, "%s" UINT64_FORMAT, i > 0 ? "," : "",
						 seen->running[i]);
	return out.data;
}
