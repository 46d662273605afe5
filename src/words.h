/*-------------------------------------------------------------------------
 *
 * words.h
 *		Plain words for what an enrollment waits for.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_WORDS_H
#define ACHIEVE_WORDS_H

#include "facts.h"

extern void words_describe(RuleFacts *asked, RuleFact fact, const char *code,
						   int code_len, StringInfo buf);

#endif							/* ACHIEVE_WORDS_H */
