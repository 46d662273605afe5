-- Does prune_notifications() delete what was delivered before an instant, and nothing else?
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
SELECT achieve.prune_notifications(NULL);
ROLLBACK;
BEGIN;
SELECT count(*) >= 0 AS cleared FROM achieve.prune_notifications('infinity');
INSERT INTO achieve.learner (learner_id, name) SELECT g, 'L' || g FROM generate_series(7701, 7704) g;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (7700, 'PRU', 'Prune', '2030-01-01', '2030-01-02', 'score(exam) >= 50');
INSERT INTO achieve.assessment (event_id, code) VALUES (7700, 'exam');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 7700, g FROM generate_series(7701, 7704) g;
INSERT INTO achieve.score (event_id, learner_id, code, score) SELECT 7700, g, 'exam', 90 FROM generate_series(7701, 7704) g;
SELECT achieve.mark_delivered(ARRAY(SELECT notification_id FROM achieve.notification WHERE event_id = 7700 AND learner_id <= 7703)) AS delivered;
-- One was delivered long ago; only for this test its time is moved.
SET LOCAL session_replication_role = replica;
UPDATE achieve.notification SET delivered_at = now() - interval '40 days' WHERE event_id = 7700 AND learner_id = 7701;
SET LOCAL session_replication_role = origin;
SELECT achieve.prune_notifications(now() - interval '30 days') AS long_ago;
SELECT learner_id, delivered_at IS NOT NULL AS delivered FROM achieve.notification WHERE event_id = 7700 ORDER BY learner_id;
-- Administrators may; instructors may not, and nobody by plain DELETE.
CREATE ROLE teachers; CREATE ROLE office;
SELECT achieve.grant_access('teachers', 'instructor'), achieve.grant_access('office', 'administrator');
SET ROLE office;
SELECT achieve.prune_notifications('infinity') AS by_administrator;
SELECT achieve.prune_notifications('-infinity') AS nothing_left;
RESET ROLE;
SELECT learner_id, delivered_at IS NOT NULL AS delivered FROM achieve.notification WHERE event_id = 7700 ORDER BY learner_id;
SAVEPOINT before;
DELETE FROM achieve.notification WHERE event_id = 7700;
ROLLBACK TO before;
SET ROLE teachers;
SELECT achieve.prune_notifications('infinity');
ROLLBACK;
