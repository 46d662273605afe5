/*-------------------------------------------------------------------------
 *
 * access.c
 *		May the caller of an API function see what it acts on?
 *
 * The functions write as the tables' owner, so they first ask as the caller:
 * for SELECT on the table, and, where row-level security applies to the
 * caller, for the row itself. A row that is hidden and one that does not
 * exist then look the same, 42501; a caller who sees everything is told that
 * it does not exist, 23503.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "access.h"

static SPIPlanPtr see_event = NULL;
static SPIPlanPtr see_learner = NULL;
static SPIPlanPtr see_enrollment = NULL;
static SPIPlanPtr see_learners = NULL;

/* Runs a kept plan as the caller, within SPI; returns the number of rows. */
static uint64
run_as_caller(SPIPlanPtr *plan, const char *sql, int nkeys,
			  const Datum *keys, long limit)
{
	Oid			types[PATH_MAX_KEYS] = {INT8OID, INT8OID};
	Snapshot	snapshot = InvalidSnapshot;

	if (*plan == NULL)
	{
		SPIPlanPtr	fresh = SPI_prepare(sql, nkeys, types);

		if (fresh == NULL || SPI_keepplan(fresh) != 0)
			elog(ERROR, "could not prepare: %s", sql);
		*plan = fresh;
	}
	CommandCounterIncrement();
	if (!IsolationIsSerializable())
		snapshot = RegisterSnapshot(GetLatestSnapshot());
	if (SPI_execute_snapshot(*plan, unconstify(Datum *, keys), NULL, snapshot,
							 InvalidSnapshot, snapshot != InvalidSnapshot,
							 false, limit) != SPI_OK_SELECT)
		elog(ERROR, "could not execute: %s", sql);
	if (snapshot != InvalidSnapshot)
		UnregisterSnapshot(snapshot);
	return SPI_processed;
}

static bool
caller_sees(SPIPlanPtr *plan, const char *sql, int nkeys, const Datum *keys)
{
	bool		found;

	SPI_connect();
	found = run_as_caller(plan, sql, nkeys, keys, 1) > 0;
	SPI_finish();
	return found;
}

/* Adds the learners enrolled on an event that the caller may see. */
void
access_visible_learners(int64 event_id, Work *work, IdList *learners)
{
	Datum		key = Int64GetDatum(event_id);

	SPI_connect();
	(void) run_as_caller(&see_learners,
						 "SELECT n.learner_id FROM achieve.enrollment AS n"
						 " WHERE n.event_id OPERATOR(pg_catalog.=) $1",
						 1, &key, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		work_add_id(work, learners,
					DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
												SPI_tuptable->tupdesc, 1,
												&isnull)));
	}
	SPI_finish();
}

static bool
row_exists(AccessPath path, int nkeys, const Datum *keys)
{
	ReadSet    *set = read_begin();
	bool		exists = read_first(set, path, nkeys, keys) != NULL;

	read_end(set);
	return exists;
}

/* Whether row-level security hides rows of a table from the caller. */
bool
access_is_row_secured(TableId table)
{
	return check_enable_rls(catalog_table(table)->relid, InvalidOid,
							true) == RLS_ENABLED;
}

/* Checks SELECT on the table; true where row-level security applies. */
bool
access_check_table(TableId table)
{
	Oid			relid = catalog_table(table)->relid;
	AclResult	result = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_TABLE, get_rel_name(relid));
	return access_is_row_secured(table);
}

/*
 * Whether the caller may read every row of a table. An error about a row that
 * the caller's statement did not name says what is in it only then.
 */
bool
access_sees_all(TableId table)
{
	return !access_is_row_secured(table) &&
		pg_class_aclcheck(catalog_table(table)->relid, GetUserId(),
						  ACL_SELECT) == ACLCHECK_OK;
}

/* Errors: 42501, always: hidden, or not there at all. */
static void
refuse_row(const char *kind, int64 id)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for %s " INT64_FORMAT, kind, id),
			 errhint("It does not exist, or row-level security hides it from you.")));
}

/* Errors: 23503 no such event, 42501 not the caller's to see. */
void
access_check_event(int64 event_id)
{
	Datum		key = Int64GetDatum(event_id);

	if (access_check_table(TABLE_EVENT))
	{
		if (!caller_sees(&see_event, "SELECT 1 FROM achieve.event AS e"
						 " WHERE e.event_id OPERATOR(pg_catalog.=) $1",
						 1, &key))
			refuse_row("event", event_id);
	}
	else if (!row_exists(PATH_EVENT, 1, &key))
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("event " INT64_FORMAT " does not exist", event_id),
				 errhint("The events are in achieve.event.")));
}

/* Errors: 23503 no such learner, 42501 not the caller's to see. */
void
access_check_learner(int64 learner_id)
{
	Datum		key = Int64GetDatum(learner_id);

	if (access_check_table(TABLE_LEARNER))
	{
		if (!caller_sees(&see_learner, "SELECT 1 FROM achieve.learner AS l"
						 " WHERE l.learner_id OPERATOR(pg_catalog.=) $1",
						 1, &key))
			refuse_row("learner", learner_id);
	}
	else if (!row_exists(PATH_LEARNER, 1, &key))
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("learner " INT64_FORMAT " does not exist", learner_id),
				 errhint("The learners are in achieve.learner.")));
}

/* Whether row-level security hides an enrollment from the caller. */
static bool
enrollment_is_hidden(int64 event_id, int64 learner_id)
{
	Datum		keys[2];

	keys[0] = Int64GetDatum(event_id);
	keys[1] = Int64GetDatum(learner_id);
	return access_check_table(TABLE_ENROLLMENT) &&
		!caller_sees(&see_enrollment,
					 "SELECT 1 FROM achieve.enrollment AS n"
					 " WHERE n.event_id OPERATOR(pg_catalog.=) $1"
					 " AND n.learner_id OPERATOR(pg_catalog.=) $2",
					 2, keys);
}

/* Errors: 23503 no such enrollment, 42501 not the caller's to see. */
void
access_check_enrollment(int64 event_id, int64 learner_id)
{
	Datum		keys[2];

	keys[0] = Int64GetDatum(event_id);
	keys[1] = Int64GetDatum(learner_id);
	if (enrollment_is_hidden(event_id, learner_id))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for the enrollment of learner " INT64_FORMAT " on event " INT64_FORMAT,
						learner_id, event_id),
				 errhint("It does not exist, or row-level security hides it from you.")));
	if (row_exists(PATH_ENROLLMENT, 2, keys))
		return;
	if (!row_exists(PATH_EVENT, 1, keys))
		access_check_event(event_id);
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("learner " INT64_FORMAT " is not enrolled on event " INT64_FORMAT,
					learner_id, event_id),
			 errhint("Insert the enrollment into achieve.enrollment first.")));
}

/*
 * For an id that was not found: where row-level security applies to the
 * caller, it must not be told from a hidden one.
 */
void
access_refuse_hidden(const char *kind, int64 id)
{
	if (access_check_table(TABLE_ENROLLMENT))
		refuse_row(kind, id);
}

/*
 * For an id that was found: nothing is said of whose it is to a caller who may
 * not see that.
 */
void
access_check_record(const char *kind, int64 id, int64 event_id,
					int64 learner_id)
{
	if (enrollment_is_hidden(event_id, learner_id))
		refuse_row(kind, id);
}
