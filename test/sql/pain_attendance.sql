-- What users saw where attendance is counted: is it counted right here?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (3301, 'pa-pass', 'For passing');
INSERT INTO achieve.learner (learner_id, name) SELECT 3300 + n, 'Learner ' || n FROM generate_series(1, 4) n;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone, passing_rule) VALUES
	(3301, 'pa-10', 'Ten sessions', '2030-01-01', '2030-01-11', 'UTC', 'attendance >= 80'),
	(3302, 'pa-11', 'Ten more', '2030-02-01', '2030-02-11', 'UTC', 'attendance > 80'),
	(3303, 'pa-26', 'Twenty-six', '2030-01-01', '2030-02-01', 'UTC', '100 - 4.2 * absences >= 80'),
	(3304, 'pa-free', 'Two free absences', '2030-01-01', '2030-01-11', 'UTC', 'absences <= 2'),
	(3305, 'pa-zone', 'Far away', '2030-01-01', '2030-01-11', 'Pacific/Auckland', 'attendance >= 100');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT e.event_id, n, e.starts_at + (n - 1) * interval '1 day', e.starts_at + (n - 1) * interval '1 day' + interval '2 hours'
	FROM achieve.event e, generate_series(1, 26) n
	WHERE e.event_id IN (3301, 3302, 3304) AND n <= 10 OR e.event_id = 3303;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT e, 3301, 'passed' FROM generate_series(3301, 3305) e;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, 3301 FROM generate_series(3301, 3304) e;
CREATE VIEW pg_temp.shown AS
	SELECT event_code AS event, learner_id AS learner, sessions, marked, attended, absences, attendance_percent AS percent, outcome
	FROM achieve.results_tab WHERE event_id BETWEEN 3301 AND 3305 ORDER BY 1, 2;
CREATE FUNCTION pg_temp.mark(event bigint, learner bigint, first integer, last integer, status text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT event, learner, n, status FROM generate_series(first, last) n
$$;

-- "100 percent after 5 of 10 sessions." It is 50, and not yet decided.
SELECT pg_temp.mark(3301, 3301, 1, 5, 'present'), pg_temp.mark(3302, 3301, 1, 5, 'present');
SELECT * FROM pg_temp.shown WHERE event IN ('pa-10', 'pa-11');
-- "80 percent: 8 of 10 or 9 of 10?" As it is written: >= takes in the limit, > does not.
SELECT pg_temp.mark(3301, 3301, 6, 8, 'late'), pg_temp.mark(3302, 3301, 6, 8, 'late');
SELECT achieve.close_event(3302);
SELECT * FROM pg_temp.shown WHERE event IN ('pa-10', 'pa-11');
-- "Two absences are free" without anybody working it out each term; an excused one is none.
SELECT pg_temp.mark(3304, 3301, 1, 2, 'absent'), pg_temp.mark(3304, 3301, 3, 3, 'excused'), pg_temp.mark(3304, 3301, 4, 10, 'present');
SELECT * FROM pg_temp.shown WHERE event = 'pa-free';
-- "4.2 points less for each absence, by hand, over 26 sessions." 83.2 with four, 79 with five.
SELECT pg_temp.mark(3303, 3301, 1, 4, 'absent');
SELECT * FROM pg_temp.shown WHERE event = 'pa-26';
-- "Tell us when it can no longer be passed": with the fifth, not at the end.
SELECT pg_temp.mark(3303, 3301, 5, 5, 'absent');
SELECT * FROM pg_temp.shown WHERE event = 'pa-26';
SELECT waiting_for FROM achieve.results_tab WHERE event_code = 'pa-26';

-- "A late joiner was absent before joining." Not even where somebody marked it so.
INSERT INTO achieve.enrollment (event_id, learner_id, counts_from) VALUES (3301, 3302, '2030-01-06');
SELECT pg_temp.mark(3301, 3302, 1, 5, 'absent'), pg_temp.mark(3301, 3302, 6, 9, 'present');
SELECT * FROM pg_temp.shown WHERE event = 'pa-10' AND learner = 3302;
-- The first day is one in the event's own zone: 6 January there has begun at 11:00 UTC on the 5th.
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES
	(3305, 1, '2030-01-05 10:30+00', '2030-01-05 12:30+00'), (3305, 2, '2030-01-05 11:00+00', '2030-01-05 12:30+00');
INSERT INTO achieve.enrollment (event_id, learner_id, counts_from) VALUES (3305, 3302, '2030-01-06');
SELECT pg_temp.mark(3305, 3302, 2, 2, 'present');
SELECT * FROM pg_temp.shown WHERE event = 'pa-zone';
-- "13 of 12 sessions": a session is marked once, and one that does not count is not counted as attended either.
SELECT pg_temp.mark(3301, 3301, 8, 8, 'present');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at, required) VALUES (3301, 11, '2030-01-11 18:00+00', '2030-01-11 19:00+00', false);
SELECT pg_temp.mark(3301, 3301, 9, 11, 'present');
SELECT * FROM pg_temp.shown WHERE event = 'pa-10' AND learner = 3301;
-- "More than 100 percent when a session was removed later."
UPDATE achieve.session SET cancelled = true WHERE event_id = 3301 AND session_no IN (1, 2);
SELECT * FROM pg_temp.shown WHERE event = 'pa-10' AND learner = 3301;
-- "Present at the click": who was not marked was not there, and in the end is absent.
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (3304, 3303);
SELECT * FROM pg_temp.shown WHERE event = 'pa-free' AND learner = 3303;
SELECT achieve.close_event(3304);
SELECT * FROM pg_temp.shown WHERE event = 'pa-free' AND learner = 3303;

-- "Moving to another group lost what was attended."
UPDATE achieve.event SET status = 'scheduled' WHERE event_id = 3302;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (3301, 3304);
SELECT pg_temp.mark(3301, 3304, 3, 5, 'late');
SELECT achieve.transfer_enrollment(3301, 3304, 3302, 'other group');
SELECT session_no, status FROM achieve.attendance WHERE event_id = 3302 AND learner_id = 3304 ORDER BY 1;
SELECT * FROM pg_temp.shown WHERE learner = 3304;
-- "Who is on the waiting list could not cancel."
INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES (3302, 3303, 'reserved');
UPDATE achieve.enrollment SET status = 'cancelled' WHERE event_id = 3302 AND learner_id = 3303;
SELECT enrollment_status, outcome FROM achieve.results_tab WHERE event_code = 'pa-11' AND learner_id = 3303;
-- "The record and the progress page round differently." There is one number.
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (3306, 'pa-3', 'Three', '2030-01-01', '2030-01-04', 'attendance >= 66.666667');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT 3306, n, '2030-01-01', '2030-01-01' FROM generate_series(1, 3) n;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (3306, 3301);
SELECT pg_temp.mark(3306, 3301, 1, 2, 'present');
SELECT attendance_percent, outcome, achieve.evaluate('attendance = 66.666667', achieve.facts(3306, 3301), true) AS is_that_number FROM achieve.results_tab WHERE event_id = 3306;
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 3301 AND 3306;
