/*-------------------------------------------------------------------------
 *
 * audit_verify.c
 *		verify_audit: what does not fit in the audit and its seals.
 *
 * Reads the seals, which must be one chain; then what was erased; then the
 * audit once, by id, with each row's hash computed anew and added to the
 * digest of the seal that has its id. So memory grows with the number of
 * seals and of gaps in the ids, not with the audit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/tuplestore.h"

#include "audit.h"
#include "audit_erasure.h"
#include "audit_hash.h"
#include "audit_scan.h"
#include "audit_seen.h"
#include "id_ranges.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(verify_audit);

/* What is to be known of a seal once it was read. */
typedef struct SealCheck
{
	int64		seal_id;
	char		rows_hash[DIGEST_SIZE];
	char		root[DIGEST_SIZE];
	int64		rows_until;		/* rows of this seal and those before */
	int64		rows_left;		/* ids whose rows have not come yet */
	bool		missing;		/* rows of it are missing, and reported */
	Digest	   *digest;			/* of its rows so far; NULL: none yet */
} SealCheck;

typedef struct Verification
{
	ReturnSetInfo *result;
	MemoryContext context;
	Digest	   *digest;
	SealCheck  *seals;
	int			seal_count;
	int			seal_room;
	IdRanges	ids;			/* owner: the seal's place */
	int			range;			/* the first range whose rows may come */
	int64		next_id;		/* the next id of that range */
	bool		comparable;		/* transactions, with the last snapshot */
	int64		foreign_until;	/* of the last seal */
	SeenTransactions seen;
	Erasures   *erasures;
} Verification;

static void
report(Verification *verification, int64 seal_id, int64 audit_id,
	   bool has_audit_id, const char *problem)
{
	Datum		values[3];
	bool		nulls[3] = {false};

	values[0] = Int64GetDatum(seal_id);
	nulls[0] = seal_id == 0;
	values[1] = Int64GetDatum(audit_id);
	nulls[1] = !has_audit_id;
	values[2] = CStringGetTextDatum(problem);
	tuplestore_putvalues(verification->result->setResult,
						 verification->result->setDesc, values, nulls);
}

static void
report_seal(Verification *verification, int64 seal_id, const char *problem)
{
	report(verification, seal_id, 0, false, problem);
}

static SealCheck *
add_seal(Verification *verification)
{
	if (verification->seal_count == verification->seal_room)
	{
		verification->seal_room = verification->seal_room == 0 ? 64 :
			2 * verification->seal_room;
		verification->seals = verification->seals == NULL ?
			palloc(verification->seal_room * sizeof(SealCheck)) :
			repalloc_huge(verification->seals,
						  verification->seal_room * sizeof(SealCheck));
	}
	return memset(&verification->seals[verification->seal_count++], 0,
				  sizeof(SealCheck));
}

/* A seal by itself, and as the one that follows the last. */
static void
check_seal(void *state, HeapTuple tuple, TupleDesc desc)
{
	Verification *verification = state;
	Seal		seal;
	SealCheck  *before;
	SealCheck  *check;
	MemoryContext caller;
	char		root[DIGEST_SIZE];
	int64		count = 0;
	bool		readable;

	audit_read_seal(&seal, tuple, desc);
	caller = MemoryContextSwitchTo(verification->context);
	check = add_seal(verification);
	before = verification->seal_count > 1 ? check - 1 : NULL;
	readable = id_ranges_read(&verification->ids, seal.row_ids,
							  verification->seal_count - 1, &count);
	if (verification->seen.running != NULL)
		pfree(verification->seen.running);
	verification->comparable =
		seen_read(&verification->seen, seal.snapshot) &&
		strcmp(seal.system_identifier,
			   psprintf(UINT64_FORMAT, GetSystemIdentifier())) == 0;
	MemoryContextSwitchTo(caller);
	verification->foreign_until = seal.foreign_until;

	check->seal_id = seal.seal_id;
	strlcpy(check->rows_hash, seal.rows_hash, DIGEST_SIZE);
	strlcpy(check->root, seal.root, DIGEST_SIZE);
	check->rows_left = count;
	check->rows_until = seal.row_count +
		(before != NULL ? before->rows_until : 0);
	if (seal.seal_id != (before != NULL ? before->seal_id : 0) + 1)
		report_seal(verification, seal.seal_id,
					"the seal before it is missing");
	else if (strcmp(seal.previous_root,
					before != NULL ? before->root : SEAL_NO_ROOT) != 0)
		report_seal(verification, seal.seal_id,
					"it does not continue the seal before it");
	audit_seal_root(verification->digest, &seal, root);
	if (seal.incomplete || strcmp(root, seal.root) != 0)
		report_seal(verification, seal.seal_id,
					"its content does not match its root");
	if (!readable || count != seal.row_count)
		report_seal(verification, seal.seal_id,
					"its row ids are not as many as it counts");
}

/* No row is in two seals. */
static void
check_overlaps(Verification *verification)
{
	const IdRanges *ids = &verification->ids;

	for (int i = 1; i < ids->count; i++)
	{
		if (ids->ranges[i].first <= ids->ranges[i - 1].last)
			report(verification,
				   verification->seals[ids->ranges[i].owner].seal_id,
				   ids->ranges[i].first, true,
				   "the row is in another seal too");
	}
}

/* Rows of the current range whose turn it was before the given id. */
static void
report_missing(Verification *verification, int64 before)
{
	const IdRange *range = &verification->ids.ranges[verification->range];
	SealCheck  *seal = &verification->seals[range->owner];
	int64		first = verification->next_id;
	int64		last = before <= range->last ? before - 1 : range->last;

	if (last < first)
		return;
	seal->missing = true;
	seal->rows_left -= last - first + 1;
	report(verification, seal->seal_id, first, true,
		   last == first ? "the row is missing" :
		   psprintf("the rows " INT64_FORMAT " to " INT64_FORMAT " are missing",
					first, last));
}

/* The last of a seal's rows has come or is missing. */
static void
finish_seal(Verification *verification, SealCheck *seal)
{
	char		hash[DIGEST_SIZE];

	if (seal->digest == NULL)
		return;
	digest_end_lines(seal->digest, hash);
	digest_free(seal->digest);
	seal->digest = NULL;
	if (!seal->missing && strcmp(hash, seal->rows_hash) != 0)
		report_seal(verification, seal->seal_id,
					"its rows are not those that were sealed");
}

/*
 * Moves on to the range in which an id lies or which comes after it, and
 * returns the seal that has the id, or NULL.
 */
static SealCheck *
seal_of(Verification *verification, int64 audit_id)
{
	const IdRanges *ids = &verification->ids;

	while (verification->range < ids->count)
	{
		const IdRange *range = &ids->ranges[verification->range];
		SealCheck  *seal = &verification->seals[range->owner];

		if (audit_id < range->first)
			return NULL;
		report_missing(verification, audit_id);
		if (audit_id <= range->last)
		{
			verification->next_id = audit_id + 1;
			return seal;
		}
		if (seal->rows_left <= 0)
			finish_seal(verification, seal);
		if (++verification->range < ids->count)
			verification->next_id = ids->ranges[verification->range].first;
	}
	return NULL;
}

static void
check_row(void *state, HeapTuple tuple, TupleDesc desc)
{
	Verification *verification = state;
	AuditContent row;
	int64		audit_id;
	char		hash[DIGEST_SIZE];
	char	   *stored;
	SealCheck  *seal;

	audit_read_row(&row, tuple, desc);
	audit_id = DatumGetInt64(row.values[AUDIT_AUDIT_ID]);
	erasures_apply(verification->erasures, &row);
	audit_row_hash(verification->digest, &row, hash);
	stored = row.nulls[AUDIT_HASH] ? "" :
		TextDatumGetCString(row.values[AUDIT_HASH]);
	seal = seal_of(verification, audit_id);
	if (hash[0] == '\0' || strcmp(hash, stored) != 0)
		report(verification, seal != NULL ? seal->seal_id : 0, audit_id, true,
			   row.nulls[AUDIT_HASH] ? "the row has no hash" :
			   "the row's content does not match its hash");
	if (seal != NULL)
	{
		char		line[AUDIT_LINE_SIZE];

		if (seal->digest == NULL)
		{
			MemoryContext caller =
				MemoryContextSwitchTo(verification->context);

			seal->digest = digest_create();
			digest_begin_lines(seal->digest);
			MemoryContextSwitchTo(caller);
		}
		audit_row_line(line, audit_id, stored);
		digest_add_line(seal->digest, line);
		seal->rows_left--;
	}
	else if (verification->comparable &&
			 (audit_id <= verification->foreign_until ||
			  seen_includes(&verification->seen,
							DatumGetInt64(row.values[AUDIT_TRANSACTION_ID]))))
		report(verification, 0, audit_id, true,
			   "the row is in no seal, though it was there when the last was made");
}

static void
check_rows(Verification *verification)
{
	check_overlaps(verification);
	if (verification->ids.count > 0)
		verification->next_id = verification->ids.ranges[0].first;
	audit_scan("SELECT " AUDIT_COLUMN_LIST " FROM achieve.audit AS a"
			   " ORDER BY a.audit_id", NULL, check_row, verification);
	(void) seal_of(verification, PG_INT64_MAX);
	for (int i = 0; i < verification->seal_count; i++)
		finish_seal(verification, &verification->seals[i]);
}

/* What an argument of verify_audit says that audit_digest() returned. */
typedef struct KeptDigest
{
	int64		seal_id;
	int64		rows;
	char		root[DIGEST_SIZE];
} KeptDigest;

/* Errors: 22023 when it is nothing that audit_digest() returns. */
static void
read_kept_digest(const char *string, KeptDigest *kept)
{
	int			length = 0;

	if (sscanf(string,
			   "seal " INT64_FORMAT ", " INT64_FORMAT " rows, root %64[0-9a-f]%n",
			   &kept->seal_id, &kept->rows, kept->root, &length) != 3 ||
		strlen(kept->root) != DIGEST_SIZE - 1 ||
		isxdigit((unsigned char) string[length]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a digest of the audit", string),
				 errhint("Give the whole text that achieve.audit_digest() returned.")));
}

static void
check_kept_digest(Verification *verification, const KeptDigest *kept)
{
	if (kept->seal_id == 0)
		return;
	for (int i = 0; i < verification->seal_count; i++)
	{
		const SealCheck *seal = &verification->seals[i];

		if (seal->seal_id != kept->seal_id)
			continue;
		if (strcmp(seal->root, kept->root) != 0 ||
			seal->rows_until != kept->rows)
			report_seal(verification, kept->seal_id,
						"the digest that was kept says otherwise");
		return;
	}
	report_seal(verification, kept->seal_id,
				"the digest that was kept names it, and it is missing");
}

static void
report_erasure(void *state, int64 audit_id, const char *problem)
{
	report(state, 0, audit_id, true, problem);
}

/*
 * verify_audit(digest text DEFAULT NULL)
 *		RETURNS TABLE (seal_id bigint, audit_id bigint, problem text)
 *
 * No rows: everything fits. The digest is one that audit_digest() returned
 * earlier. Errors: 22023 when it is not.
 */
Datum
verify_audit(PG_FUNCTION_ARGS)
{
	Verification verification = {0};
	KeptDigest	kept = {0};
	OwnerScope	scope;

	InitMaterializedSRF(fcinfo, 0);
	verification.result = (ReturnSetInfo *) fcinfo->resultinfo;
	verification.context = CurrentMemoryContext;
	if (!PG_ARGISNULL(0))
		read_kept_digest(text_to_cstring(PG_GETARG_TEXT_PP(0)), &kept);
	audit_require_hashes();
	pending_flush();
	audit_scan_begin(&scope);
	verification.digest = digest_create();
	audit_scan("SELECT " SEAL_COLUMN_LIST " FROM achieve.audit_seal AS s"
			   " ORDER BY s.seal_id", NULL, check_seal, &verification);
	id_ranges_sort(&verification.ids);
	verification.erasures = erasures_read();
	check_rows(&verification);
	erasures_check(verification.erasures, report_erasure, &verification);
	check_kept_digest(&verification, &kept);
	digest_free(verification.digest);
	audit_scan_end(&scope);
	return (Datum) 0;
}
