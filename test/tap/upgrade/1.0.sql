-- What achieve 1.0 was made to keep in the dump beside this file: a year of a
-- small training company. Made once, with 1.0 itself:
--
--   psql -d training -f 1.0.sql
--   pg_dump --no-owner training | gzip -9n > 1.0.dump.gz   (without its \restrict lines)
--
-- The dump is never made anew: 1.0 is released.

CREATE ROLE achieve_reader;
CREATE ROLE achieve_office;
SET timezone = 'UTC';
CREATE EXTENSION achieve;
SELECT achieve.install();
SELECT achieve.grant_access('achieve_reader', 'reader');
SELECT achieve.grant_access('achieve_office', 'administrator');

-- What the company has added to achieve's tables, for itself.
ALTER TABLE achieve.learner ADD COLUMN badge_no text;
CREATE VIEW public.passed AS SELECT learner_name, event_code FROM achieve.results_tab WHERE outcome = 'passed';

SET search_path = achieve, public;
BEGIN;
SELECT set_context('Ingrid', 'catalogue');
INSERT INTO account (name, reference) VALUES ('Nordwind', 'C-1'), ('Lindqvist', 'C-2');
INSERT INTO issuer (name, url, verification_url)
VALUES ('Harbour Academy', 'https://academy.example.org', 'https://academy.example.org/verify?code=');
INSERT INTO certificate_template (code, title, body) VALUES ('standard', 'Standard', '<p>{{learner_name}}: {{achievement_title}} {{number}}</p>');
INSERT INTO number_sequence (code, format, reset, gapless)
VALUES ('first-aid', 'FA-{year}-{number:5}', 'yearly', true), ('fast', 'F/{number:4}', 'never', false);
INSERT INTO achievement_type (code, title, valid_for, valid_unit, valid_from_anchor, expiry_alignment, sequence_id, certificate_template_id)
VALUES ('first-aid', 'First aider', 2, 'year', 'event_end', 'month', 1, 1), ('forklift', 'Forklift licence', 5, 'year', 'event_end', NULL, 2, 1);
INSERT INTO achievement_reminder (achievement_type_id, days_before) VALUES (1, 30);
INSERT INTO course_template (code, title, passing_rule, event_achievements_allowed, approval_by_another)
VALUES ('first-aid', 'First aid', 'absences <= 1 and score(practical) >= 60', true, false),
	('forklift', 'Forklift', 'attended >= 1 and holds("first-aid")', true, true);
INSERT INTO template_session (template_id, session_no, title, starts_after_minutes, duration_minutes)
VALUES (1, 1, 'Assess', 0, 120), (1, 2, 'Act', 180, 120), (2, 1, 'Drive', 0, 240);
INSERT INTO template_assessment (template_id, code, title, max_score) VALUES (1, 'practical', 'Practical', 50);
INSERT INTO template_requirement (template_id, code, title) VALUES (2, 'insurance', 'Proof of insurance');
INSERT INTO template_achievement (template_id, achievement_type_id, award_rule)
VALUES (1, 1, 'passed and paid'), (2, 2, 'passed and approved');
INSERT INTO learning_path (code, title) VALUES ('shift-leader', 'Shift leader');
INSERT INTO learning_path_step (path_id, step_no, achievement_type_id, required) VALUES (1, 1, 1, true), (1, 2, 2, true);
INSERT INTO learner (account_id, name, email, reference)
SELECT 1 + n % 2, 'Learner ' || n, n || '@example.org', 'L-' || n FROM generate_series(1, 12) n;
UPDATE learner SET badge_no = 'B' || learner_id;
COMMIT;

SELECT create_event('first-aid', '2026-03-02 09:00+00', 'FA-1', time_zone => 'Europe/Oslo');
SELECT create_event('forklift', '2026-05-04 09:00+00', 'FL-1', time_zone => 'Europe/Oslo');
SELECT create_event('first-aid', '2031-03-03 09:00+00', 'FA-2');
UPDATE event SET passing_rule = 'absences <= 1 and score(practical) >= 70' WHERE code = 'FA-2';
INSERT INTO enrollment (event_id, learner_id) SELECT 1, n FROM generate_series(1, 12) n;
INSERT INTO enrollment (event_id, learner_id) SELECT 2, n FROM generate_series(1, 8) n;
INSERT INTO enrollment (event_id, learner_id) SELECT 3, n FROM generate_series(9, 12) n;
INSERT INTO invoice (number, account_id, status) VALUES ('R-1', 1, 'issued'), ('R-2', 2, 'issued');
INSERT INTO invoice_line (event_id, learner_id, invoice_id, line_no, amount)
SELECT 1, learner_id, account_id, learner_id, 100 FROM learner;

BEGIN;
SELECT set_context('Tom', 'register of the day');
INSERT INTO attendance (event_id, learner_id, session_no, status)
SELECT 1, n, s, CASE WHEN (n, s) IN ((3, 1), (3, 2), (4, 1)) THEN 'absent' ELSE 'present' END
FROM generate_series(1, 12) n, generate_series(1, 2) s;
INSERT INTO score (event_id, learner_id, code, score) SELECT 1, n, 'practical', 26 + 2 * n FROM generate_series(1, 11) n;
COMMIT;
UPDATE invoice SET status = 'paid' WHERE number = 'R-1';
SELECT set_result(1, 12, 'passed', 'practical taken elsewhere');
SELECT set_result(1, 1, 'failed', 'left early');
-- a payment taken back and made again, in two transactions
UPDATE invoice SET status = 'issued' WHERE number = 'R-1';
UPDATE invoice SET status = 'paid' WHERE number = 'R-1';
INSERT INTO attendance (event_id, learner_id, session_no, status) SELECT 2, n, 1, 'present' FROM generate_series(1, 6) n;
INSERT INTO completion (event_id, learner_id, code, completed_at) VALUES (2, 6, 'insurance', '2026-05-01');
INSERT INTO condition (event_id, learner_id, name, value) VALUES (2, 6, 'visa_days', 90);
BEGIN;
SELECT set_context('Ingrid', NULL);
SELECT approve_results(2, reason => 'seen');
COMMIT;
SELECT revoke((SELECT max(achievement_id) FROM achievement WHERE event_id = 1), 'issued in error');
SELECT award(2, 7, 'forklift', 'from the old system', valid_from => '2026-01-05', issued_at => '2026-01-05 10:00+00');
SELECT close_event(1, 'over');
SELECT finalize_event(1, 'checked');
DELETE FROM enrollment WHERE event_id = 3 AND learner_id = 12;
SELECT mark_delivered(ARRAY(SELECT notification_id FROM notification ORDER BY notification_id LIMIT 3));
SELECT run_due();
