/*-------------------------------------------------------------------------
 *
 * approvals.c
 *		Approvals that ended in this transaction, should the result come back.
 *
 * An approval ends when the outcome changes, and does not come back by itself
 * except within one transaction: an app may save a register by DELETE and
 * INSERT. What ended is kept in the transaction's memory only, a note for each
 * nested part of it: where that is rolled back, the note before it counts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "approvals.h"

/* The latest note of an enrollment; those of outer parts hang on it. */
typedef struct Entry
{
	EnrollmentKey key;			/* hash key; must be first */
	Approval   *latest;			/* NULL: none */
} Entry;

static HTAB *ended = NULL;		/* of Entry, in TopTransactionContext */
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
	control.entrysize = sizeof(Entry);
	control.hcxt = TopTransactionContext;
	return hash_create("achieve approvals", 64, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * SubXactCallback: what was noted in a part that is undone was never so; what
 * was noted before it counts again.
 */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subid,
					  SubTransactionId parent, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();
	HASH_SEQ_STATUS status;
	Entry	   *entry;

	if (ended == NULL ||
		(event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB))
		return;
	hash_seq_init(&status, ended);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		Approval   *latest = entry->latest;

		if (latest == NULL || latest->nest_level < level)
			continue;
		if (event == SUBXACT_EVENT_ABORT_SUB)
		{
			entry->latest = latest->outer;
			continue;
		}
		latest->nest_level = level - 1;
		if (latest->outer != NULL && latest->outer->nest_level == level - 1)
			latest->outer = latest->outer->outer;
	}
}

/* A new note, in place of what this part of the transaction has noted. */
static Approval *
note(Entry *entry)
{
	Approval   *approval = MemoryContextAllocZero(TopTransactionContext,
												  sizeof(Approval));

	approval->nest_level = GetCurrentTransactionNestLevel();
	approval->outer = entry->latest;
	if (approval->outer != NULL &&
		approval->outer->nest_level == approval->nest_level)
		approval->outer = approval->outer->outer;
	entry->latest = approval;
	return approval;
}

/* Notes an approval that ends now. */
void
approval_remember(const EnrollmentKey *key, Outcome outcome,
				  const char *approved_by, TimestampTz approved_at)
{
	Entry	   *entry;
	Approval   *approval;
	bool		found;

	if (!callback_registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		callback_registered = true;
	}
	if (ended == NULL)
		ended = make_memory();
	entry = hash_search(ended, key, HASH_ENTER, &found);
	if (!found)
		entry->latest = NULL;
	approval = note(entry);
	approval->outcome = outcome;
	approval->approved_at = approved_at;
	approval->approved_by = MemoryContextStrdup(TopTransactionContext,
												approved_by);
}

/* The approval of this very outcome that ended in this transaction. */
const Approval *
approval_recall(const EnrollmentKey *key, Outcome outcome)
{
	Entry	   *entry = ended == NULL ? NULL :
		hash_search(ended, key, HASH_FIND, NULL);
	Approval   *latest = entry == NULL ? NULL : entry->latest;

	return latest != NULL && latest->approved_by != NULL &&
		latest->outcome == outcome ? latest : NULL;
}

/*
 * A person has withdrawn it, or the enrollment is gone: it does not come back.
 */
void
approval_forget(const EnrollmentKey *key)
{
	Entry	   *entry = ended == NULL ? NULL :
		hash_search(ended, key, HASH_FIND, NULL);

	if (entry != NULL && entry->latest != NULL)
		(void) note(entry);
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
	Entry	   *entry;

	if (remembered == NULL)
		return NULL;
	ended = make_memory();
	hash_seq_init(&status, remembered);
	while ((entry = hash_seq_search(&status)) != NULL)
		*(Entry *) hash_search(ended, &entry->key, HASH_ENTER, NULL) = *entry;
	return remembered;
}

void
approvals_end_trial(HTAB *remembered)
{
	if (ended != NULL)
		hash_destroy(ended);
	ended = remembered;
}
