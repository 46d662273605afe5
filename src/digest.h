/*-------------------------------------------------------------------------
 *
 * digest.h
 *		SHA-256 over values written one way only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_DIGEST_H
#define ACHIEVE_DIGEST_H

#include "utils/jsonb.h"
#include "utils/timestamp.h"

/* A digest as text: hexadecimal digits, and the end. */
#define DIGEST_SIZE 65

typedef struct Digest Digest;

extern Digest *digest_create(void);
extern void digest_free(Digest *digest);

/* A list of values, each null or with its length before it. */
extern void digest_begin(Digest *digest, const char *format);
extern void digest_add_null(Digest *digest);
extern void digest_add_bytes(Digest *digest, const char *bytes, int length);
extern void digest_add_string(Digest *digest, const char *string);
extern void digest_add_int64(Digest *digest, int64 value);
extern void digest_add_instant(Digest *digest, TimestampTz instant);
extern void digest_add_jsonb(Digest *digest, Jsonb *value);
extern void digest_end(Digest *digest, char *hex);

/* Lines, as many as there are. */
extern void digest_begin_lines(Digest *digest);
extern void digest_add_line(Digest *digest, const char *line);
extern void digest_end_lines(Digest *digest, char *hex);

#endif							/* ACHIEVE_DIGEST_H */
