-- Which JSON is refused as facts, and does the error name the key?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on

-- The whole error in one line each: facts, SQLSTATE and message, hint.
CREATE FUNCTION pg_temp.refusal(facts text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	RETURN NEXT format('-- %s', facts);
	RETURN NEXT format('accepted: %s', achieve.evaluate('paid', facts::jsonb));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN NEXT format('%s %s', SQLSTATE, SQLERRM);
	RETURN NEXT format('   %s', hint);
END $$;

-- No object; unknown keys, though the rule reads none of them.
SELECT line FROM (VALUES (1, '[]'), (2, '3'), (3, 'null'), (4, '"sessions"'), (5, '{"sesions": 3}'), (6, '{"Sessions": 3}'), (7, '{"grade": 3}'), (8, '{"": 3}'), (9, '{"score(final)": 3}'))
	AS wrong (n, facts), LATERAL pg_temp.refusal(facts) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Types.
SELECT line FROM (VALUES (1, '{"sessions": "3"}'), (2, '{"attended": true}'), (3, '{"hours": {}}'), (4, '{"paid": 1}'), (5, '{"paid": "yes"}'), (6, '{"ended": [true, false]}'), (7, '{"score": 3}'), (8, '{"score": [0, 100]}'), (9, '{"score": {"final": "72"}}'),
	(10, '{"score": {"final exam": {"a": 1}}}'), (11, '{"completed": {"portfolio": 1}}'), (12, '{"holds": ["first-aid"]}'), (13, '{"condition": {"visa": "90"}}'), (14, '{"balance": [0]}'), (15, '{"balance": [0, 1, 2]}'), (16, '{"balance": [0, "1"]}'), (17, '{"balance": []}'),
	(18, '{"mean_score": [[0], 1]}'), (19, '{"passed": "passed"}'))
	AS wrong (n, facts), LATERAL pg_temp.refusal(facts) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Values that the fact cannot have.
SELECT line FROM (VALUES (1, '{"score": {"final": 100.000001}}'), (2, '{"score": {"final": -1}}'), (3, '{"score": {"final": [-1, 50]}}'), (4, '{"mean_score": 101}'), (5, '{"completion": 200}'), (6, '{"attendance": 100.5}'), (7, '{"hours": -1}'), (8, '{"hours_attended": [-2, 3]}'),
	(9, '{"sessions": 2.5}'), (10, '{"sessions": -1}'), (11, '{"lates": [0, 1.5]}'), (12, '{"sessions": 1000001}'), (13, '{"balance": [2, 1]}'), (14, '{"score": {"final": [70, 60]}}'))
	AS wrong (n, facts), LATERAL pg_temp.refusal(facts) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Counts that contradict each other.
SELECT line FROM (VALUES (1, '{"sessions": 3, "attended": 4}'), (2, '{"sessions": 3, "attended": 1, "absences": 2, "excused": 1}'), (3, '{"sessions": 0, "attended": 1}'), (4, '{"attended": 1, "lates": 2}'), (5, '{"lates": 1}'), (6, '{"sessions": [1, 2], "absences": 3}'),
	(7, '{"sessions": 3, "attended": [2, 3], "absences": 2}'), (8, '{"attended": [0, 1], "lates": 2}'), (9, '{"sessions": 10, "attended": 10, "attendance": 90}'), (10, '{"sessions": 10, "attended": 3, "attendance": 20}'))
	AS wrong (n, facts), LATERAL pg_temp.refusal(facts) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- Fine: empty objects, nulls everywhere, any code, the largest counts, keys in any order.
SELECT line FROM (VALUES (1, '{}'), (2, '{"score": {}, "completed": null, "holds": {"": true}}'),
	(3, '{"sessions": null, "attended": null, "absences": null, "excused": null, "lates": null, "attendance": null, "hours": null, "hours_attended": null, "mean_score": null, "completion": null, "paid": null, "balance": null, "invoiced": null, "ended": null, "passed": null, "failed": null, "approved": null}'),
	(4, '{"sessions": 1000000, "attended": 1000000}'), (5, '{"lates": 1, "attended": 1, "sessions": 1}'), (6, '{"sessions": 10, "attended": 5, "absences": 5, "attendance": 50}'), (7, '{"score": {"日本": 3}, "balance": [null, null]}'))
	AS fine (n, facts), LATERAL pg_temp.refusal(facts) WITH ORDINALITY AS l (line, m) ORDER BY n, m;

-- The example of the documentation.
SELECT rule, achieve.evaluate(rule, '{"sessions": 10, "attended": 7, "absences": 1, "excused": 0, "lates": 2, "score": {"final": 72, "practical": [0, 100]}, "mean_score": [36, 86],
	"completed": {"portfolio": true}, "condition": {"visa_days": 90}, "holds": {"first-aid": true}, "paid": null}') FROM (VALUES (1, 'absences <= 3'), (2, 'absences <= 2'), (3, 'score(final) >= 60'), (4, 'score(practical) >= 60'), (5, 'mean_score >= 30'),
	(6, 'completed(portfolio)'), (7, 'condition(visa_days) >= 90'), (8, 'holds(first-aid)'), (9, 'paid'), (10, 'not paid')) AS v (n, rule) ORDER BY n;

-- What a rule reads.
SELECT * FROM achieve.rule_facts('score(a) > 1 and absences + lates > score("b c") or not (score(a) < 3 and paid) or at least 1 of (holds(x), condition(y), condition(y) > 3)');
SELECT * FROM achieve.rule_facts('lates - lates + absences > 2 + 0 * excused'::achieve.rule);
SELECT * FROM achieve.rule_facts('absense > 2');
SELECT count(*) AS of_null FROM achieve.rule_facts(NULL::achieve.rule);
