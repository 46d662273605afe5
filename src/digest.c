/*-------------------------------------------------------------------------
 *
 * digest.c
 *		SHA-256 over values written one way only.
 *
 * A list of values is written as netstrings: the length in bytes, a colon, the
 * bytes, a comma; "~" stands for null. So no two lists are written alike. Text
 * is UTF-8 whatever the database's encoding, integers are decimal, instants
 * are microseconds since 1970-01-01 UTC, jsonb is its text form, which
 * PostgreSQL makes in one way only. No setting of the session has a say.
 *
 * docs/audit.md shows it to outsiders, who compute the same digests: what is
 * written here never changes; another form gets another name as its format.
 *
 * A digest belongs to the resource owner that it was created under, which
 * frees it after an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "digest.h"

struct Digest
{
	pg_cryptohash_ctx *context;
	StringInfoData list;		/* the values so far */
	StringInfoData value;		/* one that is being written */
};

Digest *
digest_create(void)
{
	Digest	   *digest = palloc(sizeof(Digest));

	digest->context = pg_cryptohash_create(PG_SHA256);
	if (digest->context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	initStringInfo(&digest->list);
	initStringInfo(&digest->value);
	return digest;
}

void
digest_free(Digest *digest)
{
	pg_cryptohash_free(digest->context);
	pfree(digest->list.data);
	pfree(digest->value.data);
	pfree(digest);
}

/* Errors of the step that began with errno = 0; memory may have run out. */
static void
check(const Digest *digest, int result)
{
	bool		out_of_memory = errno == ENOMEM;

	if (result < 0)
		ereport(ERROR,
				(errcode(out_of_memory ? ERRCODE_OUT_OF_MEMORY :
						 ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute a SHA-256 digest: %s",
						pg_cryptohash_error(digest->context)),
				 out_of_memory ?
				 errhint("Memory ran out; connect again if it goes on.") :
				 errhint("See whether the server's cryptographic library allows SHA-256.")));
}

static void
add(Digest *digest, const char *bytes, int length)
{
	errno = 0;
	check(digest, pg_cryptohash_update(digest->context,
									   (const uint8 *) bytes, length));
}

static void
finish(Digest *digest, char *hex)
{
	uint8		binary[PG_SHA256_DIGEST_LENGTH];

	errno = 0;
	check(digest, pg_cryptohash_final(digest->context, binary,
									  sizeof(binary)));
	hex[hex_encode((char *) binary, sizeof(binary), hex)] = '\0';
}

/* Begins a list with the name of its format. */
void
digest_begin(Digest *digest, const char *format)
{
	resetStringInfo(&digest->list);
	digest_add_string(digest, format);
}

void
digest_add_null(Digest *digest)
{
	appendStringInfoChar(&digest->list, '~');
}

static void
add_ascii(Digest *digest, const char *bytes, int length)
{
	char		before[16];

	pg_ltoa(length, before);
	appendStringInfoString(&digest->list, before);
	appendStringInfoChar(&digest->list, ':');
	appendBinaryStringInfo(&digest->list, bytes, length);
	appendStringInfoChar(&digest->list, ',');
}

/* Text in the database's encoding. */
void
digest_add_bytes(Digest *digest, const char *bytes, int length)
{
	char	   *utf8 = unconstify(char *, bytes);

	if (GetDatabaseEncoding() != PG_UTF8 &&
		GetDatabaseEncoding() != PG_SQL_ASCII)
		utf8 = pg_server_to_any(bytes, length, PG_UTF8);
	if (utf8 != bytes)
		length = strlen(utf8);
	add_ascii(digest, utf8, length);
}

/* Likewise; NULL is null. */
void
digest_add_string(Digest *digest, const char *string)
{
	if (string == NULL)
		digest_add_null(digest);
	else
		digest_add_bytes(digest, string, strlen(string));
}

void
digest_add_int64(Digest *digest, int64 value)
{
	char		decimal[MAXINT8LEN + 1];

	add_ascii(digest, decimal, pg_lltoa(value, decimal));
}

void
digest_add_instant(Digest *digest, TimestampTz instant)
{
	digest_add_int64(digest, instant +
					 (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) *
					 USECS_PER_DAY);
}

void
digest_add_jsonb(Digest *digest, Jsonb *value)
{
	resetStringInfo(&digest->value);
	(void) JsonbToCString(&digest->value, &value->root, VARSIZE(value));
	digest_add_bytes(digest, digest->value.data, digest->value.len);
}

/* The digest of the list; hex has DIGEST_SIZE bytes. */
void
digest_end(Digest *digest, char *hex)
{
	errno = 0;
	check(digest, pg_cryptohash_init(digest->context));
	add(digest, digest->list.data, digest->list.len);
	finish(digest, hex);
}

void
digest_begin_lines(Digest *digest)
{
	errno = 0;
	check(digest, pg_cryptohash_init(digest->context));
}

/* Adds ASCII and a line feed. */
void
digest_add_line(Digest *digest, const char *line)
{
	add(digest, line, strlen(line));
	add(digest, "\n", 1);
}

void
digest_end_lines(Digest *digest, char *hex)
{
	finish(digest, hex);
}
