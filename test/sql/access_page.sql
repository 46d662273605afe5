-- Does the recipe of docs/access.md for row-level security show an account only its own?
CREATE DATABASE regress_achieve_access_page;
\c regress_achieve_access_page
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' docs/access.md > results/access_page.sql
\set ECHO none
\i results/access_page.sql
\set ECHO all
INSERT INTO achieve.account (account_id, name) VALUES (1, 'Acme'), (2, 'Bolt');
INSERT INTO achieve.learner (learner_id, account_id, name) VALUES (1, 1, 'Ada'), (2, 2, 'Ben');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES (1, 'plain', 'Plain', 'text/plain', '{{learner_name}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id) VALUES (1, 'acc', 'Access', 1);
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (1, 'ACC', 'Access', '2030-01-01', '2030-01-02', 'score(exam) >= 50');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 1, 'exam', 90), (1, 2, 'exam', 90);
INSERT INTO manages VALUES ('account_manager', 2);
GRANT EXECUTE ON FUNCTION achieve.set_result, achieve.approve_results, achieve.revoke TO account_manager;
CREATE FUNCTION try(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
SET ROLE account_manager;
SELECT learner_name, account_name, outcome, paid FROM achieve.results_tab;
SELECT learner_name, state FROM achieve.achievements_tab;
SELECT learner_name, status FROM achieve.certificates_tab;
SELECT learner_name FROM achieve.learner_record;
SELECT DISTINCT learner_name FROM achieve.audit_tab;
SELECT enrolled, passed, issued FROM achieve.event_summary;
-- What is hidden looks like what does not exist.
SELECT c AS command, try(c) FROM unnest(ARRAY['SELECT achieve.facts(1, 1)', 'SELECT achieve.facts(1, 9)',
	'SELECT achieve.explain_result(1, 1)', 'SELECT achieve.explain_result(1, 9)',
	'SELECT achieve.set_result(1, 1, ''failed'', ''r'')', 'SELECT achieve.set_result(1, 9, ''failed'', ''r'')',
	'SELECT achieve.approve_results(1, ''{1}'')', 'SELECT achieve.approve_results(1, ''{9}'')',
	'SELECT achieve.revoke(1, ''r'')', 'SELECT achieve.revoke(9, ''r'')',
	'SELECT achieve.render_certificate(1)', 'SELECT achieve.render_certificate(9)',
	'SELECT achieve.render_certificate(2)']) c;
SELECT learner_id, outcome FROM achieve.results_as_of(1, now());
-- Without names only what is visible is meant.
SELECT achieve.approve_results(1);
RESET ROLE;
SELECT learner_id, approved_by FROM achieve.result ORDER BY learner_id;
-- The others see everything, and the engine is not bound by policies.
SET ROLE teachers;
UPDATE achieve.score SET score = 10;
SELECT learner_name, outcome FROM achieve.results_tab ORDER BY learner_id;
RESET ROLE;
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_access_page;
DROP ROLE reports, teachers, office, account_manager;
