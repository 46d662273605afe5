-- Does holds() see what a learner holds from any event, on the day, in chains,
-- under "not", and does time alone take nothing back?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit) VALUES
	(1160, 'h-basic', 'Basic', NULL, NULL), (1161, 'h-advanced', 'Advanced', NULL, NULL),
	(1162, 'h-expert', 'Expert', NULL, NULL), (1163, 'h-barred', 'Barred', NULL, NULL);
INSERT INTO achieve.learner (learner_id, name) VALUES (1161, 'Ada'), (1162, 'Ben');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(1160, 'h-basic', 'Gives basic', '2030-01-01', '2030-01-02', 'condition(done)'),
	(1161, 'h-needs', 'Needs basic', '2030-01-01', '2030-01-02', 'holds(h-basic)'),
	(1162, 'h-advanced', 'Gives advanced to who holds basic', '2030-01-01', '2030-01-02', NULL),
	(1163, 'h-expert', 'Gives expert to who holds advanced', '2030-01-01', '2030-01-02', NULL),
	(1164, 'h-not', 'Not for the barred', '2030-01-01', '2030-01-02', 'not holds(h-barred)'),
	(1165, 'h-first', 'Basic once more, to who has it from nowhere else', '2030-01-01', '2030-01-02', NULL);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(1160, 1160, 'passed'), (1160, 1163, NULL), (1162, 1161, 'holds(h-basic)'), (1163, 1162, 'holds(h-advanced)');
INSERT INTO achieve.enrollment (event_id, learner_id)
	SELECT e, l FROM generate_series(1160, 1165) AS e, generate_series(1161, 1162) AS l;
CREATE FUNCTION pg_temp.held(learner bigint) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(t.code || ' (' || a.event_id || ')', ', ' ORDER BY t.code, a.event_id)
	FROM achieve.achievement AS a JOIN achieve.achievement_type AS t USING (achievement_type_id)
	WHERE a.learner_id = learner AND a.revoked_at IS NULL
$$;
CREATE FUNCTION pg_temp.outcome(event bigint, learner bigint) RETURNS text LANGUAGE sql AS $$
	SELECT rule_outcome FROM achieve.result WHERE event_id = event AND learner_id = learner
$$;

-- One fact goes through the whole chain, for its learner only, and back.
SELECT pg_temp.outcome(1161, 1161), pg_temp.outcome(1164, 1161), pg_temp.held(1161);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1160, 1161, 'done', 1);
SELECT pg_temp.outcome(1161, 1161), pg_temp.outcome(1161, 1162) AS "of the other", pg_temp.held(1161), pg_temp.held(1162) AS "held by the other";
UPDATE achieve.condition SET value = 0 WHERE event_id = 1160;
SELECT pg_temp.outcome(1161, 1161), pg_temp.held(1161);
UPDATE achieve.condition SET value = 1 WHERE event_id = 1160;
SELECT pg_temp.outcome(1161, 1161), pg_temp.held(1161);
-- One row for each, however often it went: the dates are the same.
SELECT count(*) FROM achieve.achievement WHERE learner_id = 1161;
-- A link in the middle that a person takes out.
SELECT achieve.revoke(achievement_id, 'by mistake') FROM achieve.achievement WHERE event_id = 1162 AND learner_id = 1161;
SELECT pg_temp.held(1161);
SELECT achieve.reinstate(achievement_id, 'not by mistake') FROM achieve.achievement WHERE event_id = 1162 AND learner_id = 1161;
SELECT pg_temp.held(1161);

-- "not holds" is true now, and taken back when it comes.
SELECT achieve.award(1160, 1161, 'h-barred', 'barred') > 0 AS barred;
SELECT pg_temp.outcome(1164, 1161), pg_temp.outcome(1164, 1162);
SELECT achieve.revoke(achievement_id, 'over') FROM achieve.achievement WHERE achievement_type_id = 1163;
SELECT pg_temp.outcome(1164, 1161);

-- Its own does not count in an award rule for the same type, another's does.
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1165, 1160, 'not holds(h-basic)');
SELECT pg_temp.held(1161), pg_temp.held(1162);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1160, 1162, 'done', 1);
SELECT pg_temp.held(1162);

-- Not yet valid, or not any more: not held.
UPDATE achieve.event_achievement SET active = false WHERE event_id = 1165;
SELECT achieve.revoke(achievement_id, 'for the test') FROM achieve.achievement WHERE learner_id = 1162 AND achievement_type_id = 1160 AND revoked_at IS NULL;
SELECT achieve.award(1160, 1162, 'h-basic', 'too early', achieve.today('UTC') + 1) > 0 AS "from tomorrow";
SELECT pg_temp.outcome(1161, 1162);
SELECT achieve.revoke(achievement_id, 'for the test') FROM achieve.achievement WHERE learner_id = 1162 AND event_id = 1160 AND revoked_at IS NULL;
SELECT achieve.award(1160, 1162, 'h-basic', 'old', '2020-01-01', achieve.today('UTC')) > 0 AS "until yesterday";
SELECT pg_temp.outcome(1161, 1162);
SELECT achieve.revoke(achievement_id, 'for the test') FROM achieve.achievement WHERE learner_id = 1162 AND event_id = 1160 AND revoked_at IS NULL;
SELECT achieve.award(1160, 1162, 'h-basic', 'to the last', '2020-01-01', achieve.today('UTC') + 1) > 0 AS "until today";
SELECT pg_temp.outcome(1161, 1162), pg_temp.held(1162);

-- Time passes: what was decided in 2020, when basic was valid, stands after
-- its expiry in 2021; what is decided afresh does not see it.
CREATE PROCEDURE pg_temp.let_time_pass() LANGUAGE plpgsql AS $$
BEGIN
	ALTER TABLE achieve.achievement DISABLE TRIGGER USER;
	ALTER TABLE achieve.result DISABLE TRIGGER USER;
	UPDATE achieve.achievement SET issued_at = '2020-06-01', valid_from = '2020-01-01',
		expires_on = CASE WHEN achievement_type_id = 1160 THEN date '2021-01-01' END
	WHERE learner_id = 1162 AND revoked_at IS NULL;
	UPDATE achieve.result SET rule_decided_at = '2020-06-01' WHERE event_id = 1161 AND learner_id = 1162;
	ALTER TABLE achieve.achievement ENABLE TRIGGER USER;
	ALTER TABLE achieve.result ENABLE TRIGGER USER;
END $$;
CALL pg_temp.let_time_pass();
SELECT (achieve.evaluate_event(e)).* FROM generate_series(1161, 1163) AS e;
SELECT pg_temp.outcome(1161, 1162), pg_temp.held(1162);
SELECT * FROM achieve.check_outcomes();
-- Whoever joins only now has never held it while it was valid.
DELETE FROM achieve.enrollment WHERE event_id = 1161 AND learner_id = 1162;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1161, 1162);
SELECT pg_temp.outcome(1161, 1162);
-- A revocation does take it back.
SELECT achieve.revoke(achievement_id, 'forged') FROM achieve.achievement WHERE learner_id = 1162 AND event_id = 1160 AND revoked_at IS NULL;
SELECT pg_temp.held(1162);

SELECT * FROM achieve.check_outcomes();
