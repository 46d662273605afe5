-- Does every fact about scores decide as the rule language says: by attempt
-- choice, with attempts left, weighted, while open and once closed?
\set VERBOSITY terse
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at)
	VALUES (1110, 'b-scores', 'Scores', '2030-01-01', '2030-01-02');
INSERT INTO achieve.assessment (event_id, code, max_score, weight, attempt_choice, max_attempts) VALUES
	(1110, 'theory', 70, 3, 'highest', 2),
	(1110, 'practical', 20, 1, 'latest', 2),
	(1110, 'oral', 100, 0, 'first', 3),
	(1110, 'essay', 10, 1, 'mean', 3),
	(1110, 'extra', 100, 0, 'highest', NULL);
INSERT INTO achieve.learner (learner_id, name) VALUES (1111, 'nothing yet'), (1112, 'one attempt'), (1113, 'all attempts');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1110, 1111), (1110, 1112), (1110, 1113);
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES
	(1110, 1112, 'theory', 1, 42), (1110, 1112, 'practical', 1, 15), (1110, 1112, 'oral', 1, 50), (1110, 1112, 'essay', 1, 6),
	(1110, 1113, 'theory', 1, 20), (1110, 1113, 'theory', 2, 42),
	(1110, 1113, 'practical', 1, 15), (1110, 1113, 'practical', 2, 10),
	(1110, 1113, 'oral', 1, 50), (1110, 1113, 'oral', 2, 90),
	(1110, 1113, 'essay', 1, 6), (1110, 1113, 'essay', 2, 9), (1110, 1113, 'essay', 3, 3),
	(1110, 1113, 'extra', 1, 40);

CREATE FUNCTION pg_temp.under(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.event SET passing_rule = rule WHERE event_id = 1110;
	RETURN (SELECT string_agg(rule_outcome, ' ' ORDER BY learner_id) FROM achieve.result WHERE event_id = 1110);
END $$;

-- 42 of 70 is 60 exactly. The mean of three attempts after 6 of 10 is at most
-- 26 of 30; the weighted mean of the second learner then at most 97.333333.
SELECT rule, pg_temp.under(rule) AS "outcomes while open" FROM (VALUES
	('score(theory) >= 60'),
	('score(theory) > 60'),
	('score(theory) < 61'),
	('score(practical) >= 50'),
	('score(practical) >= 75'),
	('score(oral) = 50'),
	('score(essay) >= 60'),
	('score(essay) >= 90'),
	('score(essay) <= 86.666667'),
	('score(essay) <= 86.666666'),
	('score(extra) >= 40'),
	('score(extra) <= 40'),
	('mean_score >= 58'),
	('mean_score > 58'),
	('mean_score <= 97.333333'),
	('mean_score <= 97.333332'),
	('score(unknown) >= 1')) AS v (rule);

-- Closed: not recorded is 0, and no attempts remain.
UPDATE achieve.event SET status = 'closed' WHERE event_id = 1110;
SELECT rule, pg_temp.under(rule) AS "outcomes once closed" FROM (VALUES
	('score(theory) >= 60'),
	('score(theory) < 61'),
	('score(practical) >= 75'),
	('score(essay) >= 60'),
	('score(essay) > 60'),
	('score(extra) <= 40'),
	('mean_score >= 58'),
	('mean_score = 63'),
	('score(unknown) >= 1')) AS v (rule);

-- A mean of nothing stays open.
UPDATE achieve.assessment SET weight = 0 WHERE event_id = 1110;
SELECT pg_temp.under('mean_score >= 1') AS "no weight";
UPDATE achieve.assessment SET weight = 1 WHERE event_id = 1110 AND code = 'theory';
SELECT pg_temp.under('mean_score >= 60') AS "theory alone";
UPDATE achieve.event SET status = 'scheduled' WHERE event_id = 1110;

-- What decides can change on the assessment too.
SELECT pg_temp.under('score(practical) >= 75');
UPDATE achieve.assessment SET attempt_choice = 'highest' WHERE event_id = 1110 AND code = 'practical';
SELECT rule_outcome AS "the highest counts" FROM achieve.result WHERE event_id = 1110 ORDER BY learner_id;
UPDATE achieve.assessment SET max_score = 40 WHERE event_id = 1110 AND code = 'practical';
SELECT rule_outcome AS "of 40" FROM achieve.result WHERE event_id = 1110 ORDER BY learner_id;
UPDATE achieve.assessment SET max_attempts = 3, max_score = 20 WHERE event_id = 1110 AND code = 'practical';
UPDATE achieve.event SET passing_rule = 'score(practical) < 80' WHERE event_id = 1110;
SELECT rule_outcome AS "another attempt" FROM achieve.result WHERE event_id = 1110 ORDER BY learner_id;
-- An added assessment opens the mean again.
SELECT pg_temp.under('mean_score >= 58');
INSERT INTO achieve.assessment (event_id, code, weight) VALUES (1110, 'late-addition', 1);
SELECT rule_outcome AS "one more to come" FROM achieve.result WHERE event_id = 1110 ORDER BY learner_id;
-- A score that is corrected, renumbered and taken back.
SELECT pg_temp.under('score(oral) >= 60');
UPDATE achieve.score SET score = 60 WHERE (event_id, learner_id, code, attempt) = (1110, 1113, 'oral', 1);
UPDATE achieve.score SET attempt = 3 WHERE (event_id, learner_id, code, attempt) = (1110, 1112, 'oral', 1);
SELECT rule_outcome AS corrected FROM achieve.result WHERE event_id = 1110 ORDER BY learner_id;
DELETE FROM achieve.score WHERE event_id = 1110 AND learner_id = 1113 AND code = 'oral';
SELECT rule_outcome AS "taken back" FROM achieve.result WHERE event_id = 1110 ORDER BY learner_id;

SELECT * FROM achieve.check_outcomes();
