-- Do the examples of docs/rule-language.md do what it says?
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;

SELECT achieve.evaluate('absences <= 2', '{"sessions": 10, "attended": 8}');                  -- passed: 2 sessions are left
SELECT achieve.evaluate('absences <= 2', '{"sessions": 10, "attended": 7, "absences": 1}');   -- pending
SELECT achieve.evaluate('absences <= 2', '{"sessions": 10, "absences": 3}');                  -- failed
SELECT '((ABSENCES<=2.0))and not(Paid)'::achieve.rule;      -- absences <= 2 and not paid
SELECT 'paid'::achieve.rule OPERATOR(achieve.=) 'PAID'::achieve.rule AS without_search_path;
SELECT '2 * absences + 2 * lates <= 5 and 1 <= lates and lates <= 3'::achieve.rule;
SELECT achieve.evaluate('attended + absences + excused <= sessions', '{"sessions": 10}') AS together;
SELECT achieve.evaluate('attendance = 33.333333', '{"sessions": 3, "attended": 1, "absences": 2}') AS rounded, achieve.evaluate('3 * attendance = 100', '{"sessions": 3, "attended": 1, "absences": 2}') AS exact;
SELECT 'not absense <= 2'::achieve.rule;
SELECT depth, clause, observed, outcome, needed
FROM achieve.explain('absences <= 2 and attendance >= 80 and paid', '{"sessions": 10, "attended": 7, "absences": 1}');
SELECT achieve.rule_waiting_for('absences <= 2 and attendance >= 80 and paid', '{"sessions": 10, "attended": 7, "absences": 1}');
SELECT achieve.rule_waiting_for('absences <= 2', '{"sessions": 3, "absences": 3}');
