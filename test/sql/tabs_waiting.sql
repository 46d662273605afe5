-- Does waiting_for say in plain words what is missing, and nothing where
-- nothing is?
\set regress_database :DBNAME
CREATE DATABASE regress_achieve_waiting;
\connect regress_achieve_waiting
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;

INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'first-aid', 'First aid at work'), (2, 'card', 'Card');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone) VALUES
	(1, 'E', 'Event', '2430-03-04 08:00', '2430-03-08 23:30+00', 'Europe/Berlin'), (2, 'F', 'First aid', '2020-01-01', '2020-01-01', 'UTC');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (2, 1), (1, 2);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (2, 1);
CREATE FUNCTION pg_temp.words(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.event SET passing_rule = rule WHERE event_id = 1;
	RETURN coalesce((SELECT waiting_for FROM achieve.results_tab WHERE event_id = 1 AND learner_id = 1), '-');
END $$;
CREATE FUNCTION pg_temp.award_words(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 2, rule)
		ON CONFLICT (event_id, achievement_type_id) DO UPDATE SET award_rule = excluded.award_rule;
	RETURN (SELECT state || ': ' || coalesce(waiting_for, '-') FROM achieve.achievements_tab WHERE event_id = 1 AND learner_id = 1);
END $$;

-- Nothing is there yet.
SELECT r AS rule, pg_temp.words(r) FROM unnest(ARRAY['absences <= 2', 'hours_attended >= 8', 'score(final) >= 60', 'mean_score >= 60',
	'completed(form)', 'completion = 100', 'paid', 'invoiced', 'condition(visa)', 'condition(days) >= 3', 'holds(first-aid)', 'holds(nosuch)',
	'ended', 'not holds(first-aid)', 'score(a) >= 60 and score(b) >= 60 and completed(x) and invoiced']) r;
-- Sessions, assessments and requirements; some of it recorded.
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT 1, s, '2430-03-04 08:00', '2430-03-04 10:00' FROM generate_series(1, 4) s;
INSERT INTO achieve.assessment (event_id, code, weight, max_attempts) VALUES (1, 'final', 1, 2), (1, 'theory', 1, 1), (1, 'warm up', 0, 1);
INSERT INTO achieve.requirement (event_id, code) VALUES (1, 'form'), (1, 'photo');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 1, 1, 'present'), (1, 1, 2, 'absent');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 1, 'theory', 50);
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1, 1, 'photo');
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 1, 'visa', 0);
SELECT r AS rule, pg_temp.words(r) FROM unnest(ARRAY['absences <= 2', 'absences <= 0', 'hours_attended >= 6', 'score(final) >= 60', 'score(theory) >= 60',
	'mean_score >= 60', 'mean_score >= 80', 'completed(form)', 'completed(photo)', 'completion = 100', 'condition(visa)',
	'completed(form) or score(final) >= 60', 'at least 2 of (completed(form), completed(photo), score(final) >= 60, paid)',
	'attended >= 2 and lates <= 1 and score(final) >= 60']) r;

-- Invoices: number and amount as recorded, several lines of one added up, a
-- credit named beside what it reduces; a paid, draft or void one is not awaited.
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (1, 'INV-7', 'issued'), (2, NULL, 'issued'), (3, 'CR-1', 'issued'),
	(4, 'INV-8', 'paid'), (5, 'INV-9', 'draft'), (6, 'INV-10', 'void');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid, amount_credited) VALUES
	(1, 1, 1, 1, 100, 20, 5), (1, 1, 1, 2, 45, 0, 0);
SELECT pg_temp.words('paid');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1, 1, 2, 1, 10.5), (1, 1, 3, 1, -30.125),
	(1, 1, 4, 1, 1), (1, 1, 5, 1, 1), (1, 1, 6, 1, 1), (1, 2, 1, 3, 999);
SELECT pg_temp.words('paid'), pg_temp.words('balance <= 100'), pg_temp.words('balance <= 200');
UPDATE achieve.invoice_line SET amount_paid = amount WHERE learner_id = 1;
SELECT pg_temp.words('paid and invoiced');

-- Awards: what the result waits for comes first; then approval, payment.
SELECT pg_temp.words('score(final) >= 60'), r AS rule, pg_temp.award_words(r) FROM unnest(ARRAY['passed', 'passed and paid and approved', 'failed',
	'approved and holds(first-aid)', 'passed and score(theory) >= 60', 'ended and paid', NULL]) r;
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES (1, 1, 'final', 1, 20), (1, 1, 'final', 2, 30);
SELECT waiting_for, pg_temp.award_words('passed'), pg_temp.award_words('failed and approved') FROM achieve.results_tab WHERE event_id = 1 AND learner_id = 1;
-- Results by hand.
SELECT pg_temp.words(NULL), pg_temp.award_words('passed');
SELECT pg_temp.words('score(final) >= 60'), achieve.set_result(1, 1, 'pending', 'waits for the doctor');
SELECT waiting_for, achieve.set_result(1, 1, 'passed', 'well enough') FROM achieve.results_tab WHERE event_id = 1 AND learner_id = 1;
SELECT waiting_for FROM achieve.results_tab WHERE event_id = 1 AND learner_id = 1;
SELECT achieve.clear_result(1, 1, 'not at all');
-- What a learner holds.
SELECT achieve.award(2, 1, 'first-aid', 'from abroad') > 0 AS awarded;
SELECT pg_temp.words('holds(first-aid)'), pg_temp.words('not holds(first-aid)');

-- The function says the same, and nothing of what will not move.
SELECT pg_temp.words('absences <= 0');
SELECT achieve.waiting_for(1, 1), achieve.waiting_for(1, 2), achieve.waiting_for(NULL, 1) AS of_none;
SELECT achieve.finalize_event(1, 'done');
SELECT achieve.waiting_for(1, 2), pg_temp.award_words('passed and paid');
SELECT achieve.waiting_for(1, 3);
SELECT achieve.waiting_for(9, 1);

SELECT * FROM achieve.check_outcomes();
\connect :regress_database
DROP DATABASE regress_achieve_waiting;
