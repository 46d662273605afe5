-- What every client meets: a training company with two customers, an event
-- that is over and one that is still running.

CREATE ROLE client_app LOGIN;
CREATE EXTENSION achieve;
SELECT achieve.install();
SELECT achieve.grant_access('client_app', 'administrator');
SET search_path = achieve, public;

INSERT INTO account (account_id, name, reference) VALUES
	(1, 'Nordwind Energie GmbH', 'C-001'), (2, 'Hôpital Saint-Luc', 'C-002');
INSERT INTO learner (learner_id, account_id, name, email, reference) VALUES
	(1, 1, 'Anna Müller', 'anna@example.org', 'P-1'), (2, 1, 'Bjørn O''Neill', NULL, 'P-2'),
	(3, 2, 'Chloé "Coco" Dupont', 'chloe@example.org', 'P-3'), (4, 2, '中村 健', NULL, 'P-4'),
	(5, 2, 'Eve \ 100%', NULL, 'P-5'), (6, NULL, 'Frank', NULL, 'P-6');

INSERT INTO number_sequence (sequence_id, code, format, reset, gapless) VALUES (1, 'fa', 'FA-{year}-{number:5}', 'yearly', true);
INSERT INTO certificate_template (certificate_template_id, code, title, body)
VALUES (1, 'standard', 'Standard certificate', default_certificate_template());
INSERT INTO achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor, sequence_id, certificate_template_id)
VALUES (1, 'first-aid', 'First aider', 2, 'year', 'event_end', 1, 1), (2, 'attended', 'Was there', NULL, NULL, 'event_end', NULL, NULL);
INSERT INTO course_template (template_id, code, title, passing_rule)
VALUES (1, 'FA', 'First aid', 'absences <= 1 and score(final) >= 60');
INSERT INTO template_session (template_id, session_no, title, starts_after_minutes, duration_minutes)
SELECT 1, n, 'Day ' || n, (n - 1) * 1440, 240 FROM generate_series(1, 3) n;
INSERT INTO template_assessment (template_id, code, title, max_score) VALUES (1, 'final', 'Final exam', 70);
INSERT INTO template_achievement (template_id, achievement_type_id, award_rule)
VALUES (1, 1, 'passed and paid'), (1, 2, 'attended >= 1');

-- Identities 1 and 2: clients ask for them by number.
SELECT create_event('FA', '2024-02-27 08:00+01', 'FA-1', 'First aid, winter', 'Europe/Berlin');
SELECT create_event('FA', '2026-06-01 08:00+02', 'FA-2', 'First aid, summer', 'Europe/Berlin');

INSERT INTO enrollment (event_id, learner_id, status, enrolled_at)
SELECT e, l, 'active', '2024-01-15 12:00+00' FROM generate_series(1, 2) e, generate_series(1, 6) l;
INSERT INTO invoice (invoice_id, number, account_id, status, due_on) VALUES
	(1, 'R-1', 1, 'paid', '2024-03-31'), (2, 'R-2', 2, 'issued', '2024-03-31');
INSERT INTO invoice_line (event_id, learner_id, invoice_id, line_no, amount)
SELECT 1, l, CASE WHEN l <= 2 THEN 1 ELSE 2 END, 1, 180.50 FROM generate_series(1, 4) l;
INSERT INTO attendance (event_id, learner_id, session_no, status)
SELECT 1, l, s, CASE WHEN l = 2 AND s > 1 THEN 'absent' WHEN l = 3 AND s = 1 THEN 'late' ELSE 'present' END
FROM generate_series(1, 5) l, generate_series(1, 3) s;
INSERT INTO attendance (event_id, learner_id, session_no, status) SELECT 2, l, 1, 'present' FROM generate_series(1, 6) l;
INSERT INTO score (event_id, learner_id, code, score) VALUES (1, 1, 'final', 63), (1, 3, 'final', 42), (1, 4, 'final', 55.5);
SELECT set_context('Ingrid Solberg');
SELECT approve_results(1, ARRAY[1]);

-- The ids above were chosen: what comes next begins after them.
SELECT install();
