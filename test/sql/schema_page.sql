-- Does docs/schema.md name every table and column, in the words of their comments?
CREATE TEMPORARY TABLE page (line_no serial, line text);
\copy page (line) FROM PROGRAM 'sed "s/\\\\/\\\\\\\\/g" docs/schema.md' WITH (FORMAT text, DELIMITER E'\x01')
CREATE TEMPORARY VIEW documented AS
	SELECT (SELECT h.line FROM page h WHERE h.line_no < p.line_no AND h.line LIKE '### %' ORDER BY h.line_no DESC LIMIT 1) AS heading,
		split_part(p.line, ' | ', 1) AS cell, p.line
	FROM page p WHERE p.line LIKE '| %';
SELECT c.relname, a.attname, col_description(c.oid, a.attnum) AS missing
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r'
	AND NOT EXISTS (SELECT FROM documented d WHERE d.heading = '### ' || c.relname AND d.cell = '| ' || a.attname
		AND right(d.line, length(col_description(c.oid, a.attnum)) + 5) = ' | ' || col_description(c.oid, a.attnum) || ' |')
ORDER BY c.relname, a.attnum;
-- And nothing that is not there.
SELECT d.heading, d.cell AS unknown FROM documented d
WHERE EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r' AND d.heading = '### ' || c.relname)
	AND d.cell <> '| column' AND d.line LIKE '| % | % | % |' AND NOT EXISTS (
		SELECT FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'achieve'::regnamespace AND d.heading = '### ' || c.relname AND d.cell = '| ' || a.attname)
ORDER BY d.heading, d.cell;
SELECT count(*) > 200 AS read FROM documented;
