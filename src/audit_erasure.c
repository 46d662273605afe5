/*-------------------------------------------------------------------------
 *
 * audit_erasure.c
 *		What was erased from the audit, and by which erasure.
 *
 * Actors and reasons alone can be erased. Of each, achieve.audit_erasure keeps
 * the digest that the row's hash is made with, and names the audit row of the
 * erasure. That row, which is hashed and sealed as any other, has a digest
 * over all that was erased with it. So nothing is erased that no erasure
 * tells of, and no erasure puts anything in the place of what was there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "audit_erasure.h"
#include "audit_scan.h"

typedef struct ErasedKey
{
	int64		audit_id;
	int64		column;			/* AUDIT_ACTOR or AUDIT_REASON */
} ErasedKey;

typedef struct ErasedValue
{
	ErasedKey	key;
	char		kept[DIGEST_SIZE];
	bool		applied;		/* the row is there, without the value */
} ErasedValue;

typedef struct Erasure
{
	int64		erasure_id;
	char		entries[DIGEST_SIZE];
	bool		found;			/* its audit row is there and says the same */
} Erasure;

struct Erasures
{
	HTAB	   *values;
	HTAB	   *erasures;
	Digest	   *digest;			/* of the erasure that is being read */
	int64		reading;
	bool		is_reading;
};

/* One value that was erased, for the digest over all of an erasure. */
void
erasure_add_line(Digest *digest, int64 audit_id, const char *column,
				 const char *kept)
{
	digest_add_line(digest, psprintf(INT64_FORMAT ":%s:%s", audit_id, column,
									 kept));
}

static HTAB *
create_table(const char *name, Size key_size, Size entry_size)
{
	HASHCTL		control = {0};

	control.keysize = key_size;
	control.entrysize = entry_size;
	control.hcxt = CurrentMemoryContext;
	return hash_create(name, 64, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* All values of the erasure that is being read have come. */
static void
finish_erasure(Erasures *erasures)
{
	Erasure    *erasure;

	if (!erasures->is_reading)
		return;
	erasure = hash_search(erasures->erasures, &erasures->reading, HASH_ENTER,
						  NULL);
	digest_end_lines(erasures->digest, erasure->entries);
	erasure->found = false;
	erasures->is_reading = false;
}

/* A row of achieve.audit_erasure: erasure_id, audit_id, column, digest. */
static void
read_value(void *state, HeapTuple tuple, TupleDesc desc)
{
	Erasures   *erasures = state;
	Datum		values[4];
	bool		nulls[4];
	int64		erasure_id;
	char	   *column;
	char	   *kept;
	ErasedKey	key = {0};
	ErasedValue *value;

	heap_deform_tuple(tuple, desc, values, nulls);
	erasure_id = DatumGetInt64(values[0]);
	/* not null, unless somebody has dropped the constraints */
	column = nulls[2] ? "" : TextDatumGetCString(values[2]);
	kept = nulls[3] ? "" : TextDatumGetCString(values[3]);
	if (!erasures->is_reading || erasures->reading != erasure_id)
	{
		finish_erasure(erasures);
		erasures->is_reading = true;
		erasures->reading = erasure_id;
		digest_begin_lines(erasures->digest);
	}
	key.audit_id = DatumGetInt64(values[1]);
	key.column = strcmp(column, "actor") == 0 ? AUDIT_ACTOR : AUDIT_REASON;
	erasure_add_line(erasures->digest, key.audit_id, column, kept);
	value = hash_search(erasures->values, &key, HASH_ENTER, NULL);
	strlcpy(value->kept, kept, DIGEST_SIZE);
	value->applied = false;
}

/* Everything that was erased; within audit_scan_begin and audit_scan_end. */
Erasures *
erasures_read(void)
{
	Erasures   *erasures = palloc0(sizeof(Erasures));

	erasures->values = create_table("achieve erased values",
									sizeof(ErasedKey), sizeof(ErasedValue));
	erasures->erasures = create_table("achieve erasures", sizeof(int64),
									  sizeof(Erasure));
	erasures->digest = digest_create();
	audit_scan("SELECT e.erasure_id, e.audit_id, e.column_name, e.digest"
			   " FROM achieve.audit_erasure AS e"
			   " ORDER BY e.erasure_id, e.audit_id, e.column_name",
			   NULL, read_value, erasures);
	finish_erasure(erasures);
	digest_free(erasures->digest);
	return erasures;
}

/* The digest kept of a value that the row does not have any more, or NULL. */
static const char *
kept_digest(Erasures *erasures, const AuditContent *row, int column)
{
	ErasedKey	key = {0};
	ErasedValue *value;

	if (!row->nulls[column])
		return NULL;
	key.audit_id = DatumGetInt64(row->values[AUDIT_AUDIT_ID]);
	key.column = column;
	value = hash_search(erasures->values, &key, HASH_FIND, NULL);
	if (value == NULL)
		return NULL;
	value->applied = true;
	return value->kept;
}

/* Whether the audit row of an erasure tells of the values that go by it. */
static bool
tells_of(const AuditContent *row, const Erasure *erasure)
{
	JsonbValue *value;
	Jsonb	   *json;

	if (row->nulls[AUDIT_NEW_VALUE] || row->nulls[AUDIT_ACTION] ||
		strcmp(TextDatumGetCString(row->values[AUDIT_ACTION]),
			   ERASURE_ACTION) != 0)
		return false;
	json = DatumGetJsonbP(row->values[AUDIT_NEW_VALUE]);
	value = getKeyJsonValueFromContainer(&json->root, ERASURE_ENTRIES,
										 strlen(ERASURE_ENTRIES), NULL);
	return value != NULL && value->type == jbvString &&
		value->val.string.len == DIGEST_SIZE - 1 &&
		memcmp(value->val.string.val, erasure->entries,
			   DIGEST_SIZE - 1) == 0;
}

/* Gives a row the digests that were kept of it; each row comes by once. */
void
erasures_apply(Erasures *erasures, AuditContent *row)
{
	int64		audit_id = DatumGetInt64(row->values[AUDIT_AUDIT_ID]);
	Erasure    *erasure;

	row->actor_digest = kept_digest(erasures, row, AUDIT_ACTOR);
	row->reason_digest = kept_digest(erasures, row, AUDIT_REASON);
	erasure = hash_search(erasures->erasures, &audit_id, HASH_FIND, NULL);
	if (erasure != NULL)
		erasure->found = tells_of(row, erasure);
}

/* Once all rows have come by: what is left over. */
void
erasures_check(Erasures *erasures, ErasureReport report, void *state)
{
	HASH_SEQ_STATUS all;
	ErasedValue *value;
	Erasure    *erasure;

	hash_seq_init(&all, erasures->values);
	while ((value = hash_seq_search(&all)) != NULL)
	{
		if (!value->applied)
			report(state, value->key.audit_id,
				   "the row is said to be erased, and is not");
	}
	hash_seq_init(&all, erasures->erasures);
	while ((erasure = hash_seq_search(&all)) != NULL)
	{
		if (!erasure->found)
			report(state, erasure->erasure_id,
				   "the row does not tell of what was erased with it");
	}
}
