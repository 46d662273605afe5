-- Do the worked examples of the rule language come out as it tells them?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(1150, 'x-suspended', 'Suspended'), (1151, 'x-driver', 'Driver');
INSERT INTO achieve.learner (learner_id, name) VALUES (1151, 'Ada'), (1152, 'Ben'), (1153, 'Cleo');

-- A learner who has attended 8 of 10 sessions passes "absences <= 2" at once,
-- one with 3 absences fails at once; neither waits for the end.
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1150, 'x-ten', 'Ten sessions', '2030-01-01', '2030-02-01', 'absences <= 2');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT 1150, g, timestamptz '2030-01-01 09:00+00' + g * interval '1 day', timestamptz '2030-01-01 11:00+00' + g * interval '1 day'
	FROM generate_series(1, 10) AS g;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1150, 1151), (1150, 1152), (1150, 1153);
CREATE FUNCTION pg_temp.outcomes(event bigint) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(rule_outcome, ' ' ORDER BY learner_id) FROM achieve.result WHERE event_id = event
$$;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
	SELECT 1150, 1151, g, 'present' FROM generate_series(1, 7) AS g
	UNION ALL SELECT 1150, 1152, g, 'absent' FROM generate_series(1, 2) AS g;
SELECT pg_temp.outcomes(1150) AS "7 attended, 2 absences, nothing";
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(1150, 1151, 8, 'late'), (1150, 1152, 3, 'absent');
SELECT pg_temp.outcomes(1150) AS "8 attended, 3 absences, nothing";
-- A limit that cannot be exceeded is met from the start.
DELETE FROM achieve.attendance WHERE event_id = 1150;
DELETE FROM achieve.session WHERE event_id = 1150 AND session_no > 2;
SELECT pg_temp.outcomes(1150) AS "two sessions";
UPDATE achieve.event SET passing_rule = 'absences <= 2 and attended >= 1' WHERE event_id = 1150;
SELECT pg_temp.outcomes(1150) AS "and attended >= 1";

-- An open event never takes back what was certain: marks only confirm it.
UPDATE achieve.event SET passing_rule = 'absences + 0.5 * lates <= 0.5 * sessions' WHERE event_id = 1150;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1150, 1151, 1, 'late'), (1150, 1152, 1, 'present'),
	(1150, 1153, 1, 'absent');
SELECT pg_temp.outcomes(1150) AS "half, nothing, all of the limit";
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1150, 1151, 2, 'late'), (1150, 1152, 2, 'absent'),
	(1150, 1153, 2, 'late');
SELECT pg_temp.outcomes(1150) AS "at, at and over the limit";

-- attendance >= 80 and score(final) >= 60
UPDATE achieve.event SET passing_rule = 'attendance >= 80 and score(final) >= 60' WHERE event_id = 1150;
INSERT INTO achieve.assessment (event_id, code, max_score) VALUES (1150, 'final', 70);
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 1150 AND learner_id < 1153;
SELECT pg_temp.outcomes(1150) AS "all, all, half attended";
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1150, 1151, 'final', 42), (1150, 1152, 'final', 41.99),
	(1150, 1153, 'final', 70);
SELECT pg_temp.outcomes(1150) AS "42, 41.99 and 70 of 70";

-- at least 2 of (...) and not holds(suspended): taken back when a suspension comes
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(1151, 'x-quorum', 'Quorum', '2030-01-01', '2030-02-01',
	'at least 2 of (score(theory) >= 50, score(practical) >= 50, completed(portfolio)) and not holds(x-suspended)'),
	(1152, 'x-suspensions', 'Suspensions', '2020-01-01', '2020-01-01', NULL);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(1151, 1151, 'passed and paid'), (1152, 1150, NULL);
INSERT INTO achieve.assessment (event_id, code) VALUES (1151, 'theory'), (1151, 'practical');
INSERT INTO achieve.requirement (event_id, code) VALUES (1151, 'portfolio');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1151, 1151), (1151, 1152), (1151, 1153), (1152, 1151);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES
	(1151, 1151, 'theory', 50), (1151, 1152, 'theory', 49), (1151, 1153, 'theory', 10), (1151, 1153, 'practical', 10);
SELECT pg_temp.outcomes(1151) AS "one, none yet, two failed";
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1151, 1151, 'practical', 50);
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1151, 1152, 'portfolio');
SELECT pg_temp.outcomes(1151) AS "two, one of two open, failed";
SELECT achieve.award(1152, 1151, 'x-suspended', 'licence withdrawn') > 0 AS suspended;
SELECT pg_temp.outcomes(1151) AS "suspended";
SELECT achieve.revoke((SELECT achievement_id FROM achieve.achievement WHERE event_id = 1152), 'licence given back');
SELECT pg_temp.outcomes(1151) AS "not suspended any more";

-- The award: passed and paid. It was taken back meanwhile, and is one record.
SELECT learner_id, revoked_at IS NULL AS held FROM achieve.achievement WHERE event_id = 1151;

SELECT * FROM achieve.check_outcomes();
