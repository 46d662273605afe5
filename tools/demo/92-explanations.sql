-- Why outcomes are what they are, and what a change would do.

SELECT event_id AS fl FROM event WHERE code = 'FL-203' \gset
SELECT event_id AS final FROM event WHERE code = 'FA-102' \gset
SELECT max(learner_id) FILTER (WHERE name = 'Femke Bakker') AS femke, max(learner_id) FILTER (WHERE name = 'Daan van den Berg') AS daan
FROM learner \gset

\echo 'EXPLANATION: why Femke Bakker failed FL-203, clause by clause; the same call works for who passed or waits'
\echo
SELECT clause_no AS no, repeat('  ', depth) || clause AS clause, observed, outcome, needed FROM achieve.explain_result(:fl, :femke);

\echo 'EXPLANATION: why Daan van den Berg has passed and still has no licence'
\echo
SELECT clause_no AS no, repeat('  ', depth) || clause AS clause, observed, outcome, needed
FROM achieve.explain_award(:fl, :daan, 'forklift-licence');

\echo 'PREVIEW: what would change if FL-203 asked for 80 percent in both tests; it is tried and taken back, so nothing changes'
\echo
SELECT learner_name AS learner, subject, achievement_type AS achievement, change, before, after, detail
FROM achieve.preview_rule(:fl, 'absences = 0 and score(theory) >= 80 and score(practical) >= 80')
WHERE subject <> 'notification';

\echo 'PREVIEW: what reopening FA-102 would do; a score was corrected after that event had been made final'
\echo
SELECT learner_name AS learner, subject, achievement_type AS achievement, change, before, after, detail
FROM achieve.preview_event(:final)
WHERE subject <> 'notification';

\echo 'PROBLEMS of rules, found before a course is delivered: FA-107 got a rule with a slip of the pen'
\echo
SELECT severity, coalesce(event_code, template_code) AS where, subject, problem, hint
FROM achieve.rule_problems
WHERE severity <> 'info'
ORDER BY severity, row_key;
