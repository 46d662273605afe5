/*-------------------------------------------------------------------------
 *
 * sha256.c
 *		SHA-256 of bytes that come in pieces (FIPS 180-4).
 *
 * Not the server's, which may be OpenSSL's: where memory runs out while that
 * loads its algorithms, no digest can be had in the session any more. This
 * one allocates nothing and cannot fail.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bswap.h"

#include "sha256.h"

/* The first 32 bits of the fractions of the cube roots of the first primes. */
static const uint32 round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static inline uint32
rotate(uint32 word, int bits)
{
	return (word >> bits) | (word << (32 - bits));
}

static void
add_block(Sha256 *sha, const uint8 *block)
{
	uint32		words[64];
	uint32		a,
				b,
				c,
				d,
				e,
				f,
				g,
				h;

	memcpy(words, block, SHA256_BLOCK);
	for (int i = 0; i < 16; i++)
		words[i] = pg_ntoh32(words[i]);
	for (int i = 16; i < 64; i++)
	{
		uint32		early = words[i - 15];
		uint32		late = words[i - 2];

		words[i] = words[i - 16] + words[i - 7] +
			(rotate(early, 7) ^ rotate(early, 18) ^ (early >> 3)) +
			(rotate(late, 17) ^ rotate(late, 19) ^ (late >> 10));
	}
	a = sha->state[0];
	b = sha->state[1];
	c = sha->state[2];
	d = sha->state[3];
	e = sha->state[4];
	f = sha->state[5];
	g = sha->state[6];
	h = sha->state[7];
	for (int i = 0; i < 64; i++)
	{
		uint32		one = h + ((e & f) ^ (~e & g)) + round_constants[i] + words[i] +
			(rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25));
		uint32		two = ((a & b) ^ (a & c) ^ (b & c)) +
			(rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22));

		h = g;
		g = f;
		f = e;
		e = d + one;
		d = c;
		c = b;
		b = a;
		a = one + two;
	}
	sha->state[0] += a;
	sha->state[1] += b;
	sha->state[2] += c;
	sha->state[3] += d;
	sha->state[4] += e;
	sha->state[5] += f;
	sha->state[6] += g;
	sha->state[7] += h;
}

void
sha256_begin(Sha256 *sha)
{
	static const uint32 begin[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
	};

	memcpy(sha->state, begin, sizeof(begin));
	sha->length = 0;
}

void
sha256_add(Sha256 *sha, const void *bytes, Size length)
{
	const uint8 *next = bytes;

	while (length > 0)
	{
		Size		filled = sha->length % SHA256_BLOCK;
		Size		part = Min(length, SHA256_BLOCK - filled);

		if (part == SHA256_BLOCK)
			add_block(sha, next);
		else
		{
			memcpy(sha->rest + filled, next, part);
			if (filled + part == SHA256_BLOCK)
				add_block(sha, sha->rest);
		}
		sha->length += part;
		next += part;
		length -= part;
	}
}

void
sha256_end(Sha256 *sha, uint8 digest[SHA256_LENGTH])
{
	static const uint8 padding[SHA256_BLOCK] = {0x80};
	uint64		bits = pg_hton64(sha->length * 8);
	Size		filled = sha->length % SHA256_BLOCK;

	/* to eight bytes before the end of a block, and at least one */
	sha256_add(sha, padding, (filled < 56 ? 56 : 120) - filled);
	sha256_add(sha, &bits, sizeof(bits));
	for (int i = 0; i < 8; i++)
	{
		uint32		word = pg_hton32(sha->state[i]);

		memcpy(digest + 4 * i, &word, sizeof(word));
	}
}
