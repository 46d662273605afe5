/*-------------------------------------------------------------------------
 *
 * engine.c
 *		The evaluation: from touched enrollments to outcomes that are right.
 *
 * All locks of a run are taken first and in one order, then the work is done
 * in chunks, each with a view of its own and memory that is freed after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "engine.h"

/* How often triggers on outcome tables may write facts, one after another. */
#define MAX_POSTPONED 1000

/* How long evaluate_event() goes on without a word. */
#define SECONDS_UNHEARD 10

/* Enrollments decided and written together. */
#define CHUNK_SIZE 4096

/*
 * A run is under way. What a user's trigger on an outcome table then writes is
 * noted and evaluated when the run has written all of its own: decisions made
 * before must not be written over newer ones.
 */
static bool running = false;
static Work *postponed = NULL;	/* in TopTransactionContext */

const char *
outcome_name(Outcome outcome)
{
	switch (outcome)
	{
		case OUTCOME_PENDING:
			return "pending";
		case OUTCOME_PASSED:
			return "passed";
		case OUTCOME_FAILED:
			return "failed";
		case OUTCOME_NONE:
			break;
	}
	elog(ERROR, "outcome %d has no name", outcome);
}

/* The word of an outcome column; NONE for null, which has no bytes. */
Outcome
outcome_from_bytes(const char *bytes, int length)
{
	if (length == 0)
		return OUTCOME_NONE;
	if (bytes[0] == 'f')
		return OUTCOME_FAILED;
	return bytes[1] == 'a' ? OUTCOME_PASSED : OUTCOME_PENDING;
}

/*
 * Decides and writes a chunk. False where that has to start over, with nothing
 * written: the backend did not know yet that rules read a type, so the
 * learners were not locked.
 */
static bool
run_chunk(const Work *work, const LockedEnrollment *locked, int count,
		  EvaluationCounts *counts)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "achieve evaluation",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Evaluation	evaluation = {0};

	evaluation.context = context;
	evaluation.work = work;
	evaluation.set = read_begin();
	decide_all(&evaluation, locked, count);
	if (!evaluation.stale)
		write_changes(&evaluation, counts);
	read_end(evaluation.set);

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return !evaluation.stale;
}

/* Tells how far long work is, every ten seconds. */
static void
say_progress(int done, int count, TimestampTz *said_at)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!TimestampDifferenceExceeds(*said_at, now, SECONDS_UNHEARD * 1000))
		return;
	*said_at = now;
	ereport(NOTICE,
			(errmsg("%d of %d enrollments are evaluated", done, count)));
}

static void
run(Work *work, EvaluationCounts *counts)
{
	TimestampTz said_at = GetCurrentTimestamp();
	int			count;
	LockedEnrollment *locked = locks_take(work, &count);

	for (int done = 0; done < count; done += CHUNK_SIZE)
	{
		while (!run_chunk(work, locked + done,
						  Min(CHUNK_SIZE, count - done), counts))
			locks_take_learners(locked, count);
		if (work->says_progress)
			say_progress(Min(done + CHUNK_SIZE, count), count, &said_at);
	}
	if (locked != NULL)
		pfree(locked);
}

/*
 * Frees the configurations that were replaced, unless a run further out may
 * still use them. Whoever reads configurations begins with it.
 */
void
engine_forget(void)
{
	if (!running)
		config_release();
}

static void
postpone(const Work *work)
{
	if (postponed == NULL)
	{
		postponed = MemoryContextAlloc(TopTransactionContext, sizeof(Work));
		work_init(postponed, TopTransactionContext);
	}
	work_merge(postponed, work);
}

/*
 * Makes every outcome right that the work can have moved. The work is
 * consumed: it ends up sorted and extended.
 */
void
engine_run(Work *work, EvaluationCounts *counts)
{
	if (work_is_empty(work))
		return;
	if (running)
	{
		postpone(work);
		return;
	}
	config_release();
	running = true;
	PG_TRY();
	{
		run(work, counts);
		for (int rounds = 0; postponed != NULL; rounds++)
		{
			Work	   *next = postponed;

			if (rounds == MAX_POSTPONED)
				ereport(ERROR,
						(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
						 errmsg("triggers on outcome tables have changed facts %d times and do not come to rest",
								rounds),
						 errhint("A trigger that writes facts must not answer each change of an outcome with another.")));
			postponed = NULL;
			run(next, counts);
		}
	}
	PG_FINALLY();
	{
		running = false;
		postponed = NULL;
	}
	PG_END_TRY();
}
