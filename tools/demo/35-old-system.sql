-- Certificates from before: an older system issued them, and they keep their
-- numbers and dates.

\echo 'Old system: first aid certificates taken over with their numbers and dates'
BEGIN;
SELECT achieve.set_context('Ingrid Solberg', 'taken over from the old system');
SELECT achieve.create_event('first-aid', (achieve.today() - 930 + time '09:00') AT TIME ZONE 'UTC', 'FA-OLD', 'First aid, old records') AS old \gset

-- Nobody knows the registers any more: no rule decides here.
UPDATE event SET passing_rule = NULL WHERE event_id = :old;
UPDATE event_achievement SET award_rule = NULL WHERE event_id = :old;
INSERT INTO enrollment (event_id, learner_id, enrolled_at)
SELECT e.event_id, l.learner_id, e.starts_at
FROM event e, learner l
WHERE e.event_id = :old AND l.reference BETWEEN 'L-1200' AND 'L-1207';
SELECT achieve.set_result(event_id, learner_id, 'passed', 'certificate on file')
FROM enrollment
WHERE event_id = :old
ORDER BY learner_id;
SELECT achieve.award(event_id, learner_id, 'first-aid', 'certificate on file', taken, (taken + interval '3 years')::date,
	'OLD-' || to_char(4400 + learner_id, 'FM000000'), taken + time '16:00' AT TIME ZONE 'UTC')
FROM enrollment, LATERAL (SELECT achieve.today() - 929 - 40 * (learner_id % 5)::integer AS taken) AS t
WHERE event_id = :old
ORDER BY learner_id;
UPDATE event SET status = 'closed' WHERE event_id = :old;
COMMIT;
