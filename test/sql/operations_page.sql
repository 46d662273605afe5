-- Do the statements of docs/operations.md run as written, in its order, to the end: plain tables with every row, and then none?
-- The installation, in a database of its own. Versions are not printed.
CREATE DATABASE training;
\c training
\! awk '/^## Upgrade/ { exit } /^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' docs/operations.md | sed "s/^SELECT achieve.install();/SELECT achieve.install() LIKE '%is installed' AS installed;/" > results/operations_page_install.sql
\i results/operations_page_install.sql
SELECT count(*) AS tables, count(*) FILTER (WHERE relowner <> 'training_owner'::regrole) AS of_others FROM pg_class WHERE relnamespace = 'achieve'::regnamespace AND relkind = 'r';
CREATE DATABASE regress_achieve_operations;
\c regress_achieve_operations
SET client_min_messages = error;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
DROP DATABASE training;
DROP ROLE training_owner;
-- In place of pg_cron, which is not here.
CREATE SCHEMA cron;
CREATE FUNCTION cron.schedule(job text, schedule text, command text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN EXECUTE command; RETURN 1; END $$;
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'fa', 'First aid');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (1, 'FA', 'First aid', 'attended >= 1');
INSERT INTO achieve.event (event_id, template_id, title, starts_at, ends_at, passing_rule) VALUES (1, 1, 'First aid', '2030-01-01', '2030-01-02', 'absences <= 1 AND score(exam) >= 60');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'exam');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (1, 1, '2030-01-01', '2030-01-02');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 1, 'exam', 70);
-- What the page says of dumps of the schema alone.
\! bash -c 'createdb regress_achieve_operations_copy; pg_dump -n achieve -e achieve regress_achieve_operations | psql -X -q -v ON_ERROR_STOP=1 -d regress_achieve_operations_copy >/dev/null && psql -X -A -t -d regress_achieve_operations_copy -c "SELECT learner_name, outcome FROM achieve.results_tab" -c "SELECT count(*) FROM achieve.check_outcomes()" -c "SELECT count(*) FROM achieve.health WHERE state = \$\$critical\$\$"; dropdb regress_achieve_operations_copy'
-- Versions, seconds and estimates are not printed.
\! awk '/^## Upgrade/ { begun = 1 } begun == 0 { next } /^```sql$/ { on = 1; next } /^```$/ { on = 0 } /^## / { print "-- " substr($0, 4) } on' docs/operations.md | sed "s/^SELECT achieve.install();/SELECT achieve.install() LIKE '%already installed%' AS installed;/; s/value::float8 AS value/value >= 0 AS value/" > results/operations_page.sql
\! awk '/^-- Uninstall/ { exit } 1' results/operations_page.sql > results/operations_page_run.sql
\! awk '/^-- Uninstall/ { on = 1 } /^DROP SCHEMA/ { exit } on' results/operations_page.sql > results/operations_page_keep.sql
\! awk '/^DROP SCHEMA/ { on = 1 } on' results/operations_page.sql > results/operations_page_drop.sql
\i results/operations_page_run.sql
-- Dropping it by mistake is refused.
\set VERBOSITY terse
DROP EXTENSION achieve;
SELECT count(*) > 20 AS tables, sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text::int) AS rows INTO TEMPORARY before FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r';
\i results/operations_page_keep.sql
SELECT b.rows > 10 AS some, b.rows - sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), false, true, '')))[1]::text::int) AS lost FROM before b, pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r' GROUP BY b.rows;
SELECT e.title, e.passing_rule, pg_typeof(e.passing_rule) AS type, r.outcome, a.number FROM achieve.event e JOIN achieve.result r USING (event_id) JOIN achieve.achievement a USING (event_id, learner_id);
-- They are the owner's to write, with their keys, and nothing of achieve is left on them.
UPDATE achieve.result SET rule_outcome = 'failed';
SELECT count(*) AS triggers FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'achieve'::regnamespace AND NOT t.tgisinternal;
SELECT count(*) AS functions FROM pg_proc p WHERE p.pronamespace = 'achieve'::regnamespace;
SELECT count(*) > 20 AS foreign_keys FROM pg_constraint o WHERE o.connamespace = 'achieve'::regnamespace AND o.contype = 'f';
\i results/operations_page_drop.sql
SELECT to_regnamespace('achieve') IS NULL AS gone;
\c contrib_regression
DROP DATABASE regress_achieve_operations;
DROP ROLE app, achieve_scheduler, mailer, monitoring;
