/*-------------------------------------------------------------------------
 *
 * tab_reader.c
 *		One view of the data for all calls that a query makes of a function.
 *
 * The views call a function for each of their rows. Called in FROM, it keeps
 * its scans open from row to row: they live in the query's memory and belong
 * to a resource owner of their own, beneath the query's. When the query ends,
 * its memory goes and closes them; where it fails, the owner above releases
 * them first, and we are told. Anywhere else (an expression of a PL/pgSQL
 * function, say, outlives the query that it was evaluated in) each call opens
 * a view and closes it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/ilist.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "access.h"
#include "calendar.h"
#include "tab_reader.h"
#include "words.h"

struct TabReader
{
	dlist_node	node;			/* in open_readers */
	MemoryContextCallback at_end;
	ResourceOwner owner;		/* NULL: released already */
	ReadSet    *set;
	bool		checks_rows;	/* row-level security applies */
};

static dlist_head open_readers = DLIST_STATIC_INIT(open_readers);
static bool callback_registered = false;

/* ResourceReleaseCallback: what a released owner held is gone. */
static void
forget_released(ResourceReleasePhase phase, bool is_commit, bool is_top_level,
				void *arg)
{
	dlist_iter	iterator;

	if (phase != RESOURCE_RELEASE_BEFORE_LOCKS)
		return;
	dlist_foreach(iterator, &open_readers)
	{
		TabReader  *reader = dlist_container(TabReader, node, iterator.cur);

		if (reader->owner == CurrentResourceOwner)
			reader->owner = NULL;
	}
}

/* MemoryContextCallback: the query is over, or has failed. */
static void
close_reader(void *arg)
{
	TabReader  *reader = arg;
	ResourceOwner caller = CurrentResourceOwner;
	ResourceOwner owner = reader->owner;

	dlist_delete(&reader->node);
	if (owner == NULL)
		return;
	if (IsTransactionState())
	{
		CurrentResourceOwner = owner;
		read_end(reader->set);
		CurrentResourceOwner = caller;
	}
	/* locks stay with the transaction, as the query's own do */
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_BEFORE_LOCKS, false, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_LOCKS, true, false);
	ResourceOwnerRelease(owner, RESOURCE_RELEASE_AFTER_LOCKS, false, false);
	ResourceOwnerDelete(owner);
}

static TabReader *
open_reader(MemoryContext query)
{
	MemoryContext caller = MemoryContextSwitchTo(query);
	ResourceOwner caller_owner = CurrentResourceOwner;
	TabReader  *reader = palloc0(sizeof(TabReader));

	if (!callback_registered)
	{
		RegisterResourceReleaseCallback(forget_released, NULL);
		callback_registered = true;
	}
	reader->checks_rows = access_check_table(TABLE_ENROLLMENT);
	reader->owner = ResourceOwnerCreate(caller_owner, "achieve tab");
	reader->at_end.func = close_reader;
	reader->at_end.arg = reader;
	dlist_push_head(&open_readers, &reader->node);
	MemoryContextRegisterResetCallback(query, &reader->at_end);

	CurrentResourceOwner = reader->owner;
	reader->set = read_begin_as_query();
	CurrentResourceOwner = caller_owner;
	MemoryContextSwitchTo(caller);
	return reader;
}

/* Whether row-level security lets the caller see an enrollment. */
static bool
caller_sees(int64 event_id, int64 learner_id)
{
	static const char *const look =
		"SELECT 1 FROM achieve.enrollment AS n"
		" WHERE n.event_id OPERATOR(pg_catalog.=) $1"
		" AND n.learner_id OPERATOR(pg_catalog.=) $2";
	static SPIPlanPtr plan = NULL;
	Oid			types[2] = {INT8OID, INT8OID};
	Datum		keys[2];
	bool		sees;

	keys[0] = Int64GetDatum(event_id);
	keys[1] = Int64GetDatum(learner_id);
	SPI_connect();
	if (plan == NULL)
	{
		SPIPlanPtr	fresh = SPI_prepare(look, 2, types);

		if (fresh == NULL || SPI_keepplan(fresh) != 0)
			elog(ERROR, "could not prepare the look at an enrollment");
		plan = fresh;
	}
	if (SPI_execute_snapshot(plan, keys, NULL, GetActiveSnapshot(),
							 InvalidSnapshot, true, false,
							 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look at an enrollment");
	sees = SPI_processed > 0;
	SPI_finish();
	return sees;
}

/*
 * Opens the view for a call. False where the caller may not see the
 * enrollment; nothing is open then.
 *
 * Errors: 42501 without SELECT on the enrollments.
 */
bool
tab_call_begin(TabCall *call, FunctionCallInfo fcinfo, int64 event_id,
			   int64 learner_id)
{
	bool		in_from = fcinfo->resultinfo != NULL &&
		IsA(fcinfo->resultinfo, ReturnSetInfo);
	TabReader  *reader = NULL;
	bool		checks_rows;

	engine_forget();
	if (in_from)
	{
		reader = fcinfo->flinfo->fn_extra;
		if (reader == NULL)
		{
			reader = open_reader(fcinfo->flinfo->fn_mcxt);
			fcinfo->flinfo->fn_extra = reader;
		}
		checks_rows = reader->checks_rows;
	}
	else
		checks_rows = access_check_table(TABLE_ENROLLMENT);
	if (checks_rows && !caller_sees(event_id, learner_id))
		return false;

	call->reader = reader;
	call->caller = CurrentResourceOwner;
	if (reader == NULL)
	{
		call->set = read_begin_as_query();
		return true;
	}
	if (reader->owner == NULL)
		elog(ERROR, "the view of this query is closed already");
	call->set = reader->set;
	CurrentResourceOwner = reader->owner;
	return true;
}

void
tab_call_end(TabCall *call)
{
	if (call->reader == NULL)
		read_end(call->set);
	else
		CurrentResourceOwner = call->caller;
}

/* Lets holds() be answered. */
void
tab_attach_learner(EnrollmentState *state)
{
	state->learner = palloc0(sizeof(Learner));
	state->learner->learner_id = state->key.learner_id;
	state->facts.learner = state->learner;
	state->facts.today = date_in_zone(facts_now(), state->config->time_zone);
}

/*
 * How an enrollment stands, with nothing gathered yet; false where there is
 * none. The memory is zeroed.
 */
bool
tab_read_enrollment(ReadSet *set, int64 event_id, int64 learner_id,
					EnrollmentState *state)
{
	TupleTableSlot *row = read_by_enrollment(set, PATH_ENROLLMENT, event_id,
											 learner_id);
	LockedEnrollment enrollment;
	EventConfig *config;

	if (row == NULL)
		return false;
	enrollment_from_row(row, &enrollment);
	config = config_get(set, event_id);
	if (config == NULL)
		return false;
	state_read(state, set, config, &enrollment);
	state_show_result(state, effective_outcome(state->manual_outcome,
											   state->stored_rule_outcome),
					  state->approved);
	state->facts.asked.describe = words_describe;
	if (config->reads_holds)
		tab_attach_learner(state);
	return true;
}
