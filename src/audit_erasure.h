/*-------------------------------------------------------------------------
 *
 * audit_erasure.h
 *		What was erased from the audit, and by which erasure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_AUDIT_ERASURE_H
#define ACHIEVE_AUDIT_ERASURE_H

#include "audit_hash.h"

/* The audit row of an erasure; what it erased, under this key of its value. */
#define ERASURE_ACTION "learner.erased"
#define ERASURE_ENTRIES "audit_values_hash"

typedef struct Erasures Erasures;

/* Called for what does not fit. */
typedef void (*ErasureReport) (void *state, int64 audit_id,
							   const char *problem);

extern void erasure_add_line(Digest *digest, int64 audit_id,
							 const char *column, const char *kept);
extern Erasures *erasures_read(void);
extern void erasures_apply(Erasures *erasures, AuditContent *row);
extern void erasures_check(Erasures *erasures, ErasureReport report,
						   void *state);

#endif							/* ACHIEVE_AUDIT_ERASURE_H */
