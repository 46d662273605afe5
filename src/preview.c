/*-------------------------------------------------------------------------
 *
 * preview.c
 *		What a change would do, found by doing it and taking it back.
 *
 * The change runs in a subtransaction, with the locks, triggers and evaluation
 * that it would have for real; the outcomes are read before and after it, and
 * the subtransaction is rolled back. What lies outside of transactions is put
 * back by hand: the memory of approvals, and numbers, which are not drawn at
 * all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "approvals.h"
#include "engine.h"
#include "numbers.h"
#include "preview.h"
#include "statement.h"
#include "trigger.h"

/* Errors: 25006 where nothing can be written, not even for a moment. */
static void
require_writable(void)
{
	if (XactReadOnly)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("cannot preview in a read-only transaction"),
				 errdetail("A preview makes the change and takes it back."),
				 errhint("Use a read-write transaction on the primary server; explain_result() and explain_award() work in read-only ones.")));
}

/* Locks the scope; returns its learners, as an array datum. */
static Datum
lock_scope(Work *scope)
{
	ValueColumn learners = {.type = INT8OID};
	int			count;
	LockedEnrollment *locked = locks_take(scope, &count);

	for (int i = 0; i < count; i++)
		value_add(&learners, Int64GetDatum(locked[i].key.learner_id));
	return value_array(&learners);
}

/* Within the subtransaction. Nothing of it outlives it but the rows. */
static void
try_change(Work *scope, PreviewChange lock, PreviewChange change, void *arg,
		   ReturnSetInfo *result)
{
	PreviewState *before;

	if (lock != NULL)
		lock(arg);
	before = preview_state_read(lock_scope(scope));

	change(arg);
	pending_flush();
	preview_difference(before, result);
}

/*
 * Makes a change, returns as the function's rows what it does to the outcomes
 * of the scope's learners, on whatever event, and takes it back. "lock" takes
 * the locks that the change wants before the events', NULL: none.
 *
 * The caller has checked that the user may see the scope. Errors: 25006 in a
 * read-only transaction; and those of the change.
 */
void
preview_return(FunctionCallInfo fcinfo, Work *scope, PreviewChange lock,
			   PreviewChange change, void *arg)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	HTAB	   *approvals;
	ErrorData  *volatile error = NULL;

	require_writable();
	InitMaterializedSRF(fcinfo, 0);
	pending_flush();
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	approvals = approvals_begin_trial();
	numbers_begin_trial();
	PG_TRY();
	{
		try_change(scope, lock, change, arg,
				   (ReturnSetInfo *) fcinfo->resultinfo);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	numbers_end_trial();
	approvals_end_trial(approvals);
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (error != NULL)
		ReThrowError(error);
}
