/*-------------------------------------------------------------------------
 *
 * api.h
 *		What the functions that people call have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_API_H
#define ACHIEVE_API_H

#include "fmgr.h"

#include "audit.h"
#include "engine.h"

extern int64 api_id(FunctionCallInfo fcinfo, int argument, const char *name);
extern char *api_reason(FunctionCallInfo fcinfo, int argument);
extern LockedEnrollment api_lock(int64 event_id, int64 learner_id);
extern const EventConfig *api_event(ReadSet *set, int64 event_id);
extern void api_require_open_outcomes(const EventConfig *config);
extern void api_require_active(const LockedEnrollment *locked,
							   const EventConfig *config);
extern void api_audit(const AuditRow *row);
extern void api_evaluate(int64 event_id, int64 learner_id,
						 const ConfigAward *changed_type);

#endif							/* ACHIEVE_API_H */
