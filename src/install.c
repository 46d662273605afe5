/*-------------------------------------------------------------------------
 *
 * install.c
 *		install(): makes achieve's tables, triggers and views, or migrates them.
 *
 * They are ordinary objects of the caller's, not members of the extension, so
 * that dumps treat the data as ordinary data. What there should be is said by
 * the chapters (chapters.h); how older tables become those of this library is
 * said by the steps in sql/install/steps. A step changes tables; views and
 * triggers, which hold no state, then follow from the chapters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "audit_seal.h"
#include "chapters.h"
#include "installation.h"

PG_FUNCTION_INFO_V1(install);

/* How the tables get from one version to the next. */
typedef struct InstallStep
{
	const char *name;			/* such as "1.0--1.1" */
	const char *sql;
} InstallStep;

#include "install_steps.h"

/* The step that starts at a version, or NULL. */
static const InstallStep *
step_from(const char *version)
{
	for (int i = 0; i < lengthof(install_steps); i++)
	{
		const char *name = install_steps[i].name;
		const char *end = strstr(name, "--");

		if (strlen(version) == end - name &&
			strncmp(name, version, end - name) == 0)
			return &install_steps[i];
	}
	return NULL;
}

/* The version that a step leads to. */
static const char *
step_to(const InstallStep *step)
{
	return strstr(step->name, "--") + 2;
}

/* Runs a command that makes or changes an object. */
static void
run(const char *command)
{
	int			result = SPI_execute(command, false, 0);

	if (result < 0)
		elog(ERROR, "SPI_execute returned %s for \"%s\"",
			 SPI_result_code_string(result), command);
}

/*
 * Refuses a library that is newer or older than the extension's functions,
 * which the chapters call.
 */
static void
check_extension_version(const Installation *installation)
{
	Oid			types[1] = {OIDOID};
	Datum		values[1] = {ObjectIdGetDatum(installation->extension)};
	char	   *version;

	installation_rows("SELECT extversion FROM pg_extension WHERE oid = $1",
					  1, types, values);
	version = installation_value(0, 1);
	if (strcmp(version, ACHIEVE_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the library is achieve %s, but the extension is at version %s",
						ACHIEVE_VERSION, version),
				 errhint("Run: ALTER EXTENSION achieve UPDATE;")));
}

/*
 * Refuses objects that stand where those of the statements are to be made, and
 * functions or operators that could be called instead of the extension's.
 */
static void
check_nothing_in_the_way(const Installation *installation, List *statements)
{
	Oid			types[2] = {OIDOID, TEXTARRAYOID};
	Datum		values[2] = {ObjectIdGetDatum(installation->extension),
	installation_names(statements)};

	installation_rows("WITH member AS (SELECT classid, objid FROM pg_depend"
					  " WHERE refclassid = 'pg_extension'::regclass"
					  " AND refobjid = $1 AND deptype = 'e'),"
					  " here AS ("
					  "SELECT 'pg_class'::regclass AS classid, c.oid, relname = ANY ($2) AS ours"
					  " FROM pg_class c WHERE relnamespace = 'achieve'::regnamespace"
					  " UNION ALL "
					  "SELECT 'pg_type'::regclass, t.oid, typname = ANY ($2)"
					  " FROM pg_type t WHERE typnamespace = 'achieve'::regnamespace AND typrelid = 0"
					  " UNION ALL "
					  "SELECT 'pg_proc'::regclass, p.oid, proname IN (SELECT o.proname FROM pg_proc o"
					  " JOIN member ON classid = 'pg_proc'::regclass AND objid = o.oid)"
					  " FROM pg_proc p WHERE pronamespace = 'achieve'::regnamespace"
					  " UNION ALL "
					  "SELECT 'pg_operator'::regclass, p.oid, oprname IN (SELECT o.oprname FROM pg_operator o"
					  " JOIN member ON classid = 'pg_operator'::regclass AND objid = o.oid)"
					  " FROM pg_operator p WHERE oprnamespace = 'achieve'::regnamespace) "
					  "SELECT pg_describe_object(classid, oid, 0) AS name FROM here"
					  " WHERE ours AND (classid, oid) NOT IN (SELECT classid, objid FROM member)"
					  " ORDER BY name LIMIT 1", 2, types, values);
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("%s already exists, and achieve has not made it",
						installation_value(0, 1)),
				 errhint("Drop it or give it another name, then call achieve.install() again.")));
}

/* Refuses an installation of which a table is missing or is another's. */
static void
check_tables(const Installation *installation, List *statements)
{
	ListCell   *cell;

	foreach(cell, statements)
	{
		InstallStatement *statement = lfirst(cell);
		Oid			relid;

		if (statement->kind != STATEMENT_TABLE)
			continue;
		relid = get_relname_relid(statement->relation, installation->schema);
		if (!OidIsValid(relid) || get_rel_relkind(relid) == RELKIND_VIEW)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"achieve.%s\" is missing",
							statement->relation),
					 errdetail("Table \"achieve.installation\" says that achieve %s is installed.",
							   ACHIEVE_VERSION),
					 errhint("Restore the table from a dump.")));
		if (relation_owner(relid) != installation->owner)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"achieve.%s\" belongs to role \"%s\", but \"achieve.installation\" to \"%s\"",
							statement->relation,
							GetUserNameFromId(relation_owner(relid), false),
							GetUserNameFromId(installation->owner, false)),
					 errhint("Give all tables of achieve to one role with ALTER TABLE ... OWNER TO.")));
	}
}

/* Whether a view or trigger that the chapters make is not there. */
static bool
is_missing(const Installation *installation, const InstallStatement *statement)
{
	Oid			relid = get_relname_relid(statement->relation,
										  installation->schema);

	if (statement->kind == STATEMENT_TRIGGER)
		return !OidIsValid(get_trigger_oid(relid, statement->trigger, true));
	return !OidIsValid(relid);
}

/* Whether a comment is about one of the things just made. */
static bool
is_about(const InstallStatement *comment, List *made)
{
	ListCell   *cell;

	foreach(cell, made)
	{
		InstallStatement *statement = lfirst(cell);

		if (strcmp(comment->relation, statement->relation) == 0 &&
			(comment->trigger == NULL) == (statement->trigger == NULL) &&
			(comment->trigger == NULL ||
			 strcmp(comment->trigger, statement->trigger) == 0))
			return true;
	}
	return false;
}

/*
 * Makes the views and triggers that are missing, with their comments, and
 * with "replace" also replaces the views that are there: in place, so that
 * grants and what users built on them stay. Returns what it made.
 */
static List *
make_views_and_triggers(const Installation *installation, List *statements,
						bool replace)
{
	List	   *made = NIL;
	ListCell   *cell;

	foreach(cell, statements)
	{
		InstallStatement *statement = lfirst(cell);

		switch (statement->kind)
		{
			case STATEMENT_VIEW:
			case STATEMENT_TRIGGER:
				if (is_missing(installation, statement))
					chapters_run(statement);
				else if (replace && statement->kind == STATEMENT_VIEW)
					run(psprintf("CREATE OR REPLACE%s",
								 statement->text + strlen("CREATE")));
				else
					break;
				made = lappend(made, statement);
				break;
			case STATEMENT_COMMENT:
				if (is_about(statement, made))
					chapters_run(statement);
				break;
			default:
				break;
		}
	}
	return made;
}

/*
 * Drops achieve's triggers, so that those which the library no longer has are
 * gone and steps change tables unwatched.
 */
static void
drop_triggers(const Installation *installation)
{
	Oid			types[1] = {OIDOID};
	Datum		values[1] = {ObjectIdGetDatum(installation->extension)};
	SPITupleTable *found;
	uint64		nfound;

	installation_rows("SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)"
					  " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
					  " JOIN pg_depend d ON d.classid = 'pg_proc'::regclass"
					  " AND d.objid = t.tgfoid AND d.deptype = 'e' AND d.refobjid = $1"
					  " WHERE c.relnamespace = 'achieve'::regnamespace AND NOT t.tgisinternal",
					  1, types, values);
	found = SPI_tuptable;
	nfound = SPI_processed;
	for (uint64 row = 0; row < nfound; row++)
		run(SPI_getvalue(found->vals[row], found->tupdesc, 1));
}

/* Makes the views and triggers that somebody dropped, and says so. */
static void
mend(const Installation *installation, List *statements, StringInfo report)
{
	List	   *made = make_views_and_triggers(installation, statements, false);
	ListCell   *cell;

	foreach(cell, made)
	{
		InstallStatement *statement = lfirst(cell);

		if (statement->kind == STATEMENT_TRIGGER)
			appendStringInfo(report, "; made trigger %s on %s again",
							 statement->trigger, statement->relation);
		else
			appendStringInfo(report, "; made view %s again",
							 statement->relation);
	}
}

/* Makes all of it. */
static void
make_everything(const Installation *installation, List *statements)
{
	ListCell   *cell;

	check_nothing_in_the_way(installation, statements);
	foreach(cell, statements)
		chapters_run(lfirst(cell));
}

/*
 * Runs the steps that lead on from a version, and returns the version that
 * they reach.
 */
static const char *
migrate(const Installation *installation, const char *version,
		List *statements)
{
	const char *reached = version;
	const InstallStep *step = step_from(version);

	if (step == NULL)
		return version;
	check_nothing_in_the_way(installation, NIL);
	drop_triggers(installation);
	for (; step != NULL; step = step_from(reached))
	{
		InstallStatement statement = {STATEMENT_OTHER, step->name, .text = step->sql};

		chapters_run(&statement);
		reached = step_to(step);
	}
	(void) audit_fill_hashes();
	(void) make_views_and_triggers(installation, statements, true);
	return reached;
}

/* Writes down the version that the tables have now come to. */
static void
note_version(const char *version)
{
	run(psprintf("ALTER TABLE achieve.installation ALTER COLUMN version SET DEFAULT %s",
				 quote_literal_cstr(version)));
	installation_stamp(true);
}

/*
 * install() RETURNS text
 *
 * Idempotent; says what it did.
 *
 * Errors: 42501 for a caller who may not; 42710 for an object in the way;
 * 55000 for tables that are of a version from which no step leads here.
 */
Datum
install(PG_FUNCTION_ARGS)
{
	Installation installation;
	StringInfoData report;
	List	   *statements = chapters_statements();
	char	   *version = NULL;
	const char *reached = ACHIEVE_VERSION;

	PreventCommandIfReadOnly("install()");
	initStringInfo(&report);
	SPI_connect();
	installation_lock(&installation);
	check_extension_version(&installation);
	installation_enter(&installation);

	if (OidIsValid(installation.table))
	{
		version = installation_version();
		reached = migrate(&installation, version, statements);
	}
	else
		make_everything(&installation, statements);
	if (strcmp(reached, ACHIEVE_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the tables are of achieve %s, which achieve %s cannot migrate",
						version, ACHIEVE_VERSION),
				 errhint("Install a library of that version or a later one.")));

	if (version == NULL || strcmp(version, reached) != 0)
		note_version(reached);
	if (version == NULL)
		appendStringInfo(&report, "achieve %s is installed", reached);
	else if (strcmp(version, reached) == 0)
		appendStringInfo(&report, "achieve %s is already installed", reached);
	else
		appendStringInfo(&report, "achieve %s is migrated to %s", version,
						 reached);
	check_tables(&installation, statements);
	mend(&installation, statements, &report);
	identities_move(statements, &report);

	installation_leave(&installation);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(report.data));
}
