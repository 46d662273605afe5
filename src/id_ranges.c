/*-------------------------------------------------------------------------
 *
 * id_ranges.c
 *		Sets of ids, written as ranges: 1-7,9,12-40.
 *
 * A set is an array of ranges. It grows in the memory context that is current
 * when the first range is added.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "id_ranges.h"

static void
add_range(IdRanges *set, int64 first, int64 last, int owner)
{
	if (set->count == set->room)
	{
		set->room = set->room == 0 ? 64 : 2 * set->room;
		set->ranges = set->ranges == NULL ?
			palloc(set->room * sizeof(IdRange)) :
			repalloc_huge(set->ranges, set->room * sizeof(IdRange));
	}
	set->ranges[set->count].first = first;
	set->ranges[set->count].last = last;
	set->ranges[set->count++].owner = owner;
}

/* Adds an id that is larger than all before it. */
void
id_ranges_add(IdRanges *set, int64 id)
{
	if (set->count > 0 && set->ranges[set->count - 1].last == id - 1)
		set->ranges[set->count - 1].last = id;
	else
		add_range(set, id, id, 0);
}

void
id_ranges_write(const IdRanges *set, StringInfo out)
{
	for (int i = 0; i < set->count; i++)
	{
		const IdRange *range = &set->ranges[i];

		if (i > 0)
			appendStringInfoChar(out, ',');
		appendStringInfo(out, INT64_FORMAT, range->first);
		if (range->last > range->first)
			appendStringInfo(out, "-" INT64_FORMAT, range->last);
	}
}

/* Reads an id and moves on behind it. */
static bool
read_id(const char **place, int64 *id)
{
	char	   *end;

	errno = 0;
	*id = strtoi64(*place, &end, 10);
	if (errno != 0 || end == *place)
		return false;
	*place = end;
	return true;
}

/*
 * Adds what id_ranges_write has written. False where it is not that: text of
 * another form, or ids that do not rise. Adds how many ids there are.
 */
bool
id_ranges_read(IdRanges *set, const char *string, int owner, int64 *count)
{
	const char *place = string;
	int64		before = PG_INT64_MIN;

	while (*place != '\0')
	{
		int64		first;
		int64		last;

		if (!read_id(&place, &first))
			return false;
		last = first;
		if (*place == '-')
		{
			place++;
			if (!read_id(&place, &last))
				return false;
		}
		if (first <= before || last < first)
			return false;
		add_range(set, first, last, owner);
		*count += last - first + 1;
		before = last;
		if (*place == ',')
			place++;
		else if (*place != '\0')
			return false;
	}
	return true;
}

static int
compare_ranges(const void *a, const void *b)
{
	const IdRange *left = a;
	const IdRange *right = b;

	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	return left->owner - right->owner;
}

void
id_ranges_sort(IdRanges *set)
{
	if (set->count > 1)
		qsort(set->ranges, set->count, sizeof(IdRange), compare_ranges);
}

/* The range of a sorted set that an id lies in, or NULL. */
const IdRange *
id_ranges_find(const IdRanges *set, int64 id)
{
	int			low = 0;
	int			high = set->count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (set->ranges[middle].last < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->ranges[low].first <= id ?
		&set->ranges[low] : NULL;
}
