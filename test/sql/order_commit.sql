-- With evaluation at commit, is every outcome right after the transaction,
-- whatever was rolled back to a savepoint and whatever it did together?
\set VERBOSITY terse
INSERT INTO achieve.learner (learner_id, name) SELECT g, 'L' FROM generate_series(1421, 1424) AS g;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1420, 'c-event', 'At commit', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1420, g FROM generate_series(1421, 1422) AS g;
CREATE FUNCTION pg_temp.outcomes(OUT outcomes text, OUT problems bigint) LANGUAGE sql AS $$
	SELECT string_agg(outcome, ' ' ORDER BY event_id, learner_id), (SELECT count(*) FROM achieve.check_outcomes())
	FROM achieve.result WHERE event_id BETWEEN 1420 AND 1429
$$;
SET achieve.evaluation = 'commit';

-- What was evaluated and then rolled back is evaluated again.
BEGIN;
INSERT INTO achieve.condition VALUES (1420, 1421, 'done', 1);
SAVEPOINT a;
SELECT achieve.set_result(1420, 1422, 'failed', 'rolled back');
ROLLBACK TO a;
COMMIT;
SELECT * FROM pg_temp.outcomes();
BEGIN;
INSERT INTO achieve.condition VALUES (1420, 1422, 'done', 1);
SAVEPOINT a;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT * FROM pg_temp.outcomes();
ROLLBACK TO a;
COMMIT;
SELECT * FROM pg_temp.outcomes();
-- An error in a function, caught, loses nothing either.
BEGIN;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1420;
SAVEPOINT a;
SELECT achieve.award(1420, 1421, 'c-unknown', 'no such type');
ROLLBACK TO a;
COMMIT;
SELECT * FROM pg_temp.outcomes();
-- What was only noted and then rolled back leaves what came before and after.
BEGIN;
UPDATE achieve.condition SET value = 1 WHERE event_id = 1420 AND learner_id = 1421;
SAVEPOINT a;
UPDATE achieve.condition SET value = 1 WHERE event_id = 1420 AND learner_id = 1422;
ROLLBACK TO a;
RELEASE a;
COMMIT;
SELECT * FROM pg_temp.outcomes();
BEGIN;
SAVEPOINT a;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1420 AND learner_id = 1421;
ROLLBACK TO a;
UPDATE achieve.condition SET value = 1 WHERE event_id = 1420 AND learner_id = 1422;
COMMIT;
SELECT * FROM pg_temp.outcomes();

-- Configuration, enrollments and facts of one event in one transaction.
BEGIN;
UPDATE achieve.event SET passing_rule = 'condition(done) or completed(file)' WHERE event_id = 1420;
INSERT INTO achieve.requirement (event_id, code) VALUES (1420, 'file');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1420, 1423);
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1420, 1423, 'file');
COMMIT;
SELECT * FROM pg_temp.outcomes();
BEGIN;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1421, 'c-new', 'New', '2030-01-01', '2030-01-02', 'paid and condition(done)');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1421, 1424);
INSERT INTO achieve.condition VALUES (1421, 1424, 'done', 1);
INSERT INTO achieve.invoice (invoice_id, status) VALUES (1420, 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1421, 1424, 1420, 1, 5);
UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id = 1420;
COMMIT;
SELECT * FROM pg_temp.outcomes();
-- Deleted before it could be evaluated
BEGIN;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1421;
DELETE FROM achieve.enrollment WHERE event_id = 1421;
COMMIT;
SELECT * FROM pg_temp.outcomes();
SELECT count(*) AS queued FROM achieve.pending_evaluation;
RESET achieve.evaluation;
