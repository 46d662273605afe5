-- Are the dates of what is issued those of the type, in the event's zone, with
-- every anchor, and fixed from then on?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.achievement_type
	(achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor, expiry_alignment, expires_on_day) VALUES
	(1210, 'v-ever', 'For ever', NULL, NULL, 'event_start', NULL, NULL),
	(1211, 'v-start', 'From the start', 1, 'month', 'event_start', NULL, NULL),
	(1212, 'v-end', 'From the end', 2, 'week', 'event_end', NULL, NULL),
	(1213, 'v-issued', 'From the issue', 10, 'day', 'issued', NULL, NULL),
	(1214, 'v-quarter', 'To the end of the quarter', 1, 'year', 'event_start', 'quarter', NULL),
	(1215, 'v-day', 'To the next 29 February', 1, 'year', 'event_start', NULL, '02-29'),
	(1216, 'v-day-only', 'For the calendar year', NULL, NULL, 'event_start', NULL, '01-01'),
	(1217, 'v-renewed', 'Renewed', 2, 'year', 'previous_expiry', NULL, NULL);
INSERT INTO achieve.learner (learner_id, name) VALUES (1211, 'Ada'), (1212, 'Ben'), (1213, 'Cleo'), (1214, 'Dan'), (1215, 'Eve');
-- In Auckland it is 31 January 2030, in UTC 30 January.
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone, passing_rule) VALUES
	(1210, 'v-event', 'Validity', '2030-01-30 20:00+00', '2030-02-01 20:00+00', 'Pacific/Auckland', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT 1210, t, 'passed' FROM generate_series(1210, 1216) AS t;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1210, 1211), (1210, 1212);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1210, 1211, 'done', 1);
CREATE FUNCTION pg_temp.dates(learner bigint, events int8range)
RETURNS TABLE (code text, record bigint, valid_from date, expires_on date, held boolean) LANGUAGE sql AS $$
	SELECT t.code, row_number() OVER (PARTITION BY t.code ORDER BY a.achievement_id), a.valid_from, a.expires_on, a.revoked_at IS NULL
	FROM achieve.achievement AS a JOIN achieve.achievement_type AS t USING (achievement_type_id)
	WHERE a.learner_id = learner AND events @> a.event_id ORDER BY t.code, a.achievement_id
$$;
SELECT * FROM pg_temp.dates(1211, '[1210,1210]') WHERE code <> 'v-issued';
SELECT valid_from - achieve.today('Pacific/Auckland') AS days_from_issue, expires_on - valid_from AS days
	FROM achieve.achievement WHERE event_id = 1210 AND achievement_type_id = 1213;

-- A moved event changes no dates of what was issued; what is issued later has the new ones.
UPDATE achieve.event SET starts_at = '2030-03-30 20:00+00', ends_at = '2030-03-31 20:00+00', time_zone = 'UTC' WHERE event_id = 1210;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1210, 1212, 'done', 1);
SELECT * FROM pg_temp.dates(1211, '[1210,1210]') WHERE code <> 'v-issued';
SELECT * FROM pg_temp.dates(1212, '[1210,1210]') WHERE code <> 'v-issued';

-- The event's own policy takes the type's place, whole or in part.
UPDATE achieve.event_achievement SET valid_for = 3, valid_unit = 'day', valid_from_anchor = 'event_end' WHERE event_id = 1210 AND achievement_type_id = 1211;
UPDATE achieve.event_achievement SET expiry_alignment = 'year' WHERE event_id = 1210 AND achievement_type_id = 1214;
UPDATE achieve.event_achievement SET expires_on_day = '06-30' WHERE event_id = 1210 AND achievement_type_id = 1210;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1210, 1213);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1210, 1213, 'done', 1);
SELECT * FROM pg_temp.dates(1213, '[1210,1210]') WHERE code IN ('v-start', 'v-quarter', 'v-ever');

-- A renewal starts where the latest-ending valid earlier one ends, else at issue.
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(1211, 'v-first', 'First', '2030-01-01', '2030-01-02', NULL),
	(1212, 'v-second', 'Second', '2030-01-01', '2030-01-02', NULL),
	(1213, 'v-renewal', 'Renewal', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(1211, 1217, NULL), (1212, 1217, NULL), (1213, 1217, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(1211, 1213) AS e, generate_series(1211, 1215) AS l;
-- 1211: two valid ones. 1212: one expired. 1213: one revoked. 1214: one for ever. 1215: none.
SELECT count(*) FROM (VALUES
	(achieve.award(1211, 1211, 'v-renewed', 'x', '2020-01-01', '2990-05-05')),
	(achieve.award(1212, 1211, 'v-renewed', 'x', '2021-01-01', '2991-06-06')),
	(achieve.award(1211, 1212, 'v-renewed', 'x', '2020-01-01', '2021-01-01')),
	(achieve.award(1211, 1213, 'v-renewed', 'x', '2020-01-01', '2990-05-05'))) AS v;
UPDATE achieve.achievement_type SET valid_for = NULL, valid_unit = NULL WHERE code = 'v-renewed';
SELECT achieve.award(1212, 1214, 'v-renewed', 'x', '2020-01-01') > 0 AS for_ever;
UPDATE achieve.achievement_type SET valid_for = 2, valid_unit = 'year' WHERE code = 'v-renewed';
SELECT achieve.revoke(achievement_id, 'forged') FROM achieve.achievement WHERE event_id = 1211 AND learner_id = 1213;
INSERT INTO achieve.condition (event_id, learner_id, name, value)
	SELECT 1213, l, 'done', 1 FROM generate_series(1211, 1215) AS l;
SELECT learner_id, CASE WHEN valid_from = achieve.today('UTC') THEN 'issue' ELSE valid_from::text END AS valid_from,
	expires_on = (valid_from + interval '2 years')::date AS for_two_years
	FROM achieve.achievement WHERE event_id = 1213 ORDER BY learner_id;
-- A revocation of the previous one, later, moves nothing.
SELECT achieve.revoke(achievement_id, 'forged too') FROM achieve.achievement WHERE event_id = 1212 AND learner_id = 1211;
SELECT valid_from, expires_on FROM achieve.achievement WHERE event_id = 1213 AND learner_id = 1211;

-- award(): dates as given, or by the type's policy from a given day.
SELECT achieve.revoke(achievement_id, 'again') FROM achieve.achievement WHERE event_id = 1210 AND learner_id = 1212 AND achievement_type_id IN (1212, 1211);
SELECT achieve.award(1210, 1212, 'v-end', 'by hand', '2031-01-01', '2031-06-01', 'OLD-7', '2019-05-06 07:08+00') > 0 AS awarded;
SELECT achieve.award(1210, 1212, 'v-start', 'by hand', '2031-01-31') > 0 AS awarded;
SELECT source, number = 'OLD-7' AS number_kept, issued_at < '2020-01-01' AS issued_then, valid_from, expires_on
	FROM achieve.achievement WHERE event_id = 1210 AND learner_id = 1212 AND source = 'manual' ORDER BY achievement_type_id DESC;

SELECT * FROM achieve.check_outcomes();
