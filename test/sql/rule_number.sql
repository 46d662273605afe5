-- Are decisions exact, with no floating point and no rounding but the documented one?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;

-- Percentages: the exact quotient, rounded half away from zero to six digits.
SELECT achieve.evaluate(rule, facts::jsonb) AS verdict, rule, facts FROM (VALUES
	(1, 'attendance >= 60', '{"sessions": 70, "attended": 42, "absences": 28}'),
	(2, 'attendance > 60', '{"sessions": 70, "attended": 42, "absences": 28}'),
	(3, 'attendance = 33.333333', '{"sessions": 3, "attended": 1, "absences": 2}'),
	(4, 'attendance = 66.666667', '{"sessions": 3, "attended": 2, "absences": 1}'),
	(5, '3 * attendance = 100', '{"sessions": 3, "attended": 1, "absences": 2}'),
	(6, 'attendance = 0.078125', '{"sessions": 1280, "attended": 1, "absences": 1279}'),
	(7, 'attendance = 0.003906', '{"sessions": 25600, "attended": 1, "absences": 25599}'),
	(8, 'attendance = 0.001953', '{"sessions": 51200, "attended": 1, "absences": 51199}'),
	(9, 'attendance = 0.000977', '{"sessions": 102400, "attended": 1, "absences": 102399}'),
	(10, 'attendance = 0.000313', '{"sessions": 320000, "attended": 1, "absences": 319999}')) AS v (n, rule, facts) ORDER BY n;

-- Given numbers are rounded the same way, once.
SELECT achieve.evaluate(format('score(a) = %s', stored), format('{"score": {"a": %s}}', given)::jsonb) AS verdict, given, stored FROM (VALUES
	(1, '59.9999994', '59.999999'), (2, '59.9999995', '60'), (3, '59.99999949999999999999', '59.999999'), (4, '0.0000005', '0.000001'), (5, '0.00000049', '0'), (6, '6e1', '60'), (7, '60.000000000000000000000001', '60')) AS v (n, given, stored) ORDER BY n;
SELECT achieve.evaluate(format('condition(a) = %s', stored), format('{"condition": {"a": %s}}', given)::jsonb) AS verdict, given, stored FROM (VALUES
	(1, '-0.0000005', '-0.000001'), (2, '-0.00000049', '0'), (3, '999999999999.9999994', '999999999999.999999'), (4, '-999999999999.9999994', '-999999999999.999999')) AS v (n, given, stored) ORDER BY n;

-- Where binary floating point would decide otherwise.
SELECT achieve.evaluate('condition(a) + condition(b) = 0.3', '{"condition": {"a": 0.1, "b": 0.2}}') AS sum,
	achieve.evaluate('0.1 * condition(a) = 0.3', '{"condition": {"a": 3}}') AS product,
	achieve.evaluate('condition(a) - condition(b) = 0.000001', '{"condition": {"a": 999999999999.999999, "b": 999999999999.999998}}') AS difference,
	achieve.evaluate('0.000001 * condition(a) = 0.000000' || ' + 0.000001', '{"condition": {"a": 1}}') AS least;

-- Products keep all twelve digits, and the largest ones do not overflow.
SELECT achieve.evaluate('0.000001 * condition(a) > 0', '{"condition": {"a": 0.000001}}') AS product_not_rounded,
	achieve.evaluate('0.333333 * condition(a) = 0.111111', '{"condition": {"a": 0.333333}}') AS not_equal,
	achieve.evaluate('999999999999.999999 * condition(a) > 0', '{"condition": {"a": 999999999999.999999}}') AS largest,
	achieve.evaluate('999999999999.999999 * condition(a) < 999999999999.999999', '{"condition": {"a": -999999999999.999999}}') AS least,
	achieve.evaluate('499999999999 * condition(a) + 499999999999 * condition(b) > 999999999999', '{"condition": {"a": 999999999999, "b": -999999999999}}') AS balanced,
	achieve.evaluate('499999999999 * condition(a) - 499999999999 * condition(b) > 999999999999', '{"condition": {"a": 999999999999, "b": [-999999999999, 999999999998]}}') AS ranged;

-- Coefficients of one fact are collected, also over both sides.
SELECT achieve.evaluate('lates <= 0.5 * lates + 1', '{"sessions": 4, "attended": 2, "lates": 2, "absences": 2}') AS two_lates, achieve.evaluate('lates <= 0.5 * lates + 1', '{"sessions": 4, "attended": 3, "lates": 3, "absences": 1}') AS three_lates,
	achieve.evaluate('score(a) - score(a) + lates <= 0', '{"sessions": 1, "absences": 1}') AS dropped, achieve.evaluate('0 * score(a) + lates <= 0', '{"sessions": 1, "absences": 1}') AS zero_times;

-- Out of range.
SELECT achieve.evaluate('condition(a) > 0', '{"condition": {"a": 1000000000000}}');
SELECT achieve.evaluate('condition(a) > 0', '{"condition": {"a": 999999999999.9999995}}');
SELECT achieve.evaluate('condition(a) > 0', '{"condition": {"a": [-1e12, 0]}}');
SELECT achieve.evaluate('condition(a) > 0', '{"balance": 1e400}');
SELECT achieve.evaluate('condition(a) > 0', '{"balance": -1e-400}') AS rounds_to_zero;
