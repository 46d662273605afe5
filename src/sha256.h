/*-------------------------------------------------------------------------
 *
 * sha256.h
 *		SHA-256 of bytes that come in pieces (FIPS 180-4).
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_SHA256_H
#define ACHIEVE_SHA256_H

#include "c.h"

#define SHA256_LENGTH	32
#define SHA256_BLOCK	64

typedef struct Sha256
{
	uint32		state[8];
	uint64		length;			/* bytes so far */
	uint8		rest[SHA256_BLOCK]; /* those of an unfinished block */
} Sha256;

extern void sha256_begin(Sha256 *sha);
extern void sha256_add(Sha256 *sha, const void *bytes, Size length);
extern void sha256_end(Sha256 *sha, uint8 digest[SHA256_LENGTH]);

#endif							/* ACHIEVE_SHA256_H */
