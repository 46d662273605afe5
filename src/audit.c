/*-------------------------------------------------------------------------
 *
 * audit.c
 *		Rows for the audit, written together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "audit.h"
#include "audit_hash.h"
#include "facts.h"
#include "identity.h"
#include "row_write.h"

bool		audit_erasing = false;

static RowWrite insert_audit = {
	.table = TABLE_AUDIT,
	.column_count = AUDIT_COLUMNS,
	.columns = {AUDIT_AUDIT_ID, AUDIT_OCCURRED_AT, AUDIT_TRANSACTION_ID,
		AUDIT_ACTOR, AUDIT_DATABASE_USER, AUDIT_ACTION, AUDIT_EVENT_ID,
		AUDIT_LEARNER_ID, AUDIT_OBJECT, AUDIT_OLD_VALUE, AUDIT_NEW_VALUE,
		AUDIT_EVIDENCE, AUDIT_REASON, AUDIT_ACTOR_SALT, AUDIT_REASON_SALT,
	AUDIT_HASH},
};

/* The same for an audit of version 1.0. */
static RowWrite insert_without_hash = {
	.table = TABLE_AUDIT,
	.column_count = AUDIT_ACTOR_SALT,
	.columns = {AUDIT_AUDIT_ID, AUDIT_OCCURRED_AT, AUDIT_TRANSACTION_ID,
		AUDIT_ACTOR, AUDIT_DATABASE_USER, AUDIT_ACTION, AUDIT_EVENT_ID,
		AUDIT_LEARNER_ID, AUDIT_OBJECT, AUDIT_OLD_VALUE, AUDIT_NEW_VALUE,
	AUDIT_EVIDENCE, AUDIT_REASON},
};

/*
 * Whether a row of the catalogue, which concerns no event, says event 0: where
 * the audit is sharded by event the column takes no null (distribute()).
 */
static bool
catalogue_is_event_0(void)
{
	const TableInfo *table = catalog_table(TABLE_AUDIT);
	HeapTuple	attribute = SearchSysCache2(ATTNUM,
											ObjectIdGetDatum(table->relid),
											Int16GetDatum(table->columns[AUDIT_EVENT_ID]));
	bool		takes_no_null;

	if (!HeapTupleIsValid(attribute))
		elog(ERROR, "column %d of relation %u does not exist",
			 table->columns[AUDIT_EVENT_ID], table->relid);
	takes_no_null = ((Form_pg_attribute) GETSTRUCT(attribute))->attnotnull;
	ReleaseSysCache(attribute);
	return takes_no_null;
}

static bool
has_hash_column(void)
{
	return catalog_table(TABLE_AUDIT)->columns[AUDIT_HASH] != InvalidAttrNumber;
}

/*
 * Whether the audit has hashes and seals; one of version 1.0 has none until
 * install() migrates it. A no holds to the end of the transaction.
 */
bool
audit_is_hashed(void)
{
	if (has_hash_column())
		return true;
	/* A migration may be under way: wait for it, then look again. */
	LockRelationOid(catalog_table(TABLE_AUDIT)->relid,
					RecoveryInProgress() ? AccessShareLock : RowExclusiveLock);
	return has_hash_column();
}

/* Errors: 55000 where the audit has no hashes and seals. */
void
audit_require_hashes(void)
{
	if (!audit_is_hashed())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the audit has no hashes and seals: achieve's tables are of an older version"),
				 errhint("Run: SELECT achieve.install();")));
}

/* An empty batch. */
void
audit_begin(AuditBatch *batch)
{
	memset(batch, 0, sizeof(AuditBatch));
	batch->actions.type = TEXTOID;
	batch->objects.type = TEXTOID;
	batch->events.type = INT8OID;
	batch->learners.type = INT8OID;
	batch->old_values.type = JSONBOID;
	batch->new_values.type = JSONBOID;
	batch->evidence.type = JSONBOID;
	batch->reasons.type = TEXTOID;
}

static void
add_jsonb(ValueColumn *column, Jsonb *value)
{
	if (value == NULL)
		value_add_null(column);
	else
		value_add(column, JsonbPGetDatum(value));
}

static void
add_id(ValueColumn *column, bool given, int64 id)
{
	if (given)
		value_add(column, Int64GetDatum(id));
	else
		value_add_null(column);
}

/* Adds a row; who acts, and when, is for audit_write to say. */
void
audit_add(AuditBatch *batch, const AuditRow *row)
{
	value_add_text(&batch->actions, row->action);
	value_add_text(&batch->objects, row->object);
	if (!row->has_event && catalogue_is_event_0())
		value_add(&batch->events, Int64GetDatum(0));
	else
		add_id(&batch->events, row->has_event, row->event_id);
	add_id(&batch->learners, row->has_learner, row->learner_id);
	add_jsonb(&batch->old_values, row->old_value);
	add_jsonb(&batch->new_values, row->new_value);
	add_jsonb(&batch->evidence, row->evidence);
	value_add_text(&batch->reasons,
				   row->reason != NULL ? row->reason : identity_reason());
}

/* Adds the salts and the hash of the row at a position. */
static void
add_hash(Digest *digest, ValueColumn *columns, int position)
{
	AuditContent row = {0};
	char		hash[DIGEST_SIZE];

	for (int k = 0; k < AUDIT_ACTOR_SALT; k++)
	{
		row.values[k] = columns[k].values[position];
		row.nulls[k] = columns[k].nulls[position];
	}
	audit_add_salt(&columns[AUDIT_ACTOR_SALT], &row, AUDIT_ACTOR,
				   AUDIT_ACTOR_SALT);
	audit_add_salt(&columns[AUDIT_REASON_SALT], &row, AUDIT_REASON,
				   AUDIT_REASON_SALT);
	audit_row_hash(digest, &row, hash);
	value_add_text(&columns[AUDIT_HASH], hash);
}

/*
 * Writes the rows in the order they were added, each with its hash; one
 * without gets it from install(). Returns the last one's id.
 */
int64
audit_write(AuditBatch *batch)
{
	int			count = batch->actions.count;
	ValueColumn columns[AUDIT_COLUMNS] = {
		[AUDIT_AUDIT_ID] = {.type = INT8OID},
		[AUDIT_OCCURRED_AT] = {.type = TIMESTAMPTZOID},
		[AUDIT_TRANSACTION_ID] = {.type = INT8OID},
		[AUDIT_ACTOR] = {.type = TEXTOID},
		[AUDIT_DATABASE_USER] = {.type = TEXTOID},
		[AUDIT_ACTION] = batch->actions,
		[AUDIT_EVENT_ID] = batch->events,
		[AUDIT_LEARNER_ID] = batch->learners,
		[AUDIT_OBJECT] = batch->objects,
		[AUDIT_OLD_VALUE] = batch->old_values,
		[AUDIT_NEW_VALUE] = batch->new_values,
		[AUDIT_EVIDENCE] = batch->evidence,
		[AUDIT_REASON] = batch->reasons,
		[AUDIT_ACTOR_SALT] = {.type = UUIDOID},
		[AUDIT_REASON_SALT] = {.type = UUIDOID},
		[AUDIT_HASH] = {.type = TEXTOID}
	};
	bool		hashed;
	Oid			sequence;
	Digest	   *digest;

	if (count == 0)
		return 0;
	hashed = audit_is_hashed();
	value_add(&columns[AUDIT_OCCURRED_AT], TimestampTzGetDatum(facts_now()));
	value_add(&columns[AUDIT_TRANSACTION_ID], Int64GetDatum(
		(int64) U64FromFullTransactionId(GetTopFullTransactionId())));
	value_add_text(&columns[AUDIT_ACTOR], identity_actor());
	value_add_text(&columns[AUDIT_DATABASE_USER], identity_database_user());
	for (int k = AUDIT_OCCURRED_AT; k <= AUDIT_DATABASE_USER; k++)
		value_repeat(&columns[k], count);
	sequence = catalog_audit_sequence();
	digest = digest_create();
	for (int i = 0; i < count; i++)
	{
		value_add(&columns[AUDIT_AUDIT_ID],
				  Int64GetDatum(nextval_internal(sequence, false)));
		if (hashed)
			add_hash(digest, columns, i);
	}
	digest_free(digest);
	rows_write(hashed ? &insert_audit : &insert_without_hash, columns, NULL);
	return DatumGetInt64(columns[AUDIT_AUDIT_ID].values[count - 1]);
}
