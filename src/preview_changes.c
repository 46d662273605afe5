/*-------------------------------------------------------------------------
 *
 * preview_changes.c
 *		preview_rule, preview_result, preview_template and preview_event.
 *
 * Each checks that the caller may see what it is about, and then has the very
 * function or statement run that the change would be made with.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access.h"
#include "api.h"
#include "preview.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(preview_rule);
PG_FUNCTION_INFO_V1(preview_rule_text);
PG_FUNCTION_INFO_V1(preview_result);
PG_FUNCTION_INFO_V1(preview_template);
PG_FUNCTION_INFO_V1(preview_event);

/* api_result.c, api_event.c, sync_event.c */
extern PGDLLEXPORT Datum set_result(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum reopen_event(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum sync_event(PG_FUNCTION_ARGS);

static Statement change_rule = {
	.sql = "UPDATE achieve.event AS e SET passing_rule = achieve.rule($2)"
	" WHERE e.event_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_EVENT,
	.argument_count = 2,
	.types = {INT8OID, TEXTOID},
};

static Statement find_template = {
	.sql = "SELECT t.template_id FROM achieve.course_template AS t"
	" WHERE t.code OPERATOR(pg_catalog.=) $1",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {TEXTOID},
};

/* The events that sync_event() would change. */
static Statement find_events = {
	.sql = "SELECT e.event_id FROM achieve.event AS e"
	" WHERE e.template_id OPERATOR(pg_catalog.=) $1"
	" AND e.status OPERATOR(pg_catalog.<>) ALL"
	" ('{finalized,cancelled}'::pg_catalog.text[])"
	" ORDER BY e.event_id",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {INT8OID},
};

/* The scope of a change of events: all of their enrollments. */
static Work *
scope_of_events(const int64 *event_ids, int count)
{
	Work	   *scope = palloc(sizeof(Work));

	work_init(scope, CurrentMemoryContext);
	for (int i = 0; i < count; i++)
		work_add_id(scope, &scope->changed_events, event_ids[i]);
	return scope;
}

typedef struct RuleChange
{
	int64		event_id;
	const Rule *rule;			/* NULL: results by hand */
} RuleChange;

/* PreviewChange */
static void
apply_rule(void *arg)
{
	const RuleChange *change = arg;
	Datum		values[2];

	values[0] = Int64GetDatum(change->event_id);
	values[1] = change->rule == NULL ? (Datum) 0 :
		CStringGetTextDatum(rule_to_text(change->rule));
	SPI_connect();
	(void) statement_run(&change_rule, values,
						 change->rule == NULL ? " n" : "  ");
	SPI_finish();
}

static Datum
return_rule_preview(FunctionCallInfo fcinfo, const Rule *rule)
{
	RuleChange	change = {api_id(fcinfo, 0, "event_id"), rule};

	access_check_event(change.event_id);
	preview_return(fcinfo, scope_of_events(&change.event_id, 1), NULL,
				   apply_rule, &change);
	return (Datum) 0;
}

/*
 * preview_rule(event_id bigint, passing_rule rule): null previews an event
 * without a passing rule.
 *
 * Errors: 22004 null event, 22023 a rule that passing rules may not be,
 * 23503 / 42501 event, 25006 read-only transaction.
 */
Datum
preview_rule(PG_FUNCTION_ARGS)
{
	return return_rule_preview(fcinfo, PG_ARGISNULL(1) ? NULL :
							   PG_GETARG_RULE_P(1));
}

/* The same with the rule as text, as drivers send it. */
Datum
preview_rule_text(PG_FUNCTION_ARGS)
{
	return return_rule_preview(fcinfo, PG_ARGISNULL(1) ? NULL :
							   rule_from_text_datum(PG_GETARG_DATUM(1)));
}

typedef struct ResultChange
{
	int64		event_id;
	int64		learner_id;
	Datum		outcome;
} ResultChange;

/* PreviewChange */
static void
apply_result(void *arg)
{
	const ResultChange *change = arg;

	(void) DirectFunctionCall4(set_result, Int64GetDatum(change->event_id),
							   Int64GetDatum(change->learner_id),
							   change->outcome,
							   CStringGetTextDatum("preview"));
}

/*
 * preview_result(event_id bigint, learner_id bigint, outcome text)
 *
 * Errors: those of set_result, 25006 read-only transaction.
 */
Datum
preview_result(PG_FUNCTION_ARGS)
{
	ResultChange change;
	Work		scope;

	change.event_id = api_id(fcinfo, 0, "event_id");
	change.learner_id = api_id(fcinfo, 1, "learner_id");
	change.outcome = CStringGetTextDatum(api_text(fcinfo, 2, "outcome"));
	access_check_enrollment(change.event_id, change.learner_id);
	work_init(&scope, CurrentMemoryContext);
	work_add_key(&scope, change.event_id, change.learner_id);
	preview_return(fcinfo, &scope, NULL, apply_result, &change);
	return (Datum) 0;
}

typedef struct EventList
{
	int64	   *ids;
	int			count;
} EventList;

/* The events of a template that may change. Errors: 23503 no such template. */
static EventList
events_of_template(const char *code)
{
	MemoryContext caller = CurrentMemoryContext;
	EventList	events = {0};
	Datum		value = CStringGetTextDatum(code);
	bool		isnull;

	SPI_connect();
	if (statement_run(&find_template, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("course template \"%s\" does not exist", code),
				 errhint("The templates are in achieve.course_template.")));
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						  &isnull);
	events.count = statement_run(&find_events, &value, NULL);
	events.ids = MemoryContextAlloc(caller,
									Max(events.count, 1) * sizeof(int64));
	for (int i = 0; i < events.count; i++)
		events.ids[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
													SPI_tuptable->tupdesc, 1,
													&isnull));
	SPI_finish();
	return events;
}

/* PreviewChange */
static void
apply_template(void *arg)
{
	const EventList *events = arg;

	for (int i = 0; i < events->count; i++)
		(void) DirectFunctionCall1(sync_event, Int64GetDatum(events->ids[i]));
}

/* PreviewChange: the rows before the events, as sync_event() has it. */
static void
lock_template(void *arg)
{
	const EventList *events = arg;

	for (int i = 0; i < events->count; i++)
		sync_event_lock_rows(events->ids[i]);
}

/*
 * preview_template(template_code text)
 *
 * Errors: 22004 null, 23503 template, 42501 an event of it that the caller may
 * not see, 25006 read-only transaction; and those of sync_event.
 */
Datum
preview_template(PG_FUNCTION_ARGS)
{
	EventList	events = events_of_template(api_text(fcinfo, 0,
												 "template_code"));

	for (int i = 0; i < events.count; i++)
		access_check_event(events.ids[i]);
	preview_return(fcinfo, scope_of_events(events.ids, events.count),
				   lock_template, apply_template, &events);
	return (Datum) 0;
}

/*
 * PreviewChange: an event that is finalized is reopened, as reopen_event()
 * does; any other is evaluated.
 */
static void
apply_event(void *arg)
{
	int64		event_id = *(int64 *) arg;
	ReadSet    *set = read_begin();
	EventStatus status = api_event(set, event_id)->status;
	EvaluationCounts ignored = {0};
	Work	   *work;

	read_end(set);
	if (status == EVENT_FINALIZED)
	{
		(void) DirectFunctionCall2(reopen_event, Int64GetDatum(event_id),
								   CStringGetTextDatum("preview"));
		return;
	}
	work = scope_of_events(&event_id, 1);
	work_touch(work, FACTS_ALL);
	engine_run(work, &ignored);
}

/*
 * preview_event(event_id bigint)
 *
 * Errors: 22004 null, 23503 / 42501 event, 25006 read-only transaction.
 */
Datum
preview_event(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");

	access_check_event(event_id);
	preview_return(fcinfo, scope_of_events(&event_id, 1), NULL, apply_event,
				   &event_id);
	return (Datum) 0;
}
