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

#include "access/tableam.h"
#include "nodes/miscnodes.h"
#include "varatt.h"

#include "nodes/nodeFuncs.h"

#else

/* Before 16 the header of node functions has no prototypes of callbacks. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include "nodes/nodeFuncs.h"
#pragma GCC diagnostic pop

/* Before 16 no error is soft. */
#define errsave(context, ...)		ereport(ERROR, __VA_ARGS__)
#define SOFT_ERROR_OCCURRED(context)	false

/* Rights are checked by catalog; achieve asks about schemas only. */
#define object_aclcheck(classid, objectid, roleid, mode) \
	pg_namespace_aclcheck(objectid, roleid, mode)

#endif

/* The columns of a table that a query reads, as the parser noted them. */
#if PG_VERSION_NUM >= 160000
#define compat_selected_columns(query, rte) \
	(getRTEPermissionInfo((query)->rteperminfos, rte)->selectedCols)
#else
#define compat_selected_columns(query, rte) ((rte)->selectedCols)
#endif

#if PG_VERSION_NUM >= 180000
#define compat_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, 0)
#else
#define compat_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, nkeys, 0)
#endif

/* Index entries of a row that was just inserted or updated. */
#if PG_VERSION_NUM >= 160000
typedef TU_UpdateIndexes CompatUpdateIndexes;
#define compat_insert_index_tuples(result, slot, estate) \
	((void) ExecInsertIndexTuples(result, slot, estate, false, false, NULL, \
								  NIL, false))
#define compat_update_index_tuples(result, slot, estate, indexes) \
	do { \
		if ((indexes) != TU_None) \
			(void) ExecInsertIndexTuples(result, slot, estate, true, false, \
										 NULL, NIL, \
										 (indexes) == TU_Summarizing); \
	} while (0)
#else
typedef bool CompatUpdateIndexes;
#define compat_insert_index_tuples(result, slot, estate) \
	((void) ExecInsertIndexTuples(result, slot, estate, false, false, NULL, \
								  NIL))
#define compat_update_index_tuples(result, slot, estate, indexes) \
	do { \
		if (indexes) \
			(void) ExecInsertIndexTuples(result, slot, estate, true, false, \
										 NULL, NIL); \
	} while (0)
#endif

#if PG_VERSION_NUM >= 170000
#define compat_identity_sequence(rel, column) \
	getIdentitySequence(rel, column, true)
#else
#define compat_identity_sequence(rel, column) \
	getIdentitySequence(RelationGetRelid(rel), column, true)
#endif

#endif							/* ACHIEVE_COMPAT_H */
