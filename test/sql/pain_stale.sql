-- What was wrong until a job had run: is it right at once here?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(3601, 'pl-dated', 'Dated', 'text/plain', 'passed on {{issued_on}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id) VALUES (3601, 'pl-pass', 'For passing', 3601);
INSERT INTO achieve.learner (learner_id, name) SELECT 3600 + n, 'Learner ' || n FROM generate_series(1, 40) n;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(3601, 'pl-1', 'Course', '2030-01-01', '2030-01-05', 'completed(report) and score(exam) >= 60'),
	(3602, 'pl-old', 'Long ago', '2001-01-01', '2001-01-02', 'score(exam) >= 60'),
	(3603, 'pl-limit', 'Two absences', '2030-01-01', '2030-01-05', 'absences <= 2');
INSERT INTO achieve.requirement (event_id, code) VALUES (3601, 'report');
INSERT INTO achieve.assessment (event_id, code) VALUES (3601, 'exam'), (3602, 'exam');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT 3603, n, '2030-01-01', '2030-01-01' FROM generate_series(1, 4) n;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT e, 3601, 'passed' FROM generate_series(3601, 3603) e;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 3601, 3600 + n FROM generate_series(1, 40) n;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (3602, 3601), (3603, 3601);
-- Three reports of the same: the tabs, and the event's counts.
CREATE VIEW pg_temp.reports AS
	SELECT s.event_code AS event, s.passed, s.failed, s.pending, s.issued,
		(SELECT count(*) FROM achieve.results_tab r WHERE r.event_id = s.event_id AND r.outcome = 'passed') AS passed_on_tab,
		(SELECT count(*) FROM achieve.achievements_tab a WHERE a.event_id = s.event_id AND a.state = 'issued') AS issued_on_tab,
		(SELECT count(*) FROM achieve.certificates_tab c WHERE c.event_id = s.event_id AND c.status = 'current') AS certificates
	FROM achieve.event_summary s WHERE s.event_id BETWEEN 3601 AND 3603 ORDER BY 1;

-- "Printed before the job had run, it had no date", "two reports disagreed": all of it is there when the statement ends.
INSERT INTO achieve.completion (event_id, learner_id, code) SELECT 3601, 3600 + n, 'report' FROM generate_series(1, 40) n;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3601, 3601, 'exam', 60);
SELECT c.content = 'passed on ' || to_char(a.issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS dated, c.generated_at >= a.issued_at AS then
	FROM achieve.certificate c JOIN achieve.achievement a USING (event_id, achievement_id) WHERE c.event_id = 3601;
SELECT * FROM pg_temp.reports WHERE event = 'pl-1';
-- "After an update of some, their neighbours stayed old." Whatever is changed, all whom it concerns are decided.
INSERT INTO achieve.score (event_id, learner_id, code, score) SELECT 3601, 3600 + n, 'exam', n FROM generate_series(2, 40) n;
SELECT * FROM pg_temp.reports WHERE event = 'pl-1';
UPDATE achieve.assessment SET max_score = 60 WHERE event_id = 3601;
SELECT * FROM pg_temp.reports WHERE event = 'pl-1';
UPDATE achieve.event SET passing_rule = 'completed(report) and score(exam) >= 50' WHERE event_id = 3601;
SELECT * FROM pg_temp.reports WHERE event = 'pl-1';
DELETE FROM achieve.completion WHERE event_id = 3601 AND learner_id > 3635;
SELECT * FROM pg_temp.reports WHERE event = 'pl-1';
-- "The gradebook saw it, and the transaction that had written it did not": nor does a rollback leave anything.
BEGIN;
UPDATE achieve.score SET score = 0 WHERE event_id = 3601;
SELECT * FROM pg_temp.reports WHERE event = 'pl-1';
ROLLBACK;
SELECT * FROM pg_temp.reports WHERE event = 'pl-1';

-- "It checked everybody by polling, and wrote rows from 0 to 0." Forty scores are touched, one outcome changes, one is written and told.
SELECT coalesce(max(audit_id), 0) AS audited FROM achieve.audit \gset
SELECT coalesce(max(notification_id), 0) AS told FROM achieve.notification \gset
UPDATE achieve.score SET score = CASE learner_id WHEN 3602 THEN 60 ELSE score END WHERE event_id = 3601;
SELECT learner_id, action FROM achieve.audit WHERE audit_id > :audited AND event_id = 3601 ORDER BY audit_id;
SELECT learner_id, topic FROM achieve.notification WHERE notification_id > :told AND event_id = 3601 ORDER BY notification_id;

-- "Rules fall asleep some weeks after the last award." A correction of something long past is decided like any other.
SELECT * FROM pg_temp.reports WHERE event = 'pl-old';
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3602, 3601, 'exam', 99);
SELECT * FROM pg_temp.reports WHERE event = 'pl-old';

-- "Passed was shown before the end, and then corrected." It is shown when it is certain, and not before.
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (3603, 3601, 1, 'absent'), (3603, 3601, 2, 'present');
SELECT * FROM pg_temp.reports WHERE event = 'pl-limit';
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (3603, 3601, 3, 'present');
SELECT * FROM pg_temp.reports WHERE event = 'pl-limit';
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (3603, 3601, 4, 'absent');
SELECT * FROM pg_temp.reports WHERE event = 'pl-limit';
-- Where somebody asks for it, at commit, or when a function is called: never later.
BEGIN;
SET LOCAL achieve.evaluation = commit;
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 3603;
SELECT passed, failed FROM pg_temp.reports WHERE event = 'pl-limit';
SET CONSTRAINTS ALL IMMEDIATE;
SELECT passed, failed FROM pg_temp.reports WHERE event = 'pl-limit';
COMMIT;
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 3601 AND 3603;
