-- Is there one spelling for each rule, and does it mean the same?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
SET search_path = public, achieve;

-- The rules of the documentation.
SELECT rule::achieve.rule FROM (VALUES ('absences <= 2'), ('attendance >= 80 and score(final) >= 60'), ('absences + 0.5 * lates <= 0.2 * sessions'), ('passed and paid and approved'),
	('at least 2 of (score(theory) >= 50, score(practical) >= 50, completed(portfolio)) and not holds(suspended)'),
	('attended + 0.8 * excused >= 0.8 * sessions'), ('invoiced and paid'), ('condition(visa_days) >= 90 or condition(exempt)')) AS v (rule);

-- Each pair is written differently and is the same rule.
SELECT written, written::achieve.rule AS rule, written::achieve.rule = expected::achieve.rule AND written::achieve.rule::text = expected AS is_expected
FROM (VALUES
	-- case, space, operators
	('ABSENCES<=2 AND Not Paid', 'absences <= 2 and not paid'),
	(E'\t absences\n<=\r\f\x0b2 ', 'absences <= 2'),
	('lates != 1', 'lates <> 1'),
	('absences<=2and lates<=1or paid', 'absences <= 2 and lates <= 1 or paid'),
	-- numbers
	('attendance >= 080.500000', 'attendance >= 80.5'),
	('absences < 0.000001', 'absences < 0.000001'),
	('absences < 999999999999.999999', 'absences < 999999999999.999999'),
	('0000000000000000002 > lates', '2 > lates'),
	('lates > -0', 'lates > 0'),
	('lates > - 2', 'lates > -2'),
	('lates - 0 * absences > 1', 'lates + 0 * absences > 1'),
	-- terms
	('lates * 0.50 + absences < 2', '0.5 * lates + absences < 2'),
	('1 * lates + absences * 1.0 < 2', 'lates + absences < 2'),
	('- lates * 2 > -3 + 1', '-2 * lates > -3 + 1'),
	('-lates-absences>-3', '-lates - absences > -3'),
	('score(a) <= score(a) + lates', 'score(a) <= score(a) + lates'),
	-- codes
	('score( "final" ) >= 60', 'score(final) >= 60'),
	('score (2024) > 1 and score(and) > 1 and score(a-1.b) > 1 and score(--) > 1', 'score(2024) > 1 and score(and) > 1 and score(a-1.b) > 1 and score(--) > 1'),
	('score("final exam") > 1 and score("a""b") > 1 and score(")") > 1 and score("é") > 1', 'score("final exam") > 1 and score("a""b") > 1 and score(")") > 1 and score("é") > 1'),
	('holds("  ") or holds("''") or holds("日本")', 'holds("  ") or holds("''") or holds("日本")'),
	-- parentheses
	('((paid))', 'paid'),
	('(absences <= 2)', 'absences <= 2'),
	('(paid and ended) or (invoiced)', 'paid and ended or invoiced'),
	('(paid or ended) and invoiced', '(paid or ended) and invoiced'),
	('paid and (ended and (invoiced and passed))', 'paid and ended and invoiced and passed'),
	('((paid or ended) or invoiced) or passed', 'paid or ended or invoiced or passed'),
	('not (paid)', 'not paid'),
	('not (absences <= 2)', 'not absences <= 2'),
	('not (paid and ended)', 'not (paid and ended)'),
	('not (not paid)', 'not not paid'),
	('(not paid) and (not (ended or paid))', 'not paid and not (ended or paid)'),
	('not (at least 1 of (paid))', 'not at least 1 of (paid)'),
	('AT LEAST 02 OF ((paid or ended), (invoiced and passed), (at least 1 of(failed)))', 'at least 2 of (paid or ended, invoiced and passed, at least 1 of (failed))')
) AS v (written, expected);

-- What is the same in another order, or by algebra, is another rule.
SELECT 'paid and ended'::achieve.rule = 'ended and paid'::achieve.rule AS order_kept,
	'lates <= 2'::achieve.rule = '2 >= lates'::achieve.rule AS sides_kept,
	'not not paid'::achieve.rule = 'paid'::achieve.rule AS negations_kept,
	'at least 1 of (paid, ended)'::achieve.rule = 'paid or ended'::achieve.rule AS quorums_kept,
	'score(a) > 1'::achieve.rule = 'score(A) > 1'::achieve.rule AS code_case_kept;

-- Random rules: the output read again is the same rule and means the same.
CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
	$$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;
CREATE FUNCTION pg_temp.random_sum() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT pg_temp.pick('', '-', '2 * ', '0.5*', '1 * ', '- 12.340 * ') || pg_temp.pick('sessions', 'absences', 'LATES', 'attended', 'attendance')
		|| pg_temp.pick(' + ', ' - ') || pg_temp.pick('', '0 * ', '0.25 * ') || pg_temp.pick('score(a)', 'score("b c")', 'Score("x""y")', 'condition(visa)', 'hours') $$;
CREATE FUNCTION pg_temp.random_rule(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF depth > 0 THEN
		CASE floor(random() * 6)
			WHEN 0, 1 THEN RETURN pg_temp.random_rule(depth - 1) || ' and ' || pg_temp.random_rule(depth - 1);
			WHEN 2 THEN RETURN pg_temp.random_rule(depth - 1) || ' OR ' || pg_temp.random_rule(depth - 1);
			WHEN 3 THEN RETURN 'not (' || pg_temp.random_rule(depth - 1) || ')';
			WHEN 4 THEN RETURN '((' || pg_temp.random_rule(depth - 1) || ') and(' || pg_temp.random_rule(depth - 1) || '))';
			ELSE RETURN 'at least 2 of (' || pg_temp.random_rule(depth - 1) || ',' || pg_temp.random_rule(0) || ', ' || pg_temp.random_rule(depth - 1) || ')';
		END CASE;
	ELSIF random() < 0.4 THEN
		RETURN pg_temp.pick('', 'not ') || pg_temp.pick('paid', 'ended', 'holds(x)', 'completed("p q")', 'condition(visa)', 'invoiced');
	END IF;
	RETURN pg_temp.random_sum() || pg_temp.pick('<', '<=', '=', '<>', '!=', '>=', '>') || pg_temp.pick('-3', '7.50', 'excused + 40', 'mean_score * 2 - 1');
END $$;
SELECT setseed(0.42) IS NOT NULL AS seeded;
CREATE TEMPORARY TABLE random_rule AS
	SELECT written, written::achieve.rule AS rule FROM (SELECT pg_temp.random_rule(n % 5) AS written FROM generate_series(1, 3000) AS n) AS w;
SELECT count(*) AS rules, count(*) FILTER (WHERE rule::text <> written) > 2000 AS most_respelt,
	count(*) FILTER (WHERE rule::text::achieve.rule <> rule) AS unequal,
	count(*) FILTER (WHERE rule::text::achieve.rule::text <> rule::text) AS unstable,
	count(*) FILTER (WHERE achieve.rule_send(rule::text::achieve.rule) <> achieve.rule_send(rule)) AS sent_differently,
	count(*) FILTER (WHERE pg_column_size(rule::text::achieve.rule) <> pg_column_size(written::achieve.rule)) AS stored_differently
FROM random_rule;
SELECT count(*) AS different_verdicts FROM random_rule,
	LATERAL (VALUES ('{}'::jsonb), ('{"sessions": 6, "attended": 3, "absences": 1, "lates": 1, "score": {"a": 50, "b c": [20, 40]}, "condition": {"visa": 3}, "hours": 9, "mean_score": 30}'),
		('{"sessions": 6, "attended": 6, "paid": true, "ended": true, "holds": {"x": true}, "score": {"a": 50, "b c": 7, "x\"y": 12.34}, "condition": {"visa": 0}, "hours": 1, "mean_score": 1}')) AS f (facts),
	LATERAL (VALUES (false), (true)) AS c (closed)
	WHERE achieve.evaluate(written, facts, closed) <> achieve.evaluate(rule::text, facts, closed)
		OR achieve.evaluate(written, facts, closed) <> achieve.evaluate(rule, facts, closed);
