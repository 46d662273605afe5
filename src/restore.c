/*-------------------------------------------------------------------------
 *
 * restore.c
 *		begin_restore() and end_restore(): around a data-only load.
 *
 * While data comes in that was right where it came from, achieve's own
 * triggers are off; foreign keys and the user's own triggers stay on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit_seal.h"
#include "chapters.h"
#include "installation.h"

PG_FUNCTION_INFO_V1(begin_restore);
PG_FUNCTION_INFO_V1(end_restore);

/*
 * Locks the installation and acts as its owner.
 *
 * Errors: 55000 when there is none.
 */
static void
enter_installed(Installation *installation)
{
	installation_lock(installation);
	if (!OidIsValid(installation->table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("achieve is not installed in this database"),
				 errhint("Run: SELECT achieve.install();")));
	installation_enter(installation);
}

/*
 * Switches achieve's triggers: those whose function belongs to the extension.
 * "action" is ENABLE or DISABLE. Returns how many it switched.
 */
static uint64
switch_triggers(const Installation *installation, const char *action)
{
	Oid			types[2] = {OIDOID, BOOLOID};
	Datum		values[2] = {ObjectIdGetDatum(installation->extension),
	BoolGetDatum(strcmp(action, "ENABLE") == 0)};
	SPITupleTable *found;
	uint64		nfound;

	installation_rows("SELECT quote_ident(c.relname), quote_ident(t.tgname)"
					  " FROM pg_trigger t"
					  " JOIN pg_class c ON c.oid = t.tgrelid"
					  " JOIN pg_depend d ON d.classid = 'pg_proc'::regclass"
					  " AND d.objid = t.tgfoid AND d.deptype = 'e'"
					  " AND d.refobjid = $1"
					  " WHERE c.relnamespace = 'achieve'::regnamespace"
					  " AND NOT t.tgisinternal AND (t.tgenabled = 'D') = $2"
					  " ORDER BY c.relname, t.tgname", 2, types, values);
	found = SPI_tuptable;
	nfound = SPI_processed;
	for (uint64 row = 0; row < nfound; row++)
	{
		char	   *table = SPI_getvalue(found->vals[row], found->tupdesc, 1);
		char	   *trigger = SPI_getvalue(found->vals[row], found->tupdesc, 2);
		char	   *command = psprintf("ALTER TABLE achieve.%s %s TRIGGER %s",
									   table, action, trigger);

		if (SPI_execute(command, false, 0) != SPI_OK_UTILITY)
			elog(ERROR, "could not run \"%s\"", command);
	}
	return nfound;
}

/*
 * begin_restore() RETURNS text
 *
 * Switches achieve's triggers off. The row of achieve.installation goes too:
 * the data that comes in brings its own.
 */
Datum
begin_restore(PG_FUNCTION_ARGS)
{
	Installation installation;
	uint64		switched;

	PreventCommandIfReadOnly("begin_restore()");
	SPI_connect();
	enter_installed(&installation);
	switched = switch_triggers(&installation, "DISABLE");
	if (SPI_execute("DELETE FROM achieve.installation", false, 0) !=
		SPI_OK_DELETE)
		elog(ERROR, "could not empty achieve.installation");
	installation_leave(&installation);
	SPI_finish();

	PG_RETURN_TEXT_P(cstring_to_text(psprintf("achieve's triggers are off (" UINT64_FORMAT " switched)",
											  switched)));
}

/*
 * end_restore() RETURNS text
 *
 * Switches achieve's triggers on again and moves the identities past the ids
 * that were loaded. Audit rows from before there were hashes get theirs.
 */
Datum
end_restore(PG_FUNCTION_ARGS)
{
	Installation installation;
	StringInfoData report;
	int64		filled;
	uint64		switched;

	PreventCommandIfReadOnly("end_restore()");
	initStringInfo(&report);
	SPI_connect();
	enter_installed(&installation);
	filled = audit_fill_hashes();
	switched = switch_triggers(&installation, "ENABLE");
	installation_stamp(false);
	appendStringInfo(&report, "achieve's triggers are on (" UINT64_FORMAT " switched)",
					 switched);
	if (filled > 0)
		appendStringInfo(&report, "; hashed " INT64_FORMAT " audit rows",
						 filled);
	identities_move(chapters_statements(), &report);
	installation_leave(&installation);
	SPI_finish();

	PG_RETURN_TEXT_P(cstring_to_text(report.data));
}
