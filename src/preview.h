/*-------------------------------------------------------------------------
 *
 * preview.h
 *		What a change would do, found by doing it and taking it back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_PREVIEW_H
#define ACHIEVE_PREVIEW_H

#include "fmgr.h"

#include "work.h"

typedef void (*PreviewChange) (void *arg);

/* preview.c */
extern void preview_return(FunctionCallInfo fcinfo, Work *scope,
						   PreviewChange lock, PreviewChange change,
						   void *arg);

/* preview_difference.c */
#define PREVIEW_COLUMNS 10

typedef struct PreviewState PreviewState;

extern PreviewState *preview_state_read(Datum learners);
extern void preview_difference(const PreviewState *before,
							   ReturnSetInfo *result);

#endif							/* ACHIEVE_PREVIEW_H */
