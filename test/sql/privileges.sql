-- The privilege matrix: who may do what with which object, as the catalog says
-- it and as attempts show it.
\set VERBOSITY terse
SELECT current_user AS superuser \gset
CREATE ROLE regress_achieve_owner LOGIN;
CREATE ROLE regress_achieve_administrator; CREATE ROLE regress_achieve_instructor; CREATE ROLE regress_achieve_reader;
CREATE ROLE regress_achieve_manager; CREATE ROLE regress_achieve_nobody;
CREATE DATABASE regress_achieve OWNER regress_achieve_owner;
\connect regress_achieve regress_achieve_owner
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
SELECT achieve.grant_access('regress_achieve_' || level, level) FROM unnest('{administrator,instructor,reader}'::text[]) level;
-- A row-secured account manager is a reader to whom policies apply: docs/access.md.
SELECT achieve.grant_access('regress_achieve_manager', 'reader');
ALTER TABLE achieve.enrollment ENABLE ROW LEVEL SECURITY; CREATE POLICY nothing ON achieve.enrollment TO regress_achieve_manager USING (false);

CREATE VIEW roles AS SELECT place, role, 'regress_achieve_' || role AS name
FROM unnest('{owner,administrator,instructor,reader,manager,nobody}'::text[]) WITH ORDINALITY r (role, place);
-- One letter for each privilege that a role has.
CREATE VIEW privileges AS
SELECT r.place, r.role, o.kind, o.object, string_agg(o.letter, '' ORDER BY o.number) FILTER (WHERE o.held) AS held
FROM roles r, LATERAL (
	SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'table' END, c.relname::text, left(p, 1), n, has_table_privilege(r.name, c.oid, p)
	FROM pg_class c, unnest(CASE c.relkind WHEN 'S' THEN '{SELECT,UPDATE}'::text[] ELSE '{SELECT,INSERT,UPDATE,DELETE,TRUNCATE}'::text[] END) WITH ORDINALITY u (p, n)
	WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'v', 'S')
	UNION ALL
	SELECT CASE WHEN p.prorettype = 'trigger'::regtype THEN 'trigger function' WHEN p.provolatile = 'i' THEN 'function of its arguments' ELSE 'function' END,
		p.proname || '(' || oidvectortypes(p.proargtypes) || ')', 'X', 1, has_function_privilege(r.name, p.oid, 'EXECUTE')
	FROM pg_proc p WHERE p.pronamespace = 'achieve'::regnamespace
	UNION ALL
	SELECT 'schema', n.nspname, left(p, 1), o, has_schema_privilege(r.name, n.oid, p) FROM pg_namespace n, unnest('{USAGE,CREATE}'::text[]) WITH ORDINALITY u (p, o)
	WHERE n.nspname = 'achieve'
	UNION ALL
	SELECT 'type', t.typname, 'U', 1, has_type_privilege(r.name, t.oid, 'USAGE') FROM pg_type t WHERE t.typname = 'rule' AND t.typnamespace = 'achieve'::regnamespace
	) o (kind, object, letter, number, held)
GROUP BY r.place, r.role, o.kind, o.object;
CREATE VIEW matrix AS SELECT kind, object, max(held) FILTER (WHERE role = 'owner') AS owner, max(held) FILTER (WHERE role = 'administrator') AS administrator,
	max(held) FILTER (WHERE role = 'instructor') AS instructor, max(held) FILTER (WHERE role = 'reader') AS reader,
	max(held) FILTER (WHERE role = 'manager') AS manager, max(held) FILTER (WHERE role = 'nobody') AS nobody
FROM privileges GROUP BY kind, object;
\pset null ''
SELECT * FROM matrix WHERE kind IN ('table', 'view', 'schema', 'type') ORDER BY kind, object COLLATE "C";
SELECT * FROM matrix WHERE kind = 'function' ORDER BY object COLLATE "C";
-- Sequences of identities need no grant; what is computed of arguments alone is everybody's; trigger functions cannot be called.
SELECT kind, count(*) > 10 AS many, owner, administrator, instructor, reader, manager, nobody FROM matrix
WHERE kind IN ('sequence', 'function of its arguments', 'trigger function') GROUP BY kind, owner, administrator, instructor, reader, manager, nobody ORDER BY kind;

-- Attempts: each role tries each command on each table and view, and calls each function, with nulls. A failure other
-- than for want of the privilege means that it was there.
CREATE FUNCTION denied(command text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RAISE SQLSTATE 'AC000';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate = '42501' AND sqlerrm ~ '^permission denied for (schema|table|view|function)';
END $$;
CREATE VIEW attempts AS
SELECT 'table' AS kind, c.relname::text AS object, letter, format(command, c.oid::regclass, (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1)) AS command
FROM pg_class c, (VALUES ('S', 'SELECT FROM %s'), ('I', 'INSERT INTO %s DEFAULT VALUES'), ('U', 'UPDATE %s SET %s = DEFAULT'), ('D', 'DELETE FROM %s'), ('T', 'TRUNCATE %s')) v (letter, command)
WHERE c.relnamespace = 'achieve'::regnamespace AND (c.relkind = 'r' OR c.relkind = 'v' AND letter = 'S')
UNION ALL
SELECT 'function', p.proname || '(' || oidvectortypes(p.proargtypes) || ')', 'X',
	format('SELECT achieve.%I(%s)', p.proname, (SELECT string_agg('NULL::' || CASE t WHEN 'anyelement'::regtype THEN 'achieve.notification' WHEN 'anyarray'::regtype THEN 'integer[]' ELSE t::regtype::text END, ', ' ORDER BY n)
		FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (t, n)))
FROM pg_proc p
-- count_rule_errors() asks for the right to read health instead
WHERE p.proname <> 'count_rule_errors' AND p.pronamespace = 'achieve'::regnamespace AND p.prorettype <> 'trigger'::regtype AND p.provolatile <> 'i' AND p.prokind = 'f';
GRANT SELECT ON roles, privileges, attempts TO PUBLIC;
-- Where it went otherwise than the matrix says: nothing.
CREATE FUNCTION differences(who text) RETURNS TABLE (role text, object text, letter text, command text, "is denied" boolean) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SET LOCAL ROLE regress_achieve_' || who;
	RETURN QUERY SELECT who, a.object, a.letter, a.command, denied(a.command) FROM attempts a JOIN privileges p ON p.object = a.object AND p.role = who AND (p.kind = 'function') = (a.kind = 'function')
	WHERE denied(a.command) = (strpos(coalesce(p.held, ''), a.letter) > 0 AND has_schema_privilege('achieve', 'USAGE'));
	RESET ROLE;
END $$;
SELECT count(*) > 200 AS "many attempts" FROM attempts;
\connect - :superuser
SELECT d.* FROM roles, LATERAL differences(role) d ORDER BY 1, 2, 3;
-- For the account manager the policy applies, for others as well unless they have one; not for the owner.
SET ROLE regress_achieve_manager; SELECT row_security_active('achieve.enrollment'); RESET ROLE;
SET ROLE regress_achieve_owner; SELECT row_security_active('achieve.enrollment'); RESET ROLE;
\connect contrib_regression
DROP DATABASE regress_achieve;
DROP ROLE regress_achieve_owner, regress_achieve_administrator, regress_achieve_instructor, regress_achieve_reader, regress_achieve_manager, regress_achieve_nobody;
