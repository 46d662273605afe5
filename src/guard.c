/*-------------------------------------------------------------------------
 *
 * guard.c
 *		The triggers that refuse what must not be written.
 *
 * Outcomes are written by the engine and by the API functions only; they say
 * so through statement_writing. What foreign keys cascade is let through: a
 * result goes, or moves, with its enrollment.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "audit.h"
#include "engine.h"
#include "identity.h"
#include "statement.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(guard_outcome);
PG_FUNCTION_INFO_V1(guard_audit);
PG_FUNCTION_INFO_V1(guard_used);
PG_FUNCTION_INFO_V1(guard_event);
PG_FUNCTION_INFO_V1(guard_event_achievement);
PG_FUNCTION_INFO_V1(guard_achievement_type);

/* What a BEFORE ROW trigger returns to let the row pass. */
static HeapTuple
passing_row(TriggerData *trigger)
{
	return TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ?
		trigger->tg_newtuple : trigger->tg_trigtuple;
}

static Datum
column(TriggerData *trigger, HeapTuple row, const char *name, bool *isnull)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	int			number = SPI_fnumber(desc, name);

	if (number <= 0)
		elog(ERROR, "column \"%s\" does not exist", name);
	return SPI_getbinval(row, desc, number, isnull);
}

static int64
column_int64(TriggerData *trigger, HeapTuple row, const char *name)
{
	bool		isnull;
	Datum		value = column(trigger, row, name, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static char *
column_text(TriggerData *trigger, HeapTuple row, const char *name)
{
	bool		isnull;
	Datum		value = column(trigger, row, name, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* Whether a column differs between the old and the new row. */
static bool
column_changed(TriggerData *trigger, const char *name)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	int			number = SPI_fnumber(desc, name);
	Form_pg_attribute attr;
	bool		old_null;
	bool		new_null;
	Datum		old_value = column(trigger, trigger->tg_trigtuple, name,
								   &old_null);
	Datum		new_value = column(trigger, trigger->tg_newtuple, name,
								   &new_null);

	attr = TupleDescAttr(desc, number - 1);
	return old_null != new_null ||
		(!old_null && !datum_image_eq(old_value, new_value, attr->attbyval,
									  attr->attlen));
}

/* The row with one boolean column replaced. */
static HeapTuple
with_bool(TriggerData *trigger, HeapTuple row, const char *name, bool value)
{
	int			number = SPI_fnumber(RelationGetDescr(trigger->tg_relation),
									 name);
	Datum		datum = BoolGetDatum(value);
	bool		isnull = false;

	return heap_modify_tuple_by_cols(row,
									 RelationGetDescr(trigger->tg_relation),
									 1, &number, &datum, &isnull);
}

static bool
enrollment_exists(int64 event_id, int64 learner_id)
{
	ReadSet    *set = read_begin();
	bool		exists = read_by_enrollment(set, PATH_ENROLLMENT, event_id,
											learner_id) != NULL;

	read_end(set);
	return exists;
}

/* An UPDATE that moves a row to another key and changes nothing else. */
static bool
only_key_moves(TriggerData *trigger)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);
		const char *name = NameStr(attr->attname);

		if (attr->attisdropped || strcmp(name, "event_id") == 0 ||
			strcmp(name, "learner_id") == 0)
			continue;
		if (column_changed(trigger, name))
			return false;
	}
	return true;
}

/*
 * A result that follows its enrollment through a foreign key. Results are told
 * by their column: where they lie in shards or partitions, the relation has
 * another name.
 */
static bool
follows_enrollment(TriggerData *trigger)
{
	HeapTuple	old_row = trigger->tg_trigtuple;

	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ||
		SPI_fnumber(RelationGetDescr(trigger->tg_relation), "rule_outcome") <= 0)
		return false;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
		!only_key_moves(trigger))
		return false;
	return !enrollment_exists(column_int64(trigger, old_row, "event_id"),
							  column_int64(trigger, old_row, "learner_id"));
}

/*
 * guard_outcome(functions): BEFORE INSERT, UPDATE or DELETE on an outcome
 * table for each row, and BEFORE TRUNCATE. The argument names the functions
 * that do it properly.
 */
Datum
guard_outcome(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "guard_outcome");

	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event) &&
		(statement_writing > 0 || follows_enrollment(trigger)))
		return PointerGetDatum(passing_row(trigger));
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("\"achieve.%s\" is not written directly",
					RelationGetRelationName(trigger->tg_relation)),
			 errdetail("Outcomes follow from the facts, and every change of one is audited."),
			 errhint("Use %s.", trigger->tg_trigger->tgargs[0])));
}

/*
 * guard_audit(): BEFORE INSERT, UPDATE, DELETE or TRUNCATE on the audit, for
 * each statement, and on its seals and erasures, with the name of the function
 * that adds to those. Only the engine adds, nobody changes; but erase_learner
 * takes values out of the audit.
 */
Datum
guard_audit(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "guard_audit");
	const char *function = trigger->tg_trigger->tgnargs > 0 ?
		trigger->tg_trigger->tgargs[0] : NULL;

	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event) && statement_writing > 0)
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && audit_erasing &&
		function == NULL)
		return PointerGetDatum(NULL);
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("\"achieve.%s\" is append-only and written by achieve alone",
					RelationGetRelationName(trigger->tg_relation)),
			 function != NULL ? errhint("Use %s.", function) :
			 errhint("Call achieve.set_context(actor, reason) to say who acts and why; the rows are added by what is then done.")));
}

/*
 * guard_used(fact table, key column): BEFORE DELETE on session, assessment
 * and requirement for each row. What facts were recorded for stays, unless
 * its whole event goes.
 */
Datum
guard_used(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "guard_used");
	HeapTuple	row = trigger->tg_trigtuple;
	const char *fact_table = trigger->tg_trigger->tgargs[0];
	const char *key = trigger->tg_trigger->tgargs[1];
	int64		event_id = column_int64(trigger, row, "event_id");
	char	   *value = SPI_getvalue(row, RelationGetDescr(trigger->tg_relation),
									 SPI_fnumber(RelationGetDescr(trigger->tg_relation),
												 key));
	ReadSet    *set = read_begin();
	bool		event_exists = read_by_id(set, PATH_EVENT, event_id) != NULL;
	bool		used;
	Oid			types[2] = {INT8OID, TEXTOID};
	Datum		values[2];
	OwnerScope	scope;

	read_end(set);
	if (!event_exists)
		return PointerGetDatum(row);

	values[0] = Int64GetDatum(event_id);
	values[1] = CStringGetTextDatum(value);
	owner_enter(&scope, TABLE_EVENT);
	SPI_connect();
	if (SPI_execute_with_args(psprintf("SELECT 1 FROM achieve.%s AS f"
									   " WHERE f.event_id OPERATOR(pg_catalog.=) $1"
									   " AND f.%s::pg_catalog.text OPERATOR(pg_catalog.=) $2 LIMIT 1",
									   fact_table, key),
							  2, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for rows of \"achieve.%s\"", fact_table);
	used = SPI_processed > 0;
	SPI_finish();
	owner_leave(&scope);
	if (used)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("%s %s of event " INT64_FORMAT " has rows in \"achieve.%s\"",
						RelationGetRelationName(trigger->tg_relation), value,
						event_id, fact_table),
				 strcmp(key, "session_no") == 0 ?
				 errhint("Cancel the session instead: UPDATE achieve.session SET cancelled = true ...") :
				 errhint("Delete those rows first if they were recorded by mistake.")));
	return PointerGetDatum(row);
}

static bool
status_is_reserved(const char *status)
{
	return strcmp(status, "finalized") == 0 || strcmp(status, "reopened") == 0;
}

/*
 * guard_event(): BEFORE INSERT or UPDATE on event for each row. Finalized and
 * reopened are reached and left through functions, which ask for a reason; a
 * rule that is changed on the event is no longer the template's.
 */
Datum
guard_event(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "guard_event");
	HeapTuple	row = passing_row(trigger);
	bool		update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	char	   *old_status = update ?
		column_text(trigger, trigger->tg_trigtuple, "status") : NULL;
	char	   *new_status = column_text(trigger, row, "status");
	bool		isnull;

	if (statement_writing > 0)
		return PointerGetDatum(row);
	if (new_status != NULL &&
		(old_status == NULL || strcmp(old_status, new_status) != 0) &&
		(status_is_reserved(new_status) ||
		 (old_status != NULL && status_is_reserved(old_status))))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 old_status != NULL ?
				 errmsg("event " INT64_FORMAT " cannot go from %s to %s by itself",
						column_int64(trigger, row, "event_id"), old_status,
						new_status) :
				 errmsg("event " INT64_FORMAT " cannot begin as %s",
						column_int64(trigger, row, "event_id"), new_status),
				 errhint("Use achieve.finalize_event(event_id, reason) or achieve.reopen_event(event_id, reason).")));
	if (update && column_changed(trigger, "passing_rule") &&
		!column_changed(trigger, "passing_rule_inherited") &&
		DatumGetBool(column(trigger, row, "passing_rule_inherited", &isnull)))
		row = with_bool(trigger, row, "passing_rule_inherited", false);
	return PointerGetDatum(row);
}

static Statement template_allows = {
	.sql = "SELECT t.event_achievements_allowed, EXISTS (SELECT 1"
	" FROM achieve.template_achievement AS a"
	" WHERE a.template_id OPERATOR(pg_catalog.=) t.template_id"
	" AND a.achievement_type_id OPERATOR(pg_catalog.=) $2), t.code"
	" FROM achieve.event AS e JOIN achieve.course_template AS t"
	" ON t.template_id OPERATOR(pg_catalog.=) e.template_id"
	" WHERE e.event_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_EVENT,
	.argument_count = 2,
	.types = {INT8OID, INT8OID},
};

/* Refuses an achievement that the event's template neither has nor allows. */
static void
check_addition(int64 event_id, int64 type_id)
{
	Datum		values[2];

	values[0] = Int64GetDatum(event_id);
	values[1] = Int64GetDatum(type_id);
	SPI_connect();
	if (statement_run(&template_allows, values, NULL) > 0)
	{
		HeapTuple	found = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;

		if (!DatumGetBool(SPI_getbinval(found, desc, 1, &isnull)) &&
			!DatumGetBool(SPI_getbinval(found, desc, 2, &isnull)))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("course template \"%s\" does not allow achievements that are added on its events",
							SPI_getvalue(found, desc, 3)),
					 errdetail("Event " INT64_FORMAT ", achievement type " INT64_FORMAT ".",
							   event_id, type_id),
					 errhint("Add it to achieve.template_achievement, or set course_template.event_achievements_allowed.")));
	}
	SPI_finish();
}

/*
 * guard_event_achievement(): BEFORE INSERT or UPDATE on event_achievement for
 * each row.
 */
Datum
guard_event_achievement(PG_FUNCTION_ARGS)
{
	static const char *const own[] = {
		"award_rule", "on_lapse", "valid_for", "valid_unit",
		"valid_from_anchor", "expiry_alignment", "expires_on_day"
	};
	TriggerData *trigger = trigger_data(fcinfo, "guard_event_achievement");
	HeapTuple	row = passing_row(trigger);
	bool		isnull;

	if (statement_writing > 0)
		return PointerGetDatum(row);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		check_addition(column_int64(trigger, row, "event_id"),
					   column_int64(trigger, row, "achievement_type_id"));
		return PointerGetDatum(row);
	}
	if (column_changed(trigger, "inherited") ||
		!DatumGetBool(column(trigger, row, "inherited", &isnull)))
		return PointerGetDatum(row);
	for (int i = 0; i < lengthof(own); i++)
	{
		if (column_changed(trigger, own[i]))
			return PointerGetDatum(with_bool(trigger, row, "inherited",
											 false));
	}
	return PointerGetDatum(row);
}

static Statement type_is_awaited = {
	.sql = "SELECT 1 FROM achieve.awaited_type AS w"
	" WHERE w.code OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT_TYPE,
	.argument_count = 1,
	.types = {TEXTOID},
};

static Statement type_is_named = {
	.sql = "SELECT 1 FROM achieve.achievement AS a"
	" WHERE a.achievement_type_id OPERATOR(pg_catalog.=) $1"
	" UNION ALL SELECT 1 FROM ("
	" SELECT t.passing_rule FROM achieve.course_template AS t"
	" UNION ALL SELECT t.award_rule FROM achieve.template_achievement AS t"
	" UNION ALL SELECT e.passing_rule FROM achieve.event AS e"
	" UNION ALL SELECT e.award_rule FROM achieve.event_achievement AS e"
	" ) AS r (rule), LATERAL achieve.rule_facts(r.rule) AS f"
	" WHERE f.fact OPERATOR(pg_catalog.=) 'holds'"
	" AND f.code OPERATOR(pg_catalog.=) $2 LIMIT 1",
	.table = TABLE_ACHIEVEMENT_TYPE,
	.argument_count = 2,
	.types = {INT8OID, TEXTOID},
};

/*
 * guard_achievement_type(): BEFORE INSERT or UPDATE on achievement_type for
 * each row. The code of a type that rules or records name stays; a type that
 * rules already wait for is known as read by them from the start.
 */
Datum
guard_achievement_type(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = trigger_data(fcinfo, "guard_achievement_type");
	HeapTuple	row = passing_row(trigger);
	const char *code = column_text(trigger, row, "code");
	Datum		values[2];
	bool		found;

	/* a null is for the column's own constraint to refuse */
	if (statement_writing > 0 || code == NULL)
		return PointerGetDatum(row);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		/* an app that saves whole rows must not unlearn it */
		if (column_changed(trigger, "read_by_rules"))
			row = with_bool(trigger, row, "read_by_rules", true);
		if (!column_changed(trigger, "code"))
		{
			CacheInvalidateRelcacheByRelid(RelationGetRelid(trigger->tg_relation));
			return PointerGetDatum(row);
		}
		values[0] = Int64GetDatum(column_int64(trigger, trigger->tg_trigtuple,
											   "achievement_type_id"));
		values[1] = CStringGetTextDatum(column_text(trigger,
													trigger->tg_trigtuple,
													"code"));
		SPI_connect();
		found = statement_run(&type_is_named, values, NULL) > 0;
		SPI_finish();
		if (found)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the code of achievement type \"%s\" cannot change any more",
							TextDatumGetCString(values[1])),
					 errdetail("A rule names it, or an achievement of it exists."),
					 errhint("Change its title, or make a new type.")));
		CacheInvalidateRelcacheByRelid(RelationGetRelid(trigger->tg_relation));
	}
	prerequisites_lock_awaited();
	values[0] = CStringGetTextDatum(code);
	SPI_connect();
	found = statement_run(&type_is_awaited, values, NULL) > 0;
	SPI_finish();
	if (found)
		row = with_bool(trigger, row, "read_by_rules", true);
	return PointerGetDatum(row);
}
