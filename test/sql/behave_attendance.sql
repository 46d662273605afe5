-- Does every fact about attendance decide as the rule language says, from the
-- tables, while the event is open and once it is closed?
\set VERBOSITY terse
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone)
	VALUES (1100, 'b-attendance', 'Attendance', '2030-03-05 08:00+01', '2030-03-09 18:00+01', 'Europe/Berlin');
-- Hours: 2, 1.5, 3 and 0.5 are required. The first starts on 5 March in the
-- event's zone, though on 4 March in UTC. 5 is optional, 6 cancelled.
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at, required, cancelled) VALUES
	(1100, 1, '2030-03-04 23:30+00', '2030-03-05 01:30+00', true, false),
	(1100, 2, '2030-03-06 09:00+01', '2030-03-06 10:30+01', true, false),
	(1100, 3, '2030-03-07 09:00+01', '2030-03-07 12:00+01', true, false),
	(1100, 4, '2030-03-08 09:00+01', '2030-03-08 09:30+01', true, false),
	(1100, 5, '2030-03-09 09:00+01', '2030-03-09 17:00+01', false, false),
	(1100, 6, '2030-03-09 09:00+01', '2030-03-09 17:00+01', true, true);
INSERT INTO achieve.learner (learner_id, name) VALUES
	(1101, 'unmarked'), (1102, 'three of four marked'), (1103, 'all marked'),
	(1104, 'joins for the last two'), (1105, 'joins on the first day'), (1106, 'joins after the last');
INSERT INTO achieve.enrollment (event_id, learner_id, counts_from) VALUES
	(1100, 1101, NULL), (1100, 1102, NULL), (1100, 1103, NULL),
	(1100, 1104, '2030-03-07'), (1100, 1105, '2030-03-05'), (1100, 1106, '2030-04-01');
-- Marks on sessions 5 and 6, and before one counts, are kept and ignored.
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(1100, 1102, 1, 'present'), (1100, 1102, 2, 'late'), (1100, 1102, 3, 'excused'),
	(1100, 1102, 5, 'absent'), (1100, 1102, 6, 'absent'),
	(1100, 1103, 1, 'absent'), (1100, 1103, 2, 'absent'), (1100, 1103, 3, 'absent'), (1100, 1103, 4, 'present'),
	(1100, 1103, 5, 'present'), (1100, 1103, 6, 'late'),
	(1100, 1104, 1, 'absent'), (1100, 1104, 2, 'absent'), (1100, 1104, 3, 'present'),
	(1100, 1106, 1, 'absent'), (1100, 1106, 2, 'absent'), (1100, 1106, 3, 'absent'), (1100, 1106, 4, 'absent');

-- The outcomes of the six learners, in their order, under a rule.
CREATE FUNCTION pg_temp.under(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.event SET passing_rule = rule WHERE event_id = 1100;
	RETURN (SELECT string_agg(rule_outcome, ' ' ORDER BY learner_id) FROM achieve.result WHERE event_id = 1100);
END $$;

SELECT rule, pg_temp.under(rule) AS "outcomes while open" FROM (VALUES
	('sessions = 4'),
	('sessions >= 3'),
	('attended >= 2'),
	('attended >= 3'),
	('absences <= 1'),
	('excused >= 1'),
	('lates >= 1'),
	('attendance >= 50'),
	('attendance >= 75'),
	('hours >= 7'),
	('hours_attended >= 3.5'),
	('hours_attended > 3.5'),
	('absences + 0.5 * lates <= 0.2 * sessions'),
	('attended + 0.8 * excused >= 0.6 * sessions'),
	('absences <= 2 or absences > 2')) AS v (rule);

-- Closed: unmarked is absent. Where no session counts, all stays open.
UPDATE achieve.event SET status = 'closed' WHERE event_id = 1100;
SELECT rule, pg_temp.under(rule) AS "outcomes once closed" FROM (VALUES
	('sessions = 4'),
	('attended >= 2'),
	('absences <= 1'),
	('excused >= 1'),
	('lates >= 1'),
	('attendance >= 50'),
	('attendance >= 75'),
	('hours >= 7'),
	('hours_attended >= 3.5'),
	('absences <= 2 or absences > 2')) AS v (rule);
UPDATE achieve.event SET status = 'scheduled' WHERE event_id = 1100;

-- A change of the schedule decides anew: a session becomes required, is
-- moved behind a late joiner's first day, is cancelled, goes, and comes.
SELECT pg_temp.under('attended >= 2');
UPDATE achieve.session SET required = true WHERE event_id = 1100 AND session_no = 5;
SELECT pg_temp.under('attended >= 2') AS "5 is required";
UPDATE achieve.session SET required = false WHERE event_id = 1100 AND session_no = 5;
UPDATE achieve.session SET starts_at = starts_at - interval '1 month' WHERE event_id = 1100 AND session_no = 3;
SELECT pg_temp.under('attended >= 1') AS "3 is before 1104 counts";
UPDATE achieve.session SET starts_at = starts_at + interval '1 month' WHERE event_id = 1100 AND session_no = 3;
UPDATE achieve.session SET cancelled = true WHERE event_id = 1100 AND session_no IN (1, 2);
SELECT pg_temp.under('absences <= 1') AS "1 and 2 are cancelled";
UPDATE achieve.session SET cancelled = false WHERE event_id = 1100 AND session_no IN (1, 2);
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1100, 7, '2030-04-02 09:00+02', '2030-04-02 10:00+02');
SELECT pg_temp.under('absences <= 1') AS "7 is added";
DELETE FROM achieve.session WHERE event_id = 1100 AND session_no = 7;
SELECT pg_temp.under('absences <= 1') AS "7 is gone";
-- The day counts in the event's zone: in UTC, 1105 joins after session 1.
UPDATE achieve.event SET time_zone = 'UTC' WHERE event_id = 1100;
SELECT pg_temp.under('sessions >= 4') AS "in UTC";
UPDATE achieve.enrollment SET counts_from = NULL WHERE event_id = 1100 AND learner_id >= 1104;
SELECT pg_temp.under('absences <= 1') AS "nobody joins late";

SELECT * FROM achieve.check_outcomes();
