/*-------------------------------------------------------------------------
 *
 * tab_reader.h
 *		One view of the data for all calls that a query makes of a function.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_TAB_READER_H
#define ACHIEVE_TAB_READER_H

#include "fmgr.h"
#include "utils/resowner.h"

#include "engine.h"

typedef struct TabReader TabReader;

/* Begun before anything is read in a call, ended before it returns. */
typedef struct TabCall
{
	ReadSet    *set;
	TabReader  *reader;			/* NULL: the view is this call's alone */
	ResourceOwner caller;
} TabCall;

extern bool tab_call_begin(TabCall *call, FunctionCallInfo fcinfo,
						   int64 event_id, int64 learner_id);
extern void tab_call_end(TabCall *call);
extern bool tab_read_enrollment(ReadSet *set, int64 event_id,
								int64 learner_id, EnrollmentState *state);
extern void tab_attach_learner(EnrollmentState *state);

#endif							/* ACHIEVE_TAB_READER_H */
