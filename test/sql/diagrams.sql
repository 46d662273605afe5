-- Are the pictures of the docs well-formed, and is each table in docs/tables.svg one that there is, and none missing?
\set tables `cat docs/tables.svg`
\set write `cat docs/write.svg`
SELECT xmlparse(DOCUMENT :'write') IS DOCUMENT AS write, xmlparse(DOCUMENT :'tables') IS DOCUMENT AS tables;
CREATE TEMPORARY VIEW shown AS
SELECT unnest(xpath('//s:text[@class="table"]/text()', xmlparse(DOCUMENT :'tables'), ARRAY[ARRAY['s', 'http://www.w3.org/2000/svg']]))::text AS name;
CREATE TEMPORARY VIEW made AS
SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'achieve'::regnamespace AND relkind IN ('r', 'p');
SELECT name AS unknown FROM (SELECT name FROM shown EXCEPT SELECT name FROM made) s ORDER BY name;
SELECT name AS missing FROM (SELECT name FROM made EXCEPT SELECT name FROM shown) s ORDER BY name;
SELECT name AS twice FROM shown GROUP BY name HAVING count(*) > 1;
-- Dots say which tables name a type, an account or a number sequence: as many as there are keys that no line shows, and the table itself.
SELECT class, count(*) - 1 AS tables
FROM xmltable(xmlnamespaces('http://www.w3.org/2000/svg' AS s), '//s:circle' PASSING xmlparse(DOCUMENT :'tables') COLUMNS class text PATH '@class') x
GROUP BY class ORDER BY class;
SELECT f.confrelid::regclass AS named, count(DISTINCT conrelid) + 1 AS tables FROM pg_constraint f
WHERE f.contype = 'f' AND f.confrelid IN ('achieve.achievement_type'::regclass, 'achieve.account'::regclass, 'achieve.number_sequence'::regclass)
	AND NOT (f.confrelid = 'achieve.achievement_type'::regclass AND f.conrelid = 'achieve.achievement_reminder'::regclass
		OR f.confrelid = 'achieve.account'::regclass AND f.conrelid = 'achieve.learner'::regclass)
GROUP BY f.confrelid ORDER BY f.confrelid::regclass::text;
