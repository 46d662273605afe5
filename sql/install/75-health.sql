-- Health: what a monitoring tool asks every few seconds.
--
-- One row for each check. Unlike the other views this one reads with the
-- rights of its owner, the owner of the tables: it counts over all rows,
-- whatever row-level security says, and shows none of them, so that a
-- monitoring role needs SELECT on it and nothing else. Everything is read by
-- index, up to a limit, or from PostgreSQL's own catalogs. Thresholds are
-- columns: whoever wants others compares value by himself.

CREATE VIEW achieve.health AS
WITH since AS (
	SELECT coalesce((SELECT d.done_until FROM achieve.due d), i.installed_at) AS run_due
	FROM achieve.installation i
), due AS (
	(SELECT e.ends_at AS due_at
	FROM achieve.event e
	WHERE e.status IN ('scheduled', 'closed', 'reopened', 'finalized')
		AND e.ends_at > (SELECT s.run_due FROM since s) AND e.ends_at <= now()
		AND EXISTS (
			SELECT
			FROM (
				SELECT e.passing_rule AS rule
				UNION ALL
				SELECT x.award_rule FROM achieve.event_achievement x WHERE x.event_id = e.event_id AND x.active
			) r
			CROSS JOIN LATERAL achieve.rule_facts(r.rule) f
			WHERE f.fact = 'ended')
	LIMIT 1000)
	UNION ALL
	-- Days are UTC's here: hours more or less are no matter for an alarm.
	(SELECT timezone('UTC', a.valid_from::timestamp)
	FROM achieve.achievement_type t
	JOIN achieve.achievement a ON a.achievement_type_id = t.achievement_type_id
	WHERE t.read_by_rules AND a.revoked_at IS NULL
		AND a.valid_from > (SELECT timezone('UTC', s.run_due)::date FROM since s)
		AND a.valid_from <= timezone('UTC', now())::date
		AND a.valid_from > timezone('UTC', a.issued_at)::date
	LIMIT 1000)
	UNION ALL
	(SELECT timezone('UTC', a.expires_on::timestamp)
	FROM achieve.achievement_type t
	JOIN achieve.achievement a ON a.achievement_type_id = t.achievement_type_id
	WHERE t.read_by_rules AND a.revoked_at IS NULL
		AND a.expires_on > (SELECT timezone('UTC', s.run_due)::date FROM since s)
		AND a.expires_on <= timezone('UTC', now())::date
	LIMIT 1000)
), sealed AS (
	-- Up to which id the audit is sealed. A seal of late rows alone ends with a
	-- lower id than the one before: so the last ones are asked, not only one.
	SELECT max(l.seal_id) AS seal_id, coalesce(max(l.until_id), 0::bigint) AS until_id
	FROM (
		SELECT z.seal_id, substring(right(z.row_ids, 19) FROM '[0-9]{1,18}$')::bigint AS until_id
		FROM achieve.audit_seal z
		ORDER BY z.seal_id DESC
		LIMIT 20
	) l
), checks AS (
	SELECT 1 AS place, 'installation' AS name,
		CASE WHEN i.version = x.extversion AND i.version = achieve.loaded_version() THEN 0 ELSE 1 END::numeric AS value,
		NULL::numeric AS warning_from, 1::numeric AS critical_from,
		format('tables %s, extension %s, library %s', coalesce(i.version, 'none'), x.extversion, achieve.loaded_version()) AS detail,
		CASE WHEN i.version IS NULL THEN 'A restore was begun and not ended: SELECT achieve.end_restore();'
			ELSE 'Run: ALTER EXTENSION achieve UPDATE; SELECT achieve.install();' END AS hint
	FROM pg_extension x
	LEFT JOIN achieve.installation i ON true
	WHERE x.extname = 'achieve'
	UNION ALL
	SELECT 2 AS place, 'triggers_off' AS name, count(*)::numeric, NULL::numeric AS warning_from, 1::numeric AS critical_from,
		coalesce(string_agg(w.relation || '.' || w.trigger, ', ' ORDER BY w.relation, w.trigger), 'all are there and fire') AS detail,
		'Outcomes do not follow the facts. After a load: SELECT achieve.end_restore(); what is missing is made by: SELECT achieve.install(); then evaluate_event() for what was written meanwhile.' AS hint
	FROM achieve.expected_triggers() w
	WHERE NOT EXISTS (
		SELECT
		FROM pg_trigger t
		JOIN pg_class c ON c.oid = t.tgrelid
		WHERE c.relnamespace = 'achieve'::regnamespace AND c.relname = w.relation AND t.tgname = w.trigger
			AND t.tgenabled IN ('O', 'A'))
	UNION ALL
	SELECT 3 AS place, 'engine_off' AS name,
		count(*)::numeric, NULL::numeric AS warning_from, 1::numeric AS critical_from,
		coalesce(string_agg(o.place, ', ' ORDER BY o.place), 'on') AS detail,
		'Set achieve.enabled to on (the default) there, then call evaluate_event() for what was written meanwhile.' AS hint
	FROM (
		SELECT 'this session' AS place WHERE NOT current_setting('achieve.enabled', true)::boolean
		UNION ALL
		SELECT concat_ws(' in ', 'role ' || pg_get_userbyid(nullif(s.setrole, 0)), 'database ' || d.datname)
		FROM pg_db_role_setting s
		LEFT JOIN pg_database d ON d.oid = s.setdatabase
		CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
		WHERE (s.setdatabase = 0 OR d.datname = current_database())
			AND c.setting ~* '^achieve\.enabled=(of|off|f|fa|fal|fals|false|n|no|0)$'
	) o
	UNION ALL
	SELECT 4 AS place, 'run_due_seconds' AS name, round(extract(epoch FROM now() - s.run_due)),
		90000::numeric AS warning_from, 604800::numeric AS critical_from,
		'seconds since run_due() ran last, or since the installation' AS detail,
		'Schedule SELECT achieve.run_due(); every few minutes, or look why the schedule does not run.' AS hint
	FROM since s
	UNION ALL
	SELECT 5 AS place, 'run_due_waiting' AS name, count(*)::numeric,
		NULL::numeric AS warning_from, NULL::numeric AS critical_from,
		'events that ended and achievements that began or expired, which rules read and run_due() has not served (each counted to 1000)' AS detail,
		NULL AS hint
	FROM due
	UNION ALL
	SELECT 6 AS place, 'run_due_waiting_seconds' AS name,
		coalesce(round(extract(epoch FROM now() - min(d.due_at))), 0::numeric),
		3600::numeric AS warning_from, 90000::numeric AS critical_from,
		'seconds for which the first of them has been waiting' AS detail,
		'Outcomes are behind the clock: SELECT achieve.run_due();' AS hint
	FROM due d
	UNION ALL
	SELECT 7 AS place, 'outbox_waiting' AS name, count(*)::numeric,
		NULL::numeric AS warning_from, NULL::numeric AS critical_from,
		'notifications that are not delivered (counted to 100000)' AS detail, NULL AS hint
	FROM (SELECT n.notification_id FROM achieve.notification n WHERE n.delivered_at IS NULL LIMIT 100000) n
	UNION ALL
	SELECT 8 AS place, 'outbox_waiting_seconds' AS name,
		coalesce((SELECT round(extract(epoch FROM now() - n.created_at))
			FROM achieve.notification n
			WHERE n.delivered_at IS NULL
			ORDER BY n.notification_id
			LIMIT 1), 0::numeric),
		3600::numeric AS warning_from, 86400::numeric AS critical_from,
		'seconds for which the first of them has been waiting' AS detail,
		'Workers are behind, or there are none: see claim_notifications() and mark_delivered().' AS hint
	UNION ALL
	SELECT 9 AS place, 'audit_unsealed_seconds' AS name,
		coalesce((SELECT greatest(round(extract(epoch FROM now() - greatest(a.occurred_at, i.installed_at))), 0::numeric)
			FROM achieve.audit a
			CROSS JOIN achieve.installation i
			WHERE a.audit_id > s.until_id
			ORDER BY a.audit_id
			LIMIT 1), 0::numeric),
		90000::numeric AS warning_from, 604800::numeric AS critical_from,
		concat('seconds for which the first audit row after the last seal has been waiting for one; ',
			coalesce('that is seal ' || s.seal_id, 'there is no seal yet')) AS detail,
		'Nothing proves that later audit rows are as they were: schedule SELECT achieve.run_due(); or SELECT achieve.seal_audit();' AS hint
	FROM sealed s
	UNION ALL
	SELECT 10 AS place, 'rule_errors' AS name, achieve.count_rule_errors()::numeric,
		1::numeric AS warning_from, NULL::numeric AS critical_from,
		'rules that cannot work as they are' AS detail,
		'See: SELECT * FROM achieve.rule_problems WHERE severity = ''error'';' AS hint
	UNION ALL
	SELECT 11 AS place, 'events_open' AS name, count(*)::numeric,
		NULL::numeric AS warning_from, NULL::numeric AS critical_from,
		'events that are neither finalized nor cancelled' AS detail, NULL AS hint
	FROM achieve.event e
	WHERE e.status IN ('scheduled', 'closed', 'reopened')
	UNION ALL
	SELECT 12 AS place, c.relname || '_rows' AS name, greatest(c.reltuples, 0)::numeric,
		NULL::numeric AS warning_from, NULL::numeric AS critical_from,
		'rows, as PostgreSQL last counted them' AS detail, NULL AS hint
	FROM pg_class c
	WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r'
		AND c.relname IN ('learner', 'event', 'enrollment', 'attendance', 'score', 'result', 'achievement',
			'certificate', 'audit', 'notification')
)
SELECT c.name,
	CASE WHEN c.value >= c.critical_from THEN 'critical' WHEN c.value >= c.warning_from THEN 'warning' ELSE 'ok' END AS state,
	c.value,
	c.warning_from,
	c.critical_from,
	c.detail,
	CASE WHEN c.value >= least(c.warning_from, c.critical_from) THEN c.hint END AS hint
FROM checks c
ORDER BY c.place, c.name;
COMMENT ON VIEW achieve.health IS 'Whether the engine, the scheduler, the outbox and the audit''s seals do their work: a row for each check, cheap enough to be asked every ten seconds. Counts over all rows, whatever row-level security says, and shows none.';
COMMENT ON COLUMN achieve.health.name IS 'Unique key of the row: the check''s name, fit for a metric.';
COMMENT ON COLUMN achieve.health.state IS 'ok, warning or critical: value against the two thresholds.';
COMMENT ON COLUMN achieve.health.value IS 'What was found: a count, or seconds where the name says so.';
COMMENT ON COLUMN achieve.health.warning_from IS 'The value from which on the state is warning; null: never.';
COMMENT ON COLUMN achieve.health.critical_from IS 'The value from which on the state is critical; null: never.';
COMMENT ON COLUMN achieve.health.detail IS 'What the value counts, or what exactly was found.';
COMMENT ON COLUMN achieve.health.hint IS 'What to do; null where the state is ok.';
