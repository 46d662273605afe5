-- Does a clock that was set back take nothing back, and does run_due() go on?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (2660, 'cb-done', 'Done');
INSERT INTO achieve.learner (learner_id, name) VALUES (2660, 'Ann');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES
	(2660, 'Has ended', now() - interval '2 days', now() - interval '1 minute', 'ended'),
	(2661, 'Ends meanwhile', now() - interval '2 days', now() + interval '1 hour', 'ended');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (2660, 2660, 'passed and ended');
INSERT INTO achieve.enrollment (event_id, learner_id, enrolled_at) SELECT e, 2660, now() - interval '3 days' FROM generate_series(2660, 2661) AS e;
CREATE VIEW pg_temp.stored AS
	SELECT r.event_id, r.outcome, a.source, a.revoke_reason
	FROM achieve.result r LEFT JOIN achieve.achievement a USING (event_id, learner_id) WHERE r.event_id IN (2660, 2661) ORDER BY 1;
SELECT * FROM pg_temp.stored;
SELECT achieve.run_due() >= 0 AS past;

-- The clock is set back by ten days: what was an hour ago lies ahead.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE achieve.event SET ends_at = ends_at + interval '10 days', config_version = config_version + 1 WHERE event_id = 2660;
UPDATE achieve.result SET rule_decided_at = rule_decided_at + interval '10 days' WHERE event_id = 2660;
UPDATE achieve.achievement SET issued_at = issued_at + interval '10 days' WHERE event_id = 2660;
UPDATE achieve.due SET done_until = done_until + interval '10 days';
COMMIT;
SELECT * FROM achieve.check_outcomes() WHERE event_id IN (2660, 2661);
SELECT * FROM achieve.evaluate_event(2660);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (2660, 2660, 'x', 1);
UPDATE achieve.event SET title = 'Had ended' WHERE event_id = 2660;
SELECT * FROM pg_temp.stored;

-- An event ends while the clock has not caught up yet: run_due() sees it, and starts over.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE achieve.event SET ends_at = now() - interval '1 minute', config_version = config_version + 1 WHERE event_id = 2661;
COMMIT;
SELECT * FROM achieve.check_outcomes() WHERE event_id IN (2660, 2661);
SELECT achieve.run_due() > 0 AS done, achieve.run_due() AS again;
SELECT * FROM pg_temp.stored;
SELECT done_until <= now() AS starts_over FROM achieve.due;

-- A person who moves the end takes it back.
UPDATE achieve.event SET ends_at = now() + interval '30 days' WHERE event_id = 2660;
SELECT * FROM pg_temp.stored;
SELECT * FROM achieve.check_outcomes() WHERE event_id IN (2660, 2661);
