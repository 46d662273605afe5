-- What every example prints: who passed, by account.
SELECT learner_name || ', ' || account_name || ': ' || outcome
FROM achieve.results_tab
WHERE event_id = 1 AND outcome = 'passed'
ORDER BY learner_id;
