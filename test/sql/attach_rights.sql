-- With whose rights does an attachment act, and what can others make it do?
\set VERBOSITY terse
\set SHOW_CONTEXT never
CREATE DATABASE regress_achieve;
\connect regress_achieve
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install();
CREATE ROLE regress_achieve_app;
CREATE ROLE regress_achieve_guest;
SELECT achieve.grant_access('regress_achieve_app', 'administrator');
CREATE SCHEMA app AUTHORIZATION regress_achieve_app;
GRANT USAGE ON SCHEMA app TO regress_achieve_guest;
CREATE SCHEMA guest AUTHORIZATION regress_achieve_guest;
GRANT USAGE ON SCHEMA guest TO PUBLIC;
SET ROLE regress_achieve_app;
CREATE TABLE app.person (id bigint PRIMARY KEY, name text);
INSERT INTO app.person VALUES (1, 'Ada');
SELECT achieve.attach('app.person', 'learner', '{"learner_id": "id", "name": "name"}');
GRANT SELECT, DELETE ON app.person TO regress_achieve_guest;
RESET ROLE;

-- A guest's deferred trigger, called like those of attachments, runs as the guest: not as the
-- owner of the table that the guest deletes from, though that attachment fires its own.
SET SESSION AUTHORIZATION regress_achieve_guest;
CREATE TABLE guest.bait (id integer);
CREATE TABLE guest.seen (acted_as text);
GRANT INSERT ON guest.seen TO PUBLIC;
CREATE FUNCTION guest.look() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN INSERT INTO guest.seen VALUES (current_user); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER achieve_9_learner_of_bait_late AFTER INSERT ON guest.bait
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guest.look();
BEGIN;
SET LOCAL achieve_attachment.postponed = 'on';
INSERT INTO guest.bait VALUES (1);
DELETE FROM app.person WHERE false;
COMMIT;
SELECT * FROM guest.seen;
RESET SESSION AUTHORIZATION;
-- Nor does one that shares its name with one of the owner's, in the same schema.
GRANT CREATE ON SCHEMA app TO regress_achieve_guest;
SET SESSION AUTHORIZATION regress_achieve_guest;
CREATE TABLE app.bait (id integer);
CREATE CONSTRAINT TRIGGER achieve_9_learner_of_person_late AFTER INSERT ON app.bait
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guest.look();
BEGIN;
SET LOCAL achieve_attachment.postponed = 'on';
INSERT INTO app.bait VALUES (1);
DELETE FROM app.person WHERE false;
COMMIT;
SELECT * FROM guest.seen;
DROP TABLE app.bait;
-- Nor does a function that is the owner's, but acts as whoever fires it: the guest.
RESET SESSION AUTHORIZATION;
SET ROLE regress_achieve_app;
CREATE FUNCTION app.look() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN INSERT INTO guest.seen VALUES (TG_ARGV[0] || current_user); RETURN NULL; END';
RESET ROLE;
SET SESSION AUTHORIZATION regress_achieve_guest;
DROP TRIGGER achieve_9_learner_of_bait_late ON guest.bait;
CREATE CONSTRAINT TRIGGER achieve_9_learner_of_bait_late AFTER INSERT ON guest.bait
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.look('borrowed by ');
BEGIN;
SET LOCAL achieve_attachment.postponed = 'on';
INSERT INTO guest.bait VALUES (1);
DELETE FROM app.person WHERE false;
COMMIT;
SELECT * FROM guest.seen ORDER BY acted_as;
DROP TABLE guest.bait;
RESET SESSION AUTHORIZATION;

-- Who compares is left with the settings that he had, whatever the expressions do.
SET ROLE regress_achieve_app;
CREATE FUNCTION app.sets(value text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM set_config('search_path', 'guest', false), set_config('achieve.actor', 'the boss', false);
	RETURN value;
END $$;
CREATE TABLE app.firm (id bigint PRIMARY KEY, name text);
SELECT achieve.attach('app.firm', 'account', '{"account_id": "id", "name": "app.sets(name)"}');
INSERT INTO app.firm VALUES (1, 'Acme');
RESET ROLE;
RESET search_path;
RESET achieve.actor;
SELECT * FROM achieve.check_attachments();
SHOW search_path;
SHOW achieve.actor;

-- A role may have any name.
CREATE ROLE "regress_achieve Büro";
SELECT achieve.grant_access('regress_achieve Büro', 'administrator');
CREATE SCHEMA "Büro" AUTHORIZATION "regress_achieve Büro";
SET ROLE "regress_achieve Büro";
CREATE TABLE "Büro"."Firma" (id bigint PRIMARY KEY, name text);
SELECT achieve.attach('"Büro"."Firma"', 'account', '{"account_id": "id", "name": "name"}');
INSERT INTO "Büro"."Firma" VALUES (2, 'Bolt');
SELECT name FROM achieve.account WHERE account_id = 2;
RESET ROLE;

-- A new owner of the table does what the error says: detaches it and attaches it again.
ALTER TABLE app.person OWNER TO "regress_achieve Büro";
GRANT ALL ON SCHEMA app TO "regress_achieve Büro";
-- Until then the other tables are compared, and nothing is said to be only in the facts of this one.
BEGIN;
UPDATE achieve.account SET name = 'not ' || name WHERE account_id = 2;
INSERT INTO achieve.account (account_id, name) VALUES (3, 'of no table');
INSERT INTO achieve.learner (learner_id, name) VALUES (2, 'of no table that can be compared');
SELECT * FROM achieve.check_attachments();
ROLLBACK;
SET ROLE "regress_achieve Büro";
SET client_min_messages = notice;
\set VERBOSITY default
INSERT INTO app.person VALUES (3, 'Cleo');
SELECT achieve.detach('app.person');
\set VERBOSITY terse
SET client_min_messages = warning;
INSERT INTO app.person VALUES (3, 'Cleo');
SELECT achieve.attach('app.person', 'learner', '{"learner_id": "id", "name": "name"}');
SELECT learner_id, name FROM achieve.learner ORDER BY learner_id;
RESET ROLE;
SELECT source_table, name, owner FROM achieve.attachments ORDER BY source_table;
SELECT * FROM achieve.check_attachments();

-- What somebody makes to look like an attachment keeps nobody from his own: neither arguments that
-- cannot be read nor a mapping that fails, of one who may read facts and not write them.
SELECT achieve.grant_access('regress_achieve_guest', 'reader');
SET ROLE regress_achieve_guest;
CREATE TABLE guest.fake (id bigint);
INSERT INTO guest.fake VALUES (0);
CREATE FUNCTION guest.fake() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION guest.fake(a_row guest.fake) RETURNS TABLE (source_row text, learner_id bigint, name text) LANGUAGE sql STABLE AS
	$$SELECT 'fake', 1 / a_row.id, 'fake'$$;
CREATE TRIGGER achieve_1_fake_truncate BEFORE TRUNCATE ON guest.fake EXECUTE FUNCTION guest.fake('learner', '{}', '');
DO $$
BEGIN
	EXECUTE format('CREATE TRIGGER achieve_2_fake_truncate BEFORE TRUNCATE ON guest.fake EXECUTE FUNCTION guest.fake(%L, %L, %L)',
		'learner', repeat('[', 100000), '');
END $$;
RESET ROLE;
SELECT source_table, fact_table FROM achieve.attachments WHERE owner = 'regress_achieve_guest';
SELECT * FROM achieve.check_attachments();

-- Nor does a superuser who detaches it drop what attach() has not made for it: others' functions that
-- its triggers name, of whatever use they are.
SET ROLE regress_achieve_app;
CREATE FUNCTION app.of_use() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END';
GRANT EXECUTE ON FUNCTION app.achieve_account_of_firm() TO regress_achieve_guest;
SET ROLE regress_achieve_guest;
DROP TRIGGER achieve_2_fake_truncate ON guest.fake;
CREATE TRIGGER achieve_3_fake_truncate BEFORE TRUNCATE ON guest.fake EXECUTE FUNCTION app.of_use('learner', '{}', '');
CREATE TRIGGER achieve_4_fake_truncate BEFORE TRUNCATE ON guest.fake EXECUTE FUNCTION app.achieve_account_of_firm('account', '{}', '');
RESET ROLE;
SET client_min_messages = notice;
SELECT achieve.detach('guest.fake', 'learner');
SELECT achieve.detach('guest.fake', 'account');
SET client_min_messages = warning;
SELECT tgname, tgfoid::regprocedure FROM pg_trigger WHERE tgrelid = 'guest.fake'::regclass ORDER BY tgname;
DROP TABLE guest.fake CASCADE;
-- What it has made goes, once, also where somebody has dropped the mapping.
CREATE TRIGGER achieve_3_fake_truncate BEFORE TRUNCATE ON app.firm EXECUTE FUNCTION app.achieve_account_of_firm('account', '{}', '');
DROP FUNCTION app.achieve_account_of_firm(app.firm);
SELECT achieve.detach('app.firm');
SELECT p.oid::regprocedure AS "left" FROM pg_proc p WHERE pronamespace = 'app'::regnamespace AND proname LIKE '%firm%';

\connect contrib_regression
DROP DATABASE regress_achieve;
DROP ROLE regress_achieve_app, regress_achieve_guest, "regress_achieve Büro";
