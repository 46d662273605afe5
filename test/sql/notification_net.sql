-- Are people told of each change once, with what a mail needs, and of the net
-- effects of a transaction only?
\set VERBOSITY terse
INSERT INTO achieve.account (account_id, name) VALUES (1700, 'Harbour Ltd');
INSERT INTO achieve.learner (learner_id, account_id, name, email, reference) VALUES
	(1701, 1700, 'Ada', 'ada@example.org', 'crm-1'), (1702, NULL, 'Ben', NULL, NULL);
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor)
	VALUES (1700, 'n-type', 'First aid', 1, 'year', 'event_end');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1700, 'n-event', 'First aid course', '2030-01-01', '2030-01-02', 'condition(points) >= 10');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1700, 1700, 'passed');
CREATE FUNCTION pg_temp.told() RETURNS TABLE (topic text, learner text, "from" text, "to" text, again text)
LANGUAGE sql AS $$
	WITH gone AS (SELECT n.* FROM achieve.notification AS n WHERE n.event_id = 1700 AND n.delivered_at IS NULL),
	marked AS (SELECT achieve.mark_delivered(coalesce(array_agg(notification_id), '{}')) FROM gone)
	SELECT g.topic, g.payload ->> 'learner_name', g.payload ->> 'previous_outcome', g.payload ->> 'outcome', g.payload ->> 'reinstated'
	FROM gone AS g, marked ORDER BY g.notification_id
$$;

-- Joining says nothing; passing and its achievement do, for a whole class in one statement.
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1700, 1701), (1700, 1702);
SELECT * FROM pg_temp.told();
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1700, 1701, 'points', 10), (1700, 1702, 'points', 12);
SELECT topic, event_id, learner_id, jsonb_pretty(payload - 'achievement_id' - 'number') AS payload
	FROM achieve.notification WHERE learner_id = 1701 ORDER BY notification_id;
SELECT n.payload ->> 'number' = a.number AS number, (n.payload ->> 'achievement_id')::bigint = a.achievement_id AS id,
	n.transaction_id = d.transaction_id AS "one transaction with the audit"
	FROM achieve.notification AS n JOIN achieve.achievement AS a USING (event_id, learner_id)
	JOIN achieve.audit AS d USING (event_id, learner_id)
	WHERE n.topic = 'achievement.issued' AND d.action = 'achievement.issued' AND n.event_id = 1700;
SELECT * FROM pg_temp.told();

-- Each once: evaluating again, or writing the same again, tells nothing.
SELECT achieve.evaluate_event(1700);
UPDATE achieve.condition SET value = 11 WHERE event_id = 1700;
SELECT * FROM pg_temp.told();

-- It lapses, and comes back later: told as one that is reinstated.
UPDATE achieve.condition SET value = 0 WHERE event_id = 1700 AND learner_id = 1701;
SELECT payload ->> 'reason' AS reason FROM achieve.notification WHERE topic = 'achievement.revoked' AND event_id = 1700;
SELECT * FROM pg_temp.told();
UPDATE achieve.condition SET value = 10 WHERE event_id = 1700 AND learner_id = 1701;
SELECT * FROM pg_temp.told();

-- A register saved by DELETE and INSERT: nobody is told.
BEGIN;
DELETE FROM achieve.condition WHERE event_id = 1700;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1700, 1701, 'points', 10), (1700, 1702, 'points', 12);
COMMIT;
SELECT * FROM pg_temp.told();
-- The same with evaluation at commit.
BEGIN;
SET LOCAL achieve.evaluation = commit;
DELETE FROM achieve.condition WHERE event_id = 1700;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1700, 1701, 'points', 10), (1700, 1702, 'points', 12);
COMMIT;
SELECT * FROM pg_temp.told();

-- There, back and there again is once.
BEGIN;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1700 AND learner_id = 1701;
UPDATE achieve.condition SET value = 10 WHERE event_id = 1700 AND learner_id = 1701;
UPDATE achieve.condition SET value = 1 WHERE event_id = 1700 AND learner_id = 1701;
COMMIT;
SELECT * FROM pg_temp.told();
-- From pending over passed to failed is from pending to failed; what was issued and taken back between is not told.
DELETE FROM achieve.condition WHERE event_id = 1700 AND learner_id = 1701;
SELECT * FROM pg_temp.told();
BEGIN;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1700, 1701, 'points', 10);
SELECT achieve.set_result(1700, 1701, 'failed', 'was not there');
COMMIT;
SELECT topic, payload ->> 'source' AS source, payload ->> 'reason' AS reason FROM achieve.notification WHERE event_id = 1700 AND delivered_at IS NULL;
SELECT * FROM pg_temp.told();

-- A savepoint takes back what it told, and what it left untold.
BEGIN;
SAVEPOINT a;
SELECT achieve.set_result(1700, 1702, 'failed', 'x');
ROLLBACK TO a;
SELECT achieve.set_result(1700, 1702, 'pending', 'y');
SAVEPOINT b;
SELECT achieve.clear_result(1700, 1702, 'z');
ROLLBACK TO b;
SELECT achieve.set_result(1700, 1702, 'failed', 'w');
COMMIT;
SELECT * FROM pg_temp.told();
SELECT achieve.clear_result(1700, 1702, 'all well');
SELECT * FROM pg_temp.told();

-- By people: award, revoke, reinstate; setting what stands already tells nothing.
SELECT achieve.set_result(1700, 1702, 'passed', 'as the rule says');
SELECT * FROM pg_temp.told();
SELECT achieve.revoke(achievement_id, 'forged') FROM achieve.achievement WHERE event_id = 1700 AND learner_id = 1702 AND revoked_at IS NULL;
SELECT * FROM pg_temp.told();
SELECT achieve.award(1700, 1702, 'n-type', 'a new one', issued_at => '2020-01-01') > 0 AS awarded;
SELECT * FROM pg_temp.told();
BEGIN;
SELECT achieve.revoke(achievement_id, 'x'), achieve.reinstate(achievement_id, 'y') FROM achieve.achievement WHERE event_id = 1700 AND learner_id = 1702 AND revoked_at IS NULL;
COMMIT;
SELECT * FROM pg_temp.told();
-- Corrected dates are no news.
SELECT achieve.amend_achievement(achievement_id, '2020-01-01', NULL, 'older than thought')
	FROM achieve.achievement WHERE event_id = 1700 AND learner_id = 1702 AND revoked_at IS NULL;
SELECT * FROM pg_temp.told();

-- History is loaded untold.
SET achieve.notifications = off;
SELECT achieve.clear_result(1700, 1701, 'before our time');
SET achieve.notifications = on;
SELECT * FROM pg_temp.told();
CREATE ROLE regress_achieve_quiet;
SET SESSION AUTHORIZATION regress_achieve_quiet;
SET achieve.notifications = off;
RESET SESSION AUTHORIZATION;
DROP ROLE regress_achieve_quiet;

-- A class that is too large to be remembered one by one: what is taken back of its first, of one in the middle and of its last is not told.
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'N' || l FROM generate_series(901711, 901780) l;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1700, l FROM generate_series(901711, 901780) l;
BEGIN;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 1700, l, 'points', 10 FROM generate_series(901711, 901780) l;
DELETE FROM achieve.condition WHERE event_id = 1700 AND learner_id IN (901711, 901750, 901780);
COMMIT;
SELECT topic, count(*), count(*) FILTER (WHERE learner_id IN (901711, 901750, 901780)) AS "of those taken back"
	FROM achieve.notification WHERE event_id = 1700 AND delivered_at IS NULL GROUP BY topic ORDER BY topic;
-- The next transaction has written nothing yet: what was told before stays told.
DELETE FROM achieve.condition WHERE event_id = 1700 AND learner_id = 901712;
SELECT topic, payload ->> 'previous_outcome' AS "from", payload ->> 'outcome' AS "to" FROM achieve.notification WHERE learner_id = 901712 ORDER BY notification_id;
SELECT count(*) AS told FROM pg_temp.told();
-- The same with one notification for each.
UPDATE achieve.event_achievement SET active = false WHERE event_id = 1700;
BEGIN;
DELETE FROM achieve.condition WHERE event_id = 1700 AND learner_id > 901710;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 1700, l, 'points', 10 FROM unnest(ARRAY[901713, 901745, 901779]) l;
COMMIT;
SELECT topic, count(*), count(*) FILTER (WHERE learner_id IN (901713, 901745, 901779)) AS "of those taken back"
	FROM achieve.notification WHERE event_id = 1700 AND delivered_at IS NULL GROUP BY topic ORDER BY topic;
SELECT count(*) AS told FROM pg_temp.told();

-- Nobody writes it directly.
INSERT INTO achieve.notification (transaction_id, topic) VALUES (1, 'x');
UPDATE achieve.notification SET delivered_at = NULL;
DELETE FROM achieve.notification;
SELECT * FROM achieve.check_outcomes(1700);
