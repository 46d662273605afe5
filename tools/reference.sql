-- Prints docs/reference.md from the comments in a database where achieve is
-- installed. For psql -XAtq, as a superuser; leaves nothing behind.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
BEGIN;
-- Who may call what is asked of roles that were given nothing else.
CREATE ROLE achieve_reference_everybody;
CREATE ROLE achieve_reference_reader;
CREATE ROLE achieve_reference_instructor;
CREATE ROLE achieve_reference_administrator;
\o /dev/null
SELECT achieve.grant_access('achieve_reference_reader', 'reader'),
	achieve.grant_access('achieve_reference_instructor', 'instructor'),
	achieve.grant_access('achieve_reference_administrator', 'administrator'),
	-- loads the library, and with it the settings
	achieve.loaded_version();
\o

\qecho '# Reference: functions, views, settings'
\qecho
\qecho 'Made from the comments in the database by `tools/reference.sh`; a test compares. The tables and their columns: [the tables](schema.md).'
\qecho 'All names are in schema `achieve`. psql shows the same with `\\df+ achieve.*` and `\\d+ achieve.results_tab`.'

CREATE TEMPORARY VIEW callable AS
SELECT p.oid, p.proname,
	CASE WHEN has_function_privilege('achieve_reference_everybody', p.oid, 'EXECUTE') THEN 5
		WHEN has_function_privilege('achieve_reference_reader', p.oid, 'EXECUTE') THEN 1
		WHEN has_function_privilege('achieve_reference_instructor', p.oid, 'EXECUTE') THEN 2
		WHEN has_function_privilege('achieve_reference_administrator', p.oid, 'EXECUTE') THEN 3
		ELSE 4 END AS place,
	format('- **`%s(%s)`**%s  ' || E'\n  %s', p.proname,
		regexp_replace(replace(pg_get_function_arguments(p.oid), 'timestamp with time zone', 'timestamptz'),
			'DEFAULT NULL::[^,]*', 'DEFAULT NULL', 'g'),
		coalesce(' → `' || nullif(replace(pg_get_function_result(p.oid), 'timestamp with time zone', 'timestamptz'), 'void') || '`', ''),
		obj_description(p.oid, 'pg_proc')) AS line
FROM pg_proc p
WHERE p.pronamespace = 'achieve'::regnamespace AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
	AND obj_description(p.oid, 'pg_proc') NOT LIKE 'Internal to %'
	-- What stands behind the type, its casts and its operators is called through them.
	AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
	AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid)
	AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
	AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid);

SELECT format(E'\n## Functions %s\n\n%s', h.title,
	string_agg(c.line, E'\n' ORDER BY c.proname COLLATE "C", c.line COLLATE "C"))
FROM callable c
JOIN (VALUES (1, 'for readers'), (2, 'for instructors too'), (3, 'for administrators too'),
	(4, 'for the owner of the tables'), (5, 'for everybody')) h (place, title) USING (place)
GROUP BY h.place, h.title
ORDER BY h.place;

\qecho
\qecho '## Settings'
\qecho
\qecho '| setting | default | who may set it | meaning |'
\qecho '|---|---|---|---|'
SELECT format('| `%s` | %s | %s | %s |', s.name, coalesce('`' || nullif(s.boot_val, '') || '`', ''),
	CASE s.context WHEN 'user' THEN 'everybody' WHEN 'superuser' THEN 'superusers, and who was granted it' ELSE s.context END,
	concat_ws(' ', s.short_desc, s.extra_desc))
FROM pg_settings s
WHERE s.name LIKE 'achieve.%'
ORDER BY s.name COLLATE "C";

\qecho
\qecho '## Operators of the type rule'
\qecho
\qecho '| operator | meaning |'
\qecho '|---|---|'
SELECT format('| `rule %s rule` | %s |', o.oprname, obj_description(o.oid, 'pg_operator'))
FROM pg_operator o
WHERE o.oprnamespace = 'achieve'::regnamespace
ORDER BY o.oprname COLLATE "C";

SELECT format(E'\n## View %s\n\n%s\n\n| column | type | meaning |\n|---|---|---|\n%s', c.relname,
	obj_description(c.oid, 'pg_class'),
	string_agg(format('| `%s` | %s | %s |', a.attname, format_type(a.atttypid, a.atttypmod),
		replace(col_description(c.oid, a.attnum), '|', '\|')), E'\n' ORDER BY a.attnum))
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'v'
GROUP BY c.oid, c.relname
ORDER BY c.relname COLLATE "C";
ROLLBACK;
