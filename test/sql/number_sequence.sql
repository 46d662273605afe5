-- Are numbers formatted, counted and reset as their sequence says, and never given twice?
\set VERBOSITY terse
INSERT INTO achieve.number_sequence (sequence_id, code, format, start_at, reset, gapless) VALUES
	(2200, 'ns-gapless', 'G-{number:4}', 7, 'never', true),
	(2201, 'ns-yearly', 'Y{year}-{number}', 1, 'yearly', false),
	(2202, 'ns-monthly', '{type}/{event}/{year}{month}/{number:2}', 99, 'monthly', true);
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id) VALUES
	(2200, 'ns-g', 'Gapless', 2200), (2201, 'ns-y', 'Yearly', 2201), (2202, 'ns-m', 'Monthly', 2202), (2203, 'ns-none', 'Common', NULL);
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(2201, 2206) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at) VALUES (2200, 'NS', 'Numbers', '2030-01-01', '2030-01-02');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT 2200, t, CASE WHEN t = 2200 THEN 'condition(points) > 0'::achieve.rule END FROM generate_series(2200, 2203) t;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 2200, l FROM generate_series(2201, 2206) l;
CREATE VIEW pg_temp.numbers AS
	SELECT t.code, a.learner_id, a.number FROM achieve.achievement a JOIN achieve.achievement_type t USING (achievement_type_id)
	WHERE a.event_id = 2200 ORDER BY t.code, a.achievement_id;

-- Gapless: one statement numbers its learners in their order; what rolls back leaves no gap.
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (2200, 2202, 'points', 1), (2200, 2201, 'points', 1);
BEGIN; INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (2200, 2203, 'points', 1); ROLLBACK;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (2200, 2204, 'points', 1);
TABLE pg_temp.numbers;
-- A number that came from an older system is passed over.
SELECT achieve.award(2200, 2203, 'ns-g', 'from the old system', number => 'G-0010') IS NOT NULL AS awarded;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (2200, 2205, 'points', 1);
TABLE pg_temp.numbers;
-- It cannot be given twice.
SELECT achieve.award(2200, 2206, 'ns-g', 'again', number => 'G-0010');

-- Yearly and monthly ones start anew, by the date of issue in the event's time zone.
SELECT achieve.award(2200, l, 'ns-y', 'old record', issued_at => i) IS NOT NULL AS awarded
	FROM (VALUES (2201, timestamptz '2019-12-31 23:59+00'), (2202, '2019-01-01 00:00+00'), (2203, '2020-01-01 00:00+00')) AS v (l, i);
SELECT achieve.award(2200, l, 'ns-m', 'old record', issued_at => i) IS NOT NULL AS awarded
	FROM (VALUES (2201, timestamptz '2020-05-31 12:00+00'), (2202, '2020-05-01 12:00+00'), (2203, '2020-06-01 12:00+00')) AS v (l, i);
SELECT * FROM pg_temp.numbers WHERE code IN ('ns-y', 'ns-m');
-- Types without a sequence share one counter.
SELECT achieve.award(2200, l, 'ns-none', 'by hand') IS NOT NULL AS awarded FROM generate_series(2201, 2202) l;
SELECT max(number::bigint) - min(number::bigint) AS apart FROM pg_temp.numbers WHERE code = 'ns-none';

-- A number stays with its record for ever.
UPDATE achieve.condition SET value = 0 WHERE event_id = 2200 AND learner_id = 2201;
UPDATE achieve.condition SET value = 1 WHERE event_id = 2200 AND learner_id = 2201;
SELECT * FROM pg_temp.numbers WHERE code = 'ns-g' AND learner_id = 2201;

-- Refused formats.
INSERT INTO achieve.number_sequence (code, format) VALUES ('ns-bad', 'X-{day}-{number}');
INSERT INTO achieve.number_sequence (code, format) VALUES ('ns-bad', 'X-{number');
INSERT INTO achieve.number_sequence (code, format) VALUES ('ns-bad', 'X-{number:0}');
INSERT INTO achieve.number_sequence (code, format) VALUES ('ns-bad', 'X-{year}');
INSERT INTO achieve.number_sequence (code, format, reset) VALUES ('ns-bad', 'X-{number}', 'yearly');
SELECT * FROM achieve.check_outcomes(2200);
