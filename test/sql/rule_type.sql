-- Is rule a type like any other: stored, compared, sorted, hashed, sent, cast?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
SET search_path = public, achieve;

CREATE TEMPORARY TABLE rules (id int PRIMARY KEY, rule achieve.rule);
INSERT INTO rules VALUES (1, 'paid'), (2, 'absences <= 2'), (3, 'Absences<=2'), (4, 'absences <= 10'), (5, 'absences <= 2 or paid'), (6, NULL), (7, 'score("é") > 1'), (8, '-lates > 1');

-- Ordering by the canonical text, bytewise; equality and hashing by it too.
SELECT rule FROM rules ORDER BY rule, id;
SELECT DISTINCT rule FROM rules ORDER BY rule;
SELECT rule, count(*) FROM rules GROUP BY rule HAVING count(*) > 1;
SET enable_sort = off;
SELECT count(*) FROM (SELECT rule FROM rules GROUP BY rule) AS hashed;
RESET enable_sort;
SELECT bool_and(sign(achieve.rule_cmp(a.rule, b.rule)) = CASE WHEN a.rule < b.rule THEN -1 WHEN a.rule > b.rule THEN 1 ELSE 0 END) AS cmp_agrees,
	bool_and((a.rule <= b.rule) = NOT (a.rule > b.rule) AND (a.rule >= b.rule) = NOT (a.rule < b.rule) AND (a.rule = b.rule) = NOT (a.rule <> b.rule)) AS operators_agree,
	bool_and((a.rule < b.rule) = (a.rule::text COLLATE "C" < b.rule::text COLLATE "C")) AS as_text
	FROM rules AS a, rules AS b;
SELECT bool_and((achieve.rule_hash(a.rule) = achieve.rule_hash(b.rule)) = (a.rule = b.rule)) AS hashes_agree,
	bool_and(achieve.rule_hash_extended(a.rule, 0)::bit(32) = achieve.rule_hash(a.rule)::bit(32)) AS seed_0_agrees
	FROM rules AS a, rules AS b;

-- Indexes and joins of each kind.
CREATE UNIQUE INDEX rules_rule_key ON rules (rule) WHERE id <> 3;
INSERT INTO rules VALUES (9, '( paid )');
CREATE INDEX rules_hash ON rules USING hash (rule);
SET enable_seqscan = off; SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM rules WHERE rule = 'paid';
SELECT id FROM rules WHERE rule = 'PAID';
SELECT id FROM rules WHERE rule > 'absences <= 2' AND id <> 3 ORDER BY rule;
RESET enable_seqscan; RESET enable_bitmapscan;
SET enable_mergejoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM rules AS a JOIN rules AS b USING (rule);
SELECT count(*) FROM rules AS a JOIN rules AS b USING (rule);
SET enable_hashjoin = off; RESET enable_mergejoin;
SELECT count(*) FROM rules AS a JOIN rules AS b USING (rule);
RESET enable_hashjoin; RESET enable_nestloop;

-- Casts: text and varchar parse, also as parameters and expressions; rules become text.
PREPARE by_text(text) AS UPDATE rules SET rule = $1 WHERE id = 1 RETURNING rule;
EXECUTE by_text('PAID  or ended');
PREPARE by_varchar(varchar) AS INSERT INTO rules VALUES (10, $1) RETURNING rule;
EXECUTE by_varchar('lates<1');
PREPARE untyped AS SELECT rule FROM rules WHERE rule = $1;
EXECUTE untyped('lates < 1');
UPDATE rules SET rule = 'lates ' || '< 2' WHERE id = 10;
SELECT rule::text || '!' AS text, rule::varchar AS varchar, pg_typeof(rule) FROM rules WHERE id = 10;
CREATE TEMPORARY TABLE texts (t text, v varchar(40));
INSERT INTO texts SELECT rule, rule FROM rules WHERE id = 10;
SELECT * FROM texts;
UPDATE rules SET rule = 'lates <'::text WHERE id = 10;
SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast WHERE 'achieve.rule'::regtype IN (castsource, casttarget) ORDER BY 1, 2;

-- The binary form: a version byte and the text, parsed by the same parser.
SELECT achieve.rule_send('PAID and (ended)') = '\x01'::bytea || convert_to('paid and ended', 'UTF8') AS sent;
CREATE TEMPORARY TABLE received (LIKE rules);
DO $$
DECLARE file text := current_setting('data_directory') || '/rule_type_test.' || pg_backend_pid();
BEGIN
	EXECUTE format('COPY rules TO %L (FORMAT binary)', file);
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'cat >/dev/null; rm ' || quote_literal(file));
END $$;
SELECT count(*) AS rules, count(*) FILTER (WHERE r.rule IS DISTINCT FROM s.rule) AS different FROM rules AS r FULL JOIN received AS s USING (id);

-- Hostile bytes: another version, no rule, half a character, a zero byte, nothing.
CREATE PROCEDURE pg_temp.receive(bytes text, length text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY received FROM PROGRAM %L (FORMAT binary)', format($f$printf 'PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\2\0\0\0\4\0\0\0\14\0\0\0\%s%s\377\377'$f$, length, bytes));
	RAISE INFO 'accepted %', (SELECT rule FROM received WHERE id = 12 ORDER BY ctid DESC LIMIT 1);
EXCEPTION WHEN OTHERS THEN
	RAISE INFO '% %', SQLSTATE, SQLERRM;
END $$;
CALL pg_temp.receive('\1paid', '5');
CALL pg_temp.receive('\2paid', '5');
CALL pg_temp.receive('\1absense <= 2', '15');
CALL pg_temp.receive('\1paid\303', '6');
CALL pg_temp.receive('\1pa\0id', '6');
CALL pg_temp.receive('\1', '1');
CALL pg_temp.receive('', '0');

-- Stored: compressed, out of line, in arrays, rows and domains.
TRUNCATE received;
INSERT INTO received SELECT n, (SELECT string_agg(format('score(assessment-%s-%s) >= %s', n, m, m), ' and ') FROM generate_series(1, 200) AS m)::achieve.rule FROM generate_series(1, 3) AS n;
SELECT count(*) AS toasted, bool_and(pg_column_size(rule) < octet_length(rule::text)) AS compressed, count(DISTINCT rule) AS different,
	bool_and(rule = rule::text::achieve.rule) AS same, bool_and(achieve.evaluate(rule, '{}', true) = 'failed') AS evaluated FROM received;
SELECT ARRAY['PAID', 'ended']::achieve.rule[] AS list, ROW('PAID'::achieve.rule, 1) AS pair, array_position(ARRAY['PAID', 'ended']::achieve.rule[], 'ended'::achieve.rule) AS position;
CREATE DOMAIN pg_temp.passing_rule AS achieve.rule CHECK (achieve.is_passing_rule(VALUE));
SELECT 'PAID'::pg_temp.passing_rule AS passing;
SELECT 'PASSED'::pg_temp.passing_rule AS passing;
SELECT typlen, typalign, typstorage, typbyval, typsend <> 0 AS sends, typreceive <> 0 AS receives FROM pg_type WHERE oid = 'achieve.rule'::regtype;
SELECT proname FROM pg_proc WHERE pronamespace = 'achieve'::regnamespace AND 'achieve.rule'::regtype = ANY (proargtypes) AND (provolatile, proparallel) <> ('i', 's') AND proname LIKE 'rule%';
