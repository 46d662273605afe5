/*-------------------------------------------------------------------------
 *
 * audit_hash.h
 *		What the audit's hashes say, and over what.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_AUDIT_HASH_H
#define ACHIEVE_AUDIT_HASH_H

#include "digest.h"
#include "statement.h"

/* The columns of the audit in the order of catalog.h, as of a row a. */
#define AUDIT_COLUMN_LIST \
	"a.audit_id, a.occurred_at, a.transaction_id, a.actor, a.database_user," \
	" a.action, a.event_id, a.learner_id, a.object, a.old_value, a.new_value," \
	" a.evidence, a.reason, a.actor_salt, a.reason_salt, a.hash"

typedef struct AuditContent
{
	Datum		values[AUDIT_COLUMNS];
	bool		nulls[AUDIT_COLUMNS];
	const char *actor_digest;	/* of one that was erased; else NULL */
	const char *reason_digest;
} AuditContent;

/* A seal as the table has it. */
typedef struct Seal
{
	int64		seal_id;
	char	   *previous_root;
	int64		row_count;
	char	   *row_ids;
	char	   *rows_hash;
	int64		foreign_until;
	char	   *snapshot;
	char	   *system_identifier;
	TimestampTz sealed_at;
	char	   *actor;			/* NULL: null */
	char	   *database_user;
	char	   *reason;			/* NULL: null */
	char	   *root;
	bool		incomplete;		/* something is null that never is */
} Seal;

#define SEAL_COLUMN_LIST \
	"s.seal_id, s.previous_root, s.row_count, s.row_ids, s.rows_hash," \
	" s.foreign_until, s.snapshot, s.system_identifier, s.sealed_at, s.actor," \
	" s.database_user, s.reason, s.root"

/* What comes before the first seal. */
#define SEAL_NO_ROOT \
	"0000000000000000000000000000000000000000000000000000000000000000"

extern void audit_add_salt(ValueColumn *salts, AuditContent *row,
						   int column, int salt);
extern void audit_text_digest(Digest *digest, Datum salt, Datum text,
							  char *hex);
extern void audit_row_hash(Digest *digest, const AuditContent *row,
						   char *hex);
extern void audit_row_line(char *line, int64 audit_id, const char *hash);
extern void audit_seal_root(Digest *digest, const Seal *seal, char *hex);
extern void audit_read_row(AuditContent *row, HeapTuple tuple,
						   TupleDesc desc);
extern void audit_read_seal(Seal *seal, HeapTuple tuple, TupleDesc desc);

/* A line of audit_row_line: an id, a colon, a digest. */
#define AUDIT_LINE_SIZE (MAXINT8LEN + 1 + 256)

#endif							/* ACHIEVE_AUDIT_HASH_H */
