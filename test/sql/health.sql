-- Does the view health see each thing that it is there for, and its end?
CREATE DATABASE regress_achieve_health;
\c regress_achieve_health
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
CREATE VIEW unwell AS SELECT name, state, CASE WHEN name NOT LIKE '%seconds' THEN value END AS value, detail, hint FROM achieve.health WHERE state <> 'ok';
-- A fresh installation is well.
SELECT name, state, value - CASE name WHEN 'run_due_seconds' THEN round(extract(epoch FROM now() - installed_at))
	WHEN 'audit_unsealed_seconds' THEN (SELECT coalesce(round(extract(epoch FROM now() - min(occurred_at))), 0) FROM achieve.audit) ELSE 0 END AS value,
	warning_from, critical_from FROM achieve.health, achieve.installation;
SELECT detail FROM achieve.health WHERE name = 'audit_unsealed_seconds';
SELECT * FROM unwell;

-- A trigger is dropped, another one disabled, one fires on replicas only.
DROP TRIGGER evaluate_insert ON achieve.score;
ALTER TABLE achieve.attendance DISABLE TRIGGER evaluate_update;
ALTER TABLE achieve.audit ENABLE REPLICA TRIGGER guard_audit;
SELECT name, state, value, detail FROM unwell;
ALTER TABLE achieve.attendance ENABLE TRIGGER evaluate_update;
ALTER TABLE achieve.audit ENABLE ALWAYS TRIGGER guard_audit;
SELECT substr(achieve.install(), 13) AS mended;
SELECT * FROM unwell;

-- A restore is begun and not ended.
SELECT achieve.begin_restore() IS NOT NULL AS begun;
SELECT name, state, value = (SELECT count(*) FROM achieve.expected_triggers()) AS all_of_them, hint FROM unwell;
SELECT achieve.end_restore() IS NOT NULL AS ended;
SELECT * FROM unwell;

-- The tables are of another version than the library.
UPDATE achieve.installation SET version = '0.9';
SELECT name, state, value, split_part(detail, ',', 1) AS detail, hint FROM unwell;
UPDATE achieve.installation SET version = DEFAULT;

-- The engine is off: here, and for everybody who comes.
SET achieve.enabled = off;
ALTER DATABASE regress_achieve_health SET achieve.enabled = 'no';
ALTER ROLE CURRENT_USER IN DATABASE regress_achieve_health SET achieve.enabled = 'yes';
SELECT name, state, value, detail FROM unwell;
ALTER DATABASE regress_achieve_health RESET achieve.enabled;
RESET achieve.enabled;
SELECT * FROM unwell;

-- The scheduler does not run: an event whose rule reads "ended" is over, another one too whose rules don't, and a type that rules read expires and begins.
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'read', 'Read'), (2, 'unread', 'Unread');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES
	(1, 'Reads it', now() - interval '3 days', now() - interval '2 hours', 'ended and not holds(read)'),
	(2, 'Does not', now() - interval '3 days', now() - interval '2 hours', 'score(exam) >= 1');
INSERT INTO achieve.assessment (event_id, code) VALUES (2, 'exam');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (2, 1);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (1, 1), (1, 2);
SELECT achieve.run_due() AS run;
SELECT * FROM unwell;
UPDATE achieve.due SET done_until = now() - interval '3 hours';
SELECT name, value FROM achieve.health WHERE name = 'run_due_waiting';
SELECT name, state FROM unwell;
UPDATE achieve.due SET done_until = now() - interval '4 days';
SELECT achieve.award(1, 1, c.code, 'r', (now() + interval '1 day')::date, (now() + interval '9 days')::date) IS NOT NULL AS awarded FROM achieve.achievement_type c ORDER BY c.code;
SELECT name, value FROM achieve.health WHERE name = 'run_due_waiting';
-- One of each has begun, and one expired; only for this test dates are moved.
SET session_replication_role = replica;
UPDATE achieve.achievement SET issued_at = now() - interval '20 days', valid_from = (now() - interval '2 days')::date, expires_on = (now() - interval '1 day')::date;
RESET session_replication_role;
SELECT name, value FROM achieve.health WHERE name = 'run_due_waiting';
SELECT name, state FROM unwell;
UPDATE achieve.due SET done_until = now() - interval '8 days';
SELECT name, state FROM unwell;
SELECT achieve.run_due() >= 0 AS run;
SELECT name, value FROM achieve.health WHERE name = 'run_due_waiting';

-- The outbox: nobody comes for the notifications.
SELECT achieve.mark_delivered(ARRAY(SELECT notification_id FROM achieve.notification)) > 0 AS delivered;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (2, 1, 'exam', 50);
SELECT name, state, value FROM achieve.health WHERE name = 'outbox_waiting';
SET session_replication_role = replica;
UPDATE achieve.notification SET created_at = now() - interval '2 hours';
SELECT name, state FROM unwell;
UPDATE achieve.notification SET created_at = now() - interval '2 days';
RESET session_replication_role;
SELECT name, state FROM unwell;
SELECT achieve.mark_delivered(ARRAY(SELECT notification_id FROM achieve.notification)) AS delivered;

-- A rule that cannot work.
UPDATE achieve.event SET passing_rule = 'score(no-such) >= 1' WHERE event_id = 2;
SELECT name, state, value, hint FROM unwell;
SELECT name, value FROM achieve.health WHERE name = 'events_open';

-- The audit is not sealed: counted from the row that waits, or from the installation where the row came from an older version. Only for this test the past is changed.
CREATE VIEW unsealed AS SELECT state, value < 100 AS now, detail, hint IS NOT NULL AS hint FROM achieve.health WHERE name = 'audit_unsealed_seconds';
SELECT achieve.seal_audit() > 0 AS sealed;
SELECT state, value, detail FROM achieve.health WHERE name = 'audit_unsealed_seconds';
SELECT achieve.set_result(2, 1, 'passed', 'waits for a seal');
ALTER TABLE achieve.audit DISABLE TRIGGER USER;
UPDATE achieve.audit SET occurred_at = occurred_at - interval '9 days';
SELECT * FROM unsealed;
UPDATE achieve.installation SET installed_at = now() - interval '26 hours';
SELECT * FROM unsealed;
UPDATE achieve.installation SET installed_at = now() - interval '30 days';
SELECT * FROM unsealed;
SELECT achieve.seal_audit() > 0 AS sealed;
SELECT * FROM unsealed;
-- Then one of a row alone that was committed late: what the seals before have does not wait.
ALTER TABLE achieve.audit_seal DISABLE TRIGGER USER;
INSERT INTO achieve.audit_seal SELECT (jsonb_populate_record(s, jsonb_build_object('seal_id', seal_id + 1, 'previous_root', 'x', 'row_ids', '1'))).* FROM achieve.audit_seal s ORDER BY seal_id DESC LIMIT 1;
SELECT * FROM unsealed;
ALTER TABLE achieve.audit ENABLE TRIGGER USER;
ALTER TABLE achieve.audit_seal ENABLE TRIGGER USER;

-- SELECT on the view is enough, shows everything whatever policies say, and nothing else is to be had.
CREATE ROLE regress_achieve_monitor;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_monitor;
ALTER TABLE achieve.event ENABLE ROW LEVEL SECURITY;
SET ROLE regress_achieve_monitor;
SELECT achieve.count_rule_errors();
RESET ROLE;
GRANT SELECT ON achieve.health TO regress_achieve_monitor;
SET ROLE regress_achieve_monitor;
SELECT name, value FROM achieve.health WHERE name IN ('events_open', 'rule_errors', 'outbox_waiting', 'triggers_off') ORDER BY name;
SELECT FROM achieve.rule_problems;
SELECT FROM achieve.notification;
RESET ROLE;
\c contrib_regression
DROP DATABASE regress_achieve_health;
DROP ROLE regress_achieve_monitor;
