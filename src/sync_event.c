/*-------------------------------------------------------------------------
 *
 * sync_event.c
 *		sync_event(): takes the configuration of the course template again.
 *
 * The passing rule, assessments, requirements and achievements become the
 * template's, also where the event had its own. Achievements that were added
 * on the event stay. Sessions keep their times: those that the template has
 * more are added. What the template does not have is removed where it lists
 * any of the kind, unless facts were recorded for it; an achievement of which
 * records exist is switched off instead.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "access.h"
#include "api.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(sync_event);

#define OF_EVENT_AND_TEMPLATE(alias) \
	" FROM achieve.event AS e JOIN achieve." alias \
	" ON p.template_id OPERATOR(pg_catalog.=) e.template_id" \
	" WHERE e.event_id OPERATOR(pg_catalog.=) $1"

#define STEP(query) {.sql = query, .table = TABLE_EVENT, \
	.argument_count = 1, .types = {INT8OID}}

/* Which rows go: those that the template lacks and that no fact refers to. */
#define DROPPED(template, fact, key) \
	" WHERE x.event_id OPERATOR(pg_catalog.=) $1" \
	" AND EXISTS (SELECT 1" OF_EVENT_AND_TEMPLATE(template " AS p") \
	") AND NOT EXISTS (SELECT 1" OF_EVENT_AND_TEMPLATE(template " AS p") \
	" AND p." key " OPERATOR(pg_catalog.=) x." key ")" \
	" AND NOT EXISTS (SELECT 1 FROM achieve." fact " AS f" \
	" WHERE f.event_id OPERATOR(pg_catalog.=) x.event_id" \
	" AND f." key " OPERATOR(pg_catalog.=) x." key ")"

static Statement steps[] = {
	STEP("UPDATE achieve.event AS e SET passing_rule = p.passing_rule,"
		 " passing_rule_inherited = true,"
		 " template_taken_at = pg_catalog.clock_timestamp()"
		 " FROM achieve.course_template AS p"
		 " WHERE p.template_id OPERATOR(pg_catalog.=) e.template_id"
		 " AND e.event_id OPERATOR(pg_catalog.=) $1"),
	STEP("INSERT INTO achieve.session (event_id, session_no, title, starts_at,"
		 " ends_at, required)"
		 " SELECT e.event_id, p.session_no, p.title, s.starts_at,"
		 " s.starts_at OPERATOR(pg_catalog.+)"
		 " pg_catalog.make_interval(mins => p.duration_minutes), p.required"
		 " FROM achieve.event AS e JOIN achieve.template_session AS p"
		 " ON p.template_id OPERATOR(pg_catalog.=) e.template_id,"
		 " LATERAL (SELECT " SESSION_START("p.starts_after_minutes",
										   "e.starts_at", "e.time_zone")
		 ") AS s (starts_at)"
		 " WHERE e.event_id OPERATOR(pg_catalog.=) $1"
		 " ON CONFLICT (event_id, session_no) DO UPDATE"
		 " SET title = excluded.title, required = excluded.required"),
	STEP("DELETE FROM achieve.session AS x"
		 DROPPED("template_session", "attendance", "session_no")),
	STEP("INSERT INTO achieve.assessment (event_id, code, title, max_score,"
		 " weight, attempt_choice, max_attempts)"
		 " SELECT e.event_id, p.code, p.title, p.max_score, p.weight,"
		 " p.attempt_choice, p.max_attempts"
		 OF_EVENT_AND_TEMPLATE("template_assessment AS p")
		 " ON CONFLICT (event_id, code) DO UPDATE SET title = excluded.title,"
		 " max_score = excluded.max_score, weight = excluded.weight,"
		 " attempt_choice = excluded.attempt_choice,"
		 " max_attempts = excluded.max_attempts"),
	STEP("DELETE FROM achieve.assessment AS x"
		 DROPPED("template_assessment", "score", "code")),
	STEP("INSERT INTO achieve.requirement (event_id, code, title)"
		 " SELECT e.event_id, p.code, p.title"
		 OF_EVENT_AND_TEMPLATE("template_requirement AS p")
		 " ON CONFLICT (event_id, code) DO UPDATE SET title = excluded.title"),
	STEP("DELETE FROM achieve.requirement AS x"
		 DROPPED("template_requirement", "completion", "code")),
	STEP("INSERT INTO achieve.event_achievement (event_id,"
		 " achievement_type_id, award_rule, on_lapse, valid_for, valid_unit,"
		 " valid_from_anchor, expiry_alignment, expires_on_day, inherited)"
		 " SELECT e.event_id, p.achievement_type_id, p.award_rule, p.on_lapse,"
		 " p.valid_for, p.valid_unit, p.valid_from_anchor,"
		 " p.expiry_alignment, p.expires_on_day, true"
		 OF_EVENT_AND_TEMPLATE("template_achievement AS p")
		 " AND p.active"
		 " ON CONFLICT (event_id, achievement_type_id) DO UPDATE"
		 " SET award_rule = excluded.award_rule,"
		 " on_lapse = excluded.on_lapse, valid_for = excluded.valid_for,"
		 " valid_unit = excluded.valid_unit,"
		 " valid_from_anchor = excluded.valid_from_anchor,"
		 " expiry_alignment = excluded.expiry_alignment,"
		 " expires_on_day = excluded.expires_on_day, inherited = true,"
		 " active = true"),
	STEP("DELETE FROM achieve.event_achievement AS x"
		 " WHERE x.event_id OPERATOR(pg_catalog.=) $1 AND x.inherited"
		 " AND NOT EXISTS (SELECT 1"
		 OF_EVENT_AND_TEMPLATE("template_achievement AS p")
		 " AND p.achievement_type_id OPERATOR(pg_catalog.=)"
		 " x.achievement_type_id AND p.active)"
		 " AND NOT EXISTS (SELECT 1 FROM achieve.achievement AS f"
		 " WHERE f.event_id OPERATOR(pg_catalog.=) x.event_id"
		 " AND f.achievement_type_id OPERATOR(pg_catalog.=)"
		 " x.achievement_type_id)"),
	STEP("UPDATE achieve.event_achievement AS x SET active = false"
		 " WHERE x.event_id OPERATOR(pg_catalog.=) $1 AND x.inherited"
		 " AND x.active AND NOT EXISTS (SELECT 1"
		 OF_EVENT_AND_TEMPLATE("template_achievement AS p")
		 " AND p.achievement_type_id OPERATOR(pg_catalog.=)"
		 " x.achievement_type_id AND p.active)"),
};

/* Waits for those who write the first fact about a row that would go. */
#define LOCK_DROPPED(table, template, fact, key) \
	STEP("SELECT FROM achieve." table " AS x" \
		 DROPPED(template, fact, key) " ORDER BY x." key " FOR UPDATE OF x")

#define LOCK_ROWS(table, key) STEP("SELECT FROM achieve." table " AS x" \
	" WHERE x.event_id OPERATOR(pg_catalog.=) $1" \
	" ORDER BY x." key " FOR NO KEY UPDATE")

static Statement row_locks[] = {
	LOCK_DROPPED("session", "template_session", "attendance", "session_no"),
	LOCK_DROPPED("assessment", "template_assessment", "score", "code"),
	LOCK_DROPPED("requirement", "template_requirement", "completion", "code"),
	LOCK_ROWS("session", "session_no"),
	LOCK_ROWS("assessment", "code"),
	LOCK_ROWS("requirement", "code"),
	LOCK_ROWS("event_achievement", "achievement_type_id"),
};

static Statement find_event_template = {
	.sql = "SELECT e.template_id FROM achieve.event AS e"
	" WHERE e.event_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_EVENT,
	.argument_count = 1,
	.types = {INT8OID},
};

static void
run_all(Statement *statements, int count, int64 event_id)
{
	Datum		value = Int64GetDatum(event_id);

	SPI_connect();
	for (int i = 0; i < count; i++)
		(void) statement_run(&statements[i], &value, NULL);
	SPI_finish();
}

/* Runs all steps; arg is the event's id. */
static void
run_steps(void *arg)
{
	run_all(steps, lengthof(steps), *(int64 *) arg);
}

/* Locks what may change as an UPDATE of it does: its row, before the event's. */
void
sync_event_lock_rows(int64 event_id)
{
	run_all(row_locks, lengthof(row_locks), event_id);
}

/* Errors: 55000 where the event has no template. */
static void
require_template(int64 event_id)
{
	Datum		value = Int64GetDatum(event_id);
	bool		isnull;

	SPI_connect();
	if (statement_run(&find_event_template, &value, NULL) > 0)
	{
		(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
							 &isnull);
		if (isnull)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("event " INT64_FORMAT " has no course template",
							event_id),
					 errhint("Set achieve.event.template_id first.")));
	}
	SPI_finish();
}

/*
 * sync_event(event_id bigint)
 *
 * Errors: 23503 / 42501 event, 55000 no template, finalized or cancelled; and
 * what the new configuration itself refuses, such as a max_score below a
 * recorded score.
 */
Datum
sync_event(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	Datum		key = Int64GetDatum(event_id);
	ReadSet    *set;
	AuditRow	row = {0};

	access_check_event(event_id);
	pending_flush();
	sync_event_lock_rows(event_id);
	set = read_begin();
	(void) lock_row(set, PATH_EVENT, 1, &key, LockTupleNoKeyExclusive);
	api_require_open_outcomes(api_event(set, event_id));
	read_end(set);
	require_template(event_id);
	row.action = "event.synced";
	row.object = "event";
	row.has_event = true;
	row.event_id = event_id;
	row.old_value = event_describe(event_id);
	pending_collect(run_steps, &event_id);
	row.new_value = event_describe(event_id);
	api_audit(&row);
	PG_RETURN_VOID();
}
