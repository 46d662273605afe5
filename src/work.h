/*-------------------------------------------------------------------------
 *
 * work.h
 *		What a statement, or a whole transaction, has touched.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_WORK_H
#define ACHIEVE_WORK_H

typedef struct EnrollmentKey
{
	int64		event_id;
	int64		learner_id;
} EnrollmentKey;

typedef struct IdList
{
	int64	   *ids;
	int			count;
	int			room;
} IdList;

typedef struct Work
{
	MemoryContext context;		/* the lists grow in here */
	EnrollmentKey *keys;		/* enrollments to evaluate */
	int			key_count;
	int			key_room;
	IdList		changed_events; /* configuration: evaluate all of them */
	IdList		joined_events;	/* enrollments were added */
	IdList		charged_invoices;	/* lines were added */
	bool		check_scores;	/* scores or assessments were written */
	uint32		touched;		/* facts that may have moved, by RuleFact bit */
	bool		only_records;	/* nothing but rows that were not there before */
	bool		says_progress;	/* long work tells how far it is */
} Work;

extern void work_init(Work *work, MemoryContext context);
extern void work_add_key(Work *work, int64 event_id, int64 learner_id);
extern void work_add_id(Work *work, IdList *list, int64 id);
extern void ids_sort(IdList *list);
extern bool ids_include(const IdList *list, int64 id);
extern void work_touch(Work *work, uint32 facts);
extern void work_merge(Work *into, const Work *from);
extern void work_sort(Work *work);
extern bool work_is_empty(const Work *work);

#endif							/* ACHIEVE_WORK_H */
