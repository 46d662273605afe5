-- Who may approve which results, when does an approval end, and when does it come back?
\set VERBOSITY terse
INSERT INTO achieve.course_template (template_id, code, title, approval_by_another) VALUES (2000, 'ap', 'Reviewed', true);
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (2000, 'ap-held-back', 'Held back until review');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(2001, 2005) l;
INSERT INTO achieve.event (event_id, template_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(2000, 2000, 'ap-1', 'Reviewed', '2030-01-01', '2030-01-02', 'condition(points) >= 10');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (2000, 2000, 'passed and approved');
INSERT INTO achieve.enrollment (event_id, learner_id, status)
	SELECT 2000, l, CASE l WHEN 2005 THEN 'cancelled' ELSE 'active' END FROM generate_series(2001, 2005) l;
INSERT INTO achieve.condition (event_id, learner_id, name, value)
	VALUES (2000, 2001, 'points', 12), (2000, 2002, 'points', 3), (2000, 2003, 'points', 3), (2000, 2005, 'points', 12);
CREATE VIEW pg_temp.now_is AS
	SELECT r.learner_id, r.outcome, r.approved_by,
		EXISTS (SELECT FROM achieve.achievement a WHERE a.event_id = r.event_id AND a.learner_id = r.learner_id
			AND a.revoked_at IS NULL) AS holds
	FROM achieve.result r WHERE r.event_id = 2000 ORDER BY r.learner_id;

-- Passed, and held back until somebody approves. Pending and inactive ones are skipped.
TABLE pg_temp.now_is;
BEGIN; SELECT achieve.set_context('reviewer'); SELECT achieve.approve_results(2000, reason => 'first review'); COMMIT;
TABLE pg_temp.now_is;
-- Approving again approves nothing new.
SELECT achieve.approve_results(2000);

-- Whoever set a result does not approve it: by actor ...
BEGIN; SELECT achieve.set_context('teacher'); SELECT achieve.set_result(2000, 2003, 'passed', 'oral exam'); COMMIT;
SELECT outcome, approved_by FROM pg_temp.now_is WHERE learner_id = 2003;
\set VERBOSITY default
BEGIN; SELECT achieve.set_context('teacher'); SELECT achieve.approve_results(2000, '{2003}'); ROLLBACK;
\set VERBOSITY terse
-- ... and where only one of the two has an actor they cannot be told apart.
SELECT achieve.approve_results(2000, '{2003}');
BEGIN; SELECT achieve.set_context('reviewer'); SELECT achieve.approve_results(2000, '{2003}'); COMMIT;
-- By database user where neither has one.
SELECT achieve.set_result(2000, 2004, 'passed', 'missed the exam, excused');
SELECT achieve.approve_results(2000, '{2004}');
TABLE pg_temp.now_is;

-- An approval ends when the outcome changes, and what it held lapses ...
UPDATE achieve.condition SET value = 1 WHERE event_id = 2000 AND learner_id = 2001;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2001;
-- ... and does not come back by itself.
UPDATE achieve.condition SET value = 12 WHERE event_id = 2000 AND learner_id = 2001;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2001;
BEGIN; SELECT achieve.set_context('reviewer'); SELECT achieve.approve_results(2000, '{2001}'); COMMIT;
-- Except within one transaction: a register saved by DELETE and INSERT.
BEGIN;
DELETE FROM achieve.condition WHERE event_id = 2000 AND learner_id = 2001;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2001;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (2000, 2001, 'points', 15);
COMMIT;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2001;
-- Not where a person withdrew it meanwhile, and not across a rollback.
BEGIN;
SELECT achieve.withdraw_approval(2000, '{2001}', 'second thoughts');
UPDATE achieve.condition SET value = 1 WHERE event_id = 2000 AND learner_id = 2001;
UPDATE achieve.condition SET value = 12 WHERE event_id = 2000 AND learner_id = 2001;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2001;
ROLLBACK;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2001;

-- Withdrawing takes back what only an approved result gets.
SELECT achieve.withdraw_approval(2000);
TABLE pg_temp.now_is;
SELECT action, actor, learner_id, old_value, new_value, reason FROM achieve.audit
	WHERE event_id = 2000 AND action LIKE 'result.appro%' ORDER BY audit_id;

-- Wrong input.
\set VERBOSITY default
SELECT achieve.approve_results(NULL);
SELECT achieve.approve_results(2999);
SELECT achieve.approve_results(2000, '{2001,NULL}');
SELECT achieve.approve_results(2000, '{2001,2999}');
SELECT achieve.approve_results(2000, '{2005}');
SELECT achieve.withdraw_approval(2999);
SELECT * FROM achieve.check_outcomes(2000);
