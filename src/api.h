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

/*
 * SQL for the instant at which a template's session starts. Sessions of the
 * first day start so many minutes after the event; those of later days keep to
 * the clock of the event's time zone, which a change to or from summer time in
 * between would move otherwise.
 */
#define SESSION_START(minutes, event_start, zone) \
	"CASE WHEN " minutes " OPERATOR(pg_catalog.<) 1440" \
	" THEN " event_start " OPERATOR(pg_catalog.+)" \
	" pg_catalog.make_interval(mins => " minutes ")" \
	" ELSE pg_catalog.timezone(" zone ", pg_catalog.timezone(" zone ", " \
	event_start ") OPERATOR(pg_catalog.+)" \
	" pg_catalog.make_interval(mins => " minutes ")) END"

/* create_event.c */
extern Jsonb *event_describe(int64 event_id);

extern int64 api_id(FunctionCallInfo fcinfo, int argument, const char *name);
extern char *api_text(FunctionCallInfo fcinfo, int argument, const char *name);
extern bool api_is_blank(const char *words);
extern char *api_reason(FunctionCallInfo fcinfo, int argument);
extern LockedEnrollment api_lock(int64 event_id, int64 learner_id);
extern LockedEnrollment api_lock_with(Work *work, int64 event_id,
									  int64 learner_id);
extern Work *api_lock_learners(FunctionCallInfo fcinfo, int argument,
							   int64 event_id, LockedEnrollment **locked,
							   int *count);
extern Datum api_learners(const Work *work);
extern const EventConfig *api_event(ReadSet *set, int64 event_id);
extern void api_require_open_outcomes(const EventConfig *config);
extern void api_require_active(const LockedEnrollment *locked,
							   const EventConfig *config);
extern void api_add_enrollments(Work *work, int64 learner_id);
extern void api_audit(const AuditRow *row);
extern void api_evaluate(int64 event_id, int64 learner_id,
						 const ConfigAward *changed_type);

/* sync_event.c */
extern void sync_event_lock_rows(int64 event_id);

#endif							/* ACHIEVE_API_H */
