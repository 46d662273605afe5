-- The data of the bulk workloads; psql -v big=10000 -v events=400
--
-- Event 1 has `big` learners, the others 100 each; everybody has a score and
-- an unpaid invoice, nobody has a mark. mark_all() is what the bulk statements
-- write: one mark for each learner and session.

SET session_replication_role = replica;

INSERT INTO achieve.learner (learner_id, name)
SELECT l, 'Learner ' || l FROM generate_series(1, :big) l;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor)
VALUES (1, 'certificate', 'Certificate', 2, 'year', 'event_end');

INSERT INTO bench.event_rule SELECT event_id, 3, 50, 2 FROM generate_series(1, 1 + :events) AS event_id;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone, passing_rule)
SELECT event_id, 'E' || event_id, 'Event ' || event_id,
	timestamptz '2025-01-01 09:00+00' + event_id % 300 * interval '1 day',
	timestamptz '2025-05-01 17:00+00' + event_id % 300 * interval '1 day', 'Europe/Berlin',
	format('absences <= %s and score(final) >= %s', absences_allowed, min_score)::achieve.rule
FROM bench.event_rule;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
SELECT event_id, s, starts_at + s * interval '3 days', starts_at + s * interval '3 days' + interval '90 minutes'
FROM achieve.event, generate_series(1, 20) s;
INSERT INTO achieve.assessment (event_id, code, max_attempts)
SELECT event_id, 'final', max_attempts FROM bench.event_rule;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
SELECT event_id, 1, 'passed and paid'::achieve.rule FROM bench.event_rule;

INSERT INTO achieve.enrollment (event_id, learner_id)
SELECT event_id, CASE event_id WHEN 1 THEN l ELSE event_id * 100 % :big + l END
FROM bench.event_rule
CROSS JOIN LATERAL generate_series(1, CASE event_id WHEN 1 THEN :big ELSE 100 END) l;
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score)
SELECT event_id, learner_id, 'final', a, 20 + abs(hashint8(event_id * 31 + learner_id * 17 + a) % 80)
FROM achieve.enrollment, generate_series(1, 2) a;
INSERT INTO achieve.invoice (invoice_id, status)
SELECT row_number() OVER (), 'issued' FROM achieve.enrollment;
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount)
SELECT event_id, learner_id, row_number() OVER (ORDER BY event_id, learner_id), 1, 100
FROM achieve.enrollment;

CREATE FUNCTION bench.mark_all() RETURNS TABLE (event_id bigint, learner_id bigint, session_no integer, status text)
LANGUAGE sql STABLE AS $$
	SELECT n.event_id, n.learner_id, x.session_no, CASE
		WHEN h < 8 THEN 'absent' WHEN h < 14 THEN 'late' WHEN h < 17 THEN 'excused' ELSE 'present' END
	FROM achieve.enrollment n
	JOIN achieve.session x USING (event_id)
	CROSS JOIN LATERAL (
		SELECT abs(hashint8(n.event_id * 7919 + n.learner_id * 104729 + x.session_no * 1299709) % 100) AS h) r
$$;
