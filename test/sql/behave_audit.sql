-- Does the audit say who changed what, when, why, and on which evidence?
\set VERBOSITY terse
INSERT INTO achieve.learner (learner_id, name) VALUES (1221, 'Ada'), (1222, 'Ben');
CREATE ROLE regress_achieve_writer;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON achieve.attendance, achieve.condition TO regress_achieve_writer;
CREATE FUNCTION pg_temp.audit(learner bigint DEFAULT NULL)
RETURNS TABLE (action text, object text, actor text, database_user text, was text, "is" text, reason text) LANGUAGE sql AS $$
	SELECT action, object, actor, CASE database_user WHEN session_user THEN 'owner' ELSE database_user END,
		coalesce(old_value ->> 'outcome', old_value ->> 'state'), coalesce(new_value ->> 'outcome', new_value ->> 'state'), reason
	FROM achieve.audit WHERE event_id = 1220 AND learner_id IS NOT DISTINCT FROM learner ORDER BY audit_id
$$;

-- Configuration: one row for each change, with who and why.
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1220, 'a-type', 'Audited');
BEGIN;
SELECT achieve.set_context('planner', 'season 2030');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1220, 'a-event', 'Audited', '2030-01-01', '2030-01-02', 'attended >= 1 and condition(points) >= 10');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1220, 1, '2030-01-01 09:00+00', '2030-01-01 10:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1220, 1220, 'passed and paid');
COMMIT;
UPDATE achieve.event SET passing_rule = 'attended >= 1 and condition(points) >= 9', title = 'Audited well' WHERE event_id = 1220;
UPDATE achieve.event SET title = title WHERE event_id = 1220;
SELECT action, object, actor, reason FROM pg_temp.audit();
SELECT key, old_value -> key AS was, new_value -> key AS "is" FROM achieve.audit, jsonb_object_keys(new_value) AS key
	WHERE event_id = 1220 AND action = 'event.updated' AND old_value -> key <> new_value -> key ORDER BY key;

-- An app with rights on the fact tables only; the engine writes as the owner.
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1220, 1221), (1220, 1222);
SET SESSION AUTHORIZATION regress_achieve_writer;
SELECT * FROM achieve.result;
BEGIN;
SET LOCAL achieve.actor = 'trainer 7';
SET LOCAL achieve.reason = 'register';
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1220, 1221, 1, 'present');
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1220, 1221, 'points', 9.5);
COMMIT;
-- The context was that transaction's only.
UPDATE achieve.condition SET value = 8 WHERE event_id = 1220;
RESET SESSION AUTHORIZATION;
SELECT * FROM pg_temp.audit(1221);
-- The evidence: the rule, the facts it saw, and that they decide as recorded.
SELECT action, jsonb_pretty(evidence) FROM achieve.audit WHERE event_id = 1220 AND learner_id = 1221 ORDER BY audit_id LIMIT 2;
SELECT action, achieve.evaluate((evidence ->> 'rule')::achieve.rule, evidence -> 'facts') AS decides
	FROM achieve.audit WHERE event_id = 1220 AND learner_id = 1221 ORDER BY audit_id;

-- One transaction's rows carry its number; a row per change, none for no change.
SELECT count(DISTINCT transaction_id) AS transactions, count(*) AS rows FROM achieve.audit WHERE event_id = 1220 AND learner_id = 1221;
UPDATE achieve.condition SET value = 7 WHERE event_id = 1220;
SELECT achieve.evaluate_event(1220);
SELECT count(*) AS rows FROM achieve.audit WHERE event_id = 1220 AND learner_id = 1221;

-- What people do: the function's reason goes before the context's.
BEGIN;
SELECT achieve.set_context('head', 'yearly review');
SELECT achieve.set_result(1220, 1222, 'passed', 'oral exam');
SELECT achieve.revoke(achievement_id, 'not yet') FROM achieve.achievement WHERE event_id = 1220 AND learner_id = 1222;
SELECT achieve.reinstate(achievement_id, 'now') FROM achieve.achievement WHERE event_id = 1220 AND learner_id = 1222;
SELECT achieve.clear_result(1220, 1222, 'of another learner');
COMMIT;
SELECT achieve.set_result(1220, 1222, 'failed', 'nobody in particular');
SELECT * FROM pg_temp.audit(1222);
SELECT revoked_by, revoke_reason, issued_by FROM achieve.achievement WHERE event_id = 1220 AND learner_id = 1222;
SELECT decided_by = session_user AS by_the_user FROM achieve.result WHERE event_id = 1220 AND learner_id = 1222;
-- A rollback takes the context and the rows along.
BEGIN;
SELECT achieve.set_context('nobody');
SAVEPOINT a;
SELECT achieve.set_context('somebody');
SELECT achieve.clear_result(1220, 1222, 'x');
ROLLBACK TO a;
SELECT current_setting('achieve.actor') AS actor;
ROLLBACK;
SELECT current_setting('achieve.actor', true) AS actor, count(*) FROM pg_temp.audit(1222);

-- The last of them: the enrollment goes, its audit stays.
DELETE FROM achieve.enrollment WHERE event_id = 1220 AND learner_id = 1221;
DELETE FROM achieve.achievement_type WHERE code = 'a-type';
REVOKE ALL ON achieve.attendance, achieve.condition FROM regress_achieve_writer;
REVOKE ALL ON SCHEMA achieve FROM regress_achieve_writer;
DROP ROLE regress_achieve_writer;

SELECT * FROM achieve.check_outcomes();
