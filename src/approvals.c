/*-------------------------------------------------------------------------
 *
 * approvals.c
 *		Approvals that ended in this transaction, should the result come back.
 *
 * An approval ends when the outcome changes, and does not come back by itself
 * except within one transaction: an app may save a register by DELETE and
 * INSERT. What ended is kept in the transaction's memory only. What a
 * rolled back part of it has noted is forgotten.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "approvals.h"

static HTAB *ended = NULL;		/* in TopTransactionContext */
static bool callback_registered = false;

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
		event == XACT_EVENT_PREPARE)
		ended = NULL;
}

static HTAB *
make_memory(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(EnrollmentKey);
	control.entrysize = sizeof(Approval);
	control.hcxt = TopTransactionContext;
	return hash_create("achieve approvals", 64, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * SubXactCallback: what was noted in a part that is undone was never so; that
 * approval stands again, or was never given.
 */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();
	HASH_SEQ_STATUS status;
	Approval   *approval;

	if (ended == NULL ||
		(event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB))
		return;
	hash_seq_init(&status, ended);
	while ((approval = hash_seq_search(&status)) != NULL)
	{
		if (approval->nest_level < level)
			continue;
		if (event == SUBXACT_EVENT_ABORT_SUB)
			(void) hash_search(ended, &approval->key, HASH_REMOVE, NULL);
		else
			approval->nest_level = level - 1;
	}
}

/* Notes an approval that ends now. */
void
approval_remember(const EnrollmentKey *key, Outcome outcome,
				  const char *approved_by, TimestampTz approved_at)
{
	Approval   *approval;

	if (!callback_registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		callback_registered = true;
	}
	if (ended == NULL)
		ended = make_memory();
	approval = hash_search(ended, key, HASH_ENTER, NULL);
	approval->nest_level = GetCurrentTransactionNestLevel();
	approval->outcome = outcome;
	approval->approved_at = approved_at;
	approval->approved_by = MemoryContextStrdup(TopTransactionContext,
												approved_by);
}

/* The approval of this very outcome that ended in this transaction. */
const Approval *
approval_recall(const EnrollmentKey *key, Outcome outcome)
{
	Approval   *approval = ended == NULL ? NULL :
		hash_search(ended, key, HASH_FIND, NULL);

	return approval != NULL && approval->outcome == outcome ? approval : NULL;
}

/* A person has withdrawn it: it does not come back. */
void
approval_forget(const EnrollmentKey *key)
{
	if (ended != NULL)
		(void) hash_search(ended, key, HASH_REMOVE, NULL);
}

/*
 * Begins something that is going to be undone: what is noted meanwhile is
 * forgotten by approvals_end_trial, which takes what is returned here.
 */
HTAB *
approvals_begin_trial(void)
{
	HTAB	   *remembered = ended;
	HASH_SEQ_STATUS status;
	Approval   *approval;

	if (remembered == NULL)
		return NULL;
	ended = make_memory();
	hash_seq_init(&status, remembered);
	while ((approval = hash_seq_search(&status)) != NULL)
		*(Approval *) hash_search(ended, &approval->key, HASH_ENTER,
								  NULL) = *approval;
	return remembered;
}

void
approvals_end_trial(HTAB *remembered)
{
	if (ended != NULL)
		hash_destroy(ended);
	ended = remembered;
}
