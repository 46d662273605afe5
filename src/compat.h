/*-------------------------------------------------------------------------
 *
 * compat.h
 *		The differences between PostgreSQL 15 to 18, and nothing else.
 *
 * No other file tests PG_VERSION_NUM: call sites read as on the newest
 * version.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_COMPAT_H
#define ACHIEVE_COMPAT_H

#if PG_VERSION_NUM >= 160000

#include "nodes/miscnodes.h"
#include "varatt.h"

#else

/* Before 16 no error is soft. */
#define errsave(context, ...)		ereport(ERROR, __VA_ARGS__)
#define SOFT_ERROR_OCCURRED(context)	false

#endif

#endif							/* ACHIEVE_COMPAT_H */
