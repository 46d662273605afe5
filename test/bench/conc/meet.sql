-- Eight clients mark one learner absent in eight sessions at the same time.
-- Each learner is met once, so that no later write hides an error.
SELECT nextval('bench.meeting') AS k \gset
\set n (:k / 8 * 7919) % 9000
\set e 1 + :n / 30
\set l (:e - 1) % 300 * 30 + 1 + :n % 30
\set s 11 + :k % 8
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (:e, :l, :s, 'absent');
