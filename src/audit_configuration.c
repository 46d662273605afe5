/*-------------------------------------------------------------------------
 *
 * audit_configuration.c
 *		The audit of what people configure.
 *
 * One row for each changed row of the catalogue and of an event's
 * configuration, with the whole row before and after. What the engine and the
 * API functions write themselves they also audit themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "audit.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(audit_configuration);

/* A row as jsonb, each column under its name. */
static Jsonb *
row_to_jsonb(TupleTableSlot *row)
{
	Datum		json = DirectFunctionCall1(row_to_json,
										   ExecFetchSlotHeapTupleDatum(row));

	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(TextDatumGetCString(json))));
}

static TupleTableSlot *
make_slot(Tuplestorestate *store, TupleDesc desc)
{
	if (store == NULL)
		return NULL;
	tuplestore_rescan(store);
	return MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
}

/* audit_configuration(table): AFTER INSERT, UPDATE or DELETE, per statement */
Datum
audit_configuration(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "audit_configuration");
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	const char *table = trigger->tg_trigger->tgargs[0];
	bool		of_event = SPI_fnumber(desc, "event_id") > 0;
	TupleTableSlot *old_slot;
	TupleTableSlot *new_slot;
	AuditBatch	batch;
	AuditRow	row = {0};

	if (!trigger_enabled || statement_writing > 0)
		return PointerGetDatum(NULL);
	SPI_connect();
	audit_begin(&batch);
	old_slot = make_slot(trigger->tg_oldtable, desc);
	new_slot = make_slot(trigger->tg_newtable, desc);
	row.object = table;
	row.action = psprintf("%s.%s", table,
						  TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? "created" :
						  TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "updated" :
						  "deleted");
	row.has_event = of_event;
	for (;;)
	{
		bool		has_old = old_slot != NULL &&
			tuplestore_gettupleslot(trigger->tg_oldtable, true, false,
									old_slot);
		bool		has_new = new_slot != NULL &&
			tuplestore_gettupleslot(trigger->tg_newtable, true, false,
									new_slot);

		if (!has_old && !has_new)
			break;
		CHECK_FOR_INTERRUPTS();
		row.old_value = has_old ? row_to_jsonb(old_slot) : NULL;
		row.new_value = has_new ? row_to_jsonb(new_slot) : NULL;
		if (has_old && has_new &&
			compareJsonbContainers(&row.old_value->root,
								   &row.new_value->root) == 0)
			continue;
		if (of_event)
			row.event_id = trigger_id(has_new ? new_slot : old_slot,
									  "event_id");
		audit_add(&batch, &row);
	}
	audit_write(&batch);
	if (old_slot != NULL)
		ExecDropSingleTupleTableSlot(old_slot);
	if (new_slot != NULL)
		ExecDropSingleTupleTableSlot(new_slot);
	SPI_finish();
	return PointerGetDatum(NULL);
}
