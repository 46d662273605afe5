-- What happened in the rooms: registers, tests, things completed. Trainers
-- write plain rows; results and achievements follow in the same transaction.

\echo 'Registers: one for each session held before today'

-- One register after the other, as they were kept.
DO $$
DECLARE
	held record;
BEGIN
	FOR held IN
		SELECT e.event_id, e.code, s.session_no, e.time_zone
		FROM event e
		JOIN session s ON s.event_id = e.event_id
		WHERE e.status = 'scheduled' AND e.code <> 'FL-203'
			AND (s.starts_at AT TIME ZONE e.time_zone)::date < achieve.today(e.time_zone)
		ORDER BY s.starts_at, e.event_id, s.session_no
	LOOP
		PERFORM achieve.set_context(CASE substr(held.code, 1, 2)
			WHEN 'FA' THEN 'Grace Mwangi' WHEN 'FR' THEN 'Grace Mwangi' WHEN 'FL' THEN 'Pieter Claes'
			WHEN 'EN' THEN 'Eleanor Hughes' ELSE 'Paolo Ricci' END, 'register');
		INSERT INTO attendance (event_id, learner_id, session_no, status, note)
		SELECT held.event_id, learner_id, held.session_no, mark,
			CASE mark WHEN 'excused' THEN 'doctor''s note' WHEN 'late' THEN 'train was late' END
		FROM enrollment n,
			LATERAL (SELECT pg_temp.dice('register', held.code, held.session_no::text, learner_id::text) AS thrown) AS d,
			LATERAL (SELECT CASE
				WHEN thrown < 6 THEN 'absent'
				WHEN thrown < 9 THEN 'excused'
				WHEN thrown < 16 THEN 'late'
				ELSE 'present' END) AS m (mark)
		WHERE n.event_id = held.event_id AND n.status = 'active';
	END LOOP;
END $$;

\echo 'Tests: first attempts, resits, requirements and conditions'
BEGIN;
SELECT achieve.set_context('Grace Mwangi', 'test results');

-- First attempts, where the event's last session is over. A few have not
-- been marked yet.
INSERT INTO score (event_id, learner_id, code, score)
SELECT e.event_id, n.learner_id, a.code,
	round(a.max_score * (45 + pg_temp.dice('test', e.code, a.code, n.learner_id::text) * 0.55) / 100)
FROM event e
JOIN assessment a ON a.event_id = e.event_id
JOIN enrollment n ON n.event_id = e.event_id AND n.status = 'active'
WHERE e.status = 'scheduled' AND e.code <> 'FL-203'
	AND (e.ends_at < now() OR (a.code = 'theory' AND e.starts_at < now()) OR (a.code = 'midterm' AND e.starts_at < now() - interval '30 days'))
	AND pg_temp.dice('not marked yet', e.code, a.code, n.learner_id::text) >= 4;

-- Resits where the first attempt was not enough.
INSERT INTO score (event_id, learner_id, code, attempt, score)
SELECT s.event_id, s.learner_id, s.code, 2,
	least(a.max_score, round(s.score + a.max_score * (5 + pg_temp.dice('resit', e.code, s.code, s.learner_id::text) / 4) / 100))
FROM score s
JOIN event e ON e.event_id = s.event_id
JOIN assessment a ON a.event_id = s.event_id AND a.code = s.code
WHERE e.ends_at < now() - interval '7 days' AND s.attempt = 1 AND a.max_attempts >= 2 AND s.score < a.max_score * 0.75;

-- Things done beside the course.
INSERT INTO completion (event_id, learner_id, code, completed_at, note)
SELECT e.event_id, n.learner_id, r.code, e.starts_at + interval '1 hour', CASE r.code WHEN 'project' THEN 'report handed in' END
FROM event e
JOIN requirement r ON r.event_id = e.event_id
JOIN enrollment n ON n.event_id = e.event_id AND n.status = 'active'
WHERE e.ends_at < now() AND pg_temp.dice('completes', e.code, r.code, n.learner_id::text) >= 4;

-- Somebody with a wheelchair does not have to walk the evacuation route.
INSERT INTO completion (event_id, learner_id, code, waived, note)
SELECT event_id, learner_id, 'evacuation', true, 'uses the evacuation lift, shown separately'
FROM (SELECT e.event_id, n.learner_id
	FROM event e
	JOIN enrollment n ON n.event_id = e.event_id AND n.status = 'active'
	WHERE e.code = 'SI-503'
		AND NOT EXISTS (SELECT FROM completion c
			WHERE (c.event_id, c.learner_id, c.code) = (n.event_id, n.learner_id, 'evacuation'))
	ORDER BY n.learner_id
	LIMIT 1) AS first;

-- Drivers need a medical examination: 1 is fit.
INSERT INTO condition (event_id, learner_id, name, value)
SELECT e.event_id, n.learner_id, 'medical', CASE WHEN thrown < 12 THEN 0 ELSE 1 END
FROM event e
JOIN enrollment n ON n.event_id = e.event_id AND n.status = 'active',
	LATERAL (SELECT pg_temp.dice('medical', e.code, n.learner_id::text) AS thrown) AS d
WHERE e.code LIKE 'FL-%' AND e.code <> 'FL-203' AND e.starts_at < now() AND thrown >= 5;
COMMIT;

-- Workshops have no rule: the trainer says who passed.
BEGIN;
SELECT achieve.set_context('Paolo Ricci');
SELECT achieve.set_result(n.event_id, n.learner_id,
	CASE WHEN a.status IN ('present', 'late') THEN 'passed' ELSE 'failed' END,
	CASE WHEN a.status IN ('present', 'late') THEN 'took part in all exercises' ELSE 'was not there' END)
FROM event e
JOIN enrollment n ON n.event_id = e.event_id AND n.status = 'active'
JOIN attendance a ON a.event_id = n.event_id AND a.learner_id = n.learner_id AND a.session_no = 1
WHERE e.code = 'TW-801'
ORDER BY n.learner_id;
COMMIT;
