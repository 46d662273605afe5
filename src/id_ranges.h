/*-------------------------------------------------------------------------
 *
 * id_ranges.h
 *		Sets of ids, written as ranges: 1-7,9,12-40.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_ID_RANGES_H
#define ACHIEVE_ID_RANGES_H

#include "lib/stringinfo.h"

typedef struct IdRange
{
	int64		first;
	int64		last;
	int			owner;			/* whose ids they are, for the caller */
} IdRange;

typedef struct IdRanges
{
	IdRange    *ranges;
	int			count;
	int			room;
} IdRanges;

extern void id_ranges_add(IdRanges *set, int64 id);
extern void id_ranges_write(const IdRanges *set, StringInfo out);
extern bool id_ranges_read(IdRanges *set, const char *string, int owner,
						   int64 *count);
extern void id_ranges_sort(IdRanges *set);
extern const IdRange *id_ranges_find(const IdRanges *set, int64 id);

#endif							/* ACHIEVE_ID_RANGES_H */
