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

/* Rights are checked by catalog; achieve asks about schemas only. */
#define object_aclcheck(classid, objectid, roleid, mode) \
	pg_namespace_aclcheck(objectid, roleid, mode)

#endif

#if PG_VERSION_NUM >= 180000
#define compat_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, 0)
#else
#define compat_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, nkeys, 0)
#endif

#endif							/* ACHIEVE_COMPAT_H */
