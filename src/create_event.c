/*-------------------------------------------------------------------------
 *
 * create_event.c
 *		create_event(): a new event with everything of its course template.
 *
 * The template is copied by one statement, so under one snapshot: the event
 * has the template as it was at one moment. From then on the copy is the
 * event's own; later changes of the template reach later events only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "api.h"
#include "calendar.h"
#include "rule_tree.h"

PG_FUNCTION_INFO_V1(create_event);

/* The instants that events may have: years 1 to 9999 in UTC. */
#define FIRST_INSTANT \
	((int64) date_of(FIRST_YEAR, 1, 1) * USECS_PER_DAY)
#define INSTANT_LIMIT \
	((int64) date_of(LAST_YEAR + 1, 1, 1) * USECS_PER_DAY)

/* What the caller asked for; everything but the code is known. */
typedef struct NewEvent
{
	int64		template_id;
	int64		event_id;
	char	   *code;
	Datum		title;			/* text; null: the template's */
	bool		has_title;
	TimestampTz starts_at;
	char	   *time_zone;
} NewEvent;

static Statement draw_event_id = {
	.sql = "SELECT d.event_id, EXISTS (SELECT 1 FROM achieve.event AS e"
	" WHERE e.event_id OPERATOR(pg_catalog.=) d.event_id),"
	" EXISTS (SELECT 1 FROM achieve.event AS e"
	" WHERE e.code OPERATOR(pg_catalog.=)"
	" ($1 OPERATOR(pg_catalog.||) '-' OPERATOR(pg_catalog.||)"
	" d.event_id::pg_catalog.text))"
	" FROM (SELECT pg_catalog.nextval(pg_catalog.pg_get_serial_sequence("
	"'achieve.event', 'event_id')::pg_catalog.regclass)) AS d (event_id)",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {TEXTOID},
};

static Statement copy_template = {
	.sql = "WITH planned AS ("
	"SELECT p.session_no, p.title, p.required, s.starts_at,"
	" s.starts_at OPERATOR(pg_catalog.+)"
	" pg_catalog.make_interval(mins => p.duration_minutes) AS ends_at"
	" FROM achieve.template_session AS p,"
	" LATERAL (SELECT "
	SESSION_START("p.starts_after_minutes", "$5", "$6") ") AS s (starts_at)"
	" WHERE p.template_id OPERATOR(pg_catalog.=) $1"
	"), made AS ("
	"INSERT INTO achieve.event (event_id, template_id, code, title, starts_at,"
	" ends_at, time_zone, passing_rule, passing_rule_inherited)"
	" SELECT $2, t.template_id, $3, coalesce($4, t.title), $5,"
	" coalesce((SELECT pg_catalog.max(p.ends_at) FROM planned AS p), $5),"
	" $6, t.passing_rule, true FROM achieve.course_template AS t"
	" WHERE t.template_id OPERATOR(pg_catalog.=) $1 RETURNING event_id"
	"), sessions AS ("
	"INSERT INTO achieve.session (event_id, session_no, title, starts_at,"
	" ends_at, required)"
	" SELECT $2, p.session_no, p.title, p.starts_at, p.ends_at, p.required"
	" FROM planned AS p"
	"), assessments AS ("
	"INSERT INTO achieve.assessment (event_id, code, title, max_score, weight,"
	" attempt_choice, max_attempts)"
	" SELECT $2, a.code, a.title, a.max_score, a.weight, a.attempt_choice,"
	" a.max_attempts FROM achieve.template_assessment AS a"
	" WHERE a.template_id OPERATOR(pg_catalog.=) $1"
	"), requirements AS ("
	"INSERT INTO achieve.requirement (event_id, code, title)"
	" SELECT $2, r.code, r.title FROM achieve.template_requirement AS r"
	" WHERE r.template_id OPERATOR(pg_catalog.=) $1"
	"), achievements AS ("
	"INSERT INTO achieve.event_achievement (event_id, achievement_type_id,"
	" award_rule, on_lapse, valid_for, valid_unit, valid_from_anchor,"
	" expiry_alignment, expires_on_day, inherited)"
	" SELECT $2, a.achievement_type_id, a.award_rule, a.on_lapse, a.valid_for,"
	" a.valid_unit, a.valid_from_anchor, a.expiry_alignment,"
	" a.expires_on_day, true FROM achieve.template_achievement AS a"
	" JOIN achieve.achievement_type AS y"
	" ON y.achievement_type_id OPERATOR(pg_catalog.=) a.achievement_type_id"
	" WHERE a.template_id OPERATOR(pg_catalog.=) $1 AND a.active AND y.active"
	") SELECT m.event_id FROM made AS m",
	.table = TABLE_EVENT,
	.argument_count = 6,
	.types = {INT8OID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID},
};

static Statement find_code = {
	.sql = "SELECT 1 FROM achieve.event AS e"
	" WHERE e.code OPERATOR(pg_catalog.=) $1",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {TEXTOID},
};

#define ROWS_OF_EVENT(key, row, source, order) \
	", '" key "', coalesce((SELECT pg_catalog.jsonb_agg(" row \
	" ORDER BY " order ") FROM " source \
	" WHERE x.event_id OPERATOR(pg_catalog.=) e.event_id)," \
	" '[]'::pg_catalog.jsonb)"
#define ROW_WITHOUT_EVENT \
	"pg_catalog.to_jsonb(x) OPERATOR(pg_catalog.-) 'event_id'::pg_catalog.text"

static Statement describe_event = {
	.sql = "SELECT (pg_catalog.to_jsonb(e) OPERATOR(pg_catalog.-)"
	" 'config_version'::pg_catalog.text) OPERATOR(pg_catalog.||)"
	" pg_catalog.jsonb_build_object('template', (SELECT t.code"
	" FROM achieve.course_template AS t"
	" WHERE t.template_id OPERATOR(pg_catalog.=) e.template_id)"
	ROWS_OF_EVENT("sessions", ROW_WITHOUT_EVENT, "achieve.session AS x",
				  "x.session_no")
	ROWS_OF_EVENT("assessments", ROW_WITHOUT_EVENT, "achieve.assessment AS x",
				  "x.code")
	ROWS_OF_EVENT("requirements", ROW_WITHOUT_EVENT,
				  "achieve.requirement AS x", "x.code")
	ROWS_OF_EVENT("achievements", "(" ROW_WITHOUT_EVENT ")"
				  " OPERATOR(pg_catalog.||)"
				  " pg_catalog.jsonb_build_object('code', y.code)",
				  "achieve.event_achievement AS x"
				  " JOIN achieve.achievement_type AS y ON"
				  " y.achievement_type_id OPERATOR(pg_catalog.=)"
				  " x.achievement_type_id", "y.code")
	") FROM achieve.event AS e"
	" WHERE e.event_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {INT8OID},
};

/*
 * Says that there is no such template, and which one may be meant: the one
 * that is spelt most like it, upper and lower case aside.
 */
static void
fail_unknown_template(const char *code)
{
	const char **lower_codes;
	const char *nearest;
	const char *meant = NULL;
	uint64		count;

	if (SPI_execute("SELECT t.code FROM achieve.course_template AS t"
					" ORDER BY t.code", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the course templates");
	count = SPI_processed;
	lower_codes = palloc((count + 1) * sizeof(char *));
	for (uint64 i = 0; i < count; i++)
	{
		char	   *known = SPI_getvalue(SPI_tuptable->vals[i],
										 SPI_tuptable->tupdesc, 1);

		lower_codes[i] = asc_tolower(known, strlen(known));
	}
	nearest = rule_nearest(code, strlen(code), lower_codes, count);
	for (uint64 i = 0; nearest != NULL && meant == NULL; i++)
	{
		if (lower_codes[i] == nearest)
			meant = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
								 1);
	}
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("course template \"%s\" does not exist", code),
			 meant != NULL ? errhint("Did you mean \"%s\"?", meant) :
			 errhint("The templates are in achieve.course_template.")));
}

/*
 * The id of a template by its code, read as the caller, who must be allowed
 * to see it.
 *
 * Errors: 23503 where there is none, 42501 without SELECT on the templates.
 */
static int64
find_template(const char *code)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {CStringGetTextDatum(code)};
	bool		isnull;

	if (SPI_execute_with_args("SELECT t.template_id"
							  " FROM achieve.course_template AS t"
							  " WHERE t.code OPERATOR(pg_catalog.=) $1",
							  1, types, values, NULL, true,
							  1) != SPI_OK_SELECT)
		elog(ERROR, "could not look for a course template");
	if (SPI_processed == 0)
		fail_unknown_template(code);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * Draws the event's id, and makes its code from the template's where the
 * caller has not given one. Ids that an app has brought itself, and those
 * whose code is taken, are passed over.
 */
static void
draw_id(NewEvent *event, const char *template_code)
{
	Datum		values[1] = {CStringGetTextDatum(template_code)};
	bool		isnull;
	bool		taken;

	do
	{
		HeapTuple	row;

		(void) statement_run(&draw_event_id, values, NULL);
		row = SPI_tuptable->vals[0];
		event->event_id = DatumGetInt64(SPI_getbinval(row,
													  SPI_tuptable->tupdesc,
													  1, &isnull));
		taken = DatumGetBool(SPI_getbinval(row, SPI_tuptable->tupdesc, 2,
										   &isnull)) ||
			(event->code == NULL &&
			 DatumGetBool(SPI_getbinval(row, SPI_tuptable->tupdesc, 3,
										&isnull)));
	} while (taken);
	if (event->code == NULL)
		event->code = psprintf("%s-" INT64_FORMAT, template_code,
							   event->event_id);
}

/* Refuses a code that another event has; what comes at once its key refuses. */
static void
require_free_code(const char *code)
{
	Datum		value = CStringGetTextDatum(code);

	if (statement_run(&find_code, &value, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("there is an event with the code \"%s\" already", code),
				 errhint("Give another code, or none to get one from the template's.")));
}

/* An event with its whole configuration, for the audit. */
Jsonb *
event_describe(int64 event_id)
{
	Datum		values[1] = {Int64GetDatum(event_id)};
	MemoryContext caller = CurrentMemoryContext;
	Jsonb	   *described = NULL;
	bool		isnull;

	SPI_connect();
	if (statement_run(&describe_event, values, NULL) > 0)
	{
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0],
										  SPI_tuptable->tupdesc, 1, &isnull);
		MemoryContext spi = MemoryContextSwitchTo(caller);

		described = DatumGetJsonbPCopy(value);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return described;
}

/* One audit row for the event and all that came with it. */
static void
audit_event(const NewEvent *event)
{
	AuditBatch	batch;
	AuditRow	row = {0};

	row.action = "event.created";
	row.object = event->code;
	row.has_event = true;
	row.event_id = event->event_id;
	row.new_value = event_describe(event->event_id);
	audit_begin(&batch);
	audit_add(&batch, &row);
	audit_write(&batch);
}

static void
check_start(TimestampTz starts_at)
{
	if (starts_at < FIRST_INSTANT || starts_at >= INSTANT_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("an event cannot start at %s",
						timestamptz_to_str(starts_at)),
				 errhint("Give an instant in the years 1 to 9999.")));
}

static char *
optional_text(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/*
 * create_event(template_code text, starts_at timestamptz, code text,
 *		title text, time_zone text) RETURNS bigint
 *
 * Errors: 22004 no template or no start, 22008 a start outside years 1 to
 * 9999, 22023 unknown time zone, 23503 unknown template; a code that another
 * event has is refused by its constraint.
 */
Datum
create_event(PG_FUNCTION_ARGS)
{
	NewEvent	event = {0};
	char	   *template_code = optional_text(fcinfo, 0);
	Datum		values[6];
	char		nulls[7] = "      ";

	if (template_code == NULL || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of create_event() must not be null",
						template_code == NULL ? "template_code" : "starts_at"),
				 errhint("Call achieve.create_event(template_code, starts_at).")));
	event.starts_at = PG_GETARG_TIMESTAMPTZ(1);
	event.code = optional_text(fcinfo, 2);
	event.has_title = !PG_ARGISNULL(3);
	event.title = event.has_title ? PG_GETARG_DATUM(3) : (Datum) 0;
	event.time_zone = PG_ARGISNULL(4) ? "UTC" : optional_text(fcinfo, 4);
	check_start(event.starts_at);
	(void) date_in_zone(event.starts_at, event.time_zone);

	SPI_connect();
	event.template_id = find_template(template_code);
	if (event.code != NULL)
		require_free_code(event.code);
	draw_id(&event, template_code);
	values[0] = Int64GetDatum(event.template_id);
	values[1] = Int64GetDatum(event.event_id);
	values[2] = CStringGetTextDatum(event.code);
	values[3] = event.title;
	if (!event.has_title)
		nulls[3] = 'n';
	values[4] = TimestampTzGetDatum(event.starts_at);
	values[5] = CStringGetTextDatum(event.time_zone);
	if (statement_run(&copy_template, values, nulls) == 0)
		fail_unknown_template(template_code);
	audit_event(&event);
	SPI_finish();
	PG_RETURN_INT64(event.event_id);
}
