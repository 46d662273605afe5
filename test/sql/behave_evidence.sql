-- Do completions, conditions and the end of an event decide as the rule
-- language says?
\set VERBOSITY terse
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at)
	VALUES (1120, 'b-evidence', 'Evidence', '2020-01-01', '9999-01-01');
INSERT INTO achieve.requirement (event_id, code) VALUES (1120, 'portfolio'), (1120, 'safety');
INSERT INTO achieve.learner (learner_id, name) VALUES
	(1121, 'nothing'), (1122, 'portfolio'), (1123, 'both, one waived'), (1124, 'portfolio begun, safety done');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1120, 1121), (1120, 1122), (1120, 1123), (1120, 1124);
INSERT INTO achieve.completion (event_id, learner_id, code, completed_at, waived) VALUES
	(1120, 1122, 'portfolio', '2020-01-01', false),
	(1120, 1123, 'portfolio', NULL, true), (1120, 1123, 'safety', '2020-01-01', false),
	(1120, 1124, 'portfolio', NULL, false), (1120, 1124, 'safety', '2020-01-01', false);
-- Six digits count: the third learner's value is 90.
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES
	(1120, 1122, 'visa_days', 90), (1120, 1123, 'visa_days', 89.9999995), (1120, 1124, 'visa_days', 0);

CREATE FUNCTION pg_temp.under(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.event SET passing_rule = rule WHERE event_id = 1120;
	RETURN (SELECT string_agg(rule_outcome, ' ' ORDER BY learner_id) FROM achieve.result WHERE event_id = 1120);
END $$;

SELECT rule, pg_temp.under(rule) AS "outcomes while open" FROM (VALUES
	('completed(portfolio)'),
	('not completed(portfolio)'),
	('completion >= 50'),
	('completion >= 100'),
	('completed(unknown)'),
	('condition(visa_days) >= 90'),
	('condition(visa_days)'),
	('not condition(visa_days)'),
	('ended'),
	('not ended'),
	('at least 2 of (completed(portfolio), completed(safety), condition(visa_days))')) AS v (rule);

-- Closed: not done is false; a condition that nobody recorded stays open, and
-- so does the end.
UPDATE achieve.event SET status = 'closed' WHERE event_id = 1120;
SELECT rule, pg_temp.under(rule) AS "outcomes once closed" FROM (VALUES
	('completed(portfolio)'),
	('not completed(portfolio)'),
	('completion >= 50'),
	('completion >= 100'),
	('completed(unknown)'),
	('condition(visa_days) >= 90'),
	('condition(visa_days)'),
	('ended'),
	('at least 2 of (completed(portfolio), completed(safety), condition(visa_days))')) AS v (rule);
UPDATE achieve.event SET status = 'scheduled' WHERE event_id = 1120;

-- The end can be moved.
SELECT pg_temp.under('ended');
UPDATE achieve.event SET ends_at = '2020-01-02' WHERE event_id = 1120;
SELECT rule_outcome AS "it is over" FROM achieve.result WHERE event_id = 1120 ORDER BY learner_id;
SELECT pg_temp.under('not ended');

-- What is recorded can be corrected.
SELECT pg_temp.under('completion >= 50 and condition(visa_days) >= 90');
UPDATE achieve.completion SET completed_at = NULL WHERE event_id = 1120 AND learner_id = 1122;
UPDATE achieve.completion SET waived = false WHERE event_id = 1120 AND learner_id = 1123;
DELETE FROM achieve.condition WHERE event_id = 1120 AND learner_id = 1123;
UPDATE achieve.condition SET value = 91 WHERE event_id = 1120 AND learner_id = 1124;
SELECT rule_outcome AS corrected FROM achieve.result WHERE event_id = 1120 ORDER BY learner_id;
-- Requirements that are added count for the percentage at once.
INSERT INTO achieve.requirement (event_id, code) VALUES (1120, 'a'), (1120, 'b');
SELECT rule_outcome AS "two more" FROM achieve.result WHERE event_id = 1120 ORDER BY learner_id;
-- A percentage of nothing is open, also on a closed event.
DELETE FROM achieve.completion WHERE event_id = 1120;
DELETE FROM achieve.requirement WHERE event_id = 1120;
UPDATE achieve.event SET status = 'closed' WHERE event_id = 1120;
SELECT pg_temp.under('completion >= 1') AS "no requirements";

SELECT * FROM achieve.check_outcomes();
