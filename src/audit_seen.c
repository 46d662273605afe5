/*-------------------------------------------------------------------------
 *
 * audit_seen.c
 *		The transactions whose rows a seal's snapshot shows.
 *
 * A seal keeps the snapshot that it saw as text: pg_snapshot's, in which the
 * sealing transaction is one that runs, because what it has written itself is
 * not committed yet. Only snapshots of one cluster can be compared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "audit_scan.h"
#include "audit_seen.h"

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

/* Whether the rows of a transaction are shown. */
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

/* AuditScanAction: keeps the one text that the query returns. */
static void
keep_text(void *state, HeapTuple tuple, TupleDesc desc)
{
	*(char **) state = MemoryContextStrdup(
		MemoryContextGetParent(CurrentMemoryContext),
		SPI_getvalue(tuple, desc, 1));
}

/*
 * The transactions that the scans see, and their text; within audit_scan_begin
 * and audit_scan_end. PostgreSQL's own text leaves the current transaction out.
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
