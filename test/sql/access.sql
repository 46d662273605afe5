-- What may a reader, an instructor, an administrator and nobody in particular do?
\set VERBOSITY terse
SET client_min_messages = warning;
INSERT INTO achieve.account (account_id, name) VALUES (2401, 'Acme'), (2402, 'Bolt');
INSERT INTO achieve.learner (learner_id, account_id, name) VALUES (2401, 2401, 'Ada'), (2402, 2402, 'Ben');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (2400, 'acc', 'Access');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (2400, 'ACC', 'Access', '2030-01-01', '2030-01-02', 'score(exam) >= 50');
INSERT INTO achieve.assessment (event_id, code) VALUES (2400, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (2400, 2400, 'passed and paid');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (2400, 2401), (2400, 2402);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (2400, 2401, 'exam', 90), (2400, 2402, 'exam', 90);
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (2400, 'ACC-1', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (2400, 2401, 2400, 1, 10);

BEGIN;
CREATE ROLE reports; CREATE ROLE teachers; CREATE ROLE office; CREATE ROLE stranger;
SELECT achieve.grant_access('reports', 'reader'), achieve.grant_access('teachers', 'instructor'), achieve.grant_access('office', 'administrator');
-- What each is refused is caught one by one.
CREATE FUNCTION try(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE TABLE attempts (place serial, command text);
INSERT INTO attempts (command) VALUES
	('SELECT FROM achieve.results_tab'), ('SELECT FROM achieve.achievements_tab'), ('SELECT FROM achieve.audit_tab'),
	('SELECT FROM achieve.event_summary'), ('SELECT FROM achieve.passing_rules_tab'),
	('SELECT FROM achieve.health'), ('SELECT achieve.event_report(2400)'), ('SELECT achieve.prune_notifications(''-infinity'')'),
	('SELECT FROM achieve.invoice'), ('SELECT achieve.facts(2400, 2401)'),
	('UPDATE achieve.score SET score = 80 WHERE event_id = 2400'),
	('INSERT INTO achieve.condition VALUES (2400, 2401, ''x'', 1)'),
	('UPDATE achieve.event SET title = ''T'' WHERE event_id = 2400'),
	('UPDATE achieve.invoice SET status = ''paid'' WHERE invoice_id = 2400'),
	('SELECT achieve.set_result(2400, 2402, ''failed'', ''r'')'), ('SELECT achieve.clear_result(2400, 2402, ''r'')'),
	('SELECT achieve.approve_results(2400)'),
	('SELECT achieve.revoke(achievement_id, ''r'') FROM achieve.achievement WHERE event_id = 2400 AND learner_id = 2402 AND revoked_at IS NULL'),
	('SELECT achieve.award(2400, 2402, ''acc'', ''r'')'),
	('SELECT achieve.close_event(2400)'), ('SELECT achieve.evaluate_event(2400)'), ('SELECT achieve.check_outcomes(2400)'),
	('UPDATE achieve.result SET reason = ''x'' WHERE event_id = 2400'), ('DELETE FROM achieve.audit'), ('TRUNCATE achieve.score'),
	('SELECT achieve.install()'), ('SELECT achieve.begin_restore()'), ('SELECT achieve.grant_access(''stranger'', ''reader'')');
GRANT SELECT ON attempts TO PUBLIC;
SET ROLE stranger;
SELECT DISTINCT try(command) AS stranger FROM attempts;
SET ROLE reports;
SELECT command, try(command) AS reader FROM attempts ORDER BY place;
-- A reader without the invoices is not told that everything is paid.
SELECT learner_name, paid, waiting_for FROM achieve.results_tab WHERE event_id = 2400 ORDER BY learner_id;
SELECT learner_name, state, waiting_for FROM achieve.achievements_tab WHERE event_id = 2400 ORDER BY learner_id;
SET ROLE teachers;
SELECT command, try(command) AS instructor FROM attempts ORDER BY place;
SET ROLE office;
SELECT command, try(command) AS administrator FROM attempts ORDER BY place;
RESET ROLE;
SELECT * FROM achieve.check_outcomes(2400);
-- What others have put into the schema is not achieve's to grant, whatever it is called.
DROP VIEW achieve.health;
GRANT USAGE, CREATE ON SCHEMA achieve TO stranger;
CREATE ROLE bureau;
SET ROLE stranger;
CREATE TABLE achieve.strange_table ();
CREATE VIEW achieve.strange_view AS SELECT;
CREATE VIEW achieve.health AS SELECT 'all is well' AS name;
CREATE FUNCTION achieve.run_due(text) RETURNS text LANGUAGE sql RETURN $1;
REVOKE ALL ON FUNCTION achieve.run_due(text) FROM PUBLIC;
RESET ROLE;
SELECT achieve.grant_access('bureau', 'administrator');
SELECT has_function_privilege('bureau', 'achieve.run_due()', 'EXECUTE') AS ours, has_function_privilege('bureau', 'achieve.run_due(text)', 'EXECUTE') AS theirs;
SELECT relname, has_table_privilege('bureau', oid, 'SELECT') AS granted FROM pg_class
WHERE relnamespace = 'achieve'::regnamespace AND relname IN ('strange_table', 'strange_view', 'health', 'event', 'results_tab') ORDER BY relname;
ROLLBACK;

SELECT achieve.grant_access('nobody at all', 'reader');
SELECT achieve.grant_access(current_user, 'teacher');
SELECT achieve.grant_access(NULL, NULL);
