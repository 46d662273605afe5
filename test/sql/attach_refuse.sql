-- Does attach() refuse what it could not follow, and whom it should not serve?
\set VERBOSITY terse
\set SHOW_CONTEXT never
BEGIN;
CREATE ROLE app_owner;
CREATE ROLE app_writer;
CREATE ROLE office;
SELECT achieve.grant_access('app_owner', 'administrator'), achieve.grant_access('office', 'administrator');
CREATE SCHEMA app AUTHORIZATION app_owner;
GRANT USAGE ON SCHEMA app TO app_writer;
SET SESSION AUTHORIZATION app_owner;
SET search_path = app;
CREATE TABLE firm (id integer PRIMARY KEY, code text, name text, note text, at timestamptz DEFAULT now());
GRANT SELECT, INSERT, UPDATE, DELETE ON firm TO app_writer;
CREATE VIEW firms AS SELECT * FROM firm;
CREATE TEMPORARY TABLE temporary_firm (code text, name text);
CREATE TABLE parted (id integer, code text, name text) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE older () INHERITS (firm);
CREATE FUNCTION drawn() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT ''x''';

-- What is refused is caught one by one.
CREATE FUNCTION try(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE command;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN regexp_replace(concat_ws(' / ', sqlstate || ' ' || sqlerrm, nullif(hint, '')), 'pg_temp_\d+|SET ROLE \w+\.', '...');
END $$;
GRANT EXECUTE ON FUNCTION try(text) TO PUBLIC;
CREATE FUNCTION attaching(source text, fact text, columns jsonb, filter text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$SELECT try(format('SELECT achieve.attach(%L, %L, %L, %L)', source, fact, columns, filter))$$;

-- Tables
SELECT attaching('nothing', 'account', '{}');
SELECT attaching('firm', 'invoices', '{}');
SELECT attaching('firm', 'result', '{}');
SELECT attaching('firm', 'account', '{"reference": "code", "name": "name"}');
DROP TABLE older;
SELECT attaching('firms', 'account', '{"reference": "code", "name": "name"}');
SELECT attaching('temporary_firm', 'account', '{"reference": "code", "name": "name"}');
SELECT attaching('part_1', 'account', '{"reference": "code", "name": "name"}');
SELECT attaching('achieve.account', 'account', '{"reference": "reference", "name": "name"}');
SELECT attaching(NULL, NULL, NULL);
-- Columns
SELECT attaching('firm', 'account', '[]');
SELECT attaching('firm', 'account', '{"reference": 1, "name": "name"}');
SELECT attaching('firm', 'account', '{"reference": "code", "names": "name"}');
SELECT attaching('firm', 'account', '{"name": "name"}');
SELECT attaching('firm', 'account', '{"reference": "code"}');
SELECT attaching('firm', 'account', '{"account_id": "code", "name": "name"}');
SELECT attaching('firm', 'event', '{"event_id": "id", "title": "name", "starts_at": "at", "ends_at": "at", "config_version": "1"}');
SELECT attaching('firm', 'enrollment', '{"event_id": "id", "learner_id": "at"}');
-- Expressions: one value of one row, and nothing that only looks like one
SELECT attaching('firm', 'account', jsonb_build_object('reference', e, 'name', 'name'))
FROM (VALUES ('codes'), (''), ('code,'), ('code, name'), ('code AS x'), ('code x'), ('*'), ('firm.*'), ('firm'), ('to_jsonb(firm)'), ('code FROM firm'),
	('code) , (name'), ('code; SELECT 1'), ('code /*'), ('code)::text FROM app.firm AS firm WHERE (true'), ('(SELECT'), ('count(*)'), ('row_number() OVER ()'),
	('generate_series(1, 2)::text'), ('drawn()'), ('clock_timestamp()::text'), ('ctid::text'), ('$1'), ('code UNION SELECT name'), ('DISTINCT code')) t (e);
SELECT attaching('firm', 'account', '{"reference": "code", "name": "name"}', f)
FROM (VALUES ('id'), ('id = 1) OR (true'), ('id = 1; DROP TABLE firm'), ('drawn() = code')) t (f);
-- Rows: two of them for one fact, a key that is null, a value that a constraint refuses
INSERT INTO firm (id, code, name) VALUES (1, 'A', 'Ada'), (2, 'B', 'Ben'), (3, 'B', 'Bob'), (4, NULL, 'Nil');
SELECT attaching('firm', 'account', '{"reference": "code", "name": "name"}');
SELECT attaching('firm', 'account', '{"reference": "code", "name": "name"}', 'id <> 3');
SELECT attaching('firm', 'account', '{"account_id": "id + 1000000", "name": "nullif(name, ''Bob'')"}');
SELECT attaching('firm', 'invoice', '{"number": "id::text", "account_id": "''of '' || name"}');
SELECT name FROM achieve.attachments WHERE source_table = 'app.firm';

-- Whoever does not own the table, or may not write the facts
RESET SESSION AUTHORIZATION;
GRANT USAGE ON SCHEMA app TO office;
SET ROLE office;
SELECT app.try($$SELECT achieve.attach('app.firm', 'account', '{"reference": "code", "name": "name"}')$$);
SELECT app.try($$SELECT achieve.detach('app.firm')$$);
RESET ROLE;
SELECT app.try($$SELECT achieve.attach('app.firm', 'account', '{"reference": "code", "name": "name"}')$$);
SET ROLE app_writer;
SELECT app.try($$SELECT achieve.attach('app.firm', 'account', '{"reference": "code", "name": "name"}')$$);
RESET ROLE;
REVOKE UPDATE ON achieve.account FROM app_owner;
SET ROLE app_owner;
SELECT attaching('firm', 'account', '{"reference": "code", "name": "name"}', 'id < 3');
RESET ROLE;
GRANT UPDATE ON achieve.account TO app_owner;

-- Whom does what run as? Expressions as the source's owner, whoever writes.
SET ROLE app_owner;
CREATE FUNCTION who(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT current_user || '':'' || $1';
SELECT attaching('firm', 'account', '{"reference": "code", "name": "who(name)"}', 'id < 3');
ALTER FUNCTION who(text) RENAME TO who_is;
CREATE FUNCTION who(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT ''another''';
RESET ROLE;
INSERT INTO app.firm (id, code, name) VALUES (-1, 'C', 'by the superuser');
SET ROLE app_writer;
SET search_path = pg_temp;
INSERT INTO app.firm (id, code, name) VALUES (-2, 'D', 'by an app user without rights on facts');
SELECT app.try('INSERT INTO achieve.account (name) VALUES (''direct'')');
RESET ROLE;
RESET search_path;
SELECT reference, name FROM achieve.account WHERE reference IN ('A', 'B', 'C', 'D') ORDER BY reference;
-- The functions that act as the owner are nobody else's to put on a table.
SELECT p.oid::regprocedure, has_function_privilege('office', p.oid, 'EXECUTE') AS others, prosecdef FROM pg_proc p
WHERE pronamespace = 'app'::regnamespace AND proname LIKE 'achieve%' ORDER BY 1;
GRANT ALL ON SCHEMA app TO office;
SET ROLE office;
SELECT app.try('CREATE TABLE app.mine (id integer, code text, name text, note text, at timestamptz)');
SELECT app.try('CREATE TRIGGER t AFTER INSERT ON app.mine REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.achieve_account_of_firm()');
SELECT app.try('SELECT achieve.attachment_expressions(''app.firm''::regclass, ''{}'', ''{}'', ''pg_sleep(0) IS NULL'')');
RESET ROLE;
GRANT EXECUTE ON FUNCTION app.achieve_account_of_firm() TO office;
SET ROLE office;
SELECT app.try('CREATE TRIGGER t AFTER INSERT ON app.mine REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.achieve_account_of_firm()');
SELECT app.try('INSERT INTO app.mine (id, code) VALUES (1, ''forged'')');
SELECT app.try($$SELECT achieve.detach('app.firm')$$);
-- One who compares does not run others' expressions with rights of its own: nothing
-- that the function leaves behind, no change of role.
RESET ROLE;
SET ROLE app_owner;
CREATE OR REPLACE FUNCTION app.who_is(text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF current_setting('test.attack', true) = 'role' THEN
		EXECUTE 'RESET ROLE';
	ELSIF current_setting('test.attack', true) = 'table' THEN
		EXECUTE 'CREATE TEMPORARY TABLE left_behind ()';
	END IF;
	RETURN current_user || ':' || $1;
END $$;
RESET ROLE;
SELECT source_table, problem FROM achieve.check_attachments() WHERE source_table IS NOT NULL;
SET test.attack = 'role';
SELECT app.try('SELECT achieve.check_attachments()');
SET test.attack = 'table';
SELECT app.try('SELECT achieve.check_attachments()');
RESET test.attack;
SET ROLE app_writer;
SELECT app.try('SELECT achieve.check_attachments()');
SELECT app.try('SELECT achieve.compare_attachment(0, ''account'')');
RESET ROLE;
-- The functions inside, called by hand.
CREATE FUNCTION one_of(app.firm) RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION one_of(app.firm) OWNER TO app_owner;
SELECT c, app.try('SELECT achieve.' || c) FROM (VALUES ('attachment_expressions(NULL, NULL, NULL, NULL)'), ('attachment_expressions(0, ''{}'', ''{}'', NULL)'),
	('attachment_expressions(''app.firm''::regclass, ''{a}'', ''{NULL}'', NULL)'), ('attachment_expressions(''app.firm''::regclass, ''{a}'', ''{}'', NULL)'),
	('compare_attachment(0, ''account'')'), ('compare_attachment(''now()''::regprocedure, ''account'')'), ('attachment_ready(0)'),
	('compare_attachment(''one_of(app.firm)''::regprocedure, ''account'')'), ('compare_attachment(''app.achieve_account_of_firm(app.firm)''::regprocedure, ''pg_authid'')'),
	('refuse_source_row(NULL, NULL, NULL, NULL)'), ('attachment_arguments(''\x00'')'), ('attachment_body(0, ''account'')')) t (c);
-- Looks like an attachment: shown at most.
CREATE TABLE public.fake (id integer);
CREATE FUNCTION public.fake() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER achieve_1_x_truncate BEFORE TRUNCATE ON public.fake FOR EACH STATEMENT EXECUTE FUNCTION public.fake('account', 'no json', '');
CREATE TRIGGER achieve_2_x_truncate BEFORE TRUNCATE ON public.fake FOR EACH STATEMENT EXECUTE FUNCTION public.fake('pg_authid', '{}', '');
CREATE TRIGGER achieve_3_x_truncate BEFORE TRUNCATE ON public.fake FOR EACH STATEMENT EXECUTE FUNCTION public.fake();
SELECT source_table, fact_table, mapping IS NULL AS "no mapping" FROM achieve.attachments WHERE source_table IN ('public.fake', 'app.firm');

-- Afterwards: rights on the facts are taken away, or the table changes hands.
REVOKE INSERT ON achieve.account FROM app_owner;
SELECT app.try('INSERT INTO app.firm (id, code, name) VALUES (-3, ''E'', ''too late'')');
GRANT INSERT ON achieve.account TO app_owner;
ALTER TABLE app.firm OWNER TO office;
SELECT app.try('INSERT INTO app.firm (id, code, name) VALUES (-3, ''E'', ''another owner'')');
ALTER TABLE app.firm OWNER TO app_owner;
-- Row-level security that would hide facts is an error, not a gap.
ALTER TABLE achieve.account ENABLE ROW LEVEL SECURITY;
SELECT app.try('UPDATE app.firm SET name = name || ''!''');
SET ROLE app_owner;
SET search_path = app;
SELECT attaching('firm', 'invoice', '{"number": "id"}');
SELECT attaching('firm', 'account', '{"reference": "note", "name": "note"}');
RESET search_path;
RESET ROLE;
ALTER TABLE achieve.account DISABLE ROW LEVEL SECURITY;
ALTER TABLE app.firm ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.firm FORCE ROW LEVEL SECURITY;
SELECT app.try('TRUNCATE app.firm');
SET ROLE app_owner;
SET search_path = app;
SELECT attaching('firm', 'account', '{"reference": "note", "name": "note"}');
RESET search_path;
RESET ROLE;
ALTER TABLE app.firm NO FORCE ROW LEVEL SECURITY;
SELECT app.try('UPDATE app.firm SET name = name || ''!''');
SELECT source_table, problem FROM achieve.check_attachments() WHERE source_table IS NOT NULL;
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE TABLE public.firm (id integer PRIMARY KEY, name text);
SELECT achieve.attach('public.firm', 'account', '{"account_id": "id", "name": "name"}');
ROLLBACK;
