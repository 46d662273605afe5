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

#include "approvals.h"
#include "engine.h"

typedef struct LearnerToLock
{
	int64		learner_id;
	LearnerLock lock;
} LearnerToLock;

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

static int
compare_learners(const void *a, const void *b)
{
	const LearnerToLock *left = a;
	const LearnerToLock *right = b;

	if (left->learner_id != right->learner_id)
		return left->learner_id < right->learner_id ? -1 : 1;
	return (int) right->lock - (int) left->lock;	/* the strongest first */
}

/* Which lock an event's enrollments need on their learners. */
LearnerLock
learner_lock_needed(const EventConfig *config)
{
	if (config->issues_read_types || config->renews)
		return LEARNER_EXCLUSIVE;
	return config->reads_holds ? LEARNER_SHARED : LEARNER_UNLOCKED;
}

/* Locks the learners of enrollments as they say, each once, in order. */
static void
lock_learners(ReadSet *set, const LockedEnrollment *enrollments, int count)
{
	LearnerToLock *learners = NULL;
	int			needed = 0;

	for (int i = 0; i < count; i++)
	{
		if (enrollments[i].learner == LEARNER_UNLOCKED)
			continue;
		if (learners == NULL)
			learners = MemoryContextAllocHuge(CurrentMemoryContext,
											  count * sizeof(LearnerToLock));
		learners[needed].learner_id = enrollments[i].key.learner_id;
		learners[needed++].lock = enrollments[i].learner;
	}
	if (learners == NULL)
		return;
	qsort(learners, needed, sizeof(LearnerToLock), compare_learners);
	for (int i = 0; i < needed; i++)
	{
		if (i == 0 || learners[i].learner_id != learners[i - 1].learner_id)
			lock_learner(set, learners[i].learner_id,
						 learners[i].lock == LEARNER_EXCLUSIVE ?
						 LockTupleNoKeyExclusive : LockTupleShare);
	}
	pfree(learners);
}

/*
 * Notes which lock each enrollment needs on its learner, by what this backend
 * knows of the events: for those whose configuration has just changed, and
 * those it knows nothing of, that is read. It may be out of date; decide.c
 * finds out, and the run starts over with what it then knows.
 */
static void
note_learner_locks(const Work *work, ReadSet *set,
				   LockedEnrollment *enrollments, int count)
{
	LearnerLock lock = LEARNER_UNLOCKED;

	for (int i = 0; i < count; i++)
	{
		int64		event_id = enrollments[i].key.event_id;

		if (i == 0 || event_id != enrollments[i - 1].key.event_id)
		{
			bool		changed = work != NULL &&
				(ids_include(&work->changed_events, event_id) ||
				 ids_include(&work->joined_events, event_id));
			const EventConfig *config = changed ? NULL :
				config_cached(event_id);

			if (config == NULL)
				config = config_get(set, event_id);
			lock = config == NULL ? LEARNER_UNLOCKED :
				learner_lock_needed(config);
		}
		enrollments[i].learner = lock;
	}
}

/* Learners again, when the run has found that they were not locked enough. */
void
locks_take_learners(LockedEnrollment *locked, int count)
{
	ReadSet    *set = read_begin();

	note_learner_locks(NULL, set, locked, count);
	lock_learners(set, locked, count);
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
	if (work->key_count > 0)
		locked = MemoryContextAllocHuge(CurrentMemoryContext,
										work->key_count *
										sizeof(LockedEnrollment));
	for (int i = 0; i < work->key_count; i++)
		locked[i].key = work->keys[i];
	note_learner_locks(work, set, locked, work->key_count);
	lock_learners(set, locked, work->key_count);
	for (int i = 0; i < work->key_count; i++)
	{
		LearnerLock learner = locked[i].learner;

		if (lock_enrollment(set, &work->keys[i], &locked[found]))
			locked[found++].learner = learner;
		else
			approval_forget(&work->keys[i]);	/* it was another enrollment's */
	}
	prerequisites_mark(set, &work->changed_events);
	read_end(set);
	*count = found;
	return locked;
}
