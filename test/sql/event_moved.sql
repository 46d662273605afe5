-- A backend looks for an event's row first where it was. Rows move, others
-- take their places, and the table gets shorter.
SET client_min_messages = warning;
INSERT INTO achieve.learner (learner_id, name) VALUES (58100, 'Ada');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
SELECT e, repeat('Harbour ', 40), '2030-01-01', '2030-01-04', CASE WHEN e % 3 = 0 THEN 'attended >= 2' ELSE 'attended >= 3' END::achieve.rule FROM generate_series(58101, 58400) AS e;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
SELECT e, s, timestamptz '2030-01-01' + s * interval '1 day', timestamptz '2030-01-01' + s * interval '1 day 1 hour'
FROM generate_series(58101, 58400) AS e, generate_series(1, 3) AS s;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, 58100 FROM generate_series(58101, 58400) AS e;
-- This backend knows all of them now.
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT e, 58100, 1, 'present' FROM generate_series(58101, 58400) AS e;
SELECT pg_relation_size('achieve.event') AS size_before \gset
BEGIN;
DELETE FROM achieve.enrollment WHERE event_id BETWEEN 58101 AND 58400 AND event_id % 10 <> 0;
DELETE FROM achieve.event WHERE event_id BETWEEN 58101 AND 58400 AND event_id % 10 <> 0;
COMMIT;
VACUUM FULL achieve.event;
SELECT pg_relation_size('achieve.event') < :size_before AS shorter;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
SELECT event_id, 58100, 2, 'present' FROM achieve.event WHERE event_id BETWEEN 58101 AND 58400 ORDER BY event_id;
SELECT e.passing_rule, r.outcome, count(*) FROM achieve.event AS e JOIN achieve.result AS r USING (event_id)
WHERE event_id BETWEEN 58101 AND 58400 GROUP BY e.passing_rule::text, e.passing_rule, r.outcome ORDER BY e.passing_rule::text;
SELECT count(*) FROM achieve.event AS e, achieve.check_outcomes(e.event_id) WHERE e.event_id BETWEEN 58101 AND 58400;
-- Half of them under another rule, of which this backend isn't told, and others where they were.
SET achieve.enabled = off;
UPDATE achieve.event SET passing_rule = 'attended >= 2' WHERE event_id BETWEEN 58101 AND 58400 AND event_id % 20 = 0;
RESET achieve.enabled;
VACUUM FULL achieve.event;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
SELECT event_id, 58100, 3, 'absent' FROM achieve.event WHERE event_id BETWEEN 58101 AND 58400 ORDER BY event_id;
SELECT e.passing_rule, r.outcome, count(*) FROM achieve.event AS e JOIN achieve.result AS r USING (event_id)
WHERE event_id BETWEEN 58101 AND 58400 GROUP BY e.passing_rule::text, e.passing_rule, r.outcome ORDER BY e.passing_rule::text;
SELECT count(*) FROM achieve.event AS e, achieve.check_outcomes(e.event_id) WHERE e.event_id BETWEEN 58101 AND 58400;
DELETE FROM achieve.enrollment WHERE learner_id = 58100;
DELETE FROM achieve.event WHERE event_id BETWEEN 58101 AND 58400;
DELETE FROM achieve.learner WHERE learner_id = 58100;
