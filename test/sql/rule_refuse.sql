-- Which texts are no rule, and does the error say what to write instead?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on

-- The whole error in one line each: SQLSTATE and message, detail, hint.
CREATE FUNCTION pg_temp.refusal(rule text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	RETURN NEXT format('-- %s', rule);
	RETURN NEXT format('accepted as %s', rule::achieve.rule::text);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT format('%s %s', SQLSTATE, SQLERRM);
	RETURN NEXT format('   %s', detail);
	RETURN NEXT format('   %s', hint);
END $$;

-- As a person meets it.
SELECT 'not absense <= 2'::achieve.rule;

-- Nothing, half a rule, too much.
SELECT line FROM (VALUES (1, ''), (2, ' '), (3, 'not'), (4, 'absences <= 2 and'), (5, 'absences <='), (6, '(paid or ended'), (7, 'paid)'),
	(8, '()'), (9, 'and'), (10, 'paid or or ended'), (11, 'paid ended'), (12, 'paid, ended'), (13, 'absences + <= 2'), (14, 'absences <= 2 2'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Unknown words: the nearest spelling, or all facts.
SELECT line FROM (VALUES (1, 'absense <= 2'), (2, 'SCOER(final) >= 60'), (3, 'atendance >= 80'), (4, 'grade > 3'), (5, 'présences > 3'), (6, 'paid adn ended'),
	(7, 'paid xor ended'), (8, 'paid && ended'), (9, 'paid || ended'), (10, 'paid & ended'), (11, 'paid | ended'), (12, '! paid'), (13, 'paid; ended'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Facts used as what they are not.
SELECT line FROM (VALUES (1, 'absences'), (2, 'not score(final) and paid'), (3, '5'), (4, 'absences + lates'), (5, 'paid = 1'), (6, '1 = paid'), (7, 'holds(first-aid) + 1 > 2'),
	(8, '-paid'), (9, '2 * ended'), (10, '1 = 1'), (11, '2 + 1 > 0'), (12, 'lates <= lates'), (13, 'score(a) + 0.5 * lates > 0.25 * lates + score(a) + lates * 0.25'), (14, '0 * lates <= 1'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Comparisons and sums.
SELECT line FROM (VALUES (1, '0 <= lates <= 2'), (2, 'lates = 1 = 1'), (3, '(absences + lates) <= 2'), (4, '2 * (absences + lates) <= 2'), (5, '(absences) < 2'),
	(6, 'absences <= 2 * (sessions - 1)'), (7, '(absences <= 2) + 1 > 2'), (8, 'absences * lates > 1'), (9, '2 * 3 * absences > 1'), (10, 'absences * 2 * 2 > 1'),
	(11, 'absences / 2 > 1'), (12, 'absences <= - -2'), (13, 'absences - -2 > 0'), (14, 'absences <= +2'), (15, 'absences == 2'), (16, 'absences =< 2'), (17, 'absences => 2'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Signs that are not ASCII, and what cannot be seen.
SELECT line FROM (VALUES (1, 'absences ≤ 2'), (2, 'attendance≥80'), (3, 'lates ≠ 2'), (4, '2 × lates > 1'), (5, 'lates ÷ 2 > 1'), (6, 'lates − 1 > 1'), (7, E'paid\u00a0and ended'), (8, E'paid\u200b and ended'), (9, E'\ufeffpaid'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Numbers.
SELECT line FROM (VALUES (1, 'attendance >= 80%'), (2, 'attendance >= 79,5'), (3, 'at least 1 of (attendance >= 79,5, paid)'), (4, '79,5 <= attendance'), (5, 'absences <= .5'), (6, 'absences <= 2.'),
	(7, 'absences <= 1.2.3'), (8, 'absences <= 1e3'), (9, 'absences <= 1_000'), (10, 'absences <= 0.1234567'), (11, 'absences <= 1.0000000'), (12, 'absences <= 1234567890123'),
	(13, '999999999999 * lates - 999999999999 * absences > 0'), (14, 'lates > 999999999999 + 1'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Codes.
SELECT line FROM (VALUES (1, 'score >= 60'), (2, 'paid(x)'), (3, 'absences (x) < 2'), (4, 'score() >= 60'), (5, 'score("") >= 60'), (6, 'score(final exam) >= 60'), (7, 'score(a,b) >= 60'), (8, 'score(''final'') >= 60'),
	(9, 'score(“final”) >= 60'), (10, 'score(‘final’) >= 60'), (11, 'score(«final») >= 60'), (12, 'score(prüfung) >= 60'), (13, 'score("final) >= 60'), (14, 'score("final"" >= 60'), (15, 'score(final >= 60'),
	(16, 'score(final'), (17, 'score('), (18, '"final" >= 60'), (19, 'score("a"b) >= 60'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Quorums.
SELECT line FROM (VALUES (1, 'at least 0 of (paid)'), (2, 'at least 3 of (paid, ended)'), (3, 'at least 999999999999 of (paid)'), (4, 'at least 1.0 of (paid)'), (5, 'at least -1 of (paid)'), (6, 'at least two of (paid, ended)'),
	(7, 'at most 1 of (paid)'), (8, 'at least 1 (paid)'), (9, 'at least 1 of paid'), (10, 'at least 1 of ()'), (11, 'at least 1 of (paid,)'), (12, 'at least 1 of (paid ended)'), (13, 'least 1 of (paid)'))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Positions count characters, not bytes; long texts are cut.
SELECT line FROM (VALUES (1, 'holds("日本語") and absense <= 2'), (2, 'paid and ' || repeat('nonsense', 100)), (3, 'paid and ' || repeat('é', 1000)))
	AS wrong (n, rule), LATERAL pg_temp.refusal(rule) WITH ORDINALITY AS l (line, m) WHERE m > 1 ORDER BY n, m;

-- What only award rules may read.
SELECT achieve.is_passing_rule('absences <= 2 and passed');
SELECT achieve.is_passing_rule('paid or not failed'::achieve.rule);
SELECT achieve.is_passing_rule('at least 1 of (paid, approved)');
SELECT achieve.is_passing_rule('absences <= 2 and passed <= 2');
SELECT achieve.is_passing_rule('absences <= 2 and paid and holds(passed)') AS by_text,
	achieve.is_passing_rule('absences <= 2'::achieve.rule) AS by_rule, achieve.is_passing_rule(NULL::achieve.rule) AS without;
