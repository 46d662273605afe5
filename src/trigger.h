/*-------------------------------------------------------------------------
 *
 * trigger.h
 *		From statements to evaluations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_TRIGGER_H
#define ACHIEVE_TRIGGER_H

#include "commands/trigger.h"

#include "work.h"

typedef enum EvaluationTime
{
	EVALUATE_AT_STATEMENT,
	EVALUATE_AT_COMMIT
} EvaluationTime;

/* Settings achieve.evaluation and achieve.enabled. */
extern int	trigger_evaluation;
extern bool trigger_enabled;

extern TriggerData *trigger_data(FunctionCallInfo fcinfo, const char *name);
extern int64 trigger_id(TupleTableSlot *slot, const char *column);

/* pending.c */
extern void pending_run_or_defer(Work *work);
extern void pending_flush(void);
extern void pending_collect(void (*action) (void *arg), void *arg);

#endif							/* ACHIEVE_TRIGGER_H */
