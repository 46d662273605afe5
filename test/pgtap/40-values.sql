-- Are numbers and words that no rule could read refused in every column?
BEGIN;
SELECT no_plan();

CREATE TEMPORARY VIEW checked_column AS
SELECT c.relname::text AS table_name, a.attname::text AS column_name, a.atttypid, n.conname::text,
	pg_get_expr(n.conbin, n.conrelid) AS condition
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_constraint n ON n.conrelid = c.oid AND n.contype = 'c' AND n.conkey = ARRAY[a.attnum]
WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r';

-- What the CHECKs on one column say of a value: false when any refuses it.
CREATE FUNCTION pg_temp.column_takes(t text, c text, value text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	check_condition text;
	answer boolean;
BEGIN
	FOR check_condition IN
		SELECT condition FROM checked_column
		WHERE table_name = t AND column_name = c AND condition IS NOT NULL
	LOOP
		EXECUTE format('SELECT %s FROM (SELECT (json_populate_record(NULL::achieve.%I, json_build_object(%L, %L))).*) r',
			check_condition, t, c, value) INTO answer;
		IF NOT answer THEN
			RETURN false;
		END IF;
	END LOOP;
	RETURN true;
END $$;

SELECT ok(NOT pg_temp.column_takes(t, c, v), format('%s.%s refuses %s', t, c, v))
FROM (SELECT DISTINCT table_name, column_name FROM checked_column
	WHERE atttypid = 'numeric'::regtype) n (t, c)
CROSS JOIN unnest(ARRAY['NaN', 'Infinity', '-Infinity', '1000000000000', '-1000000000000']) v
ORDER BY t, c, v;

SELECT ok(pg_temp.column_takes(t, c, '999999999999.999999'), format('%s.%s takes 999999999999.999999', t, c))
FROM (SELECT DISTINCT table_name, column_name FROM checked_column
	WHERE atttypid = 'numeric'::regtype) n (t, c)
ORDER BY t, c;

-- Codes and names that rules quote are never empty.
SELECT ok(NOT pg_temp.column_takes(t, c, ''), format('%s.%s is not empty', t, c))
FROM (SELECT DISTINCT table_name, column_name FROM checked_column
	WHERE column_name = 'code' OR (table_name, column_name) = ('condition', 'name')) n (t, c)
WHERE t NOT IN ('score', 'completion', 'awaited_type') -- these take what other tables have checked
ORDER BY t, c;

-- Closed sets of words: every CHECK that lists words takes each of them and
-- no other; every column that is such a set in one table is one in all.
SELECT ok(NOT pg_temp.column_takes(t, c, 'no such word'), format('%s.%s is a closed set of words', t, c))
FROM (SELECT DISTINCT table_name, column_name FROM checked_column
	WHERE column_name IN ('status', 'attempt_choice', 'on_lapse', 'valid_unit', 'valid_from_anchor',
		'expiry_alignment', 'expires_on_day', 'reset', 'rule_outcome', 'manual_outcome')
		OR (column_name = 'source' AND table_name = 'achievement')) n (t, c)
ORDER BY t, c;
SELECT ok(pg_temp.column_takes(t, c, w[1]), format('%s.%s takes %s', t, c, w[1]))
FROM (SELECT table_name, column_name, condition FROM checked_column
	WHERE conname LIKE '%\_is\_known') n (t, c, condition)
CROSS JOIN LATERAL regexp_matches(condition, '''([a-z_]+)''::text', 'g') w
ORDER BY t, c, w[1];

-- A day of the year: every one that there is, and no other.
SELECT is(
	(SELECT string_agg(m || '-' || d, ' ' ORDER BY m, d)
	 FROM unnest(ARRAY['00', '01', '02', '04', '12', '13']) m, unnest(ARRAY['00', '01', '29', '30', '31', '32']) d
	 WHERE pg_temp.column_takes('achievement_type', 'expires_on_day', m || '-' || d)),
	'01-01 01-29 01-30 01-31 02-01 02-29 04-01 04-29 04-30 12-01 12-29 12-30 12-31',
	'expires_on_day takes the days that a year can have');
SELECT is(
	(SELECT count(*)::integer FROM generate_series(date '2024-01-01', date '2024-12-31', interval '1 day') d
	 WHERE pg_temp.column_takes('achievement_type', 'expires_on_day', to_char(d, 'MM-DD'))),
	366, 'expires_on_day takes every day of a leap year');
SELECT ok(NOT pg_temp.column_takes('achievement_type', 'expires_on_day', v),
	format('expires_on_day refuses %L', replace(v, E'\n', ' (new line)')))
FROM unnest(ARRAY['1-1', '2026-01-01', '01/01', ' 01-01', '01-01 ', E'01-01\n', '']) v;

-- The tables are the user's own, not the extension's.
SELECT is_empty(
	$$SELECT c.relname FROM pg_class c
	  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
	  WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'v', 'S')$$,
	'no table, view or sequence belongs to the extension');
SELECT is_empty(
	$$SELECT relname FROM pg_class
	  WHERE relnamespace = 'achieve'::regnamespace AND relkind = 'v'
		AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'
		AND relname <> 'health' -- counts over all rows, shows none
	$$,
	'every view reads with the rights of its reader');

SELECT * FROM finish();
ROLLBACK;
