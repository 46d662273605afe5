-- Is an approval that was undone, or was another enrollment's, gone for good?
\set VERBOSITY terse
SET client_min_messages = warning;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (4100, 'undone', 'Reviewed');
INSERT INTO achieve.learner (learner_id, name) VALUES (4101, 'L');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES (4100, 'Approvals', '2030-01-01', '2030-01-02', 'attended >= 1');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (4100, 1, '2030-01-01', '2030-01-02');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (4100, 4100, 'passed and approved');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4100, 4101);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (4100, 4101, 1, 'present');
CREATE VIEW pg_temp.now_is AS
	SELECT r.outcome, r.approved_at IS NOT NULL AS approved, a.holds, a.records
	FROM achieve.result r, LATERAL (SELECT count(*) AS records, count(*) FILTER (WHERE a.revoked_at IS NULL) AS holds FROM achieve.achievement a
		WHERE a.event_id = r.event_id AND a.learner_id = r.learner_id) a WHERE r.event_id = 4100;
-- What is audited of approvals; each of the cases below marks its beginning.
CREATE TEMPORARY TABLE begun AS SELECT max(audit_id) AS audit_id FROM achieve.audit;
CREATE VIEW pg_temp.audited AS SELECT string_agg(action, ', ' ORDER BY audit_id) AS audited FROM achieve.audit
	WHERE event_id = 4100 AND action LIKE 'result.appro%' AND audit_id > (SELECT audit_id FROM begun);

-- Given and ended in a part that is rolled back.
BEGIN;
SAVEPOINT s;
SELECT achieve.approve_results(4100);
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 4100;
TABLE pg_temp.now_is;
ROLLBACK TO s;
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 4100;
UPDATE achieve.attendance SET status = 'late' WHERE event_id = 4100;
COMMIT;
TABLE pg_temp.now_is;
TABLE pg_temp.audited;
-- The same where the rolled back part is inside one that is kept.
BEGIN;
SAVEPOINT s;
SAVEPOINT t;
SELECT achieve.approve_results(4100);
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 4100;
RELEASE t;
ROLLBACK TO s;
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 4100;
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 4100;
COMMIT;
TABLE pg_temp.now_is;

-- Ended in a part that is kept: it returns, and what it awards with it.
SELECT achieve.approve_results(4100);
TABLE pg_temp.now_is;
UPDATE begun SET audit_id = (SELECT max(audit_id) FROM achieve.audit);
BEGIN;
SAVEPOINT s;
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 4100;
TABLE pg_temp.now_is;
RELEASE s;
UPDATE achieve.attendance SET status = 'late' WHERE event_id = 4100;
TABLE pg_temp.now_is;
COMMIT;
TABLE pg_temp.now_is;
TABLE pg_temp.audited;
-- Ended in a part that is rolled back: it stands, and ends and returns anew.
BEGIN;
SAVEPOINT s;
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 4100;
ROLLBACK TO s;
TABLE pg_temp.now_is;
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 4100;
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 4100;
COMMIT;
TABLE pg_temp.now_is;

-- Ended by hand and returned by taking that back: what it awards returns with it.
BEGIN;
SELECT achieve.set_result(4100, 4101, 'failed', 'cheated');
TABLE pg_temp.now_is;
SELECT achieve.clear_result(4100, 4101, 'it was another');
TABLE pg_temp.now_is;
COMMIT;
SELECT * FROM achieve.check_outcomes(4100);

-- Enrolled anew in one transaction: it is another enrollment, which nobody has approved.
INSERT INTO achieve.learner (learner_id, name) VALUES (4102, 'M');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES (4101, 'Anew', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4101, 4102);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4101, 4102, 'done', 1);
SELECT achieve.approve_results(4101);
BEGIN;
UPDATE achieve.condition SET value = 0 WHERE event_id = 4101;
DELETE FROM achieve.enrollment WHERE event_id = 4101;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4101, 4102);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4101, 4102, 'done', 1);
COMMIT;
SELECT outcome, approved_at FROM achieve.result WHERE event_id = 4101;
SELECT action FROM achieve.audit WHERE event_id = 4101 AND object = 'result' ORDER BY audit_id;
SELECT * FROM achieve.check_outcomes(4101);
-- The same where both are evaluated at once, at commit.
BEGIN;
SET LOCAL achieve.evaluation = commit;
DELETE FROM achieve.enrollment WHERE event_id = 4101;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4101, 4102);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4101, 4102, 'done', 1);
COMMIT;
SELECT achieve.approve_results(4101);
BEGIN;
UPDATE achieve.condition SET value = 0 WHERE event_id = 4101;
SET LOCAL achieve.evaluation = commit;
DELETE FROM achieve.enrollment WHERE event_id = 4101;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4101, 4102);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4101, 4102, 'done', 1);
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE achieve.condition SET value = 2 WHERE event_id = 4101;
SET CONSTRAINTS ALL IMMEDIATE;
COMMIT;
SELECT outcome, approved_at FROM achieve.result WHERE event_id = 4101;

-- Ended, and then returned and ended again, withdrawn or deleted in a part that is rolled back: it still returns.
SELECT achieve.approve_results(4101);
BEGIN;
UPDATE achieve.condition SET value = 0 WHERE event_id = 4101;
SAVEPOINT s;
UPDATE achieve.condition SET value = 1 WHERE event_id = 4101;
UPDATE achieve.condition SET value = 0 WHERE event_id = 4101;
ROLLBACK TO s;
SELECT achieve.withdraw_approval(4101);
ROLLBACK TO s;
DELETE FROM achieve.enrollment WHERE event_id = 4101;
ROLLBACK TO s;
UPDATE achieve.condition SET value = 1 WHERE event_id = 4101;
SELECT outcome, approved_at IS NOT NULL AS approved FROM achieve.result WHERE event_id = 4101;
COMMIT;
SELECT * FROM achieve.check_outcomes(4101);
