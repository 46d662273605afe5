/*-------------------------------------------------------------------------
 *
 * pending.c
 *		Evaluation at commit: collects the work of a whole transaction.
 *
 * With achieve.evaluation = commit the statement triggers only note what they
 * have seen. A row in achieve.pending_evaluation carries a deferred constraint
 * trigger, which PostgreSQL fires at COMMIT, PREPARE TRANSACTION or SET
 * CONSTRAINTS IMMEDIATE, with everything that belongs to it: errors end the
 * transaction, other deferred triggers may follow. The row is gone again
 * before the transaction ends.
 *
 * Rolling back to a savepoint takes back the row but not what was noted: that
 * is evaluated needlessly, and comes out as it was.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "engine.h"
#include "statement.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(evaluate_pending);

static Statement queue_transaction = {
	.sql = "INSERT INTO achieve.pending_evaluation (transaction_id) VALUES ($1)",
	.table = TABLE_RESULT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement unqueue_transaction = {
	.sql = "DELETE FROM achieve.pending_evaluation AS p"
	" WHERE p.transaction_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_RESULT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Work *pending = NULL;	/* in TopTransactionContext */
static SubTransactionId queued_by = InvalidSubTransactionId;
static bool callbacks_registered = false;
static int	collecting = 0;		/* pending_collect calls under way */

static void
at_transaction_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PARALLEL_ABORT:
			pending = NULL;
			queued_by = InvalidSubTransactionId;
			break;
		default:
			break;
	}
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	if (queued_by != subid)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		queued_by = InvalidSubTransactionId;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		queued_by = parent;
}

static void
run_queue_statement(Statement *statement)
{
	Datum		id = Int64GetDatum(
		(int64) U64FromFullTransactionId(GetTopFullTransactionId()));

	SPI_connect();
	(void) statement_run(statement, &id, NULL);
	SPI_finish();
}

/* Evaluates now, or notes it for the end of the transaction. */
void
pending_run_or_defer(Work *work)
{
	EvaluationCounts ignored = {0};

	if (work_is_empty(work))
		return;
	if (trigger_evaluation == EVALUATE_AT_STATEMENT && collecting == 0)
	{
		engine_run(work, &ignored);
		return;
	}
	if (!callbacks_registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		callbacks_registered = true;
	}
	if (pending == NULL)
	{
		Work	   *fresh = MemoryContextAlloc(TopTransactionContext,
											   sizeof(Work));

		work_init(fresh, TopTransactionContext);
		pending = fresh;
	}
	work_merge(pending, work);
	if (collecting == 0 && queued_by == InvalidSubTransactionId)
	{
		queued_by = GetCurrentSubTransactionId();
		run_queue_statement(&queue_transaction);
	}
}

/*
 * Evaluates what is pending; functions that read or set outcomes begin so.
 *
 * Within a subtransaction the work stays pending as well: rolling back to the
 * savepoint undoes the evaluation but not what it was for.
 */
void
pending_flush(void)
{
	Work	   *work = pending;
	EvaluationCounts ignored = {0};
	Work		copy;

	if (work == NULL)
		return;
	if (GetCurrentTransactionNestLevel() == 1)
		pending = NULL;
	else
	{
		work_init(&copy, CurrentMemoryContext);
		work_merge(&copy, work);
		work = &copy;
	}
	engine_run(work, &ignored);
}

/*
 * Does something that takes several statements, and evaluates once at its
 * end: what lies between them is nobody's outcome.
 */
void
pending_collect(void (*action) (void *arg), void *arg)
{
	collecting++;
	PG_TRY();
	{
		action(arg);
	}
	PG_FINALLY();
	{
		collecting--;
	}
	PG_END_TRY();
	if (collecting == 0)
		pending_flush();
}

/*
 * evaluate_pending(): deferred constraint trigger, AFTER INSERT on
 * pending_evaluation
 */
Datum
evaluate_pending(PG_FUNCTION_ARGS)
{
	(void) trigger_data(fcinfo, "evaluate_pending");
	queued_by = InvalidSubTransactionId;
	pending_flush();
	run_queue_statement(&unqueue_transaction);
	return PointerGetDatum(NULL);
}
