-- Does rule_problems find what is wrong with rules, and nothing where all is well?
\set VERBOSITY terse
SELECT * FROM achieve.rule_certain_clauses('paid', -1);
-- certain whatever the facts will be
SELECT r, c.* FROM unnest(ARRAY['score(a) >= 60', 'score(a) > 100', 'score(a) <= 100', 'attendance > 100', 'absences <= 5', 'absences > 5',
	'absences <= 5 and paid', 'not absences > 5', 'paid or not paid', 'passed and failed', 'not holds(a)', 'score(a) + score(b) >= 250',
	'at least 2 of (score(a) > 100, attended > 3, paid)', 'not (score(a) > 100 or paid)', 'balance > 5', 'condition(x) = 1 or condition(y)',
	'hours >= 0', 'completion >= 0 or ended', 'mean_score < 0']) WITH ORDINALITY AS v (r, n),
	LATERAL achieve.rule_certain_clauses(r::achieve.rule, 3) AS c ORDER BY n;
-- without planned sessions any number may come
SELECT * FROM achieve.rule_certain_clauses('absences <= 5', 0);
-- more flags than are tried: nothing is claimed
SELECT * FROM achieve.rule_certain_clauses(('score(a) > 100 and ' || (SELECT string_agg('completed(c' || g || ')', ' and ') FROM generate_series(1, 9) g))::achieve.rule, 0);

INSERT INTO achieve.achievement_type (achievement_type_id, code, title) SELECT 680100 + g, 'rp-' || g, 'Type ' || g FROM generate_series(1, 6) AS g;
INSERT INTO achieve.learner (learner_id, name) VALUES (680101, 'Ada'), (680102, 'Ben');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES
	(680101, 'rp-good', 'Good', 'attendance >= 80 and score(final) >= 60 and completed(form)'),
	(680102, 'rp-bad', 'Bad', 'attendance >= 80 and score(fnal) >= 60 and completed(form)');
INSERT INTO achieve.template_session (template_id, session_no, duration_minutes) VALUES (680101, 1, 60);
INSERT INTO achieve.template_assessment (template_id, code) VALUES (680101, 'final'), (680102, 'final'), (680102, 'theory');
INSERT INTO achieve.template_requirement (template_id, code) VALUES (680101, 'form');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES
	(680101, 680101, 'passed and not holds(rp-6)'), (680102, 680101, NULL);
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(680101, 'rp-codes', 'Codes', '2030-01-01', '2030-01-02', 'score(final) >= 60 and completed(x) and holds(rp-none)'),
	(680102, 'rp-certain', 'Certain', '2030-01-01', '2030-01-02', 'absences <= 5 and score(final) >= 60'),
	(680103, 'rp-never', 'Never', '2030-01-01', '2030-01-02', 'score(final) >= 600'),
	(680104, 'rp-invoice', 'Invoice', '2020-01-01', '2020-01-02', 'ended'),
	(680105, 'rp-nothing', 'Nothing', '2030-01-01', '2030-01-02', 'absences <= 2 and mean_score >= 50 and completion = 100'),
	(680106, 'rp-cycle', 'Cycle', '2030-01-01', '2030-01-02', 'holds(rp-4)'),
	(680107, 'rp-well', 'Well', '2030-01-01', '2030-01-02', 'attended >= 1 and score(final) >= 60'),
	(680108, 'rp-over', 'Over', '2020-01-01', '2020-01-02', 'score(nothing) >= 600');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at, required)
	SELECT e, g, '2030-01-01 09:00+00', '2030-01-01 10:00+00', e <> 680105 FROM unnest(ARRAY[680102, 680105, 680107]) AS e, generate_series(1, 3) AS g;
INSERT INTO achieve.assessment (event_id, code, weight) VALUES (680102, 'final', 1), (680103, 'final', 1), (680105, 'final', 0), (680107, 'final', 1);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(680104, 680101, 'passed and invoiced and paid'), (680104, 680102, 'passed and balance <= 0'), (680104, 680103, NULL),
	(680106, 680103, 'holds(rp-2)'), (680106, 680102, 'passed'), (680107, 680104, 'holds(rp-3) and passed'),
	(680107, 680105, 'holds(rp-5) and passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (680104, 680101), (680104, 680102);
INSERT INTO achieve.invoice (invoice_id, status) VALUES (680101, 'issued'), (680102, 'draft');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (680104, 680101, 680101, 1, 10), (680104, 680102, 680102, 1, 10);
SELECT achieve.finalize_event(680108, 'over') \g /dev/null

SELECT event_code, subject, severity, problem FROM achieve.rule_problems WHERE event_id BETWEEN 680101 AND 680108 ORDER BY event_id, row_key;
SELECT template_code, subject, severity, problem, hint FROM achieve.rule_problems WHERE template_id IN (680101, 680102) ORDER BY row_key;
-- the first column is a unique key, and every row says what to do
SELECT count(*) - count(DISTINCT row_key) AS twice, count(*) FILTER (WHERE hint IS NULL OR problem IS NULL) AS silent FROM achieve.rule_problems;
-- a reader, who may not read invoices, is told which are missing
CREATE ROLE regress_problems;
SELECT achieve.grant_access('regress_problems', 'reader');
CREATE TEMP TABLE told AS SELECT row_key, problem FROM achieve.rule_problems;
GRANT SELECT ON told TO regress_problems;
SET ROLE regress_problems;
SELECT FROM achieve.invoice_line;
SELECT count(*) FILTER (WHERE problem LIKE '%have no invoice%') > 0 AS invoices_missing,
	count(*) FILTER (WHERE (row_key, problem) NOT IN (SELECT row_key, problem FROM told)) AS otherwise, count(*) = (SELECT count(*) FROM told) AS all_of_them
	FROM achieve.rule_problems;
RESET ROLE;
DROP OWNED BY regress_problems;
DROP ROLE regress_problems;
-- repaired, they are gone
INSERT INTO achieve.assessment (event_id, code) VALUES (680101, 'final');
INSERT INTO achieve.requirement (event_id, code) VALUES (680101, 'x');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (680199, 'rp-none', 'Now there is one');
UPDATE achieve.invoice SET status = 'issued' WHERE invoice_id = 680102;
UPDATE achieve.event_achievement SET award_rule = 'passed' WHERE event_id = 680107 AND achievement_type_id = 680104;
SELECT event_code, subject, problem FROM achieve.rule_problems WHERE event_id IN (680101, 680104, 680106, 680107) ORDER BY event_id, row_key;
-- a sequence that was loaded around its constraint
BEGIN;
ALTER TABLE achieve.number_sequence DROP CONSTRAINT number_sequence_format_has_a_number;
INSERT INTO achieve.number_sequence (code, format) VALUES ('rp-sequence', 'FA-{year}');
SELECT subject, severity, problem, hint FROM achieve.rule_problems WHERE subject = 'rp-sequence';
ROLLBACK;
-- it reads with the rights of whoever reads it
CREATE ROLE regress_problems;
GRANT USAGE ON SCHEMA achieve TO regress_problems;
GRANT SELECT ON achieve.rule_problems TO regress_problems;
SET ROLE regress_problems;
\set VERBOSITY sqlstate
SELECT count(*) FROM achieve.rule_problems;
RESET ROLE;
DROP OWNED BY regress_problems;
DROP ROLE regress_problems;
-- an award finds its passing rule by a key: another join would compare each rule with each other one
\set VERBOSITY terse
CREATE FUNCTION pg_temp.plan() RETURNS SETOF text LANGUAGE plpgsql AS
	$$BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) SELECT * FROM achieve.rule_problems'; END$$;
SELECT count(*) > 50 AS long, count(*) FILTER (WHERE p LIKE '%Join Filter:%event_id%OR%template_id%') AS joins_of_all_with_all FROM pg_temp.plan() p;
