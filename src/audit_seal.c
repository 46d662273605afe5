/*-------------------------------------------------------------------------
 *
 * audit_seal.c
 *		seal_audit and audit_digest.
 *
 * A seal takes in every audit row that is committed and in no seal yet. Ids
 * say nothing of that: a transaction with lower ones may commit later. So a
 * seal keeps the snapshot that it saw, and the next one takes the rows of all
 * transactions that this snapshot did not show. Which rows a seal has is
 * written down as ids, so that it holds in a copy of the database too, in a
 * cluster where transactions have other numbers: the first seal that is made
 * there goes by the ids, and takes all that came with the copy. Rows of that
 * cluster's own have higher ids, for the identities go on after those that
 * came.
 *
 * One seal is made at a time, under a lock of the table, and continues the
 * root of the one before; that no two continue the same one is a constraint.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit.h"
#include "audit_hash.h"
#include "audit_scan.h"
#include "audit_seal.h"
#include "audit_seen.h"
#include "facts.h"
#include "id_ranges.h"
#include "statement.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(seal_audit);
PG_FUNCTION_INFO_V1(audit_digest);

static Statement insert_seal = {
	.sql = "INSERT INTO achieve.audit_seal (seal_id, previous_root,"
	" row_count, row_ids, rows_hash, foreign_until, snapshot,"
	" system_identifier, sealed_at, actor, database_user, reason, root)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	.table = TABLE_AUDIT,
	.argument_count = 13,
	.types = {INT8OID, TEXTOID, INT8OID, TEXTOID, TEXTOID, INT8OID, TEXTOID,
	TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID},
};

static Statement last_seal = {
	.sql = "SELECT s.seal_id, (SELECT CAST(pg_catalog.sum(n.row_count)"
	" AS pg_catalog.int8) FROM achieve.audit_seal AS n), s.root,"
	" pg_catalog.to_char(pg_catalog.timezone('UTC', s.sealed_at),"
	" 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
	" FROM achieve.audit_seal AS s ORDER BY s.seal_id DESC LIMIT 1",
	.table = TABLE_AUDIT,
};

typedef struct Sealing
{
	MemoryContext context;
	Seal		before;			/* the last seal; seal_id 0: there is none */
	SeenTransactions before_saw;
	bool		same_system;	/* transactions can be compared with those */
	IdRanges	sealed;			/* otherwise: what is in a seal */
	int64		foreign_until;	/* up to this id all is in a seal already */
	SeenTransactions sees;
	int64		own_transaction;	/* 0: none yet */
	IdRanges	rows;
	int64		count;
	int64		foreign_seen;	/* the highest id that came, as of this seal */
	Digest	   *digest;
} Sealing;

static void
keep_before(void *state, HeapTuple tuple, TupleDesc desc)
{
	Sealing    *sealing = state;
	MemoryContext caller = MemoryContextSwitchTo(sealing->context);

	audit_read_seal(&sealing->before, tuple, desc);
	MemoryContextSwitchTo(caller);
}

static void
keep_sealed(void *state, HeapTuple tuple, TupleDesc desc)
{
	Sealing    *sealing = state;
	MemoryContext caller = MemoryContextSwitchTo(sealing->context);
	int64		count = 0;

	/* What cannot be read is verify_audit's to report. */
	(void) id_ranges_read(&sealing->sealed, SPI_getvalue(tuple, desc, 1), 0,
						  &count);
	MemoryContextSwitchTo(caller);
}

static bool
is_sealed(const Sealing *sealing, int64 audit_id, int64 transaction_id)
{
	if (!sealing->same_system)
		return id_ranges_find(&sealing->sealed, audit_id) != NULL;
	return audit_id <= sealing->foreign_until ||
		seen_includes(&sealing->before_saw, transaction_id);
}

/*
 * Takes a row in: audit_id, transaction_id, occurred_at, hash. A row that is
 * seen though its transaction is not has come from another cluster, where that
 * number was another transaction's; but for this transaction's own rows, which
 * are of its instant.
 */
static void
take_row(void *state, HeapTuple tuple, TupleDesc desc)
{
	Sealing    *sealing = state;
	Datum		values[4];
	bool		nulls[4];
	int64		audit_id;
	int64		transaction_id;
	char		line[AUDIT_LINE_SIZE];
	MemoryContext caller;

	heap_deform_tuple(tuple, desc, values, nulls);
	audit_id = DatumGetInt64(values[0]);
	transaction_id = DatumGetInt64(values[1]);
	if (is_sealed(sealing, audit_id, transaction_id) ||
		(transaction_id == sealing->own_transaction &&
		 DatumGetTimestampTz(values[2]) == facts_now()))
		return;
	caller = MemoryContextSwitchTo(sealing->context);
	id_ranges_add(&sealing->rows, audit_id);
	MemoryContextSwitchTo(caller);
	sealing->count++;
	if (!seen_includes(&sealing->sees, transaction_id))
		sealing->foreign_seen = Max(sealing->foreign_seen, audit_id);
	audit_row_line(line, audit_id,
				   nulls[3] ? "" : TextDatumGetCString(values[3]));
	digest_add_line(sealing->digest, line);
}

/* Looks for the rows that are to be sealed. */
static void
collect(Sealing *sealing, Seal *seal)
{
	Datum		from = Int64GetDatum(PG_INT64_MIN);
	char		hash[DIGEST_SIZE];
	StringInfoData ids;

	audit_scan("SELECT " SEAL_COLUMN_LIST " FROM achieve.audit_seal AS s"
			   " ORDER BY s.seal_id DESC LIMIT 1", NULL, keep_before, sealing);
	seal->snapshot = seen_now(&sealing->sees);
	if (sealing->before.seal_id != 0)
		sealing->same_system =
			strcmp(sealing->before.system_identifier,
				   seal->system_identifier) == 0 &&
			seen_read(&sealing->before_saw, sealing->before.snapshot);
	if (sealing->same_system)
	{
		from = Int64GetDatum((int64) sealing->before_saw.xmin);
		sealing->foreign_until = sealing->before.foreign_until;
		sealing->foreign_seen = sealing->foreign_until;
	}
	else
	{
		audit_scan("SELECT s.row_ids FROM achieve.audit_seal AS s", NULL,
				   keep_sealed, sealing);
		id_ranges_sort(&sealing->sealed);
		if (sealing->sealed.count > 0)
			sealing->foreign_seen =
				sealing->sealed.ranges[sealing->sealed.count - 1].last;
	}
	digest_begin_lines(sealing->digest);
	audit_scan("SELECT a.audit_id, a.transaction_id, a.occurred_at, a.hash"
			   " FROM achieve.audit AS a"
			   " WHERE a.transaction_id OPERATOR(pg_catalog.>=) $1"
			   " ORDER BY a.audit_id", &from, take_row, sealing);
	digest_end_lines(sealing->digest, hash);
	initStringInfo(&ids);
	id_ranges_write(&sealing->rows, &ids);
	seal->rows_hash = pstrdup(hash);
	seal->row_ids = ids.data;
	seal->row_count = sealing->count;
	seal->foreign_until = sealing->foreign_seen;
}

static Datum
text_or_null(const char *string, char *null)
{
	if (string == NULL)
	{
		*null = 'n';
		return (Datum) 0;
	}
	return CStringGetTextDatum(string);
}

static void
write_seal(const Seal *seal)
{
	Datum		values[13];
	char		nulls[14] = "             ";

	values[0] = Int64GetDatum(seal->seal_id);
	values[1] = CStringGetTextDatum(seal->previous_root);
	values[2] = Int64GetDatum(seal->row_count);
	values[3] = CStringGetTextDatum(seal->row_ids);
	values[4] = CStringGetTextDatum(seal->rows_hash);
	values[5] = Int64GetDatum(seal->foreign_until);
	values[6] = CStringGetTextDatum(seal->snapshot);
	values[7] = CStringGetTextDatum(seal->system_identifier);
	values[8] = TimestampTzGetDatum(seal->sealed_at);
	values[9] = text_or_null(seal->actor, &nulls[9]);
	values[10] = CStringGetTextDatum(seal->database_user);
	values[11] = text_or_null(seal->reason, &nulls[11]);
	values[12] = CStringGetTextDatum(seal->root);
	(void) statement_run(&insert_seal, values, nulls);
}

/*
 * Seals what is committed and in no seal yet, and returns how many rows that
 * are; makes no seal where there are none. The table is locked.
 */
static int64
seal_rows(const char *reason)
{
	Sealing		sealing = {.context = CurrentMemoryContext};
	OwnerScope	scope;
	Seal		seal = {0};
	char		root[DIGEST_SIZE];

	audit_scan_begin(&scope);
	sealing.digest = digest_create();
	sealing.own_transaction =
		(int64) U64FromFullTransactionId(GetTopFullTransactionIdIfAny());
	seal.system_identifier = psprintf(UINT64_FORMAT, GetSystemIdentifier());
	collect(&sealing, &seal);
	if (sealing.count > 0)
	{
		seal.seal_id = sealing.before.seal_id + 1;
		seal.previous_root = sealing.before.seal_id == 0 ? SEAL_NO_ROOT :
			sealing.before.root;
		seal.sealed_at = GetCurrentTimestamp();
		seal.actor = unconstify(char *, identity_actor());
		seal.database_user = identity_database_user();
		seal.reason = unconstify(char *, reason != NULL ? reason :
								 identity_reason());
		audit_seal_root(sealing.digest, &seal, root);
		seal.root = root;
		write_seal(&seal);
	}
	digest_free(sealing.digest);
	audit_scan_end(&scope);
	return sealing.count;
}

/*
 * Seals, unless another transaction is at it: that one may last, and whoever
 * seals next takes what it leaves.
 */
void
audit_seal_unless_busy(void)
{
	if (ConditionalLockRelationOid(catalog_relation("audit_seal"),
								   ShareRowExclusiveLock))
		(void) seal_rows(NULL);
}

/*
 * seal_audit(reason text DEFAULT NULL) RETURNS bigint
 *
 * Waits for another one that is at it. What this transaction itself has
 * written is not committed: the next seal takes it.
 *
 * Errors: 25006 in a read-only transaction, 55000 before install() has
 * migrated an audit of 1.0.
 */
Datum
seal_audit(PG_FUNCTION_ARGS)
{
	char	   *reason = PG_ARGISNULL(0) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(0));

	PreventCommandIfReadOnly("seal_audit()");
	audit_require_hashes();
	pending_flush();
	LockRelationOid(catalog_relation("audit_seal"), ShareRowExclusiveLock);
	PG_RETURN_INT64(seal_rows(reason));
}

/*
 * audit_digest() RETURNS text
 *
 * What to keep elsewhere: the last seal, how many rows all seals have, and
 * the root, which depends on every one of them.
 */
Datum
audit_digest(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *string = "seal 0, 0 rows, root " SEAL_NO_ROOT;

	audit_require_hashes();
	SPI_connect();
	if (statement_run(&last_seal, NULL, NULL) > 0)
	{
		HeapTuple	row = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		string = MemoryContextStrdup(caller,
									 psprintf("seal %s, %s rows, root %s, sealed at %s",
											  SPI_getvalue(row, desc, 1),
											  SPI_getvalue(row, desc, 2),
											  SPI_getvalue(row, desc, 3),
											  SPI_getvalue(row, desc, 4)));
	}
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(string));
}
