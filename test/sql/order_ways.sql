-- Does each way of writing facts leave every outcome right when its statement
-- ends: COPY, upsert, MERGE, TRUNCATE, moved keys, writing WITH, commit?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1410, 'w-type', 'Type');
INSERT INTO achieve.learner (learner_id, name) SELECT g, 'L' FROM generate_series(1411, 1414) AS g;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1410, 'w-event', 'Ways', '2030-01-01', '2030-01-02', 'attended >= 2 and score(final) >= 50');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT 1410, g, '2030-01-01', '2030-01-01' FROM generate_series(1, 3) AS g;
INSERT INTO achieve.assessment (event_id, code) VALUES (1410, 'final');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1410, 1410, 'passed and paid');
INSERT INTO achieve.invoice (invoice_id, status) VALUES (1410, 'issued'), (1411, 'issued');
-- Each learner's outcome, in their order, with a + where the achievement is held; and what the oracle says.
CREATE FUNCTION pg_temp.outcomes(OUT outcomes text, OUT problems bigint) LANGUAGE sql AS $$
	SELECT string_agg(r.outcome || CASE WHEN a.achievement_id IS NULL THEN '' ELSE '+' END, ' ' ORDER BY r.learner_id),
		(SELECT count(*) FROM achieve.check_outcomes())
	FROM achieve.result AS r
	LEFT JOIN achieve.achievement AS a ON (a.event_id, a.learner_id) = (r.event_id, r.learner_id) AND a.revoked_at IS NULL
	WHERE r.event_id = 1410
$$;

-- COPY, to every fact table
COPY achieve.enrollment (event_id, learner_id) FROM stdin;
1410	1411
1410	1412
1410	1413
1410	1414
\.
COPY achieve.attendance (event_id, learner_id, session_no, status) FROM stdin;
1410	1411	1	present
1410	1411	2	present
1410	1412	1	present
1410	1412	2	absent
1410	1413	1	absent
1410	1413	2	absent
\.
COPY achieve.score (event_id, learner_id, code, score) FROM stdin;
1410	1411	final	50
1410	1412	final	50
1410	1413	final	50
1410	1414	final	49
\.
SELECT * FROM pg_temp.outcomes();
COPY achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) FROM stdin;
1410	1411	1410	1	10
1410	1412	1411	1	10
\.
SELECT * FROM pg_temp.outcomes();

-- An upsert that inserts some rows and updates others; one that does nothing
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(1410, 1411, 1, 'absent'), (1410, 1412, 2, 'late'), (1410, 1413, 3, 'present'), (1410, 1411, 3, 'absent')
	ON CONFLICT ON CONSTRAINT attendance_is_marked_once DO UPDATE SET status = EXCLUDED.status;
SELECT * FROM pg_temp.outcomes();
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1410, 1411, 1, 'present')
	ON CONFLICT DO NOTHING;
SELECT * FROM pg_temp.outcomes();

-- MERGE that inserts, updates and deletes in one statement
MERGE INTO achieve.attendance AS t
	USING (VALUES (1411, 1, 'present'), (1412, 2, NULL), (1413, 1, 'late'), (1414, 1, 'present'), (1414, 2, 'late')) AS v (learner_id, session_no, status)
	ON t.event_id = 1410 AND t.learner_id = v.learner_id AND t.session_no = v.session_no
	WHEN MATCHED AND v.status IS NULL THEN DELETE
	WHEN MATCHED THEN UPDATE SET status = v.status
	WHEN NOT MATCHED THEN INSERT (event_id, learner_id, session_no, status) VALUES (1410, v.learner_id, v.session_no, v.status);
SELECT * FROM pg_temp.outcomes();

-- Keys that change: an attendance row moved to another learner moves both
UPDATE achieve.attendance SET learner_id = 1412 WHERE event_id = 1410 AND learner_id = 1411 AND session_no = 2;
SELECT * FROM pg_temp.outcomes();
UPDATE achieve.attendance SET learner_id = 1411 WHERE event_id = 1410 AND learner_id = 1412 AND session_no = 2;
DELETE FROM achieve.score WHERE event_id = 1410 AND learner_id = 1414;
SELECT * FROM pg_temp.outcomes();
UPDATE achieve.score SET score = 50 WHERE event_id = 1410;
UPDATE achieve.invoice_line SET learner_id = 2825 - learner_id, invoice_id = 1411 WHERE event_id = 1410 AND learner_id IN (1411, 1412);
SELECT * FROM pg_temp.outcomes();
UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id = 1411;
SELECT * FROM pg_temp.outcomes();
UPDATE achieve.session SET session_no = 10 + session_no WHERE event_id = 1410;
UPDATE achieve.assessment SET code = 'exam' WHERE event_id = 1410;
SELECT * FROM pg_temp.outcomes();
UPDATE achieve.assessment SET code = 'final' WHERE event_id = 1410;

-- Several tables in one statement
WITH gone AS (DELETE FROM achieve.attendance WHERE event_id = 1410 AND learner_id = 1412 RETURNING *),
	more AS (INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1410, 1414, 'final', 77))
INSERT INTO achieve.attendance SELECT event_id, 1414, 13, status, note FROM gone LIMIT 1;
SELECT * FROM pg_temp.outcomes();
-- A statement that is rolled back leaves nothing
BEGIN;
DELETE FROM achieve.score WHERE event_id = 1410;
SELECT * FROM pg_temp.outcomes();
ROLLBACK;
SELECT * FROM pg_temp.outcomes();

-- TRUNCATE, of each table that can be
BEGIN;
UPDATE achieve.invoice SET status = 'issued' WHERE invoice_id = 1411;
SELECT * FROM pg_temp.outcomes();
TRUNCATE achieve.invoice_line;
SELECT * FROM pg_temp.outcomes();
TRUNCATE achieve.attendance;
SELECT * FROM pg_temp.outcomes();
UPDATE achieve.event SET passing_rule = 'score(final) >= 50' WHERE event_id = 1410;
SELECT * FROM pg_temp.outcomes();
TRUNCATE achieve.score, achieve.completion, achieve.condition;
SELECT * FROM pg_temp.outcomes();
TRUNCATE achieve.event_achievement;
SELECT * FROM pg_temp.outcomes();
UPDATE achieve.event SET passing_rule = 'sessions = 3' WHERE event_id = 1410;
SELECT * FROM pg_temp.outcomes();
TRUNCATE achieve.session, achieve.attendance;
SELECT * FROM pg_temp.outcomes();
TRUNCATE achieve.requirement, achieve.completion, achieve.assessment, achieve.score;
SELECT * FROM pg_temp.outcomes();
ROLLBACK;
SELECT * FROM pg_temp.outcomes();

-- At commit: until then the old outcomes; a function first evaluates what is pending.
SET achieve.evaluation = 'commit';
BEGIN;
DELETE FROM achieve.attendance WHERE event_id = 1410 AND learner_id = 1414;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1410, 1412, 11, 'present'), (1410, 1412, 12, 'present');
SELECT outcomes, problems > 0 AS problems FROM pg_temp.outcomes();
SET CONSTRAINTS ALL IMMEDIATE;
SELECT * FROM pg_temp.outcomes();
SET CONSTRAINTS ALL DEFERRED;
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 1410 AND learner_id = 1413;
SELECT outcomes, problems > 0 AS problems FROM pg_temp.outcomes();
SELECT achieve.set_result(1410, 1411, 'failed', 'because');
SELECT * FROM pg_temp.outcomes();
COMMIT;
BEGIN;
TRUNCATE achieve.score;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT * FROM pg_temp.outcomes();
ROLLBACK;
SELECT * FROM pg_temp.outcomes();
-- Its errors come at commit.
BEGIN;
UPDATE achieve.score SET score = 101 WHERE event_id = 1410 AND learner_id = 1412;
COMMIT;
SELECT score FROM achieve.score WHERE event_id = 1410 AND learner_id = 1412;
-- Nothing is left in the queue.
SELECT count(*) AS queued FROM achieve.pending_evaluation;
RESET achieve.evaluation;

-- Off: nothing moves until evaluate_event, which says what it did.
SET achieve.enabled = off;
INSERT INTO achieve.learner (learner_id, name) VALUES (1415, 'loaded');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1410, 1415);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1410, 1415, 11, 'present'), (1410, 1415, 12, 'present');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1410, 1415, 'final', 50);
UPDATE achieve.score SET score = 40 WHERE event_id = 1410 AND learner_id = 1412;
RESET achieve.enabled;
SELECT outcomes, problems > 0 AS problems FROM pg_temp.outcomes();
SELECT * FROM achieve.evaluate_event(1410);
SELECT * FROM pg_temp.outcomes();
SELECT * FROM achieve.evaluate_event(1410);
