/*-------------------------------------------------------------------------
 *
 * work.c
 *		What a statement, or a whole transaction, has touched.
 *
 * Keys are appended as they come, mostly runs of the same; work_sort puts
 * them in key order, each once, which is also the order of locking.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "work.h"

/* No work yet; whoever adds to it says which facts it touches. */
void
work_init(Work *work, MemoryContext context)
{
	memset(work, 0, sizeof(Work));
	work->context = context;
	work->only_records = true;
}

/* Room for one more element: the array, perhaps moved and doubled. */
static void *
with_room(MemoryContext context, void *array, int count, int *room, Size size)
{
	int			more = *room == 0 ? 4 : 2 * *room;

	if (count < *room)
		return array;
	array = array == NULL ? MemoryContextAllocHuge(context, more * size) :
		repalloc_huge(array, more * size);
	*room = more;				/* only now: there may have been no memory */
	return array;
}

void
work_add_key(Work *work, int64 event_id, int64 learner_id)
{
	EnrollmentKey *last;

	if (work->key_count > 0)
	{
		last = &work->keys[work->key_count - 1];
		if (last->event_id == event_id && last->learner_id == learner_id)
			return;
	}
	work->keys = with_room(work->context, work->keys, work->key_count,
						   &work->key_room, sizeof(EnrollmentKey));
	last = &work->keys[work->key_count++];
	last->event_id = event_id;
	last->learner_id = learner_id;
}

void
work_add_id(Work *work, IdList *list, int64 id)
{
	if (list->count > 0 && list->ids[list->count - 1] == id)
		return;
	list->ids = with_room(work->context, list->ids, list->count, &list->room,
						  sizeof(int64));
	list->ids[list->count++] = id;
}

static void
merge_ids(Work *into, IdList *list, const IdList *from)
{
	for (int i = 0; i < from->count; i++)
		work_add_id(into, list, from->ids[i]);
}

/* Says that facts of these kinds may have moved, in any way. */
void
work_touch(Work *work, uint32 facts)
{
	work->touched |= facts;
	work->only_records = false;
}

/* Adds all of another's. */
void
work_merge(Work *into, const Work *from)
{
	for (int i = 0; i < from->key_count; i++)
		work_add_key(into, from->keys[i].event_id, from->keys[i].learner_id);
	merge_ids(into, &into->changed_events, &from->changed_events);
	merge_ids(into, &into->joined_events, &from->joined_events);
	merge_ids(into, &into->charged_invoices, &from->charged_invoices);
	into->check_scores |= from->check_scores;
	into->touched |= from->touched;
	into->only_records &= from->only_records;
}

static int
compare_ids(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return left < right ? -1 : left > right;
}

static int
compare_keys(const void *a, const void *b)
{
	const EnrollmentKey *left = a;
	const EnrollmentKey *right = b;
	int			by_event = compare_ids(&left->event_id, &right->event_id);

	return by_event != 0 ? by_event :
		compare_ids(&left->learner_id, &right->learner_id);
}

/* Ids in order, each once. */
void
ids_sort(IdList *list)
{
	int			kept = 0;

	if (list->count < 2)
		return;
	qsort(list->ids, list->count, sizeof(int64), compare_ids);
	for (int i = 1; i < list->count; i++)
	{
		if (list->ids[i] != list->ids[kept])
			list->ids[++kept] = list->ids[i];
	}
	list->count = kept + 1;
}

/* Whether a sorted list has an id. */
bool
ids_include(const IdList *list, int64 id)
{
	return list->count > 0 &&
		bsearch(&id, list->ids, list->count, sizeof(int64),
				compare_ids) != NULL;
}

/* Everything in order, each once. */
void
work_sort(Work *work)
{
	int			kept = 0;

	ids_sort(&work->changed_events);
	ids_sort(&work->joined_events);
	ids_sort(&work->charged_invoices);
	if (work->key_count < 2)
		return;
	qsort(work->keys, work->key_count, sizeof(EnrollmentKey), compare_keys);
	for (int i = 1; i < work->key_count; i++)
	{
		if (compare_keys(&work->keys[i], &work->keys[kept]) != 0)
			work->keys[++kept] = work->keys[i];
	}
	work->key_count = kept + 1;
}

bool
work_is_empty(const Work *work)
{
	return work->key_count == 0 && work->changed_events.count == 0;
}
