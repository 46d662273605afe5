/*-------------------------------------------------------------------------
 *
 * run_due.c
 *		run_due: what only time changes.
 *
 * Evaluates the enrollments for which an instant has passed that their rules
 * read: the end of their event, or midnight, in the event's time zone, of a
 * day on which an achievement that they read begins or expires. Then it
 * announces expiries, and seals the audit.
 *
 * done_until in achieve.due is how far that got. A transaction that began
 * before an instant may write an outcome after the run that served it; so
 * each run serves the hour before the last one again, which costs an
 * evaluation and changes nothing that is right. Where done_until lies more
 * than that hour ahead, the clock was set back: nobody knows from when on, so
 * all of the past is served again, and progress starts anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "api.h"
#include "audit.h"
#include "audit_seal.h"
#include "json.h"
#include "notify.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(run_due);

#define OVERLAP (INT64CONST(3600) * USECS_PER_SEC)

/* One run at a time; the others wait and find little left. */
static Statement lock_progress = {
	.sql = "SELECT d.done_until FROM achieve.due AS d FOR UPDATE",
	.table = TABLE_EVENT,
};

static Statement note_progress = {
	.sql = "INSERT INTO achieve.due AS d (only_row, done_until)"
	" VALUES (true, $1) ON CONFLICT (only_row) DO UPDATE"
	" SET done_until = CASE WHEN $2 THEN excluded.done_until"
	" ELSE greatest(d.done_until, excluded.done_until) END",
	.table = TABLE_EVENT,
	.argument_count = 2,
	.types = {TIMESTAMPTZOID, BOOLOID},
};

/* Whether a rule in force of event e reads a fact, and perhaps a code. */
#define READS(which) \
	"EXISTS (SELECT FROM (SELECT e.passing_rule UNION ALL" \
	" SELECT o.award_rule FROM achieve.event_achievement AS o" \
	" WHERE o.event_id OPERATOR(pg_catalog.=) e.event_id AND o.active)" \
	" AS r (rule), LATERAL achieve.rule_facts(r.rule) AS f WHERE " which ")"

/* The active enrollments of events that ended after $1, until $2. */
static Statement find_ended = {
	.sql = "SELECT n.event_id, n.learner_id FROM achieve.event AS e"
	" JOIN achieve.enrollment AS n"
	" ON n.event_id OPERATOR(pg_catalog.=) e.event_id"
	" AND n.status OPERATOR(pg_catalog.=) 'active'"
	" WHERE e.status OPERATOR(pg_catalog.=) ANY"
	" (ARRAY['scheduled', 'closed', 'reopened', 'finalized'])"
	" AND e.ends_at OPERATOR(pg_catalog.>) $1"
	" AND e.ends_at OPERATOR(pg_catalog.<=) $2"
	" AND " READS("f.fact OPERATOR(pg_catalog.=) 'ended'"),
	.table = TABLE_EVENT,
	.argument_count = 2,
	.types = {TIMESTAMPTZOID, TIMESTAMPTZOID},
};

/*
 * Those whose rules read an achievement that has begun or expired after $1,
 * until $2. $3 and $4 are the days before and after in every time zone.
 */
static Statement find_turned = {
	.sql = "SELECT n.event_id, n.learner_id FROM ("
	"SELECT t.code, a.learner_id, a.valid_from AS day"
	" FROM achieve.achievement_type AS t JOIN achieve.achievement AS a"
	" ON a.achievement_type_id OPERATOR(pg_catalog.=) t.achievement_type_id"
	" WHERE t.read_by_rules AND a.revoked_at IS NULL"
	" AND a.valid_from OPERATOR(pg_catalog.>=) $3"
	" AND a.valid_from OPERATOR(pg_catalog.<=) $4"
	" UNION ALL SELECT t.code, a.learner_id, a.expires_on"
	" FROM achieve.achievement_type AS t JOIN achieve.achievement AS a"
	" ON a.achievement_type_id OPERATOR(pg_catalog.=) t.achievement_type_id"
	" WHERE t.read_by_rules AND a.revoked_at IS NULL"
	" AND a.expires_on OPERATOR(pg_catalog.>=) $3"
	" AND a.expires_on OPERATOR(pg_catalog.<=) $4) AS turn"
	" JOIN achieve.enrollment AS n"
	" ON n.learner_id OPERATOR(pg_catalog.=) turn.learner_id"
	" AND n.status OPERATOR(pg_catalog.=) 'active'"
	" JOIN achieve.event AS e"
	" ON e.event_id OPERATOR(pg_catalog.=) n.event_id"
	" AND e.status OPERATOR(pg_catalog.<>) 'cancelled'"
	" WHERE pg_catalog.timezone(e.time_zone, turn.day::pg_catalog.timestamp)"
	" OPERATOR(pg_catalog.>) $1"
	" AND pg_catalog.timezone(e.time_zone, turn.day::pg_catalog.timestamp)"
	" OPERATOR(pg_catalog.<=) $2"
	" AND " READS("f.fact OPERATOR(pg_catalog.=) 'holds'"
				  " AND f.code OPERATOR(pg_catalog.=) turn.code"),
	.table = TABLE_EVENT,
	.argument_count = 4,
	.types = {TIMESTAMPTZOID, TIMESTAMPTZOID, DATEOID, DATEOID},
};

/*
 * Records whose expiry is to be announced: for each the shortest lead time
 * that has come and was not announced yet for this date. Longer ones are
 * then past, and one that was past when the record was issued never comes,
 * unless it is the last: nobody would hear of the expiry otherwise.
 * A record that a later-ending one of the same type follows is renewed.
 * Rows that others are changing are left to the next run.
 */
static Statement find_expiring = {
	.sql = "SELECT a.event_id, a.achievement_id, a.learner_id, r.days_before"
	" FROM achieve.achievement AS a JOIN achieve.event AS e"
	" ON e.event_id OPERATOR(pg_catalog.=) a.event_id"
	" CROSS JOIN LATERAL (SELECT pg_catalog.timezone(e.time_zone,"
	" a.issued_at)::pg_catalog.date AS issued_on) AS i"
	" JOIN LATERAL (SELECT pg_catalog.min(m.days_before) AS days_before"
	" FROM achieve.achievement_reminder AS m"
	" WHERE m.achievement_type_id OPERATOR(pg_catalog.=) a.achievement_type_id"
	" AND (a.expires_on OPERATOR(pg_catalog.-) m.days_before)"
	" OPERATOR(pg_catalog.<=) achieve.today(e.time_zone)"
	" AND ((a.expires_on OPERATOR(pg_catalog.-) m.days_before)"
	" OPERATOR(pg_catalog.>=) i.issued_on"
	" OR NOT EXISTS (SELECT FROM achieve.achievement_reminder AS s"
	" WHERE s.achievement_type_id"
	" OPERATOR(pg_catalog.=) m.achievement_type_id"
	" AND s.days_before OPERATOR(pg_catalog.<) m.days_before)))"
	" AS r ON r.days_before IS NOT NULL"
	" WHERE a.achievement_type_id OPERATOR(pg_catalog.=) ANY (ARRAY("
	"SELECT m.achievement_type_id FROM achieve.achievement_reminder AS m))"
	" AND a.expires_on OPERATOR(pg_catalog.>=) $1"
	" AND a.expires_on OPERATOR(pg_catalog.<=) ($2 OPERATOR(pg_catalog.+)"
	" (SELECT pg_catalog.max(m.days_before)"
	" FROM achieve.achievement_reminder AS m))"
	" AND a.revoked_at IS NULL"
	" AND a.expires_on OPERATOR(pg_catalog.>) i.issued_on"
	" AND a.expires_on OPERATOR(pg_catalog.>)"
	" (achieve.today(e.time_zone) OPERATOR(pg_catalog.-)"
	" CASE WHEN r.days_before OPERATOR(pg_catalog.=) 0 THEN 7 ELSE 0 END)"
	" AND (a.announced_expiry IS NULL"
	" OR a.announced_expiry OPERATOR(pg_catalog.<>) a.expires_on"
	" OR a.announced_days OPERATOR(pg_catalog.>) r.days_before)"
	" AND NOT EXISTS (SELECT FROM achieve.achievement AS s"
	" WHERE s.learner_id OPERATOR(pg_catalog.=) a.learner_id"
	" AND s.achievement_type_id OPERATOR(pg_catalog.=) a.achievement_type_id"
	" AND s.revoked_at IS NULL AND (s.expires_on IS NULL"
	" OR s.expires_on OPERATOR(pg_catalog.>) a.expires_on))"
	" ORDER BY a.event_id, a.achievement_id"
	" FOR NO KEY UPDATE OF a SKIP LOCKED",
	.table = TABLE_EVENT,
	.argument_count = 2,
	.types = {DATEOID, DATEOID},
};

static Statement note_announced = {
	.sql = "UPDATE achieve.achievement AS a SET"
	" announced_expiry = a.expires_on, announced_days = u.days_before"
	" FROM unnest($1, $2, $3) AS u (event_id, achievement_id,"
	" days_before)"
	" WHERE a.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) u.achievement_id",
	.table = TABLE_EVENT,
	.argument_count = 3,
	.types = {INT8ARRAYOID, INT8ARRAYOID, INT4ARRAYOID},
};

/* A bigint or integer column of a row that a statement returned. */
static int64
returned(uint64 row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row],
									  SPI_tuptable->tupdesc, column,
									  &isnull);

	if (SPI_gettypeid(SPI_tuptable->tupdesc, column) == INT4OID)
		return DatumGetInt32(value);
	return DatumGetInt64(value);
}

/*
 * From when on something may be due: the beginning of time at first, and
 * where the clock was set back.
 */
static TimestampTz
begin_run(TimestampTz now)
{
	TimestampTz since = DT_NOBEGIN;

	SPI_connect();
	if (statement_run(&lock_progress, NULL, NULL) > 0)
		since = returned(0, 1) - OVERLAP;
	SPI_finish();
	return since > now ? DT_NOBEGIN : since;
}

/* Notes how far it got; "anew" if that may lie before what was noted. */
static void
end_run(TimestampTz until, bool anew)
{
	Datum		values[] = {TimestampTzGetDatum(until), BoolGetDatum(anew)};

	SPI_connect();
	(void) statement_run(&note_progress, values, NULL);
	SPI_finish();
}

static void
add_found(Work *work, Statement *statement, const Datum *values)
{
	uint64		count;

	SPI_connect();
	count = statement_run(statement, values, NULL);
	for (uint64 i = 0; i < count; i++)
		work_add_key(work, returned(i, 1), returned(i, 2));
	SPI_finish();
}

/* Evaluates what has become due; returns how many outcomes changed. */
static int64
evaluate_due(TimestampTz since, TimestampTz until)
{
	EvaluationCounts counts = {0};
	Work		work;
	Datum		values[4];

	work_init(&work, CurrentMemoryContext);
	values[0] = TimestampTzGetDatum(since);
	values[1] = TimestampTzGetDatum(until);
	values[2] = DateADTGetDatum(since == DT_NOBEGIN ? DATEVAL_NOBEGIN :
								date_in_zone(since, "UTC") - 1);
	values[3] = DateADTGetDatum(date_in_zone(until, "UTC") + 1);
	work_touch(&work, FACTS_ALL);
	add_found(&work, &find_ended, values);
	add_found(&work, &find_turned, values);
	engine_run(&work, &counts);
	return counts.results_changed + counts.issued + counts.revoked;
}

/* Announces expiries; returns how many. */
static int64
announce_expiries(TimestampTz now)
{
	NotifyBatch batch;
	ValueColumn events = {.type = INT8OID};
	ValueColumn achievements = {.type = INT8OID};
	ValueColumn days = {.type = INT4OID};
	Datum		values[3];
	uint64		count;

	values[0] = DateADTGetDatum(date_in_zone(now, "UTC") - 8);
	values[1] = DateADTGetDatum(date_in_zone(now, "UTC") + 1);
	notify_begin(&batch);
	SPI_connect();
	count = statement_run(&find_expiring, values, NULL);
	for (uint64 i = 0; i < count; i++)
	{
		Notification notification = {
			.topic = NOTIFY_EXPIRING,
			.event_id = returned(i, 1),
			.achievement_id = returned(i, 2),
			.learner_id = returned(i, 3)
		};
		JsonBuilder json;

		json_begin(&json);
		json_add_int(&json, "days_before", returned(i, 4));
		notification.particulars = json_end(&json);
		notify_add(&batch, &notification);
		value_add(&events, Int64GetDatum(notification.event_id));
		value_add(&achievements, Int64GetDatum(notification.achievement_id));
		value_add(&days, Int32GetDatum((int32) returned(i, 4)));
	}
	if (count > 0)
	{
		(void) notify_write(&batch);
		values[0] = value_array(&events);
		values[1] = value_array(&achievements);
		values[2] = value_array(&days);
		(void) statement_run(&note_announced, values, NULL);
	}
	SPI_finish();
	return count;
}

/*
 * run_due() RETURNS bigint
 *
 * The number of outcomes changed and expiries announced. Call it as often as
 * outcomes shall follow the clock: what is done already is not done again.
 */
Datum
run_due(PG_FUNCTION_ARGS)
{
	TimestampTz now = facts_now();
	TimestampTz since;
	int64		done;

	pending_flush();
	since = begin_run(now);
	done = evaluate_due(since, now);
	done += announce_expiries(now);
	end_run(now, since == DT_NOBEGIN);
	if (audit_is_hashed())
		audit_seal_unless_busy();
	PG_RETURN_INT64(done);
}
