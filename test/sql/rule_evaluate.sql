-- Is every fact read, bounded while it is open, and final when it is known or the event is closed?
--
-- Each row states what is expected; only rows with another verdict are shown.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
\pset null '(null)'

CREATE TEMPORARY TABLE expectation (n int GENERATED ALWAYS AS IDENTITY, expected text, rule text, facts jsonb, closed boolean);

-- The worked examples of the documentation.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'absences <= 2', '{"sessions": 10, "attended": 8}', false),
	('failed', 'absences <= 2', '{"sessions": 10, "absences": 3}', false),
	('pending', 'absences <= 2', '{"sessions": 10, "attended": 7}', false),
	('passed', 'score(final) >= 60', '{"score": {"final": 60.0}}', false),
	('passed', 'absences <= 2', '{"sessions": 2}', false),
	('pending', 'absences <= 2 and attended >= 1', '{"sessions": 2}', false),
	('failed', 'absences <= 2 and attended >= 1', '{"sessions": 2}', true),
	('passed', 'attended + 0.8 * excused >= 0.8 * sessions', '{"sessions": 10, "attended": 4, "excused": 5, "absences": 1}', false),
	('failed', 'attended + 0.8 * excused >= 0.8 * sessions', '{"sessions": 10, "attended": 3, "excused": 5, "absences": 2}', false);

-- Attendance: open while sessions are unmarked; unmarked is absent when closed.
INSERT INTO expectation (expected, rule, facts, closed)
	SELECT expected, rule, '{"sessions": 10, "attended": 5, "absences": 1, "excused": 1, "lates": 2}', closed FROM (VALUES
	('passed', 'sessions = 10', false), ('failed', 'sessions > 10', false),
	('passed', 'attended >= 5', false), ('pending', 'attended >= 6', false), ('pending', 'attended >= 8', false), ('failed', 'attended >= 9', false),
	('passed', 'absences >= 1', false), ('pending', 'absences <= 3', false), ('passed', 'absences <= 4', false), ('failed', 'absences < 1', false),
	('passed', 'excused >= 1', false), ('pending', 'excused <= 3', false), ('passed', 'excused <= 4', false), ('failed', 'excused > 4', false),
	('passed', 'lates >= 2', false), ('pending', 'lates <= 4', false), ('passed', 'lates <= 5', false), ('failed', 'lates > 5', false),
	('passed', 'attendance >= 50', false), ('pending', 'attendance >= 50.000001', false), ('pending', 'attendance >= 80', false), ('failed', 'attendance > 80', false),
	('failed', 'attended >= 6', true), ('passed', 'attended = 5', true), ('passed', 'absences = 4', true), ('passed', 'excused = 1', true), ('passed', 'lates = 2', true),
	('passed', 'attendance = 50', true), ('passed', 'sessions = 10', true)) AS v (expected, rule, closed);

-- The counts of one comparison are bounded together.
INSERT INTO expectation (expected, rule, facts, closed)
	SELECT expected, rule, '{"sessions": 10, "attended": 5, "absences": 1, "excused": 1, "lates": 2}', false FROM (VALUES
	('passed', 'attended + absences + excused <= sessions'), ('passed', 'absences + lates <= 6'), ('pending', 'absences + lates <= 5'), ('failed', 'absences + lates > 6'),
	('passed', 'lates <= attended'), ('passed', 'attended - absences <= 7'), ('pending', 'attended - absences <= 6'), ('passed', 'attended + excused >= 6'), ('failed', 'attended + absences > 9'),
	('passed', 'absences + 0.5 * lates <= 5'), ('pending', 'absences + 0.5 * lates <= 4.999999'), ('pending', 'absences + 0.5 * lates <= 0.2 * sessions'), ('pending', 'attended + absences + excused = sessions - 0.5 * lates + 1'),
	('passed', 'attendance >= 10 * attended'), ('passed', 'attendance = 10 * attended'), ('failed', 'attendance <> 10 * attended'), ('passed', 'attendance - 10 * absences >= 10'), ('pending', 'attendance - 10 * absences >= 10.000001'), ('passed', 'attendance + 10 * absences <= 90'),
	('passed', 'attendance + 10 * absences >= 60'), ('pending', 'attendance + 10 * absences >= 61'), ('passed', '10 * lates - attendance <= 0'), ('pending', '10 * lates - attendance >= -30'), ('failed', '10 * lates - attendance < -60')) AS v (expected, rule);

-- No session scheduled: any number may come, also when closed; marks are lower bounds.
INSERT INTO expectation (expected, rule, facts, closed)
	SELECT expected, rule, facts::jsonb, closed FROM (VALUES
	('pending', 'sessions >= 0.5'), ('pending', 'absences <= 2'), ('pending', 'attended >= 1'), ('pending', 'attendance >= 0.000001'), ('passed', 'attendance >= 0'), ('passed', 'attendance <= 100'), ('passed', 'attended <= sessions'),
	('passed', 'attended + absences + excused <= sessions'), ('pending', 'attended + absences < sessions'), ('passed', 'sessions >= 0'), ('failed', 'absences < 0'), ('failed', 'lates > attended'), ('pending', 'attended = 0')) AS v (expected, rule),
	(VALUES ('{}'), ('{"sessions": 0}'), ('{"sessions": null}')) AS f (facts), (VALUES (false), (true)) AS c (closed);
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('failed', 'absences <= 2', '{"absences": 3}', false), ('passed', 'attended >= 3', '{"attended": 3}', false), ('pending', 'attended >= 4', '{"attended": 3}', true), ('passed', 'sessions >= 4', '{"attended": 3, "excused": 1}', false),
	('passed', 'sessions - absences >= 3', '{"attended": 3, "absences": 2}', false), ('pending', 'sessions - absences >= 4', '{"attended": 3, "absences": 2}', true);

-- Hours.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'hours = 12.5', '{"hours": 12.5}', false), ('pending', 'hours >= 1', '{}', false), ('pending', 'hours >= 1', '{}', true), ('passed', 'hours >= 0', '{}', false), ('pending', 'hours >= 1', '{"hours": null}', true),
	('passed', 'hours_attended >= 8', '{"hours_attended": 8}', false), ('pending', 'hours_attended >= 8', '{"hours_attended": [6, 12]}', false), ('failed', 'hours_attended >= 8', '{"hours": 7}', false), ('pending', 'hours_attended >= 8', '{"hours": 12}', false),
	('failed', 'hours_attended >= 8', '{"hours": 12}', true), ('passed', 'hours_attended < 0.000001', '{}', true), ('pending', 'hours_attended >= 8', '{"hours_attended": null}', true), ('pending', 'hours_attended >= 0.8 * hours', '{"hours": [8, 10], "hours_attended": 7}', false),
	('passed', 'hours_attended >= 0.8 * hours', '{"hours": [8, 10], "hours_attended": 8}', false);

-- Scores and means: in [0, 100] while open, 0 when closed.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'score(a) >= 60', '{"score": {"a": 60}}', false), ('failed', 'score(a) >= 60', '{"score": {"a": 59.999999}}', false), ('pending', 'score(a) >= 60', '{}', false), ('pending', 'score(a) >= 60', '{"score": {"b": 70}}', false),
	('pending', 'score(a) >= 60', '{"score": {"a": [40, 100]}}', false), ('passed', 'score(a) >= 60', '{"score": {"a": [60, 100]}}', false), ('failed', 'score(a) >= 60', '{"score": {"a": [0, 59]}}', false), ('pending', 'score(a) >= 60', '{"score": {"a": [null, 60]}}', false),
	('passed', 'score(a) >= 0', '{}', false), ('passed', 'score(a) <= 100', '{}', false), ('failed', 'score(a) > 100', '{}', false), ('failed', 'score(a) >= 60', '{}', true), ('failed', 'score(a) >= 60', '{"score": {}}', true),
	('pending', 'score(a) >= 60', '{"score": {"a": null}}', true), ('pending', 'score(a) >= 60', '{"score": null}', true), ('pending', 'score(a) >= 60', '{"score": {"a": [50, 70]}}', true), ('failed', 'score(A) >= 60', '{"score": {"a": 70}}', true),
	('passed', 'score("final exam") > score("x""y")', '{"score": {"final exam": 2, "x\"y": 1}}', false), ('pending', 'score(a) + score(b) >= 120', '{"score": {"a": 70}}', false), ('failed', 'score(a) + score(b) >= 120', '{"score": {"a": 19}}', false),
	('passed', 'score(a) <= score(a) + lates', '{}', false), ('pending', 'score(a) <= score(b)', '{}', false), ('passed', '0.5 * score(a) + 0.5 * score(b) >= 50', '{"score": {"a": 100}}', false),
	('passed', 'mean_score >= 60', '{"mean_score": 60}', false), ('pending', 'mean_score >= 60', '{"mean_score": [36, 86]}', false), ('passed', 'mean_score >= 30', '{"mean_score": [36, 86]}', false), ('pending', 'mean_score > 0', '{}', false), ('failed', 'mean_score > 0', '{}', true), ('pending', 'mean_score > 0', '{"mean_score": null}', true);

-- Completions.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'completed(a)', '{"completed": {"a": true}}', false), ('pending', 'completed(a)', '{}', false), ('pending', 'completed(a)', '{"completed": {"a": null}}', false), ('failed', 'completed(a)', '{"completed": {"a": false}}', false), ('failed', 'completed(a)', '{}', true),
	('failed', 'completed(a)', '{"completed": {"b": true}}', true), ('pending', 'completed(a)', '{"completed": {"a": null}}', true), ('pending', 'not completed(a)', '{}', false), ('passed', 'not completed(a)', '{}', true),
	('passed', 'completion >= 50', '{"completion": 50}', false), ('pending', 'completion >= 50', '{}', false), ('pending', 'completion >= 50', '{"completion": [25, 100]}', false), ('failed', 'completion >= 50', '{}', true), ('pending', 'completion >= 50', '{"completion": null}', true);

-- Money.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'paid', '{"paid": true}', false), ('pending', 'paid', '{"paid": false}', false), ('pending', 'paid', '{}', true), ('passed', 'paid', '{"balance": 0}', false), ('passed', 'paid', '{"balance": -5}', false), ('pending', 'paid', '{"balance": 0.01}', true),
	('pending', 'paid', '{"balance": [0, 5]}', false), ('passed', 'paid', '{"balance": [-5, 0]}', false), ('pending', 'paid', '{"paid": null, "balance": 0}', false), ('passed', 'paid', '{"paid": true, "balance": 5}', false), ('pending', 'balance <= 0', '{"paid": true}', true),
	('passed', 'balance <= 10', '{"balance": 10}', false), ('failed', 'balance <= 10', '{"balance": 10.000001}', false), ('pending', 'balance <= 10', '{}', true), ('passed', 'balance < 0', '{"balance": -0.01}', false),
	('passed', 'invoiced', '{"invoiced": true}', false), ('pending', 'invoiced', '{"invoiced": false}', true), ('pending', 'invoiced and paid', '{"balance": 0}', false);

-- Conditions, as numbers and as flags; a missing one stays open when closed.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'condition(visa) >= 90', '{"condition": {"visa": 90}}', false), ('failed', 'condition(visa) >= 90', '{"condition": {"visa": 89}}', false), ('pending', 'condition(visa) >= -999999999999', '{}', true), ('pending', 'condition(visa) >= 90', '{"condition": {"visa": [0, null]}}', true),
	('passed', 'condition(visa) >= 0', '{"condition": {"visa": [0, null]}}', false), ('failed', 'condition(visa) > 0', '{"condition": {"visa": [null, 0]}}', false),
	('passed', 'condition(visa)', '{"condition": {"visa": -0.5}}', false), ('failed', 'condition(visa)', '{"condition": {"visa": 0}}', false), ('pending', 'condition(visa)', '{}', true), ('pending', 'not condition(visa)', '{}', true), ('passed', 'condition(visa)', '{"condition": {"visa": [1, 5]}}', false),
	('pending', 'condition(visa)', '{"condition": {"visa": [0, 5]}}', false), ('passed', 'condition(visa)', '{"condition": {"visa": true}}', false), ('failed', 'condition(visa)', '{"condition": {"visa": false}}', false), ('passed', 'condition(visa) = 1', '{"condition": {"visa": true}}', false), ('pending', 'condition(visa)', '{"condition": {"visa": null}}', false);

-- What the learner holds, time, and the result.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'holds(x)', '{"holds": {"x": true}}', false), ('pending', 'holds(x)', '{"holds": {"x": false}}', true), ('pending', 'holds(x)', '{"holds": {"y": true}}', false), ('pending', 'holds(x)', '{"holds": null}', true), ('pending', 'holds(x)', '{}', false),
	('passed', 'ended', '{"ended": true}', false), ('pending', 'ended', '{"ended": false}', true), ('pending', 'ended', '{}', false),
	('passed', 'passed', '{"passed": true}', false), ('failed', 'passed', '{"passed": false}', false), ('pending', 'passed', '{"passed": null}', true), ('pending', 'passed', '{}', true), ('pending', 'not passed', '{}', false), ('passed', 'not passed', '{"passed": false}', false),
	('passed', 'failed', '{"failed": true}', false), ('failed', 'failed', '{"failed": false}', false), ('pending', 'failed', '{}', true), ('pending', 'not failed', '{}', true),
	('passed', 'approved', '{"approved": true}', false), ('pending', 'approved', '{"approved": false}', true), ('pending', 'approved', '{}', false);

-- Decided by the range: "=" and "<>" too.
INSERT INTO expectation (expected, rule, facts, closed)
	SELECT expected, rule, '{"sessions": 4, "attended": 2, "score": {"a": [20, 30]}}', false FROM (VALUES
	('pending', 'absences = 1.5'), ('failed', 'absences = 2.5'), ('pending', 'absences <> 1.5'), ('passed', 'absences <> 2.5'), ('failed', 'absences = -0.000001'), ('pending', 'score(a) = 20'), ('pending', 'score(a) = 30'), ('failed', 'score(a) = 30.000001'),
	('passed', 'score(a) <> 19.999999'), ('passed', 'score(a) >= 20'), ('pending', 'score(a) > 20'), ('passed', 'score(a) <= 30'), ('pending', 'score(a) < 30'), ('failed', 'score(a) < 20'), ('pending', 'score(a) <= 20'), ('failed', 'score(a) > 30'), ('pending', 'score(a) >= 30'),
	('passed', 'attended - absences - excused + sessions <> 1'), ('failed', '2 * score(a) < 40'), ('passed', '-score(a) >= -30'), ('failed', '0 > score(a)'), ('passed', '20 <= score(a)')) AS v (expected, rule);

-- Numbers as ranges: each attendance fact is then bounded for itself.
INSERT INTO expectation (expected, rule, facts, closed) VALUES
	('passed', 'attended >= 3', '{"sessions": 10, "attended": [3, 5]}', false), ('failed', 'attended >= 6', '{"sessions": 10, "attended": [3, 5]}', false), ('pending', 'attended >= 4', '{"sessions": 10, "attended": [3, 5]}', true), ('failed', 'attended >= 4', '{"sessions": 3, "attended": [1, 5]}', false),
	('passed', 'absences <= 7', '{"sessions": 10, "attended": [3, 5]}', false), ('pending', 'absences <= 6', '{"sessions": 10, "attended": [3, 5]}', false), ('passed', 'absences >= 5', '{"sessions": 10, "attended": [3, 5]}', true), ('pending', 'absences >= 6', '{"sessions": 10, "attended": [3, 5]}', true),
	('passed', 'attendance >= 30', '{"sessions": 10, "attended": [3, 5]}', false), ('failed', 'attendance > 50', '{"sessions": 10, "attended": [3, 5]}', false), ('pending', 'attendance >= 40', '{"sessions": 10, "attended": [3, 5]}', false),
	('passed', 'attendance >= 40', '{"sessions": [8, 10], "attended": 4}', false), ('pending', 'attendance > 40', '{"sessions": [8, 10], "attended": 4}', true), ('failed', 'attendance > 50', '{"sessions": [8, 10], "attended": 4}', true), ('pending', 'sessions >= 9', '{"sessions": [8, null]}', false), ('passed', 'sessions >= 8', '{"sessions": [8, null]}', false),
	('passed', 'attendance >= 80', '{"attendance": 80}', false), ('failed', 'attendance >= 80', '{"attendance": 79.999999}', false), ('pending', 'attendance >= 80', '{"attendance": [70, 90]}', true), ('pending', 'absences <= 2', '{"attendance": 100}', false), ('pending', 'attendance >= 80', '{"attendance": null}', true),
	('passed', 'lates <= 2', '{"sessions": 5, "attended": 3, "lates": [0, 2]}', false), ('pending', 'lates <= 2', '{"sessions": 5, "attended": 3, "lates": null}', true), ('pending', 'attended >= 1', '{"sessions": 5, "attended": null}', true), ('failed', 'attended > 3', '{"sessions": 5, "attended": null, "absences": 2}', false),
	('pending', 'attended >= 7', '{"attended": [3, null]}', false), ('failed', 'attended >= 7', '{"attended": [3, 6]}', false);

SELECT count(*) AS expectations FROM expectation;
SELECT e.*, achieve.evaluate(rule, facts, closed) AS verdict FROM expectation AS e
	WHERE expected IS DISTINCT FROM achieve.evaluate(rule, facts, closed) OR expected IS DISTINCT FROM achieve.evaluate(rule::achieve.rule, facts, closed) ORDER BY n;

-- Every fact of the language occurs above.
SELECT f.fact, count(*) > 2 AS often FROM expectation, LATERAL achieve.rule_facts(rule) AS f GROUP BY 1 ORDER BY 1;

-- A null rule, a null fact object, a null "closed" have no verdict; "closed" may be left out.
SELECT achieve.evaluate(NULL::text, '{}'), achieve.evaluate('paid', NULL), achieve.evaluate('paid', '{}', NULL), achieve.evaluate('paid', '{}') AS open;
