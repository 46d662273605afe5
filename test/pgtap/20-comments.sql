-- Does everything in the schema have a comment?
BEGIN;
SELECT no_plan();

SELECT isnt_empty(
	$$SELECT FROM pg_class WHERE relnamespace = 'achieve'::regnamespace AND relkind = 'r'$$,
	'there are tables to look at');

SELECT isnt(obj_description('achieve'::regnamespace, 'pg_namespace'), NULL, 'the schema has a comment');

SELECT is_empty(
	$$SELECT relname FROM pg_class c
	  WHERE relnamespace = 'achieve'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
		AND obj_description(c.oid, 'pg_class') IS NULL
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
			AND d.deptype = 'i' AND relkind = 'S')$$,
	'every table, view and sequence has a comment (those of identity columns aside)');
SELECT is_empty(
	$$SELECT c.relname, a.attname FROM pg_class c
	  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	  WHERE relnamespace = 'achieve'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
		AND col_description(c.oid, a.attnum) IS NULL$$,
	'every column has a comment');
SELECT is_empty(
	$$SELECT p.oid::regprocedure FROM pg_proc p
	  WHERE pronamespace = 'achieve'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL$$,
	'every function has a comment, those of triggers too');
SELECT is_empty(
	$$SELECT o.oid::regoperator FROM pg_operator o
	  WHERE oprnamespace = 'achieve'::regnamespace AND obj_description(o.oid, 'pg_operator') IS NULL$$,
	'every operator has a comment');
SELECT is_empty(
	$$SELECT typname FROM pg_type t
	  WHERE typnamespace = 'achieve'::regnamespace AND typtype IN ('b', 'd', 'e', 'r') AND typcategory <> 'A'
		AND obj_description(t.oid, 'pg_type') IS NULL$$,
	'every type has a comment');
SELECT is_empty(
	$$SELECT objoid::regclass, objsubid, description FROM pg_description
	  JOIN pg_class c ON c.oid = objoid AND classoid = 'pg_class'::regclass
	  WHERE c.relnamespace = 'achieve'::regnamespace AND description !~ '^\S.*\.$'$$,
	'comments on tables, views and columns are sentences');

SELECT * FROM finish();
ROLLBACK;
