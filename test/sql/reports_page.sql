-- Do the queries of docs/reports.md run as written, for a reader where it says so, and count what is there?
CREATE DATABASE regress_achieve_reports_page;
\c regress_achieve_reports_page
SET client_min_messages = warning;
SET datestyle = ISO;
SET timezone = 'UTC';
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
INSERT INTO achieve.account (account_id, name) VALUES (1, 'Acme'), (2, 'Bolt');
INSERT INTO achieve.learner (learner_id, account_id, name) VALUES (1, 1, 'Ada'), (2, 1, 'Ben'), (3, 2, 'Cleo'), (4, 2, 'Dan'), (5, NULL, 'Eve');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'first-aid', 'First aid'), (2, 'forklift', 'Forklift');
INSERT INTO achieve.learning_path (path_id, code, title) VALUES (1, 'site', 'Site work');
INSERT INTO achieve.learning_path_step (path_id, step_no, achievement_type_id) VALUES (1, 1, 1), (1, 2, 2);
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES
	(1, 'FA', 'First aid course', 'absences <= 0 and score(exam) >= 60'), (2, 'FL', 'Forklift course', 'attendance >= 50');
INSERT INTO achieve.template_session (template_id, session_no, starts_after_minutes, duration_minutes) VALUES (1, 1, 0, 120), (1, 2, 240, 120), (2, 1, 0, 60), (2, 2, 60, 60);
INSERT INTO achieve.template_assessment (template_id, code, max_score) VALUES (1, 'exam', 50);
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed and paid'), (2, 2, 'passed and approved');
-- Mondays at 9 and 13 o'clock, a Friday at 17 and 18, and one that is running.
SELECT achieve.create_event('FA', '2025-01-13 08:00+00', 'FA-1', NULL, 'Europe/Berlin') AS event_id UNION ALL
SELECT achieve.create_event('FA', '2025-02-10 08:00+00', 'FA-2', NULL, 'Europe/Berlin') UNION ALL
SELECT achieve.create_event('FL', '2025-02-14 16:00+00', 'FL-1', NULL, 'Europe/Berlin');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (9, 'RUN', 'Running', now() - interval '9 days', now() + interval '9 days', 'absences <= 1');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT 9, n, now() + (n - 4) * interval '1 day', now() + (n - 4) * interval '1 day' FROM generate_series(1, 5) n;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2), (1, 3), (2, 4), (2, 5), (3, 1), (3, 3), (9, 1), (9, 2), (9, 3);
-- FA-1: Ada passes, Ben misses the afternoon, Cleo passes and has not paid; FA-2: Dan fails the exam and Eve is passed by hand; FL-1: both pass.
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (1, 'INV-1', 'issued'), (2, 'INV-2', 'paid');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid) VALUES (1, 3, 1, 1, 120, 20), (1, 1, 2, 1, 120, 0);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(1, 1, 1, 'present'), (1, 1, 2, 'late'), (1, 2, 1, 'present'), (1, 2, 2, 'absent'), (1, 3, 1, 'present'), (1, 3, 2, 'present'),
	(2, 4, 1, 'present'), (2, 4, 2, 'present'), (2, 5, 1, 'excused'), (2, 5, 2, 'absent'),
	(3, 1, 1, 'present'), (3, 1, 2, 'present'), (3, 3, 1, 'present'), (3, 3, 2, 'excused'),
	(9, 1, 1, 'present'), (9, 1, 2, 'present'), (9, 2, 1, 'present'), (9, 2, 2, 'absent'), (9, 3, 1, 'absent'), (9, 3, 2, 'absent');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 1, 'exam', 45), (1, 2, 'exam', 50), (1, 3, 'exam', 31), (2, 4, 'exam', 12);
BEGIN;
SELECT achieve.set_context('clerk');
SELECT achieve.set_result(2, 5, 'passed', 'seen at work');
COMMIT;
SELECT achieve.approve_results(3, '{1}') AS approved;
-- Dan's lasts ten days more, Eve's sixty, and Ben's, which lasts twenty, is renewed.
SELECT achieve.close_event(2);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (2, 2), (9, 1);
SELECT count(achieve.award(2, l, 'forklift', 'r', current_date - 300, current_date + d)) AS awarded FROM (VALUES (4, 10), (5, 60)) v (l, d);
SELECT count(achieve.award(e, 2, 'first-aid', 'r', current_date - 300, current_date + d)) AS awarded FROM (VALUES (1, 20), (9, 200)) v (e, d);
-- Issued three days after the session, and one after five; only for this test the time is moved.
SET session_replication_role = replica;
UPDATE achieve.achievement a SET issued_at = e.ends_at + CASE a.learner_id WHEN 5 THEN interval '5 days' ELSE interval '3 days' END FROM achieve.event e WHERE e.event_id = a.event_id;
RESET session_replication_role;
SELECT * FROM achieve.check_outcomes();
SELECT event_code, learner_name, outcome, source FROM achieve.results_tab ORDER BY event_id, learner_id;
SELECT event_code, learner_name, achievement_type, state, source FROM achieve.achievements_tab ORDER BY event_id, learner_id, achievement_type;
CREATE ROLE regress_achieve_bi;
SELECT achieve.grant_access('regress_achieve_bi', 'reader');
SET ROLE regress_achieve_bi;
\! awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } /^## / { print "-- " substr($0, 4) } on' docs/reports.md > results/reports_page.sql
\! awk '/^-- / { money = /payment/ } !money' results/reports_page.sql > results/reports_page_reader.sql
\! awk '/^-- / { money = /payment/ } money' results/reports_page.sql > results/reports_page_money.sql
\i results/reports_page_reader.sql
-- Money is not a reader's.
\set VERBOSITY terse
\set ECHO none
\i results/reports_page_money.sql
\set ECHO all
RESET ROLE;
GRANT SELECT ON achieve.invoice, achieve.invoice_line TO regress_achieve_bi;
SET ROLE regress_achieve_bi;
\i results/reports_page_money.sql
RESET ROLE;
\c contrib_regression
DROP DATABASE regress_achieve_reports_page;
DROP ROLE regress_achieve_bi;
