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
