/*-------------------------------------------------------------------------
 *
 * write.h
 *		What the parts of the writing stage share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_WRITE_H
#define ACHIEVE_WRITE_H

#include "audit.h"
#include "engine.h"
#include "notify.h"

/* A changed award and its enrollment. */
typedef struct Changed
{
	EnrollmentState *state;
	AwardState *award;
} Changed;

static inline bool
result_moved(const EnrollmentState *state)
{
	return state->rule_outcome != state->stored_rule_outcome;
}

/* Whether the stored result is written. */
static inline bool
result_changes(const EnrollmentState *state)
{
	return result_moved(state) || state->approval_ends ||
		state->approval_returns != NULL;
}

/* write_results.c */
extern void write_new_results(List *states);
extern void write_changed_results(List *states);

/* write_awards.c */
extern void write_lapses_and_reinstatements(Evaluation *evaluation,
											const Changed *changed,
											int count);
extern void write_issues(const Changed *changed, int count);
extern char *lapse_reason(const EnrollmentState *state,
						  const AwardState *award);

/* write_certificates.c */
extern void write_certificates(const Changed *changed, int count,
							   AuditBatch *audit, NotifyBatch *notifications);

/* write_audit.c */
extern void audit_result(AuditBatch *batch, EnrollmentState *state);
extern void audit_award(AuditBatch *batch, const Changed *changed);

#endif							/* ACHIEVE_WRITE_H */
