/*-------------------------------------------------------------------------
 *
 * access.h
 *		May the caller of an API function see what it acts on?
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_ACCESS_H
#define ACHIEVE_ACCESS_H

#include "reader.h"
#include "work.h"

extern bool access_is_row_secured(TableId table);
extern bool access_sees_all(TableId table);
extern bool access_check_table(TableId table);
extern void access_check_event(int64 event_id);
extern void access_check_learner(int64 learner_id);
extern void access_check_enrollment(int64 event_id, int64 learner_id);
extern void access_visible_learners(int64 event_id, Work *work,
									IdList *learners);
extern void access_refuse_hidden(const char *kind, int64 id);
extern void access_check_record(const char *kind, int64 id, int64 event_id,
								int64 learner_id);

#endif							/* ACHIEVE_ACCESS_H */
