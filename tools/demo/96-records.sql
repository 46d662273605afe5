-- What learners have, on which way they are, and what they are told.

-- Somebody who renewed in time: the new one begins where the old one ends.
SELECT r.learner_id AS renewed,
	'RECORD of ' || r.learner_name || ': what is held, until when, and what was renewed by what' AS heading
FROM learner_record r
JOIN achievement s ON s.achievement_id = r.superseded_by AND s.valid_from = r.expires_on
ORDER BY (SELECT count(*) FROM achievement a WHERE a.learner_id = r.learner_id) DESC, r.learner_id
LIMIT 1 \gset

\echo :heading
\echo
SELECT r.achievement_type AS achievement, r.state, r.event_code AS event, r.number, r.valid_from, r.last_valid_on, r.days_left,
	s.number AS superseded_by, r.revoke_reason
FROM learner_record r
LEFT JOIN achievement s ON s.achievement_id = r.superseded_by
WHERE r.learner_id = :renewed
ORDER BY r.valid_from, r.achievement_type;

\echo 'LEARNING PATHS: the four of each who are nearest to the goal'
\echo
SELECT learner_name AS learner, account_name AS account, path_title AS path, steps_done || '/' || steps_required AS steps,
	percent AS "%", completed_on
FROM (SELECT *, row_number() OVER (PARTITION BY path_id ORDER BY percent DESC, completed_on, learner_name) AS place
	FROM learning_path_progress) AS p
WHERE place <= 4
ORDER BY path_id, place;

\echo 'OUTBOX: what is to be told since the mail worker came by; how many of each topic, and the first'
\echo
SELECT DISTINCT ON (topic) topic, count(*) OVER (PARTITION BY topic), payload ->> 'learner_name' AS first_learner,
	payload ->> 'event_code' AS event,
	concat_ws(', ', payload ->> 'previous_outcome' || ' -> ' || (payload ->> 'outcome'), payload ->> 'achievement_title',
		payload ->> 'number', 'until ' || (payload ->> 'last_valid_on')) AS what
FROM notification
WHERE delivered_at IS NULL
ORDER BY topic, notification_id;
