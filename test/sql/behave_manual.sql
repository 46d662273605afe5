-- Do manual results win over the rule in both directions until cleared, and do
-- passed, failed and approved decide awards?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(1170, 'm-passed', 'Passed'), (1171, 'm-failed', 'Failed'), (1172, 'm-approved', 'Approved');
INSERT INTO achieve.learner (learner_id, name) VALUES (1171, 'Ada'), (1172, 'Ben');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(1170, 'm-event', 'By rule', '2030-01-01', '2030-01-02', 'condition(points) >= 10'),
	(1171, 'm-manual', 'By hand only', '2030-01-01', '2030-01-02', NULL);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT e, t, r FROM generate_series(1170, 1171) AS e,
		(VALUES (1170, 'passed'::achieve.rule), (1171, 'failed'), (1172, 'approved')) AS v (t, r);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1170, 1171), (1170, 1172), (1171, 1171);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1170, 1171, 'points', 10), (1170, 1172, 'points', 9);
CREATE VIEW pg_temp.now_is AS
	SELECT r.event_id, r.learner_id, rule_outcome, manual_outcome, outcome, r.source, r.reason, decided_by,
		(SELECT string_agg(t.code, ', ' ORDER BY t.code) FROM achieve.achievement AS a
			JOIN achieve.achievement_type AS t USING (achievement_type_id)
			WHERE a.event_id = r.event_id AND a.learner_id = r.learner_id AND a.revoked_at IS NULL) AS held
	FROM achieve.result AS r WHERE r.event_id IN (1170, 1171);

-- Every enrollment has a result row; without a passing rule it is pending.
SELECT * FROM pg_temp.now_is ORDER BY event_id, learner_id;

-- Set against the rule, in both directions; who decided is on record.
BEGIN;
SELECT achieve.set_context('exam board');
SELECT achieve.set_result(1170, 1171, 'failed', 'cheated');
SELECT achieve.set_result(1170, 1172, 'passed', 'hardship');
SELECT achieve.set_result(1171, 1171, 'passed', 'oral exam');
COMMIT;
SELECT * FROM pg_temp.now_is ORDER BY event_id, learner_id;
-- The rule's own outcome follows the facts beside it; the manual one stays.
UPDATE achieve.condition SET value = CASE learner_id WHEN 1171 THEN 1 ELSE 20 END WHERE event_id = 1170;
SELECT learner_id, rule_outcome, manual_outcome, outcome FROM pg_temp.now_is WHERE event_id = 1170 ORDER BY learner_id;
UPDATE achieve.condition SET value = CASE learner_id WHEN 1171 THEN 10 ELSE 9 END WHERE event_id = 1170;
-- A manual result can also be pending, and be set again.
SELECT achieve.set_result(1170, 1172, 'pending', 'under review');
SELECT outcome, reason, held FROM pg_temp.now_is WHERE event_id = 1170 AND learner_id = 1172;
SELECT achieve.set_result(1170, 1172, 'passed', 'reviewed');
SELECT outcome, reason, held FROM pg_temp.now_is WHERE event_id = 1170 AND learner_id = 1172;
-- Cleared: the rule's outcome stands again, and nothing manual is left.
SELECT achieve.clear_result(1170, 1171, 'appeal won');
SELECT achieve.clear_result(1170, 1172, 'appeal withdrawn');
SELECT achieve.clear_result(1171, 1171, 'entered by mistake');
SELECT * FROM pg_temp.now_is ORDER BY event_id, learner_id;
-- With nothing to clear nothing happens, and nothing is audited.
SELECT achieve.clear_result(1170, 1171, 'again');
SELECT action, old_value ->> 'outcome' AS was, new_value ->> 'outcome' AS is, new_value ->> 'rule_outcome' AS by_rule, actor, reason
	FROM achieve.audit WHERE event_id = 1170 AND action LIKE 'result.%' AND learner_id = 1171 ORDER BY audit_id;

-- Approved, as approve_results() of a later version will leave it: it decides,
-- and it is of one outcome, so that it ends when the outcome changes.
BEGIN;
ALTER TABLE achieve.result DISABLE TRIGGER USER;
UPDATE achieve.result SET approved_by = 'head', approved_at = now() WHERE event_id = 1170;
ALTER TABLE achieve.result ENABLE TRIGGER USER;
SELECT * FROM achieve.evaluate_event(1170);
COMMIT;
SELECT learner_id, outcome, held FROM pg_temp.now_is WHERE event_id = 1170 ORDER BY learner_id;
UPDATE achieve.condition SET value = 11 WHERE event_id = 1170;
SELECT learner_id, outcome, held, approved_by FROM pg_temp.now_is JOIN achieve.result USING (event_id, learner_id, outcome)
	WHERE event_id = 1170 ORDER BY learner_id;
SELECT achieve.set_result(1170, 1171, 'passed', 'the same outcome keeps the approval');
SELECT approved_by FROM achieve.result WHERE event_id = 1170 AND learner_id = 1171;
SELECT achieve.set_result(1170, 1171, 'failed', 'another ends it');
SELECT approved_by FROM achieve.result WHERE event_id = 1170 AND learner_id = 1171;
SELECT learner_id, action, reason FROM achieve.audit WHERE event_id = 1170 AND action = 'result.approval_ended' ORDER BY audit_id;

SELECT * FROM achieve.check_outcomes();
