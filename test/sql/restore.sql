-- Do dumps bring back everything, and data-only loads leave the data alone?
\set VERBOSITY terse
SELECT current_user AS superuser \gset
CREATE ROLE regress_achieve_owner LOGIN;
CREATE DATABASE regress_achieve OWNER regress_achieve_owner;
CREATE DATABASE regress_achieve_copy OWNER regress_achieve_owner;
\connect regress_achieve regress_achieve_owner
CREATE EXTENSION achieve;
SELECT achieve.install();

-- Two learners, one of whom earns the badge; what users add is theirs, too.
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'first-aid', 'First aid');
INSERT INTO achieve.course_template (template_id, code, title) VALUES (1, 'FA', 'First aid');
INSERT INTO achieve.event (event_id, template_id, code, title, starts_at, ends_at, time_zone, passing_rule)
VALUES (1, 1, 'FA-1', 'First aid', '2026-03-02 09:00+00', '2026-03-02 17:00+00', 'UTC', 'attended >= 1');
INSERT INTO achieve.session (event_id, session_no, title, starts_at, ends_at)
VALUES (1, 1, 'The day', '2026-03-02 09:00+00', '2026-03-02 17:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada'), (2, 'Ben');
INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES (1, 1, 'active'), (1, 2, 'active');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 1, 1, 'present');
SELECT achieve.install();
ALTER TABLE achieve.learner ADD COLUMN shoe_size integer;
CREATE INDEX learner_by_name ON achieve.learner (name);
ALTER TABLE achieve.account ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON achieve.audit_tab TO public;
SELECT learner_id, outcome FROM achieve.result ORDER BY learner_id;
SELECT learner_id, number FROM achieve.achievement;

-- A plain dump, made and restored by the owner. PostgreSQL writes a view's
-- parentheses otherwise once it has read them back.
\setenv PGUSER regress_achieve_owner
\! pg_dump regress_achieve | psql -X -q -v ON_ERROR_STOP=1 -d regress_achieve_copy >/dev/null
\! bash -c "diff <(pg_dump regress_achieve | grep -v restrict | tr -d '()') <(pg_dump regress_achieve_copy | grep -v restrict | tr -d '()') && echo the same"
\connect regress_achieve_copy
SELECT achieve.install();
SELECT * FROM achieve.check_outcomes();

-- In parallel.
\connect regress_achieve
DROP DATABASE regress_achieve_copy;
\connect - :superuser
CREATE DATABASE regress_achieve_copy OWNER regress_achieve_owner;
\! bash -c 'd=$(mktemp -d) && pg_dump -Fd -f "$d/dump" regress_achieve && pg_restore -j 2 -e -d regress_achieve_copy "$d/dump"; rm -r "$d"'
\! bash -c "diff <(pg_dump regress_achieve | grep -v restrict | tr -d '()') <(pg_dump regress_achieve_copy | grep -v restrict | tr -d '()') && echo the same"

-- Data only, into tables that were just made: the load is not judged again.
\connect - regress_achieve_owner
DROP DATABASE regress_achieve_copy;
\connect - :superuser
CREATE DATABASE regress_achieve_copy OWNER regress_achieve_owner;
\connect regress_achieve_copy regress_achieve_owner
CREATE EXTENSION achieve;
SELECT achieve.install();
ALTER TABLE achieve.learner ADD COLUMN shoe_size integer;
SELECT regexp_replace(achieve.begin_restore(), '[0-9]+', 'all') AS begin_restore;
SELECT count(*) AS on FROM pg_trigger WHERE tgrelid = 'achieve.attendance'::regclass AND NOT tgisinternal AND tgenabled <> 'D';
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (9, 9, 9, 'present');
\! pg_dump -a --column-inserts regress_achieve | psql -X -q -v ON_ERROR_STOP=1 -d regress_achieve_copy >/dev/null
SELECT regexp_replace(achieve.end_restore(), '[0-9]+', 'all') AS end_restore;
SELECT achieve.install();
\! bash -c "diff <(pg_dump -a regress_achieve | grep -v restrict) <(pg_dump -a regress_achieve_copy | grep -v restrict) && echo the same"
SELECT count(*) AS off FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
WHERE relnamespace = 'achieve'::regnamespace AND tgenabled = 'D';
INSERT INTO achieve.learner (name) VALUES ('Cleo') RETURNING learner_id;
UPDATE achieve.result SET rule_outcome = 'failed';

\connect contrib_regression :superuser
DROP DATABASE regress_achieve;
DROP DATABASE regress_achieve_copy;
DROP ROLE regress_achieve_owner;
