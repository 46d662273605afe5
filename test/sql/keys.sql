-- Do the rows of an event move with its key, and go with it, until something
-- was issued?
\set regress_database :DBNAME
CREATE DATABASE regress_achieve_keys;
\connect regress_achieve_keys
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;

INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cleo');
INSERT INTO achieve.achievement_type (code, title) VALUES ('basic', 'Basic');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
	VALUES (1, 'Course', '2026-03-02 09:00+00', '2026-03-02 17:00+00', 'attended >= 1 and score(final) >= 60');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1, 1, '2026-03-02 09:00+00', '2026-03-02 17:00+00');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'final');
INSERT INTO achieve.requirement (event_id, code) VALUES (1, 'essay');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT 1, achievement_type_id, 'passed and approved' FROM achieve.achievement_type;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2);
INSERT INTO achieve.attendance VALUES (1, 1, 1, 'present'), (1, 2, 1, 'absent');
INSERT INTO achieve.score VALUES (1, 1, 'final', 1, 80);
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1, 1, 'essay');
INSERT INTO achieve.condition VALUES (1, 1, 'visa_days', 90);
INSERT INTO achieve.invoice (invoice_id) VALUES (1);
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1, 1, 1, 1, 100);

CREATE FUNCTION pg_temp.rows_by_key() RETURNS TABLE (rows_of text, event_id bigint, learner_id bigint, code text)
	LANGUAGE sql AS $$
	SELECT 'session', event_id, NULL::bigint, session_no::text FROM achieve.session
	UNION ALL SELECT 'assessment', event_id, NULL, code FROM achieve.assessment
	UNION ALL SELECT 'requirement', event_id, NULL, code FROM achieve.requirement
	UNION ALL SELECT 'event_achievement', event_id, NULL, NULL FROM achieve.event_achievement
	UNION ALL SELECT 'enrollment', event_id, learner_id, NULL FROM achieve.enrollment
	UNION ALL SELECT 'attendance', event_id, learner_id, session_no::text FROM achieve.attendance
	UNION ALL SELECT 'score', event_id, learner_id, code FROM achieve.score
	UNION ALL SELECT 'completion', event_id, learner_id, code FROM achieve.completion
	UNION ALL SELECT 'condition', event_id, learner_id, name FROM achieve.condition
	UNION ALL SELECT 'invoice_line', event_id, learner_id, NULL FROM achieve.invoice_line
	UNION ALL SELECT 'result', event_id, learner_id, outcome FROM achieve.result
	ORDER BY 1, 2, 3 $$;

SELECT * FROM pg_temp.rows_by_key();

-- Everything moves with its key; a session, assessment or requirement takes its facts along.
UPDATE achieve.event SET event_id = 9;
SELECT action FROM achieve.audit WHERE event_id = 9 AND action LIKE 'result.%'; -- nothing is decided anew
UPDATE achieve.session SET session_no = 5;
UPDATE achieve.assessment SET code = 'exam';
UPDATE achieve.requirement SET code = 'paper';
SELECT * FROM pg_temp.rows_by_key();
SELECT * FROM achieve.check_outcomes();
-- The rule still names the assessment by its old code, until it is changed too.
UPDATE achieve.event SET passing_rule = 'attended >= 1 and score(exam) >= 60';
UPDATE achieve.enrollment SET learner_id = 3 WHERE learner_id = 1;
SELECT action FROM achieve.audit WHERE learner_id = 3 AND action LIKE 'result.%'; -- nor here
SELECT * FROM pg_temp.rows_by_key();
SELECT * FROM achieve.check_outcomes();

-- Facts and the result go with their enrollment, everything with the event.
DELETE FROM achieve.enrollment WHERE learner_id = 2;
SELECT * FROM pg_temp.rows_by_key() WHERE learner_id = 2;
BEGIN;
DELETE FROM achieve.event;
SELECT * FROM pg_temp.rows_by_key();
ROLLBACK;

-- What something else names stays.
DELETE FROM achieve.learner WHERE learner_id = 3;
DELETE FROM achieve.invoice;

-- Once an achievement was issued, its enrollment and event stay, also when it is revoked.
SELECT achieve.award(9, 3, 'basic', 'by the board') IS NOT NULL AS awarded;
DELETE FROM achieve.enrollment;
DELETE FROM achieve.event;
UPDATE achieve.enrollment SET learner_id = 1;
UPDATE achieve.event SET event_id = 10;
DELETE FROM achieve.achievement_type;
SELECT achieve.revoke((SELECT achievement_id FROM achieve.achievement), 'by mistake');
DELETE FROM achieve.enrollment;
UPDATE achieve.event SET event_id = 10;
SELECT * FROM achieve.check_outcomes();

\connect :regress_database
DROP DATABASE regress_achieve_keys;
