-- Does text of any length or depth end in a rule or an error, and soon?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
SET search_path = public, achieve;
SET statement_timeout = '60s';

-- SQLSTATE, message and detail, or the length of the canonical text.
CREATE FUNCTION pg_temp.try(rule text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	RETURN format('accepted, %s characters', length(rule::achieve.rule::text));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN format('%s %s | %s', SQLSTATE, SQLERRM, detail);
END $$;

-- 64 levels, of parentheses, "not" and lists.
SELECT pg_temp.try(repeat('(', 64) || 'paid' || repeat(')', 64)) AS parentheses_64;
SELECT pg_temp.try(repeat('(', 65) || 'paid' || repeat(')', 65)) AS parentheses_65;
SELECT pg_temp.try(repeat('not ', 64) || 'paid') AS not_64;
SELECT pg_temp.try(repeat('not ', 65) || 'paid') AS not_65;
SELECT pg_temp.try(repeat('at least 1 of (', 64) || 'paid' || repeat(')', 64)) AS lists_64;
SELECT pg_temp.try(repeat('at least 1 of (', 65) || 'paid' || repeat(')', 65)) AS lists_65;
SELECT pg_temp.try(repeat('(paid and (ended or ', 32) || 'paid' || repeat('))', 32)) AS mixed_64;
SELECT achieve.evaluate(repeat('not (paid or ', 32) || 'ended' || repeat(')', 32), '{}') AS evaluated_64;

-- 1,000 nodes: numbers, facts, comparisons, "not", lists, and one for each run of "and" or "or".
SELECT pg_temp.try('paid' || repeat(' and paid', 998)) AS flags_999;
SELECT pg_temp.try('paid' || repeat(' and paid', 999)) AS flags_1000;
SELECT pg_temp.try('(paid' || repeat(' and paid', 500) || ') and (paid' || repeat(' and paid', 497) || ')') AS merged;
SELECT pg_temp.try('lates < 1' || repeat(' + lates', 997)) AS terms_999;
SELECT pg_temp.try('lates < 1' || repeat(' + lates', 998)) AS terms_1000;
SELECT pg_temp.try('lates < 1' || repeat(' or lates < 1', 332)) AS comparisons_333;
SELECT pg_temp.try('lates < 1' || repeat(' or lates < 1', 333)) AS comparisons_334;
SELECT pg_temp.try('at least 998 of (paid' || repeat(', paid', 998) || ')') AS list_999;
SELECT pg_temp.try('at least 998 of (paid' || repeat(', paid', 999) || ')') AS list_1000;
SELECT achieve.evaluate('lates < 1' || repeat(' + lates', 997), '{"sessions": 1}') AS sum_evaluated;

-- Dozens of megabytes of anything.
SELECT pg_temp.try(repeat('(', 30000000)) AS parentheses;
SELECT pg_temp.try(repeat('not ', 7500000)) AS nots;
SELECT pg_temp.try('paid' || repeat(' and paid', 3500000)) AS conjunction;
SELECT pg_temp.try('lates < 1' || repeat('+1', 15000000)) AS sum;
SELECT pg_temp.try(repeat('x', 30000000)) AS word;
SELECT pg_temp.try(repeat('é', 15000000)) AS letters;
SELECT pg_temp.try(repeat('9', 30000000)) AS digits;
SELECT pg_temp.try('lates < 1.' || repeat('0', 30000000)) AS fraction;
SELECT pg_temp.try('score(' || repeat('"', 30000001)) AS quotes;
SELECT pg_temp.try('score(' || repeat('a', 30000000)) AS bare_code;
SELECT pg_temp.try(repeat(' ', 30000000)) AS space;
SELECT pg_temp.try(repeat(' ', 30000000) || 'paid' || repeat(E'\n', 1000)) AS space_around;
SELECT pg_temp.try(repeat(' ', 15000000) || 'absense') AS late_fault;
SELECT pg_temp.try('holds("' || repeat('x y', 7000000) || '")') AS long_code;
SELECT pg_temp.try('holds(' || repeat('x', 33554433) || ') or holds(' || repeat('x', 33554432) || ')') AS codes_too_long;
SELECT pg_temp.try(string_agg(format('score(%s%s)', repeat('x', 50000), n), ' + ') || ' > 1') AS long_alike_codes FROM generate_series(100, 999) AS n;

-- Soup of everything that occurs in rules: refused with one of the two SQLSTATEs, or accepted and stable.
SELECT setseed(0.25) IS NOT NULL AS seeded;
CREATE FUNCTION pg_temp.outcome(soup text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	RETURN CASE WHEN soup::achieve.rule::text::achieve.rule = soup::achieve.rule THEN 'accepted' ELSE 'unstable' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || CASE hint WHEN '' THEN ' without a hint' ELSE '' END;
END $$;
SELECT pg_temp.outcome(soup) AS outcome, count(*) > 100 AS many FROM (
	SELECT (SELECT string_agg((ARRAY['paid', 'not', 'and', 'and', 'or', '(', ')', 'absences', 'score(', 'score(a)', '"', '""', 'a b', '<=', '=', '<>', '!', '>', '+', '-', '*', '*', ',', '2', '2', '0.5', '.', '%', 'at least 1 of (', 'lates', '≥', 'é', '''', 'absense', '9999999999999', '']) [1 + floor(random() * 36)::int],
		CASE WHEN random() < 0.7 THEN ' ' ELSE '' END) FROM generate_series(1, 1 + n % 9)) AS soup FROM generate_series(1, 30000) AS n) AS s GROUP BY 1 ORDER BY 1;
