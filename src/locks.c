/*-------------------------------------------------------------------------
 *
 * locks.c
 *		The locks of an evaluation, in one order for everybody.
 *
 * events, invoices, learners, enrollments, achievement types; each in key
 * order. What each lock is for:
 *
 *	event		NO KEY UPDATE by a change of its configuration, SHARE by those
 *				who add enrollments: each sees the other's.
 *	invoice		SHARE by those who add or change lines; the UPDATE of an
 *				invoice holds NO KEY UPDATE: likewise.
 *	learner		NO KEY UPDATE where a type that rules read may be issued, or
 *				one that begins where an earlier one ends; SHARE where rules
 *				read what a learner holds: likewise.
 *	enrollment	NO KEY UPDATE: one evaluation of an enrollment at a time. Not
 *				FOR UPDATE, which collides with foreign keys' KEY SHARE.
 *	type		SHARE by those who issue it or take it back, NO KEY UPDATE by
 *				the first rule that reads it: each sees the other's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "engine.h"

typedef struct LearnerLock
{
	int64		learner_id;
	LockTupleMode mode;
} LearnerLock;

static void
lock_by_ids(ReadSet *set, AccessPath path, const IdList *list,
			LockTupleMode mode)
{
	for (int i = 0; i < list->count; i++)
	{
		Datum		key = Int64GetDatum(list->ids[i]);

		(void) lock_row(set, path, 1, &key, mode);
	}
}

void
lock_learner(ReadSet *set, int64 learner_id, LockTupleMode mode)
{
	Datum		key = Int64GetDatum(learner_id);

	(void) lock_row(set, PATH_LEARNER, 1, &key, mode);
}

/*
 * Locks an enrollment and says what it is. False where there is none (any
 * more): its facts went with it, or a foreign key is about to refuse them.
 */
bool
lock_enrollment(ReadSet *set, const EnrollmentKey *key,
				LockedEnrollment *locked)
{
	Datum		keys[2];
	TupleTableSlot *row;

	keys[0] = Int64GetDatum(key->event_id);
	keys[1] = Int64GetDatum(key->learner_id);
	row = lock_row(set, PATH_ENROLLMENT, 2, keys, LockTupleNoKeyExclusive);
	if (row == NULL)
		return false;
	enrollment_from_row(row, locked);
	return true;
}

/* Every enrollment of the events whose configuration changed. */
static void
add_enrollments_of_changed(Work *work, ReadSet *set)
{
	for (int i = 0; i < work->changed_events.count; i++)
	{
		int64		event_id = work->changed_events.ids[i];
		TupleTableSlot *row;

		for (row = read_by_id(set, PATH_ENROLLMENT, event_id); row != NULL;
			 row = read_next(set, PATH_ENROLLMENT))
			work_add_key(work, event_id,
						 row_int64(row, TABLE_ENROLLMENT,
								   ENROLLMENT_LEARNER_ID));
	}
}

static bool
id_is_listed(const IdList *list, int64 id)
{
	int			low = 0;
	int			high = list->count - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;

		if (list->ids[middle] == id)
			return true;
		if (list->ids[middle] < id)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return false;
}

static int
compare_learner_locks(const void *a, const void *b)
{
	const LearnerLock *left = a;
	const LearnerLock *right = b;

	if (left->learner_id != right->learner_id)
		return left->learner_id < right->learner_id ? -1 : 1;
	return (int) right->mode - (int) left->mode;	/* the strongest first */
}

/* Which lock, if any, an event's enrollments need on their learners. */
static bool
learner_lock_mode(const Work *work, ReadSet *set, int64 event_id,
				  LockTupleMode *mode)
{
	bool		changed = id_is_listed(&work->changed_events, event_id) ||
		id_is_listed(&work->joined_events, event_id);
	const EventConfig *config = changed ? NULL : config_cached(event_id);

	if (config == NULL)
		config = config_get(set, event_id);
	if (config == NULL)
		return false;
	if (config->issues_read_types || config->renews)
	{
		*mode = LockTupleNoKeyExclusive;
		return true;
	}
	*mode = LockTupleShare;
	return config->reads_holds;
}

/*
 * Learners come before enrollments. Which of them is told by what this
 * backend last knew of the events; where that was out of date decide.c finds
 * out, and the run starts over with the learners locked.
 */
static void
lock_learners(const Work *work, ReadSet *set)
{
	LearnerLock *locks = NULL;
	int			count = 0;
	LockTupleMode mode = LockTupleShare;
	bool		needed = false;

	for (int i = 0; i < work->key_count; i++)
	{
		const EnrollmentKey *key = &work->keys[i];

		if (i == 0 || key->event_id != work->keys[i - 1].event_id)
			needed = learner_lock_mode(work, set, key->event_id, &mode);
		if (!needed)
			continue;
		if (locks == NULL)
			locks = MemoryContextAllocHuge(CurrentMemoryContext,
										   work->key_count *
										   sizeof(LearnerLock));
		locks[count].learner_id = key->learner_id;
		locks[count++].mode = mode;
	}
	if (locks == NULL)
		return;
	qsort(locks, count, sizeof(LearnerLock), compare_learner_locks);
	for (int i = 0; i < count; i++)
	{
		if (i == 0 || locks[i].learner_id != locks[i - 1].learner_id)
			lock_learner(set, locks[i].learner_id, locks[i].mode);
	}
	pfree(locks);
}

/* Learners again, when a type turned out to be read by rules. */
void
locks_take_learners(const Work *work)
{
	ReadSet    *set = read_begin();

	lock_learners(work, set);
	read_end(set);
}

/*
 * Takes all locks of a run and returns the enrollments that there are, in key
 * order; *count may be 0, the array then NULL.
 */
LockedEnrollment *
locks_take(Work *work, int *count)
{
	ReadSet    *set;
	LockedEnrollment *locked = NULL;
	int			found = 0;

	work_sort(work);
	set = read_begin();
	if (work->changed_events.count > 0)
	{
		lock_by_ids(set, PATH_EVENT, &work->changed_events,
					LockTupleNoKeyExclusive);
		write_event_versions(&work->changed_events);
		read_refresh(set);
	}
	lock_by_ids(set, PATH_EVENT, &work->joined_events, LockTupleShare);
	lock_by_ids(set, PATH_INVOICE, &work->charged_invoices, LockTupleShare);
	if (work->changed_events.count > 0)
	{
		read_refresh(set);
		add_enrollments_of_changed(work, set);
		work_sort(work);
	}
	lock_learners(work, set);
	if (work->key_count > 0)
		locked = MemoryContextAllocHuge(CurrentMemoryContext,
										work->key_count *
										sizeof(LockedEnrollment));
	for (int i = 0; i < work->key_count; i++)
	{
		if (lock_enrollment(set, &work->keys[i], &locked[found]))
			found++;
	}
	for (int i = 0; i < work->changed_events.count; i++)
		prerequisites_mark(set, work->changed_events.ids[i]);
	read_end(set);
	*count = found;
	return locked;
}
