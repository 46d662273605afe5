-- Does every clause say what was observed, its outcome and what it still needs?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
\pset null ''

-- A realistic rule, half way.
SELECT clause_no, depth, left(clause, 50) AS clause, observed, outcome, needed FROM achieve.explain(
	'absences <= 2 and attendance >= 80 and (score(final) >= 60 or not holds(suspended)) and paid and at least 2 of (completed(a), completed(b), condition(visa_days) >= 90) and absences + 0.5 * lates <= 0.2 * sessions',
	'{"sessions": 10, "attended": 7, "absences": 1, "lates": 2, "holds": {"suspended": true}, "completed": {"a": true, "b": false}, "balance": 12.5}');

-- Counts: what the unmarked sessions may bring.
CREATE FUNCTION pg_temp.clauses(facts jsonb, closed boolean, VARIADIC rules text[]) RETURNS TABLE (clause text, observed text, outcome text, needed text) LANGUAGE sql AS $$
	SELECT e.clause, e.observed, e.outcome, e.needed FROM unnest(rules) WITH ORDINALITY AS r (rule, n), LATERAL achieve.explain(rule, facts, closed) AS e ORDER BY n, clause_no $$;
SELECT * FROM pg_temp.clauses('{"sessions": 10, "attended": 5, "absences": 1, "excused": 1, "lates": 2}', false,
	'absences <= 1', 'absences <= 2', 'absences < 3', 'absences <= 3.5', 'absences <= 4', 'absences < 1', 'not absences > 2', '-absences >= -2', '2 >= absences', '2 * absences <= 5',
	'attended >= 6', 'attended > 6', 'attended >= 7.5', 'not attended < 8', 'attended >= 9', 'attended = 7', 'attended <> 7', 'excused <= 2', 'lates <= 3', 'lates >= 3', 'sessions >= 10', 'sessions > 10',
	'attendance >= 50', 'attendance >= 51', 'attendance > 60', 'attendance >= 80', 'attendance >= 81', 'attendance <= 60', 'attendance + 1 >= 71', 'absences + 0.5 * lates <= 3', 'attended >= 0.8 * sessions', 'attended - 2 * absences >= 5', 'attendance - absences >= 60');

-- No sessions yet; closed; ranges.
SELECT * FROM pg_temp.clauses('{}', false, 'absences <= 2', 'attendance >= 80', 'sessions >= 3', 'absences + score(a) > 3');
SELECT * FROM pg_temp.clauses('{"sessions": 3, "attended": 2}', true, 'absences <= 2', 'attendance >= 80', 'score(a) >= 60', 'completed(a)', 'not completed(a)');
SELECT * FROM pg_temp.clauses('{"attendance": [10, 40], "sessions": [1, 4]}', false, 'attendance >= 20', 'sessions = 3', 'attendance >= 50');

-- Other numbers.
SELECT * FROM pg_temp.clauses('{"hours": 16, "score": {"b": 72, "c": [40, 100]}, "mean_score": [36, 86], "balance": 12.5, "condition": {"visa": 30, "age": [18, null], "debt": [null, 5]}}', false,
	'hours >= 12', 'hours_attended >= 12', 'score(a) >= 60', 'score(b) >= 60', 'score(b) >= 80', 'score(c) > 60', '2 * score(c) >= 100', '3 * score(c) >= 200', 'not score(c) >= 60', '-score(c) < -60', 'score(c) <> 60', 'score(c) = 60',
	'score(b) + score(c) >= 140', 'score(a) - score(c) > 10', 'mean_score >= 60', 'completion >= 50', 'balance <= 0', 'not balance > 20', 'condition(visa) >= 90', 'condition(age) >= 21', 'condition(debt) <= 0', 'condition("new one") = 1', 'condition(x) + 499999999999 * condition(y) > 999999999999');

-- Flags: open, true, false, and under "not".
SELECT * FROM pg_temp.clauses('{}', false, 'paid', 'invoiced', 'ended', 'approved', 'holds(first-aid)', 'completed(a)', 'condition(c)', 'passed', 'failed', 'not paid', 'not not paid', 'not passed', 'not condition(c)', 'not completed(a)');
SELECT * FROM pg_temp.clauses('{"paid": true, "ended": true, "holds": {"x": true}, "completed": {"a": false, "b": true}, "condition": {"c": 0}, "passed": false, "failed": true}', false,
	'paid', 'ended', 'holds(x)', 'completed(a)', 'completed(b)', 'condition(c)', 'passed', 'failed', 'not holds(x)', 'not failed', 'not passed');

-- Connectives.
SELECT * FROM pg_temp.clauses('{"completed": {"y": true, "n": false}}', false, 'completed(y) and completed(o)', 'completed(n) or completed(o)', 'at least 2 of (completed(y), completed(n), completed(o))', 'completed(n) and completed(o)', 'not (completed(y) and completed(o))', 'not (completed(n) or ended)');

-- By rule and by text; null in, nothing out.
SELECT count(*) FROM achieve.explain('paid and ended'::achieve.rule, '{}', true);
SELECT count(*) FROM achieve.explain(NULL::text, '{}');

-- In one line: each open fact once, alternatives with "or", and what is lost.
SELECT rule, facts, achieve.rule_waiting_for(rule, facts::jsonb) AS waiting_for FROM (VALUES
	(1, 'paid', '{"paid": true}'),
	(2, 'absences <= 2', '{"sessions": 10, "attended": 7, "absences": 1}'),
	(3, 'absences <= 2 and attendance >= 80', '{"sessions": 10, "attended": 8, "absences": 1}'),
	(4, 'attendance >= 80', '{}'),
	(5, 'score(final) >= 60', '{}'),
	(6, 'score(final) >= 60 and score(theory) + score(final) >= 100 and paid', '{}'),
	(7, 'completed(a) and completed(b) and completed(c)', '{"completed": {"b": true}}'),
	(8, 'hours_attended >= 5', '{"sessions": 3}'),
	(9, 'mean_score >= 5 and completion >= 50 and condition(x) > 3', '{}'),
	(10, 'invoiced and paid and ended and approved and passed and holds(first-aid)', '{}'),
	(11, 'paid or approved', '{}'),
	(12, 'absences <= 2 and (score(a) >= 50 and score(b) >= 50 or score(c) >= 70)', '{"sessions": 4}'),
	(13, 'at least 2 of (paid, ended, score(a) >= 60)', '{}'),
	(14, 'at least 2 of (paid, ended, score(a) >= 60)', '{"paid": true}'),
	(15, 'at least 2 of (paid, ended, score(a) >= 60)', '{"score": {"a": 0}}'),
	(16, 'absences <= 2 and paid', '{"sessions": 5, "absences": 3}'),
	(17, 'absences <= 2 or score(a) >= 50', '{"sessions": 5, "absences": 3, "score": {"a": 40}}'),
	(18, 'not holds(suspended) and balance <= 0', '{"holds": {"suspended": true}, "balance": 5}'),
	(19, 'not (paid and ended)', '{"paid": true, "ended": true}'),
	(20, 'not (passed or lates > 2)', '{"sessions": 3}'),
	(21, 'not passed', '{"passed": true}'),
	(22, 'at least 2 of (completed(a), completed(b))', '{"completed": {"a": false, "b": false}}'),
	(23, 'attended >= 4', '{"sessions": 3, "attended": [0, 9]}'),
	(24, 'attendance >= 50', '{"attendance": [0, 90]}')) AS v (n, rule, facts) ORDER BY n;
SELECT achieve.rule_waiting_for('absences <= 0', '{"sessions": 2}', true) AS closed, achieve.rule_waiting_for('paid'::achieve.rule, '{}') AS by_rule;
