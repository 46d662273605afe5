/*-------------------------------------------------------------------------
 *
 * audit_hash.c
 *		What the audit's hashes say, and over what.
 *
 * A row's hash is over all of its columns in their order; but in the place of
 * actor and reason, which may have to be erased one day, stands the digest of
 * the text and a random salt of its own. Once text and salt are gone and the
 * digest is kept, the row's hash still verifies, and nobody can guess the
 * text from the digest.
 *
 * A seal's root is over all of its columns, the root before it among them.
 *
 * docs/audit.md says the same for outsiders.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/uuid.h"

#include "audit_hash.h"

#define FORMAT_TEXT "achieve.audit.text.1"
#define FORMAT_ROW "achieve.audit.row.1"
#define FORMAT_SEAL "achieve.audit.seal.1"

/* 16 random bytes, as a uuid (version 4). */
static Datum
make_salt(void)
{
	pg_uuid_t  *salt = palloc(UUID_LEN);

	if (!pg_strong_random(salt->data, UUID_LEN))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values"),
				 errhint("See whether the server's source of random numbers works.")));
	salt->data[6] = (salt->data[6] & 0x0f) | 0x40;
	salt->data[8] = (salt->data[8] & 0x3f) | 0x80;
	return UUIDPGetDatum(salt);
}

/* Gives a row, and the column of salts, one where there is text to salt. */
void
audit_add_salt(ValueColumn *salts, AuditContent *row, int column,
			   int salt)
{
	row->nulls[salt] = row->nulls[column];
	if (row->nulls[column])
	{
		value_add_null(salts);
		return;
	}
	row->values[salt] = make_salt();
	value_add(salts, row->values[salt]);
}

static void
add_text(Digest *digest, Datum value)
{
	text	   *string = DatumGetTextPP(value);

	digest_add_bytes(digest, VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string));
}

/* The digest that stands for an actor or a reason. */
void
audit_text_digest(Digest *digest, Datum salt, Datum string, char *hex)
{
	digest_begin(digest, FORMAT_TEXT);
	digest_add_string(digest,
					  DatumGetCString(DirectFunctionCall1(uuid_out, salt)));
	add_text(digest, string);
	digest_end(digest, hex);
}

/*
 * The digest of an actor or a reason: of its text, else what was kept of one
 * that was erased. False for neither.
 */
static bool
erasable_digest(Digest *digest, const AuditContent *row, int column,
				int salt, const char *kept, char *hex)
{
	if (!row->nulls[column] && !row->nulls[salt])
		audit_text_digest(digest, row->values[salt], row->values[column],
						  hex);
	else if (row->nulls[column] && row->nulls[salt] && kept != NULL)
		strlcpy(hex, kept, DIGEST_SIZE);
	else
		return false;
	return true;
}

static void
add_column(Digest *digest, const AuditContent *row, int column)
{
	Datum		value = row->values[column];

	/* Where it takes no null, 0 says that no event is concerned. */
	if (row->nulls[column] ||
		(column == AUDIT_EVENT_ID && DatumGetInt64(value) == 0))
		digest_add_null(digest);
	else if (column == AUDIT_OCCURRED_AT)
		digest_add_instant(digest, DatumGetTimestampTz(value));
	else if (column == AUDIT_AUDIT_ID || column == AUDIT_TRANSACTION_ID ||
			 column == AUDIT_EVENT_ID || column == AUDIT_LEARNER_ID)
		digest_add_int64(digest, DatumGetInt64(value));
	else if (column == AUDIT_OLD_VALUE || column == AUDIT_NEW_VALUE ||
			 column == AUDIT_EVIDENCE)
		digest_add_jsonb(digest, DatumGetJsonbP(value));
	else
		add_text(digest, value);
}

/*
 * The hash of a row. A text without its salt, or a salt without its text, is
 * nothing that achieve writes: the hash is then none, an empty string.
 */
void
audit_row_hash(Digest *digest, const AuditContent *row, char *hex)
{
	char		actor[DIGEST_SIZE];
	char		reason[DIGEST_SIZE];
	bool		has_actor = erasable_digest(digest, row, AUDIT_ACTOR,
											AUDIT_ACTOR_SALT,
											row->actor_digest, actor);
	bool		has_reason = erasable_digest(digest, row, AUDIT_REASON,
											 AUDIT_REASON_SALT,
											 row->reason_digest, reason);

	hex[0] = '\0';
	if (row->nulls[AUDIT_ACTOR] != row->nulls[AUDIT_ACTOR_SALT] ||
		row->nulls[AUDIT_REASON] != row->nulls[AUDIT_REASON_SALT])
		return;
	digest_begin(digest, FORMAT_ROW);
	for (int column = 0; column <= AUDIT_REASON; column++)
	{
		if (column == AUDIT_ACTOR)
			digest_add_string(digest, has_actor ? actor : NULL);
		else if (column == AUDIT_REASON)
			digest_add_string(digest, has_reason ? reason : NULL);
		else
			add_column(digest, row, column);
	}
	digest_end(digest, hex);
}

/*
 * What a seal takes in of a row, AUDIT_LINE_SIZE bytes. A hash that is longer
 * than any digest is cut: it is wrong as it stands.
 */
void
audit_row_line(char *line, int64 audit_id, const char *hash)
{
	snprintf(line, AUDIT_LINE_SIZE, INT64_FORMAT ":%s", audit_id, hash);
}

void
audit_seal_root(Digest *digest, const Seal *seal, char *hex)
{
	digest_begin(digest, FORMAT_SEAL);
	digest_add_int64(digest, seal->seal_id);
	digest_add_string(digest, seal->previous_root);
	digest_add_int64(digest, seal->row_count);
	digest_add_string(digest, seal->row_ids);
	digest_add_string(digest, seal->rows_hash);
	digest_add_int64(digest, seal->foreign_until);
	digest_add_string(digest, seal->snapshot);
	digest_add_string(digest, seal->system_identifier);
	digest_add_instant(digest, seal->sealed_at);
	digest_add_string(digest, seal->actor);
	digest_add_string(digest, seal->database_user);
	digest_add_string(digest, seal->reason);
	digest_end(digest, hex);
}

/* Takes a row of AUDIT_COLUMN_LIST apart; it lives as long as the tuple. */
void
audit_read_row(AuditContent *row, HeapTuple tuple, TupleDesc desc)
{
	heap_deform_tuple(tuple, desc, row->values, row->nulls);
	row->actor_digest = row->reason_digest = NULL;
}

/* What cannot be null may be so all the same, once constraints are gone. */
static char *
text_or_empty(Datum value, bool isnull)
{
	return isnull ? "" : TextDatumGetCString(value);
}

static char *
text_or_null(Datum value, bool isnull)
{
	return isnull ? NULL : TextDatumGetCString(value);
}

/* Takes a row of SEAL_COLUMN_LIST apart, in the current memory context. */
void
audit_read_seal(Seal *seal, HeapTuple tuple, TupleDesc desc)
{
	Datum		values[13];
	bool		nulls[13];
	const int	actor = 9;
	const int	reason = 11;

	heap_deform_tuple(tuple, desc, values, nulls);
	seal->seal_id = DatumGetInt64(values[0]);
	seal->previous_root = text_or_empty(values[1], nulls[1]);
	seal->row_count = DatumGetInt64(values[2]);
	seal->row_ids = text_or_empty(values[3], nulls[3]);
	seal->rows_hash = text_or_empty(values[4], nulls[4]);
	seal->foreign_until = DatumGetInt64(values[5]);
	seal->snapshot = text_or_empty(values[6], nulls[6]);
	seal->system_identifier = text_or_empty(values[7], nulls[7]);
	seal->sealed_at = DatumGetTimestampTz(values[8]);
	seal->actor = text_or_null(values[actor], nulls[actor]);
	seal->database_user = text_or_empty(values[10], nulls[10]);
	seal->reason = text_or_null(values[reason], nulls[reason]);
	seal->root = text_or_empty(values[12], nulls[12]);
	seal->incomplete = false;
	for (int i = 0; i < lengthof(nulls); i++)
	{
		if (nulls[i] && i != actor && i != reason)
			seal->incomplete = true;
	}
}
