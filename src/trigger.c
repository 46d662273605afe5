/*-------------------------------------------------------------------------
 *
 * trigger.c
 *		The statement triggers that start evaluations.
 *
 * Each walks its transition tables itself, notes which enrollments, events or
 * invoices the statement can have moved, and hands them on. Rows of an UPDATE
 * in which nothing that decides has changed are passed over.
 *
 * The trigger's argument names the table: on a sharding engine the relation
 * has the shard's name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "engine.h"
#include "statement.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(evaluate_facts);
PG_FUNCTION_INFO_V1(evaluate_invoices);
PG_FUNCTION_INFO_V1(evaluate_configuration);
PG_FUNCTION_INFO_V1(evaluate_truncated);

#define MAX_DECIDING 12

int			trigger_evaluation = EVALUATE_AT_STATEMENT;
bool		trigger_enabled = true;

/* A table whose rows decide, and the columns that do so, keys included. */
typedef struct DecidingTable
{
	const char *name;
	uint32		facts;			/* what its rows can move, by RuleFact bit */
	const char *columns[MAX_DECIDING];
} DecidingTable;

static const DecidingTable deciding_tables[] = {
	{"attendance", FACTS_OF_ATTENDANCE, {"event_id", "learner_id", "session_no", "status"}},
	{"score", FACTS_OF_SCORES, {"event_id", "learner_id", "code", "attempt", "score"}},
	{"completion", FACTS_OF_COMPLETIONS, {"event_id", "learner_id", "code", "completed_at",
	"waived"}},
	{"condition", FACTS_OF_CONDITIONS, {"event_id", "learner_id", "name", "value"}},
	{"enrollment", FACTS_ALL, {"event_id", "learner_id", "status", "counts_from"}},
	{"invoice_line", FACTS_OF_INVOICES, {"event_id", "learner_id", "invoice_id", "amount",
	"amount_paid", "amount_credited"}},
	{"invoice", FACTS_OF_INVOICES, {"invoice_id", "status"}},
	{"event", FACTS_ALL, {"event_id", "status", "starts_at", "ends_at", "time_zone",
	"passing_rule"}},
	{"session", FACTS_ALL, {"event_id", "session_no", "starts_at", "ends_at",
	"required", "cancelled"}},
	{"assessment", FACTS_ALL, {"event_id", "code", "max_score", "weight",
	"attempt_choice", "max_attempts"}},
	{"requirement", FACTS_ALL, {"event_id", "code"}},
	{"event_achievement", FACTS_ALL, {"event_id", "achievement_type_id", "award_rule",
			"on_lapse", "active", "valid_for", "valid_unit",
	"valid_from_anchor", "expiry_alignment", "expires_on_day"}},
};

/* The rows of a statement, old and new side by side. */
typedef struct RowWalk
{
	TriggerData *trigger;
	const DecidingTable *table;
	int			column_count;
	AttrNumber	columns[MAX_DECIDING];
	TupleTableSlot *old_slot;
	TupleTableSlot *new_slot;
	TupleTableSlot *old_row;	/* NULL where the statement has none */
	TupleTableSlot *new_row;
} RowWalk;

/* Checks that a function is called as the trigger it is meant to be. */
TriggerData *
trigger_data(FunctionCallInfo fcinfo, const char *name)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager",
						name)));
	return (TriggerData *) fcinfo->context;
}

/* A bigint column of a trigger's row, by name; 0 for null. */
int64
trigger_id(TupleTableSlot *slot, const char *column)
{
	bool		isnull;
	int			number = SPI_fnumber(slot->tts_tupleDescriptor, column);
	Datum		value;

	if (number <= 0)
		elog(ERROR, "column \"%s\" does not exist", column);
	value = slot_getattr(slot, number, &isnull);
	return isnull ? 0 : DatumGetInt64(value);
}

static const DecidingTable *
find_table(TriggerData *trigger)
{
	if (trigger->tg_trigger->tgnargs == 1)
	{
		for (int i = 0; i < lengthof(deciding_tables); i++)
		{
			if (strcmp(deciding_tables[i].name,
					   trigger->tg_trigger->tgargs[0]) == 0)
				return &deciding_tables[i];
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("trigger \"%s\" does not name a table of achieve",
					trigger->tg_trigger->tgname)));
}

static void
walk_begin(RowWalk *walk, TriggerData *trigger)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);

	if (!TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" must fire after each statement",
						trigger->tg_trigger->tgname)));
	memset(walk, 0, sizeof(RowWalk));
	walk->trigger = trigger;
	walk->table = find_table(trigger);
	while (walk->column_count < MAX_DECIDING &&
		   walk->table->columns[walk->column_count] != NULL)
	{
		int			number = SPI_fnumber(desc,
										 walk->table->columns[walk->column_count]);

		if (number <= 0)
			elog(ERROR, "column \"%s\" does not exist",
				 walk->table->columns[walk->column_count]);
		walk->columns[walk->column_count++] = number;
	}
	if (trigger->tg_oldtable != NULL)
	{
		walk->old_slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
		tuplestore_rescan(trigger->tg_oldtable);
	}
	if (trigger->tg_newtable != NULL)
	{
		walk->new_slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
		tuplestore_rescan(trigger->tg_newtable);
	}
}

static bool
same_decision(RowWalk *walk)
{
	TupleDesc	desc = RelationGetDescr(walk->trigger->tg_relation);

	for (int i = 0; i < walk->column_count; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, walk->columns[i] - 1);
		bool		old_null;
		bool		new_null;
		Datum		old_value = slot_getattr(walk->old_row, walk->columns[i],
											 &old_null);
		Datum		new_value = slot_getattr(walk->new_row, walk->columns[i],
											 &new_null);

		if (old_null != new_null ||
			(!old_null && !datum_image_eq(old_value, new_value,
										  attr->attbyval, attr->attlen)))
			return false;
	}
	return true;
}

static TupleTableSlot *
next_row(Tuplestorestate *store, TupleTableSlot *slot)
{
	if (store != NULL && tuplestore_gettupleslot(store, true, false, slot))
		return slot;
	return NULL;
}

/* A deciding bigint column of the current row, by its place in the list. */
static int64
walk_id(RowWalk *walk, TupleTableSlot *row, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(row, walk->columns[column], &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* Whether the enrollment, or the event, that a row belonged to is gone. */
static bool
owner_is_gone(const RowWalk *walk, int64 event_id, int64 learner_id)
{
	ReadSet    *set = read_begin();
	bool		gone;

	if (strcmp(walk->table->columns[1], "learner_id") == 0)
		gone = read_by_enrollment(set, PATH_ENROLLMENT, event_id,
								  learner_id) == NULL;
	else
		gone = read_by_id(set, PATH_EVENT, event_id) == NULL;
	read_end(set);
	return gone;
}

/*
 * Whether an updated row only moves along with the key of its enrollment or
 * event. Foreign keys move the rows one table after the other, results after
 * facts; the enrollments' own trigger, which fires after them, evaluates what
 * has arrived as a whole.
 */
static bool
moves_along(RowWalk *walk)
{
	int64		old_event;
	int64		old_learner;

	if (walk->old_row == NULL || walk->new_row == NULL ||
		strcmp(walk->table->columns[0], "event_id") != 0 ||
		strcmp(walk->table->name, "enrollment") == 0)
		return false;
	old_event = walk_id(walk, walk->old_row, 0);
	if (strcmp(walk->table->name, "event") == 0)
		return old_event != walk_id(walk, walk->new_row, 0);
	old_learner = strcmp(walk->table->columns[1], "learner_id") == 0 ?
		walk_id(walk, walk->old_row, 1) : 0;
	if (old_event == walk_id(walk, walk->new_row, 0) &&
		(old_learner == 0 ||
		 old_learner == walk_id(walk, walk->new_row, 1)))
		return false;
	return owner_is_gone(walk, old_event, old_learner);
}

/* The next row that matters; both are set for an UPDATE. */
static bool
walk_next(RowWalk *walk)
{
	do
	{
		CHECK_FOR_INTERRUPTS();
		walk->old_row = next_row(walk->trigger->tg_oldtable, walk->old_slot);
		walk->new_row = next_row(walk->trigger->tg_newtable, walk->new_slot);
		if (walk->old_row == NULL && walk->new_row == NULL)
			return false;
	} while ((walk->old_row != NULL && walk->new_row != NULL &&
			  same_decision(walk)) || moves_along(walk));
	return true;
}

static void
walk_end(RowWalk *walk)
{
	if (walk->old_slot != NULL)
		ExecDropSingleTupleTableSlot(walk->old_slot);
	if (walk->new_slot != NULL)
		ExecDropSingleTupleTableSlot(walk->new_slot);
}

static void
add_key(RowWalk *walk, Work *work, TupleTableSlot *row)
{
	if (row != NULL)
		work_add_key(work, walk_id(walk, row, 0), walk_id(walk, row, 1));
}

static bool
is_table(const RowWalk *walk, const char *name)
{
	return strcmp(walk->table->name, name) == 0;
}

/* Whether this row's enrollment is new under its key. */
static bool
joins(RowWalk *walk)
{
	return walk->new_row != NULL &&
		(walk->old_row == NULL ||
		 walk_id(walk, walk->old_row, 0) != walk_id(walk, walk->new_row, 0) ||
		 walk_id(walk, walk->old_row, 1) != walk_id(walk, walk->new_row, 1));
}

/* Whether this row's line is new on its invoice. */
static bool
joins_invoice(RowWalk *walk)
{
	return joins(walk) ||
		(walk->new_row != NULL &&
		 walk_id(walk, walk->old_row, 2) != walk_id(walk, walk->new_row, 2));
}

/*
 * evaluate_facts(): AFTER INSERT, UPDATE or DELETE on attendance, score,
 * completion, condition, invoice_line and enrollment
 */
Datum
evaluate_facts(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "evaluate_facts");
	RowWalk		walk;
	Work		work;
	bool		is_enrollment;
	bool		is_line;

	if (!trigger_enabled)
		return PointerGetDatum(NULL);
	walk_begin(&walk, trigger);
	work_init(&work, CurrentMemoryContext);
	work.check_scores = is_table(&walk, "score");
	work.touched = walk.table->facts;
	work.only_records = TRIGGER_FIRED_BY_INSERT(trigger->tg_event);
	is_enrollment = is_table(&walk, "enrollment");
	is_line = is_table(&walk, "invoice_line");
	while (walk_next(&walk))
	{
		add_key(&walk, &work, walk.old_row);
		add_key(&walk, &work, walk.new_row);
		if (is_enrollment && joins(&walk))
			work_add_id(&work, &work.joined_events,
						walk_id(&walk, walk.new_row, 0));
		if (is_line && joins_invoice(&walk))
			work_add_id(&work, &work.charged_invoices,
						walk_id(&walk, walk.new_row, 2));
	}
	walk_end(&walk);
	pending_run_or_defer(&work);
	return PointerGetDatum(NULL);
}

/*
 * evaluate_invoices(): AFTER UPDATE on invoice. A new invoice has no lines
 * yet, one with lines cannot be deleted.
 */
Datum
evaluate_invoices(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "evaluate_invoices");
	RowWalk		walk;
	Work		work;
	ReadSet    *set;

	if (!trigger_enabled)
		return PointerGetDatum(NULL);
	walk_begin(&walk, trigger);
	work_init(&work, CurrentMemoryContext);
	work_touch(&work, walk.table->facts);
	set = read_begin();
	while (walk_next(&walk))
	{
		TupleTableSlot *line;

		for (line = read_by_id(set, PATH_INVOICE_LINE_OF_INVOICE,
							   walk_id(&walk, walk.new_row, 0));
			 line != NULL;
			 line = read_next(set, PATH_INVOICE_LINE_OF_INVOICE))
			work_add_key(&work,
						 row_int64(line, TABLE_INVOICE_LINE,
								   INVOICE_LINE_EVENT_ID),
						 row_int64(line, TABLE_INVOICE_LINE,
								   INVOICE_LINE_LEARNER_ID));
	}
	read_end(set);
	walk_end(&walk);
	pending_run_or_defer(&work);
	return PointerGetDatum(NULL);
}

/*
 * evaluate_configuration(): AFTER INSERT, UPDATE or DELETE on event, session,
 * assessment, requirement and event_achievement. All enrollments of the
 * events may move.
 */
Datum
evaluate_configuration(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "evaluate_configuration");
	RowWalk		walk;
	Work		work;

	if (!trigger_enabled)
		return PointerGetDatum(NULL);
	walk_begin(&walk, trigger);
	work_init(&work, CurrentMemoryContext);
	work_touch(&work, walk.table->facts);
	work.check_scores = is_table(&walk, "assessment");
	while (walk_next(&walk))
	{
		if (walk.old_row != NULL)
			work_add_id(&work, &work.changed_events,
						walk_id(&walk, walk.old_row, 0));
		if (walk.new_row != NULL)
			work_add_id(&work, &work.changed_events,
						walk_id(&walk, walk.new_row, 0));
	}
	walk_end(&walk);
	pending_run_or_defer(&work);
	return PointerGetDatum(NULL);
}

/*
 * evaluate_truncated(): AFTER TRUNCATE on any of these tables, which leaves
 * no rows to walk: everything is evaluated.
 */
Datum
evaluate_truncated(PG_FUNCTION_ARGS)
{
	static Statement all_events = {
		.sql = "SELECT e.event_id FROM achieve.event AS e",
		.table = TABLE_EVENT,
	};
	Work		work;
	MemoryContext context = CurrentMemoryContext;

	(void) trigger_data(fcinfo, "evaluate_truncated");
	if (!trigger_enabled)
		return PointerGetDatum(NULL);
	work_init(&work, context);
	work_touch(&work, FACTS_ALL);
	SPI_connect();
	(void) statement_run(&all_events, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		work_add_id(&work, &work.changed_events,
					DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
												SPI_tuptable->tupdesc, 1,
												&isnull)));
	}
	SPI_finish();
	pending_run_or_defer(&work);
	return PointerGetDatum(NULL);
}
