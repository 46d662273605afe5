/*-------------------------------------------------------------------------
 *
 * audit_fill.c
 *		Hashes for audit rows that came without.
 *
 * Rows of a version that had no hashes, migrated or loaded from its dump, are
 * taken as they are. That opens no door: whoever can add a row behind
 * achieve's back can compute its hash as well, and a row that is in a seal
 * without a hash does not fit that seal with one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit.h"
#include "audit_hash.h"
#include "audit_scan.h"
#include "audit_seal.h"
#include "statement.h"

#define ROWS_AT_ONCE 1000

static Statement fill_rows = {
	.sql = "UPDATE achieve.audit AS a SET actor_salt = u.actor_salt,"
	" reason_salt = u.reason_salt, hash = u.hash"
	" FROM unnest($1, $2, $3, $4) AS u"
	" (audit_id, actor_salt, reason_salt, hash)"
	" WHERE a.audit_id OPERATOR(pg_catalog.=) u.audit_id",
	.table = TABLE_AUDIT,
	.argument_count = 4,
	.types = {INT8ARRAYOID, UUIDARRAYOID, UUIDARRAYOID, TEXTARRAYOID},
};

typedef struct Filling
{
	MemoryContext context;		/* of the rows collected */
	Digest	   *digest;
	ValueColumn ids;
	ValueColumn actor_salts;
	ValueColumn reason_salts;
	ValueColumn hashes;
	int64		count;
} Filling;

static void
begin_batch(Filling *filling)
{
	MemoryContextReset(filling->context);
	filling->ids = (ValueColumn) {.type = INT8OID};
	filling->actor_salts = (ValueColumn) {.type = UUIDOID};
	filling->reason_salts = (ValueColumn) {.type = UUIDOID};
	filling->hashes = (ValueColumn) {.type = TEXTOID};
}

static void
write_batch(Filling *filling)
{
	Datum		values[4];

	if (filling->ids.count == 0)
		return;
	values[0] = value_array(&filling->ids);
	values[1] = value_array(&filling->actor_salts);
	values[2] = value_array(&filling->reason_salts);
	values[3] = value_array(&filling->hashes);
	(void) statement_run(&fill_rows, values, NULL);
	filling->count += filling->ids.count;
	begin_batch(filling);
}

static void
fill_row(void *state, HeapTuple tuple, TupleDesc desc)
{
	Filling    *filling = state;
	MemoryContext caller = MemoryContextSwitchTo(filling->context);
	AuditContent row;
	char		hash[DIGEST_SIZE];

	audit_read_row(&row, tuple, desc);
	audit_add_salt(&filling->actor_salts, &row, AUDIT_ACTOR,
				   AUDIT_ACTOR_SALT);
	audit_add_salt(&filling->reason_salts, &row, AUDIT_REASON,
				   AUDIT_REASON_SALT);
	audit_row_hash(filling->digest, &row, hash);
	value_add(&filling->ids, row.values[AUDIT_AUDIT_ID]);
	value_add_text(&filling->hashes, hash);
	if (filling->ids.count >= ROWS_AT_ONCE)
		write_batch(filling);
	MemoryContextSwitchTo(caller);
}

/*
 * Gives a hash to each row that has none, and returns how many those were: 0
 * where the audit has no hashes. The guards must be off.
 */
int64
audit_fill_hashes(void)
{
	Filling		filling = {0};
	OwnerScope	scope;

	if (!audit_is_hashed())
		return 0;
	audit_scan_begin(&scope);
	filling.context = AllocSetContextCreate(CurrentMemoryContext,
											"achieve audit hashes",
											ALLOCSET_DEFAULT_SIZES);
	filling.digest = digest_create();
	begin_batch(&filling);
	audit_scan("SELECT " AUDIT_COLUMN_LIST " FROM achieve.audit AS a"
			   " WHERE a.hash IS NULL", NULL, fill_row, &filling);
	write_batch(&filling);
	digest_free(filling.digest);
	audit_scan_end(&scope);
	return filling.count;
}
