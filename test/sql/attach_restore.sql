-- Do dumps bring attachments back, and do loads leave the facts alone?
\set VERBOSITY terse
SELECT current_user AS superuser \gset
CREATE ROLE regress_achieve_app LOGIN;
CREATE DATABASE regress_achieve;
CREATE DATABASE regress_achieve_copy;
\connect regress_achieve
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install();
SELECT achieve.grant_access('regress_achieve_app', 'administrator');
CREATE SCHEMA "App's";
GRANT ALL ON SCHEMA "App's" TO regress_achieve_app;
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES (1, 'First aid', '2026-03-02', '2026-03-03', 'attended >= 1');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (1, 1, '2026-03-02', '2026-03-03');

-- The app is another role's than achieve's tables.
\connect - regress_achieve_app
SET search_path = "App's";
CREATE FUNCTION shown(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT CASE $1 WHEN 'P' THEN 'present' ELSE 'absent' END$$;
CREATE TABLE "a ""student""" ("no." text PRIMARY KEY, name text);
CREATE TABLE mark (student text REFERENCES "a ""student""", "%s" text, PRIMARY KEY (student));
INSERT INTO "a ""student""" VALUES ('1', 'Ada'), ('2', 'Ben $body$ %1$s'), ('3', 'Cleo');
INSERT INTO mark VALUES ('1', 'P'), ('2', 'A');
SELECT achieve.attach('"a ""student"""', 'learner', '{"reference": "\"no.\"", "name": "name"}');
SELECT achieve.attach('"a ""student"""', 'enrollment', '{"event_id": "1", "learner_id": "\"no.\""}');
SELECT achieve.attach('mark', 'attendance', '{"event_id": "1", "learner_id": "student", "session_no": "1", "status": "shown(\"%s\")"}', $$"%s" <> '-' || '$body$'$$);
SELECT * FROM achieve.check_attachments();
SELECT l.name, r.outcome FROM achieve.result r JOIN achieve.learner l USING (learner_id) ORDER BY 1;

-- A plain dump, restored by a superuser: owners and rights are as they were.
\connect - :superuser
\! pg_dump regress_achieve | psql -X -q -v ON_ERROR_STOP=1 -d regress_achieve_copy >/dev/null
\! bash -c "diff <(pg_dump regress_achieve | grep -v restrict | tr -d '()') <(pg_dump regress_achieve_copy | grep -v restrict | tr -d '()') | head -50"
\connect regress_achieve_copy
SELECT source_table, fact_table, name, owner, active, mapping IS NOT NULL AS whole FROM achieve.attachments ORDER BY name;
SELECT * FROM achieve.check_attachments();
SELECT count(*) FROM achieve.audit;
SET ROLE regress_achieve_app;
INSERT INTO "App's".mark VALUES ('3', 'P');
SELECT l.name, r.outcome FROM achieve.result r JOIN achieve.learner l USING (learner_id) ORDER BY 1;
SELECT achieve.detach('"App''s".mark');
RESET ROLE;
\connect contrib_regression
DROP DATABASE regress_achieve_copy;

-- In parallel.
CREATE DATABASE regress_achieve_copy;
\! bash -c 'd=$(mktemp -d) && pg_dump -Fd -f "$d/dump" regress_achieve && pg_restore -j 2 -e -d regress_achieve_copy "$d/dump"; rm -r "$d"'
\! bash -c "diff <(pg_dump regress_achieve | grep -v restrict | tr -d '()') <(pg_dump regress_achieve_copy | grep -v restrict | tr -d '()') | head -50"
DROP DATABASE regress_achieve_copy;

-- Data only, into a database that has the structure: nothing follows meanwhile.
CREATE DATABASE regress_achieve_copy;
\! pg_dump -s regress_achieve | psql -X -q -v ON_ERROR_STOP=1 -d regress_achieve_copy >/dev/null
\connect regress_achieve_copy
SELECT regexp_replace(achieve.begin_restore(), '[0-9]+', 'all') AS begin_restore;
\! pg_dump -a regress_achieve | psql -X -q -v ON_ERROR_STOP=1 -d regress_achieve_copy >/dev/null
SELECT regexp_replace(achieve.end_restore(), '[0-9]+', 'all') AS end_restore;
SELECT * FROM achieve.check_attachments();
SELECT * FROM achieve.check_outcomes();
SET ROLE regress_achieve_app;
UPDATE "App's".mark SET "%s" = 'P';
SELECT l.name, r.outcome FROM achieve.result r JOIN achieve.learner l USING (learner_id) ORDER BY 1;

\connect contrib_regression :superuser
DROP DATABASE regress_achieve;
DROP DATABASE regress_achieve_copy;
DROP ROLE regress_achieve_app;
