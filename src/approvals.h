/*-------------------------------------------------------------------------
 *
 * approvals.h
 *		Approvals that ended in this transaction, should the result come back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_APPROVALS_H
#define ACHIEVE_APPROVALS_H

#include "engine.h"

typedef struct Approval
{
	int			nest_level;		/* of the subtransaction that noted it */
	Outcome		outcome;		/* what was approved */
	TimestampTz approved_at;
	char	   *approved_by;	/* NULL: nothing comes back */
	struct Approval *outer;		/* what was noted before that subtransaction */
} Approval;

extern void approval_remember(const EnrollmentKey *key, Outcome outcome,
							  const char *approved_by,
							  TimestampTz approved_at);
extern const Approval *approval_recall(const EnrollmentKey *key,
									   Outcome outcome);
extern void approval_forget(const EnrollmentKey *key);
extern HTAB *approvals_begin_trial(void);
extern void approvals_end_trial(HTAB *remembered);

#endif							/* ACHIEVE_APPROVALS_H */
