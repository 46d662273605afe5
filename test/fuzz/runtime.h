/*-------------------------------------------------------------------------
 *
 * runtime.h
 *		As much of PostgreSQL as the pure parts need to run in a fuzzer.
 *
 * Memory is malloc's, each chunk for itself, so that the sanitizers see every
 * byte beyond it.  An error ends the attempt that runs; everything that was
 * allocated is freed by runtime_reset().  What is not here stays unresolved:
 * a call of it is a crash, and found.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_FUZZ_RUNTIME_H
#define ACHIEVE_FUZZ_RUNTIME_H

#include "postgres.h"

#include "utils/jsonb.h"

/* The error that ended the last attempt. */
typedef struct RuntimeError
{
	int			sqlstate;
	char	   *message;
	char	   *hint;
} RuntimeError;

extern RuntimeError runtime_error;

/* Whether "run" came to its end; false after an error. */
extern bool runtime_attempt(void (*run) (void *argument), void *argument);
extern void runtime_reset(void);

/* Rows that a set-returning function has put. */
extern int	runtime_rows;

/* Ends the process with these words where a property does not hold. */
extern void runtime_require(bool holds, const char *what, const char *shown);

/* numbers.c; NULL where the text is no number */
extern Numeric runtime_numeric(const char *text, int length);

/* json.c; NULL where the text is no JSON that the harness knows */
extern Jsonb *runtime_jsonb(const char *text, int length);

#endif							/* ACHIEVE_FUZZ_RUNTIME_H */
