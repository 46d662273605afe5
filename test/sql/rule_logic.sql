-- Do "and", "or", "not" and "at least" follow Kleene's three-valued logic, and standing flags their own?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;

-- Truth tables: a requirement that is done, one that never will be, one that is open.
CREATE TEMPORARY TABLE value (name text, n int);
INSERT INTO value VALUES ('failed', 0), ('pending', 1), ('passed', 2);
CREATE FUNCTION pg_temp.verdict(rule text) RETURNS text LANGUAGE sql AS
	$$ SELECT achieve.evaluate(rule, '{"completed": {"passed": true, "pending": null, "failed": false}}') $$;

SELECT name AS "not", pg_temp.verdict(format('not completed(%s)', name)) AS verdict FROM value ORDER BY n;
SELECT a.name AS "and", max(pg_temp.verdict(format('completed(%s) and completed(%s)', a.name, b.name))) FILTER (WHERE b.n = 0) AS failed,
	max(pg_temp.verdict(format('completed(%s) and completed(%s)', a.name, b.name))) FILTER (WHERE b.n = 1) AS pending,
	max(pg_temp.verdict(format('completed(%s) and completed(%s)', a.name, b.name))) FILTER (WHERE b.n = 2) AS passed FROM value AS a, value AS b GROUP BY a.n, a.name ORDER BY a.n;
SELECT a.name AS "or", max(pg_temp.verdict(format('completed(%s) or completed(%s)', a.name, b.name))) FILTER (WHERE b.n = 0) AS failed,
	max(pg_temp.verdict(format('completed(%s) or completed(%s)', a.name, b.name))) FILTER (WHERE b.n = 1) AS pending,
	max(pg_temp.verdict(format('completed(%s) or completed(%s)', a.name, b.name))) FILTER (WHERE b.n = 2) AS passed FROM value AS a, value AS b GROUP BY a.n, a.name ORDER BY a.n;

-- Longer lists: "and" is the least, "or" the greatest of its parts, wherever they stand.
SELECT count(*) AS lists, count(*) FILTER (WHERE pg_temp.verdict(format('completed(%s) and completed(%s) and completed(%s) and completed(%s)', a.name, b.name, c.name, d.name)) <> least.name) AS wrong_and,
	count(*) FILTER (WHERE pg_temp.verdict(format('completed(%s) or completed(%s) or completed(%s) or completed(%s)', a.name, b.name, c.name, d.name)) <> greatest.name) AS wrong_or
	FROM value AS a, value AS b, value AS c, value AS d, value AS least, value AS greatest WHERE least.n = LEAST(a.n, b.n, c.n, d.n) AND greatest.n = GREATEST(a.n, b.n, c.n, d.n);

-- Quorums: passed when enough parts are, failed when too few can still be, pending otherwise.
SELECT count(*) AS quorums, count(*) FILTER (WHERE pg_temp.verdict(format('at least %s of (completed(%s), completed(%s), completed(%s), completed(%s))', need, a.name, b.name, c.name, d.name)) IS DISTINCT FROM
		CASE WHEN (a.n = 2)::int + (b.n = 2)::int + (c.n = 2)::int + (d.n = 2)::int >= need THEN 'passed'
			WHEN (a.n > 0)::int + (b.n > 0)::int + (c.n > 0)::int + (d.n > 0)::int < need THEN 'failed' ELSE 'pending' END) AS wrong
	FROM value AS a, value AS b, value AS c, value AS d, generate_series(1, 4) AS need;

-- De Morgan, double negation, and quorums that are "or" and "and".
SELECT count(*) AS pairs, count(*) FILTER (WHERE pg_temp.verdict(format('not (completed(%1$s) and completed(%2$s))', a.name, b.name)) <> pg_temp.verdict(format('not completed(%1$s) or not completed(%2$s)', a.name, b.name))) AS de_morgan,
	count(*) FILTER (WHERE pg_temp.verdict(format('not not completed(%1$s)', a.name)) <> a.name) AS double_negation,
	count(*) FILTER (WHERE pg_temp.verdict(format('at least 1 of (completed(%1$s), completed(%2$s))', a.name, b.name)) <> pg_temp.verdict(format('completed(%1$s) or completed(%2$s)', a.name, b.name))) AS one_of,
	count(*) FILTER (WHERE pg_temp.verdict(format('at least 2 of (completed(%1$s), completed(%2$s))', a.name, b.name)) <> pg_temp.verdict(format('completed(%1$s) and completed(%2$s)', a.name, b.name))) AS all_of
	FROM value AS a, value AS b;

-- Across comparisons verdicts may come later than they could.
SELECT achieve.evaluate('absences <= 2 or absences > 2', '{"sessions": 5}') AS open, achieve.evaluate('absences <= 2 or absences > 2', '{"sessions": 5}', true) AS closed;

-- "not" binds to one flag, comparison or parenthesis; "and" binds more tightly than "or".
SELECT achieve.evaluate('not completed(n) and completed(n)', f) AS not_then_and, achieve.evaluate('not (completed(n) and completed(n))', f) AS not_of_and,
	achieve.evaluate('not lates > 5 and completed(n)', f) AS not_comparison, achieve.evaluate('completed(y) or completed(y) and completed(n)', f) AS and_first, achieve.evaluate('(completed(y) or completed(y)) and completed(n)', f) AS or_first
	FROM (VALUES ('{"sessions": 3, "completed": {"y": true, "n": false}}'::jsonb)) AS v (f);

-- Standing flags that are not true: open, but false as things stand under an odd number of "not".
SELECT flag, achieve.evaluate(flag, f) AS "plain", achieve.evaluate('not ' || flag, f) AS "one", achieve.evaluate('not not ' || flag, f) AS "two", achieve.evaluate('not (completed(y) and not (' || flag || '))', f) AS in_and,
	achieve.evaluate('not (completed(y) and ' || flag || ')', f) AS under_and, achieve.evaluate('not at least 1 of (' || flag || ', completed(n))', f) AS under_list
	FROM (VALUES (1, 'paid'), (2, 'invoiced'), (3, 'holds(suspended)'), (4, 'ended'), (5, 'approved'), (6, 'completed(o)'), (7, 'passed'), (8, 'condition(c)')) AS flags (n, flag),
		(VALUES ('{"completed": {"y": true, "n": false}}'::jsonb)) AS v (f) ORDER BY n;
-- Not true in any way it can be said, and true: then "not" takes the verdict back.
SELECT flag, achieve.evaluate('not ' || flag, format(facts, 'false')::jsonb) AS "false", achieve.evaluate('not ' || flag, format(facts, 'null')::jsonb) AS "null", achieve.evaluate('not ' || flag, format(facts, 'false')::jsonb, true) AS closed,
	achieve.evaluate('not ' || flag, format(facts, 'true')::jsonb) AS "true", achieve.evaluate('not not ' || flag, format(facts, 'true')::jsonb) AS twice_true
	FROM (VALUES (1, 'paid', '{"paid": %s}'), (2, 'invoiced', '{"invoiced": %s}'), (3, 'holds(suspended)', '{"holds": {"suspended": %s}}'), (4, 'ended', '{"ended": %s}'), (5, 'approved', '{"approved": %s}')) AS flags (n, flag, facts) ORDER BY n;
SELECT achieve.evaluate('at least 2 of (score(theory) >= 50, score(practical) >= 50, completed(portfolio)) and not holds(suspended)', facts::jsonb) AS verdict, facts
	FROM (VALUES (1, '{"score": {"theory": 50, "practical": 80}}'), (2, '{"score": {"theory": 50, "practical": 80}, "holds": {"suspended": true}}'), (3, '{"score": {"theory": 50}}'),
		(4, '{"score": {"theory": 49, "practical": 10}}'), (5, '{"score": {"theory": 49, "practical": 80}}'), (6, '{"score": {"theory": 49, "practical": 80}, "completed": {"portfolio": true}}')) AS v (n, facts) ORDER BY n;
