/*-------------------------------------------------------------------------
 *
 * audit.h
 *		Rows for the audit, written together.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_AUDIT_H
#define ACHIEVE_AUDIT_H

#include "utils/jsonb.h"

#include "statement.h"

typedef struct AuditRow
{
	const char *action;			/* object.verb */
	const char *object;			/* which one, for people */
	bool		has_event;
	int64		event_id;
	bool		has_learner;
	int64		learner_id;
	Jsonb	   *old_value;		/* NULL: null, as below */
	Jsonb	   *new_value;
	Jsonb	   *evidence;
	const char *reason;			/* NULL: the transaction's achieve.reason */
} AuditRow;

typedef struct AuditBatch
{
	ValueColumn actions;
	ValueColumn objects;
	ValueColumn events;
	ValueColumn learners;
	ValueColumn old_values;
	ValueColumn new_values;
	ValueColumn evidence;
	ValueColumn reasons;
} AuditBatch;

/* Set while erase_learner takes values out of the audit. */
extern bool audit_erasing;

extern bool audit_is_hashed(void);
extern void audit_require_hashes(void);
extern void audit_begin(AuditBatch *batch);
extern void audit_add(AuditBatch *batch, const AuditRow *row);
extern int64 audit_write(AuditBatch *batch);

#endif							/* ACHIEVE_AUDIT_H */
