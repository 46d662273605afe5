/*-------------------------------------------------------------------------
 *
 * certificate_code.c
 *		Verification codes: 80 random bits that people read and type.
 *
 * Sixteen letters and digits of Crockford's base 32, in groups of four. It
 * has no I, L, O and U; who reads them reads 1, 1, 0 and nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "certificate.h"

#define CODE_BYTES 10
#define CODE_LETTERS 16
#define GROUP_LETTERS 4

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Adds a letter to a code of so many letters, with its dash. */
static void
put_letter(char *code, int letters, char letter)
{
	char	   *at = code + letters + letters / GROUP_LETTERS;

	if (letters > 0 && letters % GROUP_LETTERS == 0)
		at[-1] = '-';
	at[0] = letter;
	at[1] = '\0';
}

/* A new code, in VERIFICATION_CODE_SIZE bytes. */
void
verification_code_make(char *code)
{
	unsigned char random[CODE_BYTES];
	uint32		bits = 0;
	int			bit_count = 0;
	int			letters = 0;

	if (!pg_strong_random(random, CODE_BYTES))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	for (int i = 0; i < CODE_BYTES; i++)
	{
		bits = (bits << 8) | random[i];
		for (bit_count += 8; bit_count >= 5; bit_count -= 5)
			put_letter(code, letters++,
					   alphabet[(bits >> (bit_count - 5)) & 31]);
	}
}

/* What a typed character stands for; '\0': nothing. */
static char
letter_meant(char typed)
{
	char		upper = pg_ascii_toupper((unsigned char) typed);

	if (upper == 'O')
		return '0';
	if (upper == 'I' || upper == 'L')
		return '1';
	return upper != '\0' && strchr(alphabet, upper) != NULL ? upper : '\0';
}

/*
 * Reads a code as people type it, in any case, with or without spaces and
 * dashes. Returns whether it may be one; it is then as it is stored.
 */
bool
verification_code_read(const char *typed, int length, char *code)
{
	int			letters = 0;

	for (int i = 0; i < length; i++)
	{
		char		letter;

		if (strchr(" \t\r\n-", typed[i]) != NULL && typed[i] != '\0')
			continue;
		letter = letter_meant(typed[i]);
		if (letter == '\0' || letters == CODE_LETTERS)
			return false;
		put_letter(code, letters++, letter);
	}
	return letters == CODE_LETTERS;
}
