-- Do drivers' parameters fit every function and column? psycopg and node send
-- strings of unknown type, JDBC sends varchar.
BEGIN;
SELECT no_plan();

-- Whether a statement with parameters can be prepared: what is wrong with it,
-- or null.
CREATE FUNCTION pg_temp.complaint(parameter_types text, statement text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('PREPARE tried%s AS %s', parameter_types, statement);
	DEALLOCATE tried;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END
$$;

-- The functions that apps call, by the types that a driver gives their arguments.
CREATE TEMPORARY VIEW callable AS
SELECT p.oid::regprocedure AS signature, p.proname,
	(SELECT string_agg('$' || a.place, ', ' ORDER BY a.place) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (type, place)) AS parameters,
	(SELECT string_agg(CASE WHEN a.type IN ('text'::regtype, 'achieve.rule'::regtype) THEN 'varchar' ELSE a.type::regtype::text END, ', ' ORDER BY a.place)
		FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (type, place)) AS types
FROM pg_proc p
WHERE p.pronamespace = 'achieve'::regnamespace AND p.prokind = 'f' AND p.pronargs > 0
	AND p.prorettype <> ALL (ARRAY['trigger', 'event_trigger', 'internal', 'cstring']::regtype[])
	AND NOT p.proargtypes::oid[] && ARRAY['internal', 'cstring', 'anyelement']::regtype[]::oid[]
	AND obj_description(p.oid, 'pg_proc') NOT LIKE 'Internal to %'
	-- What stands behind the type's casts and operators is called through them.
	AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
	AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
	AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
	AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid);
SELECT cmp_ok((SELECT count(*) FROM callable), '>', 40::bigint, 'there are functions to look at');

SELECT is_empty(
	$$SELECT signature, pg_temp.complaint('', format('SELECT achieve.%I(%s)', proname, parameters))
	  FROM callable
	  WHERE pg_temp.complaint('', format('SELECT achieve.%I(%s)', proname, parameters)) IS NOT NULL$$,
	'every function can be called with parameters of unknown type');
SELECT is_empty(
	$$SELECT signature, pg_temp.complaint('(' || types || ')', format('SELECT achieve.%I(%s)', proname, parameters))
	  FROM callable
	  WHERE pg_temp.complaint('(' || types || ')', format('SELECT achieve.%I(%s)', proname, parameters)) IS NOT NULL$$,
	'every function can be called with varchar where it takes a text or a rule');

CREATE TEMPORARY VIEW written AS
SELECT c.oid::regclass AS relation, a.attname, format_type(a.atttypid, a.atttypmod) AS type
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'p');
SELECT is_empty(
	$$SELECT relation, attname FROM written, unnest(ARRAY['', '(varchar)', '(text)']) parameter_type
	  WHERE (type IN ('text', 'achieve.rule') OR parameter_type = '')
		AND pg_temp.complaint(parameter_type, format('UPDATE %s SET %I = $1', relation, attname)) IS NOT NULL$$,
	'every column takes parameters of unknown type, every text and every rule varchar and text');

SELECT is_empty(
	$$SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
	  FROM pg_class c
	  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	  WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('v', 'm')
		AND format_type(a.atttypid, a.atttypmod) NOT IN ('bigint', 'integer', 'text', 'boolean', 'date',
			'timestamp with time zone', 'numeric', 'jsonb', 'uuid')$$,
	'every column of a view has a type that every driver knows');

SELECT * FROM finish();
ROLLBACK;
