/*-------------------------------------------------------------------------
 *
 * api.c
 *		What the functions that people call have in common.
 *
 * Each checks its arguments, then that the caller may see the enrollment,
 * evaluates what the transaction has pending, locks as an evaluation does,
 * checks the state, writes, audits, and evaluates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "access.h"
#include "api.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(evaluate_event);

/* A required bigint argument. */
int64
api_id(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Say which one is meant.")));
	return PG_GETARG_INT64(argument);
}

/* A required text argument. */
char *
api_text(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name),
				 errhint("Say which one is meant.")));
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/* Whether a text holds nothing to read. */
bool
api_is_blank(const char *words)
{
	return words[strspn(words, " \t\r\n")] == '\0';
}

/* The required reason. */
char *
api_reason(FunctionCallInfo fcinfo, int argument)
{
	char	   *reason = PG_ARGISNULL(argument) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (reason == NULL || api_is_blank(reason))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a reason is required"),
				 errhint("Say why, in words that can be defended later; it goes into the audit.")));
	return reason;
}

/*
 * Evaluates what is pending and takes the locks of an evaluation of one
 * enrollment that the caller may see.
 */
LockedEnrollment
api_lock(int64 event_id, int64 learner_id)
{
	Work		work;

	access_check_enrollment(event_id, learner_id);
	pending_flush();
	work_init(&work, CurrentMemoryContext);
	return api_lock_with(&work, event_id, learner_id);
}

/* Likewise, with the other locks that the work asks for, in their order. */
LockedEnrollment
api_lock_with(Work *work, int64 event_id, int64 learner_id)
{
	LockedEnrollment *locked;
	int			count;

	work_add_key(work, event_id, learner_id);
	locked = locks_take(work, &count);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("learner " INT64_FORMAT " is not enrolled on event " INT64_FORMAT " any more",
						learner_id, event_id),
				 errhint("The enrollment was deleted meanwhile.")));
	return locked[0];
}

/*
 * Locks the enrollments of an event that an argument of learner ids means:
 * those named, else all that the caller sees.
 */
Work *
api_lock_learners(FunctionCallInfo fcinfo, int argument, int64 event_id,
				  LockedEnrollment **locked, int *count)
{
	Work	   *work = palloc(sizeof(Work));
	IdList		named = {0};
	bool		all = PG_ARGISNULL(argument);

	work_init(work, CurrentMemoryContext);
	work_touch(work, FACTS_ALL);
	access_check_event(event_id);
	if (!all)
	{
		Datum	   *elements;
		bool	   *nulls;
		int			element_count;

		deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), INT8OID, 8,
						  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls,
						  &element_count);
		for (int i = 0; i < element_count; i++)
		{
			if (nulls[i])
				ereport(ERROR,
						(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						 errmsg("learner_ids must not contain null"),
						 errhint("Leave learner_ids null to mean all learners.")));
			work_add_id(work, &named, DatumGetInt64(elements[i]));
		}
		for (int i = 0; i < named.count; i++)
			access_check_enrollment(event_id, named.ids[i]);
	}
	else
		access_visible_learners(event_id, work, &named);
	pending_flush();
	for (int i = 0; i < named.count; i++)
		work_add_key(work, event_id, named.ids[i]);
	*locked = locks_take(work, count);
	return work;
}

/* The learners of the work, as an array. */
Datum
api_learners(const Work *work)
{
	ValueColumn learners = {.type = INT8OID};

	for (int i = 0; i < work->key_count; i++)
		value_add(&learners, Int64GetDatum(work->keys[i].learner_id));
	return value_array(&learners);
}

/* The configuration of an event that exists. */
const EventConfig *
api_event(ReadSet *set, int64 event_id)
{
	const EventConfig *config = config_get(set, event_id);

	if (config == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("event " INT64_FORMAT " does not exist", event_id),
				 errhint("The events are in achieve.event.")));
	return config;
}

/* Errors: 55000 where the event's outcomes are not to be set. */
void
api_require_open_outcomes(const EventConfig *config)
{
	if (config->status == EVENT_FINALIZED)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("event " INT64_FORMAT " is finalized",
						config->event_id),
				 errhint("Reopen it first: achieve.reopen_event(event_id, reason).")));
	if (config->status == EVENT_CANCELLED)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("event " INT64_FORMAT " is cancelled",
						config->event_id),
				 errhint("Set achieve.event.status to scheduled first.")));
}

/* Errors: 55000 unless outcomes of this enrollment may be set. */
void
api_require_active(const LockedEnrollment *locked, const EventConfig *config)
{
	api_require_open_outcomes(config);
	if (!locked->active)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the enrollment of learner " INT64_FORMAT " on event " INT64_FORMAT " is not active",
						locked->key.learner_id, config->event_id),
				 errhint("Set achieve.enrollment.status to active first.")));
}

/* Writes one audit row. */
void
api_audit(const AuditRow *row)
{
	AuditBatch	batch;

	SPI_connect();
	audit_begin(&batch);
	audit_add(&batch, row);
	audit_write(&batch);
	SPI_finish();
}

/* Every enrollment of a learner. */
void
api_add_enrollments(Work *work, int64 learner_id)
{
	ReadSet    *set = read_begin();
	TupleTableSlot *row;

	for (row = read_by_id(set, PATH_ENROLLMENT_OF_LEARNER, learner_id);
		 row != NULL; row = read_next(set, PATH_ENROLLMENT_OF_LEARNER))
		work_add_key(work, row_int64(row, TABLE_ENROLLMENT,
									 ENROLLMENT_EVENT_ID), learner_id);
	read_end(set);
}

/*
 * Evaluates an enrollment after something of it was set; where what the
 * learner holds of a type that rules read has changed, all of the learner's.
 */
void
api_evaluate(int64 event_id, int64 learner_id,
			 const ConfigAward *changed_type)
{
	Work		work;
	EvaluationCounts ignored = {0};

	work_init(&work, CurrentMemoryContext);
	work_touch(&work, FACTS_ALL);
	work_add_key(&work, event_id, learner_id);
	if (changed_type != NULL && changed_type->read_by_rules)
		api_add_enrollments(&work, learner_id);
	engine_run(&work, &ignored);
}

/*
 * evaluate_event(event_id bigint) RETURNS TABLE (enrollments bigint,
 *		results_changed bigint, achievements_issued bigint,
 *		achievements_revoked bigint)
 *
 * Evaluates all enrollments of an event, after loading with achieve.enabled
 * off or when in doubt: what is right already is not touched.
 */
Datum
evaluate_event(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	EvaluationCounts counts = {0};
	Work		work;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[4];
	bool		nulls[4] = {false};

	InitMaterializedSRF(fcinfo, 0);
	access_check_event(event_id);
	pending_flush();
	work_init(&work, CurrentMemoryContext);
	work_touch(&work, FACTS_ALL);
	work_add_id(&work, &work.changed_events, event_id);
	work.check_scores = work.says_progress = true;
	engine_run(&work, &counts);

	values[0] = Int64GetDatum(counts.enrollments);
	values[1] = Int64GetDatum(counts.results_changed);
	values[2] = Int64GetDatum(counts.issued);
	values[3] = Int64GetDatum(counts.revoked);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	return (Datum) 0;
}
