/*-------------------------------------------------------------------------
 *
 * catalog.c
 *		Where achieve's tables, columns and indexes are.
 *
 * What is found stays in static arrays until a relation cache message names
 * the table. A path without a suitable index has no index OID: the reader
 * then scans the table, which is slow and right.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "compat.h"

typedef struct TableNames
{
	const char *name;
	const char *columns[TABLE_MAX_COLUMNS];
	int			new_from;		/* the previous version ends before it; 0: not */
} TableNames;

static const TableNames table_names[TABLE_COUNT] = {
	[TABLE_EVENT] = {"event", {"event_id", "template_id", "code",
			"starts_at", "ends_at", "time_zone", "status", "passing_rule",
	"config_version", "title"}},
	[TABLE_SESSION] = {"session", {"event_id", "session_no", "starts_at",
	"ends_at", "required", "cancelled"}},
	[TABLE_ASSESSMENT] = {"assessment", {"event_id", "code", "max_score",
	"weight", "attempt_choice", "max_attempts"}},
	[TABLE_REQUIREMENT] = {"requirement", {"event_id", "code"}},
	[TABLE_EVENT_ACHIEVEMENT] = {"event_achievement", {"event_id",
			"achievement_type_id", "award_rule", "on_lapse", "active",
			"valid_for", "valid_unit", "valid_from_anchor",
	"expiry_alignment", "expires_on_day"}},
	[TABLE_ACHIEVEMENT_TYPE] = {"achievement_type", {"achievement_type_id",
			"code", "title", "valid_for", "valid_unit", "valid_from_anchor",
			"expiry_alignment", "expires_on_day", "sequence_id", "active",
	"read_by_rules", "certificate_template_id"}},
	[TABLE_ACCOUNT] = {"account", {"account_id", "name"}},
	[TABLE_LEARNER] = {"learner", {"learner_id", "name", "email",
	"reference", "account_id"}},
	[TABLE_ENROLLMENT] = {"enrollment", {"event_id", "learner_id", "status",
	"counts_from"}},
	[TABLE_ATTENDANCE] = {"attendance", {"event_id", "learner_id",
	"session_no", "status"}},
	[TABLE_SCORE] = {"score", {"event_id", "learner_id", "code", "attempt",
	"score"}},
	[TABLE_COMPLETION] = {"completion", {"event_id", "learner_id", "code",
	"completed_at", "waived"}},
	[TABLE_CONDITION] = {"condition", {"event_id", "learner_id", "name",
	"value"}},
	[TABLE_INVOICE] = {"invoice", {"invoice_id", "status", "number"}},
	[TABLE_INVOICE_LINE] = {"invoice_line", {"event_id", "learner_id",
	"invoice_id", "amount", "amount_paid", "amount_credited"}},
	[TABLE_RESULT] = {"result", {"event_id", "learner_id", "rule_outcome",
	"rule_decided_at", "manual_outcome", "approved_by", "approved_at",
	"decided_at"}},
	[TABLE_ACHIEVEMENT] = {"achievement", {"event_id", "achievement_id",
			"learner_id", "achievement_type_id", "source", "issued_at",
			"valid_from", "expires_on", "revoked_at",
			"lapse_transaction_id", "number", "blocks_rule", "sequence_id",
	"issued_by", "revoked_by", "revoke_reason"}},
	[TABLE_AUDIT] = {"audit", {"audit_id", "occurred_at", "transaction_id",
			"actor", "database_user", "action", "event_id", "learner_id",
			"object", "old_value", "new_value", "evidence", "reason",
	"actor_salt", "reason_salt", "hash"}, AUDIT_ACTOR_SALT},
	[TABLE_NOTIFICATION] = {"notification", {"notification_id",
	"transaction_id", "topic", "event_id", "learner_id", "payload"}},
	[TABLE_CERTIFICATE] = {"certificate", {"event_id", "achievement_id"}},
};

typedef struct PathColumns
{
	TableId		table;
	int			nkeys;
	int			columns[PATH_MAX_KEYS];
	bool		begins_null;	/* the first is null, and no key is given for it */
	bool		by_text;		/* the last key is text, else all are bigint */
} PathColumns;

static const PathColumns path_columns[PATH_COUNT] = {
	[PATH_EVENT] = {TABLE_EVENT, 1, {EVENT_EVENT_ID}},
	[PATH_SESSION] = {TABLE_SESSION, 1, {SESSION_EVENT_ID}},
	[PATH_ASSESSMENT] = {TABLE_ASSESSMENT, 1, {ASSESSMENT_EVENT_ID}},
	[PATH_REQUIREMENT] = {TABLE_REQUIREMENT, 1, {REQUIREMENT_EVENT_ID}},
	[PATH_EVENT_ACHIEVEMENT] = {TABLE_EVENT_ACHIEVEMENT, 1,
	{EVENT_ACHIEVEMENT_EVENT_ID}},
	[PATH_ACHIEVEMENT_TYPE] = {TABLE_ACHIEVEMENT_TYPE, 1,
	{ACHIEVEMENT_TYPE_ID}},
	[PATH_ACHIEVEMENT_TYPE_CODE] = {TABLE_ACHIEVEMENT_TYPE, 1,
	{ACHIEVEMENT_TYPE_CODE}},
	[PATH_ACCOUNT] = {TABLE_ACCOUNT, 1, {ACCOUNT_ACCOUNT_ID}},
	[PATH_LEARNER] = {TABLE_LEARNER, 1, {LEARNER_LEARNER_ID}},
	[PATH_ENROLLMENT] = {TABLE_ENROLLMENT, 2,
	{ENROLLMENT_EVENT_ID, ENROLLMENT_LEARNER_ID}},
	[PATH_ENROLLMENT_OF_LEARNER] = {TABLE_ENROLLMENT, 1,
	{ENROLLMENT_LEARNER_ID}},
	[PATH_ATTENDANCE] = {TABLE_ATTENDANCE, 2,
	{ATTENDANCE_EVENT_ID, ATTENDANCE_LEARNER_ID}},
	[PATH_SCORE] = {TABLE_SCORE, 2, {SCORE_EVENT_ID, SCORE_LEARNER_ID}},
	[PATH_COMPLETION] = {TABLE_COMPLETION, 2,
	{COMPLETION_EVENT_ID, COMPLETION_LEARNER_ID}},
	[PATH_CONDITION] = {TABLE_CONDITION, 2,
	{CONDITION_EVENT_ID, CONDITION_LEARNER_ID}},
	[PATH_INVOICE] = {TABLE_INVOICE, 1, {INVOICE_INVOICE_ID}},
	[PATH_INVOICE_LINE] = {TABLE_INVOICE_LINE, 2,
	{INVOICE_LINE_EVENT_ID, INVOICE_LINE_LEARNER_ID}},
	[PATH_INVOICE_LINE_OF_INVOICE] = {TABLE_INVOICE_LINE, 1,
	{INVOICE_LINE_INVOICE_ID}},
	[PATH_RESULT] = {TABLE_RESULT, 2, {RESULT_EVENT_ID, RESULT_LEARNER_ID}},
	[PATH_ACHIEVEMENT] = {TABLE_ACHIEVEMENT, 2,
	{ACHIEVEMENT_EVENT_ID, ACHIEVEMENT_LEARNER_ID}},
	[PATH_ACHIEVEMENT_BY_ID] = {TABLE_ACHIEVEMENT, 2,
	{ACHIEVEMENT_EVENT_ID, ACHIEVEMENT_ACHIEVEMENT_ID}},
	[PATH_ACHIEVEMENT_OF_LEARNER] = {TABLE_ACHIEVEMENT, 1,
	{ACHIEVEMENT_LEARNER_ID}},
	[PATH_ACHIEVEMENT_OF_NUMBER] = {TABLE_ACHIEVEMENT, 2,
	{ACHIEVEMENT_SEQUENCE_ID, ACHIEVEMENT_NUMBER}, .by_text = true},
	[PATH_ACHIEVEMENT_OF_COMMON_NUMBER] = {TABLE_ACHIEVEMENT, 2,
	{ACHIEVEMENT_SEQUENCE_ID, ACHIEVEMENT_NUMBER}, .begins_null = true,
	.by_text = true},
	[PATH_CERTIFICATE] = {TABLE_CERTIFICATE, 2,
	{CERTIFICATE_EVENT_ID, CERTIFICATE_ACHIEVEMENT_ID}},
};

bool		catalog_direct_access = true;

static TableInfo tables[TABLE_COUNT];	/* relid is InvalidOid: look it up */
static Oid	audit_sequence; /* valid as long as the audit's entry is */
static Oid	path_index[PATH_COUNT];
static bool path_known[PATH_COUNT];
static bool callback_registered = false;

/* Forgets what is known of a table whose relation cache entry changed. */
static void
forget_relation(Datum arg, Oid relid)
{
	for (int table = 0; table < TABLE_COUNT; table++)
	{
		if (relid == InvalidOid || tables[table].relid == relid)
			tables[table].relid = InvalidOid;
	}
	if (!OidIsValid(tables[TABLE_AUDIT].relid))
		audit_sequence = InvalidOid;
	for (int path = 0; path < PATH_COUNT; path++)
	{
		if (tables[path_columns[path].table].relid == InvalidOid ||
			path_index[path] == relid)
			path_known[path] = false;
	}
}

/*
 * The OID of a relation of achieve's.
 *
 * Errors: 55000 when install() has not made it yet.
 */
Oid
catalog_relation(const char *name)
{
	Oid			schema = get_namespace_oid("achieve", true);
	Oid			relid = InvalidOid;

	if (OidIsValid(schema))
		relid = get_relname_relid(name, schema);
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 OidIsValid(schema) &&
				 OidIsValid(get_relname_relid("installation", schema)) ?
				 errmsg("achieve's tables are of an older version, or incomplete") :
				 errmsg("achieve is not installed in this database"),
				 errdetail("Relation \"achieve.%s\" does not exist.", name),
				 errhint("Run: SELECT achieve.install();")));
	return relid;
}

/* PostgreSQL notes that a table has children, and not soon that it has none. */
static bool
has_children(Relation rel)
{
	return rel->rd_rel->relhassubclass &&
		find_inheritance_children(RelationGetRelid(rel), NoLock) != NIL;
}

/*
 * OID, owner and column numbers of a table. Columns that the previous version
 * did not have are InvalidAttrNumber where install() has not added them yet.
 */
const TableInfo *
catalog_table(TableId table)
{
	TableInfo  *info = &tables[table];
	const TableNames *names = &table_names[table];
	TableInfo	found = {0};
	Relation	rel;

	if (OidIsValid(info->relid))
		return info;

	if (!callback_registered)
	{
		CacheRegisterRelcacheCallback(forget_relation, (Datum) 0);
		callback_registered = true;
	}
	found.relid = catalog_relation(names->name);
	rel = table_open(found.relid, AccessShareLock);
	found.owner = rel->rd_rel->relowner;
	if (rel->rd_rel->relkind != RELKIND_RELATION &&
		rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"achieve.%s\" is not a table of this database",
						names->name),
				 errhint("achieve locks what it decides from: it works on ordinary and partitioned tables.")));
	for (int i = 0; i < TABLE_MAX_COLUMNS && names->columns[i] != NULL; i++)
	{
		found.columns[i] = get_attnum(found.relid, names->columns[i]);
		if (found.columns[i] == InvalidAttrNumber &&
			(names->new_from == 0 || i < names->new_from))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("column \"%s\" of \"achieve.%s\" does not exist",
							names->columns[i], names->name),
					 errhint("Run: SELECT achieve.install();")));
	}
	found.plain = rel->rd_rel->relkind == RELKIND_RELATION &&
		!has_children(rel);
	table_close(rel, AccessShareLock);
	*info = found;
	return info;
}

/* Whether rows of a table are read and written without SQL. */
bool
catalog_table_is_direct(TableId table)
{
	return catalog_direct_access && catalog_table(table)->plain;
}

/*
 * The sequence that the audit's ids are drawn from.
 *
 * Errors: 55000 when they are drawn from none.
 */
Oid
catalog_audit_sequence(void)
{
	const TableInfo *info;
	Relation	rel;

	if (OidIsValid(audit_sequence))
		return audit_sequence;
	info = catalog_table(TABLE_AUDIT);
	rel = table_open(info->relid, AccessShareLock);
	audit_sequence = compat_identity_sequence(rel,
											  info->columns[AUDIT_AUDIT_ID]);
	table_close(rel, AccessShareLock);
	if (!OidIsValid(audit_sequence))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("column \"audit_id\" of \"achieve.audit\" is not an identity"),
				 errhint("Make it one again: ALTER TABLE achieve.audit ALTER COLUMN audit_id ADD GENERATED BY DEFAULT AS IDENTITY;")));
	return audit_sequence;
}

/* The OID of a table if it was looked up already, without looking it up. */
Oid
catalog_table_if_known(TableId table)
{
	return tables[table].relid;
}

const char *
catalog_table_name(TableId table)
{
	return table_names[table].name;
}

const char *
catalog_column_name(TableId table, int column)
{
	return table_names[table].columns[column];
}

TableId
catalog_path_table(AccessPath path)
{
	return path_columns[path].table;
}

/* Whether all keys of a path are bigint. */
bool
catalog_path_by_ids(AccessPath path)
{
	return !path_columns[path].by_text;
}

/* Whether the first column of a path is to be null; its keys follow it. */
bool
catalog_path_begins_null(AccessPath path)
{
	return path_columns[path].begins_null;
}

/* A column of a path, counted from 0. */
const char *
catalog_path_column_name(AccessPath path, int key)
{
	const PathColumns *want = &path_columns[path];

	return table_names[want->table].columns[want->columns[key]];
}

Oid
catalog_path_column_type(AccessPath path, int key)
{
	const PathColumns *want = &path_columns[path];
	const TableInfo *info = catalog_table(want->table);

	return get_atttype(info->relid, info->columns[want->columns[key]]);
}

/* The columns that a path's keys compare with; returns their number. */
int
catalog_path_columns(AccessPath path, AttrNumber *columns)
{
	const PathColumns *want = &path_columns[path];
	const TableInfo *info = catalog_table(want->table);

	for (int i = 0; i < want->nkeys; i++)
		columns[i] = info->columns[want->columns[i]];
	return want->nkeys;
}

/*
 * The index that serves a path: a valid btree without predicate whose leading
 * columns are the path's, sorted by their own collations. InvalidOid where
 * there is none.
 */
Oid
catalog_path_index(AccessPath path)
{
	AttrNumber	columns[PATH_MAX_KEYS];
	int			nkeys = catalog_path_columns(path, columns);
	Relation	rel;
	List	   *indexes;
	ListCell   *cell;
	Oid			best = InvalidOid;
	int			best_width = INDEX_MAX_KEYS + 1;

	if (path_known[path])
		return path_index[path];

	rel = table_open(catalog_table(path_columns[path].table)->relid,
					 AccessShareLock);
	indexes = RelationGetIndexList(rel);
	foreach(cell, indexes)
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		Form_pg_index form = index->rd_index;
		bool		fits = form->indisvalid &&
			index->rd_rel->relam == BTREE_AM_OID &&
			form->indnkeyatts >= nkeys && form->indnkeyatts < best_width &&
			heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL);

		for (int i = 0; fits && i < nkeys; i++)
			fits = form->indkey.values[i] == columns[i] &&
				index->rd_indcollation[i] ==
				TupleDescAttr(RelationGetDescr(rel),
							  columns[i] - 1)->attcollation;
		if (fits)
		{
			best = RelationGetRelid(index);
			best_width = form->indnkeyatts;
		}
		index_close(index, AccessShareLock);
	}
	list_free(indexes);
	table_close(rel, AccessShareLock);
	path_index[path] = best;
	path_known[path] = true;
	return best;
}
