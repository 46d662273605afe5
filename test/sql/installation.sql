-- Does install() make the tables for whoever calls it, again and again, and
-- refuse what it should not touch?
\set VERBOSITY terse
SELECT current_user AS superuser \gset
SELECT achieve.install();
SELECT achieve.install();

-- As a database owner who is not a superuser: the extension is trusted.
CREATE ROLE regress_achieve_owner LOGIN;
CREATE ROLE regress_achieve_app LOGIN;
CREATE DATABASE regress_achieve OWNER regress_achieve_owner;
\connect regress_achieve regress_achieve_owner
CREATE EXTENSION achieve;

-- The extension holds no data: no relation is a member of it.
SELECT count(*) AS relations FROM pg_depend
WHERE refobjid = (SELECT oid FROM pg_extension WHERE extname = 'achieve')
	AND deptype = 'e' AND classid = 'pg_class'::regclass;

-- Before install() there is nothing to restore into.
\set VERBOSITY default
SELECT achieve.begin_restore();
SELECT achieve.end_restore();
\set VERBOSITY terse
SELECT achieve.install();
SELECT achieve.install();
SELECT version FROM achieve.installation;

-- What it made belongs to the caller, and the extension is not dropped from under it.
SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'achieve'::regnamespace;
DROP EXTENSION achieve;

-- Identities move past what an app brought along, and never backwards.
INSERT INTO achieve.account (account_id, name) VALUES (1, 'first'), (10, 'tenth');
INSERT INTO achieve.learner (learner_id, name) VALUES (7, 'Ada');
SELECT achieve.install();
SELECT achieve.install();
INSERT INTO achieve.account (name) VALUES ('next') RETURNING account_id;
DELETE FROM achieve.account WHERE account_id > 1;
SELECT achieve.install();
INSERT INTO achieve.account (name) VALUES ('after it') RETURNING account_id;

-- The app's own numbering of ids in larger steps collides with nothing.
ALTER TABLE achieve.account ALTER account_id SET INCREMENT BY 50;
INSERT INTO achieve.account (account_id, name) VALUES (13, 'within the step'), (61, 'just before the next');
SELECT achieve.install();
INSERT INTO achieve.account (account_id, name) VALUES (62, 'the next');
SELECT achieve.install();

-- Views and triggers that somebody dropped come back, with their comments.
DROP VIEW achieve.audit_tab;
DROP TRIGGER evaluate_insert ON achieve.attendance;
SELECT achieve.install();
SELECT obj_description('achieve.audit_tab'::regclass) IS NOT NULL AS view,
	col_description('achieve.audit_tab'::regclass, 1) IS NOT NULL AS "column";

-- A schema restored without data knows its version.
DELETE FROM achieve.installation;
SELECT achieve.install();
SELECT version FROM achieve.installation;

-- Tables that are missing, or of a version that this library does not know.
BEGIN;
DROP TABLE achieve.learning_path_step CASCADE;
\set VERBOSITY default
SELECT achieve.install();
ROLLBACK;
BEGIN;
UPDATE achieve.installation SET version = '99.0';
SELECT achieve.install();
ROLLBACK;

-- Others may neither install nor restore, even with EXECUTE.
\connect - regress_achieve_app
SELECT achieve.install();
\connect - regress_achieve_owner
SELECT achieve.install();
GRANT USAGE ON SCHEMA achieve TO regress_achieve_app;
GRANT EXECUTE ON FUNCTION achieve.install(), achieve.begin_restore(), achieve.end_restore() TO regress_achieve_app;
\connect - regress_achieve_app
SELECT achieve.install();
SELECT achieve.begin_restore();
SELECT achieve.end_restore();

-- Functions of their arguments are for everybody; the rest is granted.
SELECT achieve.today() IS NOT NULL AS today;
SELECT achieve.check_outcomes();
SELECT p.oid::regprocedure::text
FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
WHERE pronamespace = 'achieve'::regnamespace AND provolatile <> 'i'
	AND has_function_privilege('public', p.oid, 'EXECUTE')
ORDER BY 1;

-- A superuser may call it; what it makes belongs to the tables' owner.
\connect regress_achieve :superuser
DROP VIEW achieve.audit_tab;
SELECT achieve.install();
SELECT relowner::regrole FROM pg_class WHERE oid = 'achieve.audit_tab'::regclass;
ALTER TABLE achieve.account OWNER TO regress_achieve_app;
SELECT achieve.install();

-- Not in a schema in which the caller may create nothing.
CREATE DATABASE regress_achieve_hostile;
GRANT CREATE ON DATABASE regress_achieve_hostile TO regress_achieve_app;
\connect regress_achieve_hostile
CREATE EXTENSION achieve;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_app;
GRANT EXECUTE ON FUNCTION achieve.install() TO regress_achieve_app;
SET ROLE regress_achieve_app;
\set VERBOSITY default
SELECT achieve.install();
\set VERBOSITY terse
RESET ROLE;
DROP SCHEMA achieve CASCADE;

-- Somebody was here before: nothing of theirs is taken for achieve's.
SET ROLE regress_achieve_app;
CREATE SCHEMA achieve;
CREATE TABLE achieve.account (account_id bigint);
CREATE DOMAIN achieve.event AS text;
CREATE FUNCTION achieve.validity(date) RETURNS date LANGUAGE sql RETURN $1;
CREATE OPERATOR achieve.>= (FUNCTION = pg_catalog.text_ge, LEFTARG = text, RIGHTARG = text);
CREATE TABLE achieve.not_in_the_way (id bigint);
RESET ROLE;
CREATE EXTENSION achieve;
\set VERBOSITY default
SELECT achieve.install();
\set VERBOSITY terse
DROP FUNCTION achieve.validity(date);
SELECT achieve.install();
DROP OPERATOR achieve.>= (text, text);
SELECT achieve.install();
DROP TABLE achieve.account;
SELECT achieve.install();
DROP DOMAIN achieve.event;
SET ROLE regress_achieve_app;
CREATE FUNCTION achieve.steal() RETURNS text LANGUAGE plpgsql AS
	$$BEGIN RAISE EXCEPTION 'ran as %', current_user; END$$;
CREATE VIEW achieve.installation AS SELECT achieve.steal() AS version;
RESET ROLE;
SELECT achieve.install();
DROP VIEW achieve.installation;
SET ROLE regress_achieve_app;
CREATE TABLE achieve.installation AS SELECT '1.1' AS version;
RESET ROLE;
SELECT achieve.install();
DROP TABLE achieve.installation;
SELECT achieve.install();

\connect contrib_regression
DROP DATABASE regress_achieve_hostile;
DROP DATABASE regress_achieve;
DROP ROLE regress_achieve_owner, regress_achieve_app;
