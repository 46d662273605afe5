-- Do previews tell exactly what the change then does?
\set VERBOSITY terse
-- wrong inputs
SELECT * FROM achieve.preview_rule(NULL, 'paid');
SELECT * FROM achieve.preview_rule(660199, 'paid');
SELECT * FROM achieve.preview_rule(660101, 'pad');
SELECT * FROM achieve.preview_result(660199, 1, 'passed');
SELECT * FROM achieve.preview_result(NULL, 1, 'passed');
SELECT * FROM achieve.preview_template('no such template');
SELECT * FROM achieve.preview_template(NULL);
SELECT * FROM achieve.preview_event(660199);
SELECT * FROM achieve.preview_event(NULL);

INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(660101, 'pv-certificate', 'Plain', 'text/plain', 'for {{learner_name}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id) VALUES
	(660101, 'pv-first', 'First aid', 660101), (660102, 'pv-expert', 'Expert', NULL);
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (660101, 'pv-course', 'Course', 'score(final) >= 60');
INSERT INTO achieve.template_assessment (template_id, code) VALUES (660101, 'final');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES (660101, 660101, 'passed');
INSERT INTO achieve.learner (learner_id, name, email) VALUES (660101, 'Ada', 'ada@example.org'), (660102, 'Ben', NULL), (660103, 'Cleo', NULL);
INSERT INTO achieve.event (event_id, template_id, code, title, starts_at, ends_at, passing_rule, passing_rule_inherited) VALUES
	(660101, 660101, 'pv-1', 'First', '2030-01-01', '2030-01-31', 'score(final) >= 60', true),
	(660102, NULL, 'pv-2', 'Second', '2030-01-01', '2030-01-31', 'holds(pv-first)', false);
INSERT INTO achieve.assessment (event_id, code) VALUES (660101, 'final');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, inherited) VALUES
	(660101, 660101, 'passed', true), (660102, 660102, 'passed', false);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (660101, 660101), (660101, 660102), (660101, 660103), (660102, 660101), (660102, 660102);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (660101, 660101, 'final', 80), (660101, 660102, 'final', 50);
CREATE FUNCTION pg_temp.words(text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace($1, 'from \d{4}-\d\d-\d\d', 'from TODAY') $$;
CREATE VIEW pg_temp.outcomes AS
	SELECT 'result' AS subject, event_id, learner_id, outcome AS state FROM achieve.result WHERE event_id IN (660101, 660102)
	UNION ALL SELECT 'achievement', event_id, learner_id, CASE WHEN revoked_at IS NULL THEN 'issued' ELSE 'revoked' END
		FROM achieve.achievement WHERE event_id IN (660101, 660102);

-- a milder rule: who gains what, on the other event too
SELECT event_code, learner_name, subject, achievement_type, change, before, after, pg_temp.words(detail) AS detail
	FROM achieve.preview_rule(660101, 'score(final) >= 50');
-- a stricter one, as a rule and as text: who loses what
SELECT event_code, learner_name, subject, achievement_type, change, before, after, detail
	FROM achieve.preview_rule(660101, 'score(final) >= 90'::achieve.rule) WHERE subject <> 'notification';
SELECT subject, change, count(*) FROM achieve.preview_rule(660101, text 'score(final) >= 90') GROUP BY 1, 2 ORDER BY 1, 2;
-- the same rule: nothing
SELECT * FROM achieve.preview_rule(660101, 'score(final) >= 60');
-- what a passing rule may not read
SELECT * FROM achieve.preview_rule(660101, 'passed');

-- What it tells is what the change then does.
CREATE TEMP TABLE told AS SELECT subject, event_id, learner_id, after FROM achieve.preview_rule(660101, 'score(final) >= 50')
	WHERE subject IN ('result', 'achievement');
CREATE TEMP TABLE was AS TABLE pg_temp.outcomes;
BEGIN;
UPDATE achieve.event SET passing_rule = 'score(final) >= 50' WHERE event_id = 660101;
(SELECT * FROM pg_temp.outcomes EXCEPT TABLE was) EXCEPT TABLE told;
TABLE told EXCEPT (SELECT * FROM pg_temp.outcomes EXCEPT TABLE was);
SELECT count(*) AS told FROM told;
ROLLBACK;

-- a result by hand
SELECT event_code, learner_name, subject, achievement_type, change, before, after, pg_temp.words(detail) AS detail
	FROM achieve.preview_result(660101, 660103, 'passed');
SELECT event_code, learner_name, subject, change, before, after, detail FROM achieve.preview_result(660101, 660101, 'failed')
	WHERE subject <> 'notification';
SELECT * FROM achieve.preview_result(660101, 660103, 'excellent');
SELECT * FROM achieve.preview_result(660101, 660103, NULL);
SELECT * FROM achieve.preview_result(660101, 660199, 'passed');

-- under a manual result and an approval
SELECT achieve.set_result(660101, 660101, 'passed', 'oral exam') \g /dev/null
SELECT achieve.approve_results(660101, ARRAY[660102]);
SELECT learner_name, subject, change, before, after, detail FROM achieve.preview_rule(660101, 'score(final) >= 90');
SELECT learner_name, subject, change, before, after, detail
	FROM achieve.preview_rule(660101, 'score(final) >= 50') WHERE event_id = 660101 AND subject = 'approval';
SELECT achieve.clear_result(660101, 660101, 'typing error') \g /dev/null

-- the template, taken again: the event of it, not the other one
SELECT * FROM achieve.preview_template('pv-course');
UPDATE achieve.course_template SET passing_rule = 'score(final) >= 81' WHERE template_id = 660101;
SELECT event_code, learner_name, subject, achievement_type, change, before, after FROM achieve.preview_template('pv-course')
	WHERE subject <> 'notification';

-- an event: normally nothing; finalized, what reopening would change
SELECT * FROM achieve.preview_event(660101);
SELECT achieve.finalize_event(660101, 'done') \g /dev/null
UPDATE achieve.score SET score = 20 WHERE event_id = 660101 AND learner_id = 660101;
UPDATE achieve.score SET score = 90 WHERE event_id = 660101 AND learner_id = 660102;
SELECT learner_id, outcome FROM achieve.result WHERE event_id = 660101 ORDER BY learner_id;
SELECT event_code, learner_name, subject, achievement_type, change, before, after
	FROM achieve.preview_event(660101) WHERE subject NOT IN ('notification', 'certificate');
SELECT * FROM achieve.preview_rule(660101, 'score(final) >= 0');
SELECT * FROM achieve.preview_result(660101, 660101, 'passed');
SELECT status FROM achieve.event WHERE event_id = 660101;
SELECT * FROM achieve.check_outcomes(660101);
