/*-------------------------------------------------------------------------
 *
 * installation.c
 *		The installed tables as one thing: whose they are, and which version.
 *
 * The version of the tables is the default of achieve.installation.version,
 * so that it travels with a dump of the schema; the table's one row shows it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "chapters.h"
#include "compat.h"
#include "installation.h"

/* The owner of a relation. */
Oid
relation_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * Lets one caller at a time change the installation, to the end of the
 * transaction, and looks up what is there.
 *
 * Errors: 42501 when the caller does not own the tables or, where there are
 * none yet, may not create any.
 */
void
installation_lock(Installation *installation)
{
	Oid			schema = get_namespace_oid("achieve", false);

	LockDatabaseObject(NamespaceRelationId, schema, 0,
					   ShareUpdateExclusiveLock);
	GetUserIdAndSecContext(&installation->caller,
						   &installation->caller_context);
	installation->extension = get_extension_oid("achieve", false);
	installation->schema = schema;
	installation->table = get_relname_relid("installation", schema);
	if (OidIsValid(installation->table))
	{
		if (get_rel_relkind(installation->table) != RELKIND_RELATION)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"achieve.installation\" is not a table"),
					 errhint("Drop it or give it another name; achieve has not made it.")));
		installation->owner = relation_owner(installation->table);
		if (!has_privs_of_role(installation->caller, installation->owner))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("must be owner of table \"achieve.installation\""),
					 errhint("Call it as role \"%s\".",
							 GetUserNameFromId(installation->owner, false))));
	}
	else
	{
		installation->owner = installation->caller;
		if (object_aclcheck(NamespaceRelationId, schema, installation->caller,
							ACL_USAGE) != ACLCHECK_OK ||
			object_aclcheck(NamespaceRelationId, schema, installation->caller,
							ACL_CREATE) != ACLCHECK_OK)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("permission denied to create tables in schema \"achieve\""),
					 errhint("Call it as the role that ran CREATE EXTENSION achieve.")));
	}
}

/* Acts as the owner; sees all rows whatever the tables' row-level security. */
void
installation_enter(Installation *installation)
{
	SetUserIdAndSecContext(installation->owner,
						   installation->caller_context |
						   SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_NOFORCE_RLS);
}

void
installation_leave(const Installation *installation)
{
	SetUserIdAndSecContext(installation->caller,
						   installation->caller_context);
}

/*
 * Runs a query that reads. It sees what is committed now, also where the
 * transaction's snapshot is older than the lock. The rows are in
 * SPI_tuptable; installation_value reads them.
 */
void
installation_rows(const char *query, int nargs, Oid *types, Datum *values)
{
	SPIPlanPtr	plan = SPI_prepare(query, nargs, types);
	int			result;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare returned %s for \"%s\"",
			 SPI_result_code_string(SPI_result), query);
	/* Changes of this command are to be seen, too. */
	CommandCounterIncrement();
	result = SPI_execute_snapshot(plan, values, NULL, GetLatestSnapshot(),
								  InvalidSnapshot, true, false, 0);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot returned %s for \"%s\"",
			 SPI_result_code_string(result), query);
	SPI_freeplan(plan);
}

/* A column (from 1) of a row (from 0), as text; NULL where it is null. */
char *
installation_value(int row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						column);
}

/*
 * The version of the installed tables. A schema restored without data gets
 * its row here.
 */
char *
installation_version(void)
{
	installation_rows("SELECT version FROM achieve.installation", 0, NULL,
					  NULL);
	if (SPI_processed == 0 &&
		SPI_execute("INSERT INTO achieve.installation DEFAULT VALUES"
					" RETURNING version", false, 0) != SPI_OK_INSERT_RETURNING)
		elog(ERROR, "could not write achieve.installation");
	return installation_value(0, 1);
}

/*
 * Lets the row show the version that the table itself says; with "now" also
 * that it came to it now. Writes the row if there is none.
 */
void
installation_stamp(bool now)
{
	const char *query = now ?
		"UPDATE achieve.installation SET version = DEFAULT, installed_at = DEFAULT" :
		"UPDATE achieve.installation SET version = DEFAULT";

	if (SPI_execute(query, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not write achieve.installation");
	if (SPI_processed == 0 &&
		SPI_execute("INSERT INTO achieve.installation DEFAULT VALUES",
					false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write achieve.installation");
}

/* The names of all relations that the statements make, as text[]. */
Datum
installation_names(List *statements)
{
	Datum	   *names = palloc(sizeof(Datum) * list_length(statements));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, statements)
	{
		InstallStatement *statement = lfirst(cell);

		if (statement->kind == STATEMENT_TABLE ||
			statement->kind == STATEMENT_VIEW ||
			statement->kind == STATEMENT_SEQUENCE ||
			statement->kind == STATEMENT_INDEX)
			names[count++] = CStringGetTextDatum(statement->relation);
	}
	return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false,
										   TYPALIGN_INT));
}
