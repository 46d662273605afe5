-- Do the tabs get keys and foreign keys that GraphQL servers can read, and lose them without a trace?
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
CREATE TEMPORARY VIEW comments AS
SELECT c.relname, c.oid::regclass AS relation, obj_description(c.oid, 'pg_class') AS comment,
	-- as pg_graphql's comment_directive() finds it: up to the last parenthesis
	(regexp_match(obj_description(c.oid, 'pg_class'), '@graphql\((.+)\)'))[1]::jsonb AS directive
FROM pg_class c
WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'v';
CREATE TEMPORARY TABLE before AS SELECT relname, comment FROM comments;

-- The owner alone may call it, not an administrator either.
CREATE ROLE regress_office;
SELECT achieve.grant_access('regress_office', 'administrator');
SET ROLE regress_office;
SAVEPOINT refused;
SELECT achieve.add_graphql_comments();
ROLLBACK TO refused;
SELECT achieve.remove_graphql_comments();
ROLLBACK TO refused;
RESET ROLE;
GRANT EXECUTE ON FUNCTION achieve.add_graphql_comments(), achieve.set_graphql_comments(boolean), achieve.graphql_comment(regclass) TO regress_office;
SET ROLE regress_office;
SELECT achieve.add_graphql_comments();
ROLLBACK TO refused;
RESET ROLE;

SELECT achieve.add_graphql_comments();
SELECT achieve.add_graphql_comments() AS again;
\pset format unaligned
\pset tuples_only on
SELECT comment FROM comments WHERE relname IN ('achievements_tab', 'event_summary', 'results_tab') ORDER BY relname;
\pset tuples_only off
\pset format aligned
SELECT relname FROM comments WHERE comment ~ '@' ORDER BY relname;

-- What a key or a foreign key names is there; a foreign key leads to something unique.
SELECT c.relname, k.name FROM comments c, jsonb_array_elements_text(c.directive -> 'primary_key_columns') k (name)
WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.relation AND a.attname = k.name AND a.attnum = 1);
SELECT c.relname, f.key
FROM comments c, jsonb_array_elements(c.directive -> 'foreign_keys') f (key)
CROSS JOIN LATERAL (SELECT array(SELECT jsonb_array_elements_text(f.key -> 'foreign_columns')) AS columns) n
WHERE NOT EXISTS (
		SELECT FROM pg_index i
		WHERE i.indrelid = format('achieve.%I', f.key ->> 'foreign_table')::regclass AND i.indisunique AND i.indpred IS NULL
			AND n.columns = (SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest(i.indkey) WITH ORDINALITY u (attnum, place)
				JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum))
	AND NOT EXISTS (SELECT FROM comments t WHERE t.relname = f.key ->> 'foreign_table'
		AND t.comment ~ ('(^|\n)@unique ' || array_to_string(n.columns, ',') || '\n'))
	OR NOT n.columns <@ (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.relation);
SELECT count(*) > 20 AS there_were_foreign_keys FROM comments c, jsonb_array_elements(c.directive -> 'foreign_keys');

-- Words and tags of one's own stay, parentheses too, which pg_graphql would read as the end.
COMMENT ON VIEW achieve.event_summary IS E'@name eventFigures\nCounts (all of them).';
COMMENT ON VIEW achieve.audit_tab IS NULL;
SELECT achieve.add_graphql_comments();
SELECT achieve.add_graphql_comments() AS again;
\pset format unaligned
\pset tuples_only on
SELECT comment FROM comments WHERE relname = 'event_summary';
\pset tuples_only off
\pset format aligned
SELECT relname, directive -> 'primary_key_columns' AS key FROM comments WHERE directive IS NOT NULL ORDER BY relname;
SELECT achieve.remove_graphql_comments();
SELECT achieve.remove_graphql_comments() AS again;
SELECT c.relname, c.comment FROM comments c JOIN before b USING (relname) WHERE c.comment IS DISTINCT FROM b.comment ORDER BY c.relname;
ROLLBACK;
