-- The data of the write workloads; psql -v running=1500 -v singles=240 -v registers=175 -v corrected=100
--
-- Four kinds of event, in this order of event_id:
--   running    30 learners, 40 sessions of which 10 are marked: most marks decide nothing
--   singles,   100 learners, 20 sessions of which 19 are marked: the last mark decides,
--   registers  here by single marks and there by registers
--   corrected  100 learners, 20 sessions, all marked, no absence allowed: half of the learners
--              have none but perhaps in the first session, the others one in the last
-- Loaded with all triggers off, outcomes from the oracle: the same for all sides.

SET session_replication_role = replica;

CREATE TEMPORARY TABLE kind AS
SELECT event_id, CASE
	WHEN event_id <= :running THEN 'running'
	WHEN event_id <= :running + :singles + :registers THEN 'finishing'
	ELSE 'corrected' END AS kind
FROM generate_series(1, :running + :singles + :registers + :corrected) AS event_id;

INSERT INTO achieve.learner (learner_id, name)
SELECT l, 'Learner ' || l FROM generate_series(1, 9000) l;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor)
VALUES (1, 'certificate', 'Certificate', 2, 'year', 'event_end');

INSERT INTO bench.event_rule
SELECT event_id, CASE WHEN kind = 'corrected' OR (kind = 'running' AND event_id % 2 = 0) THEN 0 ELSE 3 END, 50, 2
FROM kind;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone, passing_rule)
SELECT event_id, 'E' || event_id, 'Event ' || event_id,
	timestamptz '2025-01-01 09:00+00' + event_id % 300 * interval '1 day',
	timestamptz '2025-05-01 17:00+00' + event_id % 300 * interval '1 day', 'Europe/Berlin',
	format('absences <= %s and score(final) >= %s', absences_allowed, min_score)::achieve.rule
FROM bench.event_rule;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
SELECT event_id, s, e.starts_at + s * interval '3 days', e.starts_at + s * interval '3 days' + interval '90 minutes'
FROM kind
JOIN achieve.event e USING (event_id)
CROSS JOIN LATERAL generate_series(1, CASE kind WHEN 'running' THEN 40 ELSE 20 END) s;
INSERT INTO achieve.assessment (event_id, code, max_attempts)
SELECT event_id, 'final', max_attempts FROM bench.event_rule;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
SELECT event_id, 1, 'passed and paid'::achieve.rule FROM kind;

INSERT INTO achieve.enrollment (event_id, learner_id)
SELECT event_id, CASE kind WHEN 'running' THEN (event_id - 1) % 300 * 30 + l ELSE event_id % 90 * 100 + l END
FROM kind
CROSS JOIN LATERAL generate_series(1, CASE kind WHEN 'running' THEN 30 ELSE 100 END) l;
-- 8 % absent, 6 % late, 3 % excused, the same in every run
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
SELECT event_id, learner_id, s, CASE
	WHEN kind = 'corrected' AND (s = 1 AND h < 50 OR s = 20 AND learner_id % 100 NOT BETWEEN 1 AND 50) THEN 'absent'
	WHEN kind = 'corrected' THEN 'present'
	WHEN h < 8 THEN 'absent' WHEN h < 14 THEN 'late' WHEN h < 17 THEN 'excused' ELSE 'present' END
FROM kind
JOIN achieve.enrollment USING (event_id)
CROSS JOIN LATERAL generate_series(1, CASE kind WHEN 'running' THEN 10 WHEN 'finishing' THEN 19 ELSE 20 END) s
CROSS JOIN LATERAL (SELECT abs(hashint8(event_id * 7919 + learner_id * 104729 + s * 1299709) % 100) AS h) x;
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score)
SELECT event_id, learner_id, 'final', a, 20 + abs(hashint8(event_id * 31 + learner_id * 17 + a) % 80)
FROM achieve.enrollment, generate_series(1, 2) a;
INSERT INTO achieve.invoice (invoice_id, status)
SELECT row_number() OVER (ORDER BY event_id, learner_id), CASE WHEN (event_id + learner_id) % 3 = 0 THEN 'issued' ELSE 'paid' END
FROM achieve.enrollment;
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount)
SELECT event_id, learner_id, row_number() OVER (ORDER BY event_id, learner_id), 1, 100
FROM achieve.enrollment;
