-- Do the examples of the pages that have no test of their own run as written, and print what they show?
CREATE DATABASE regress_achieve_pages;
\c regress_achieve_pages
SET datestyle = ISO;
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk -v name=rule_language_page -f test/page.awk docs/rule-language.md > results/rule_language_page.sql
\i results/rule_language_page.sql

-- Tables, from an empty database. What is said of the second day is so afterwards.
\! awk -v name=schema_examples -f test/page.awk docs/schema.md > results/schema_examples.sql
\i results/schema_examples.sql
SELECT session_no FROM achieve.session WHERE cancelled;
SELECT learner_id, amount_paid, i.status FROM achieve.invoice_line JOIN achieve.invoice i USING (invoice_id) ORDER BY learner_id;
SELECT action, actor, reason FROM achieve.audit WHERE actor IS NOT NULL;

-- Certificates: the type is there already.
\! awk -v name=certificates_page -f test/page.awk docs/certificates.md > results/certificates_page.sql
\i results/certificates_page.sql
SELECT achieve.regenerate_certificates(event_id) AS made FROM achieve.event;
SELECT c.status, c.content LIKE '%Harbour Training Academy%' AS has_issuer FROM achieve.certificate c ORDER BY certificate_id;
SET ROLE verification_page;
SELECT status, is_valid FROM achieve.verify_certificate('no such code');
RESET ROLE;

-- Explanations: a mark is missing, the test failed, an invoice is unpaid.
INSERT INTO achieve.learner (learner_id, name) VALUES (7, 'Gil');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(12, 'EX-1', 'Explained', '2030-01-01', '2030-01-31', 'absences <= 1 and (score(final) >= 60 or completed(portfolio)) and paid');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT 12, n, '2030-01-01 09:00+00', '2030-01-01 10:00+00' FROM generate_series(1, 3) AS n;
INSERT INTO achieve.assessment (event_id, code) VALUES (12, 'final');
INSERT INTO achieve.requirement (event_id, code) VALUES (12, 'portfolio');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT 12, achievement_type_id, 'passed' FROM achieve.achievement_type;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (12, 7);
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (12, 'EX-7', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (12, 7, 12, 1, 120);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (12, 7, 1, 'present'), (12, 7, 2, 'absent');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (12, 7, 'final', 40);
\! awk -v name=explanations_page -f test/page.awk docs/explanations.md > results/explanations_page.sql
\i results/explanations_page.sql

-- Previews: a template, an event of it, and one whose rule reads what that gives.
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_from_anchor, certificate_template_id)
	SELECT 21, 'basics', 'Basics', 'event_start', certificate_template_id FROM achieve.certificate_template;
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (21, 'basics', 'Basics', 'score(final) >= 60');
INSERT INTO achieve.learner (learner_id, name) VALUES (21, 'Ada'), (22, 'Ben');
INSERT INTO achieve.event (event_id, template_id, code, title, starts_at, ends_at, passing_rule, passing_rule_inherited) VALUES
	(21, 21, 'BA-1', 'Basics', '2026-03-02 09:00+00', '2026-03-02 17:00+00', 'score(final) >= 60', true),
	(22, NULL, 'BA-2', 'What comes after', '2030-01-01', '2030-01-31', 'holds(basics)', false);
INSERT INTO achieve.assessment (event_id, code) VALUES (21, 'final');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (21, 21, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (21, 21), (21, 22), (22, 21), (22, 22);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (21, 21, 'final', 80), (21, 22, 'final', 50);
CREATE TEMPORARY TABLE outcomes AS SELECT event_id, learner_id, outcome FROM achieve.result;
\! awk -v name=previews_page -f test/page.awk docs/previews.md > results/previews_page.sql
\i results/previews_page.sql
-- Nothing has changed.
TABLE outcomes EXCEPT SELECT event_id, learner_id, outcome FROM achieve.result;

-- The outbox: the numbers on the page are those of the notifications that wait.
SELECT achieve.mark_delivered(array_agg(notification_id)) > 0 AS delivered FROM achieve.notification;
ALTER TABLE achieve.notification ALTER notification_id RESTART WITH 1017;
UPDATE achieve.score SET score = 70 WHERE learner_id = 22;
SET session_replication_role = replica;
DELETE FROM achieve.notification WHERE notification_id < 1017;
UPDATE achieve.notification SET notification_id = notification_id - 1000;
RESET session_replication_role;
\! awk -v name=communications_page -f test/page.awk docs/communications.md > results/communications_page.sql
\i results/communications_page.sql
SELECT count(*) AS waiting FROM achieve.notification WHERE delivered_at IS NULL;

-- Time: in place of pg_cron, which is not here, somebody who does at once what it is told.
CREATE SCHEMA cron;
CREATE FUNCTION cron.schedule(job text, schedule text, command text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN EXECUTE command; RETURN 1; END $$;
\! awk -v name=time_page -f test/page.awk docs/time.md > results/time_page.sql
\i results/time_page.sql
SELECT count(*) AS has_run FROM achieve.due WHERE done_until > now() - interval '1 minute';
SELECT * FROM achieve.check_outcomes();

-- Reliability: what is published. 050_replicas.pl subscribes to it.
SET client_min_messages = error;
\! awk -v name=reliability_page -f test/page.awk docs/reliability.md > results/reliability_page.sql
\i results/reliability_page.sql
SELECT c.relname AS not_published FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r'
	AND c.oid NOT IN (SELECT prrelid FROM pg_publication_rel) ORDER BY c.relname;
-- How many blocks of each page were compared.
\! grep -c '\.shown' results/rule_language_page.sql results/schema_examples.sql results/explanations_page.sql results/previews_page.sql results/communications_page.sql
\c contrib_regression
DROP DATABASE regress_achieve_pages;
DROP ROLE mailer, verification_page;
