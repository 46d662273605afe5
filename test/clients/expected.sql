-- What psql reads, for clients to compare: a file for each question, as COPY
-- writes text. Instants are in UTC, to the millisecond.

SET timezone = 'UTC';
SET search_path = achieve;
CREATE TEMPORARY VIEW results AS
SELECT row_key, event_id, learner_id, learner_name, account_id, account_name, sessions, attended, attendance_percent,
	paid, outcome, source, to_char(decided_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS') AS decided_at, waiting_for
FROM results_tab;
\copy (SELECT * FROM results WHERE event_id = 1 ORDER BY learner_id) TO 'results.tsv'
\copy (SELECT * FROM results WHERE event_id = 1 AND outcome = 'passed' AND account_id = 2 ORDER BY learner_id) TO 'filtered.tsv'
\copy (SELECT row_key, learner_id, achievement_type, state, active, number, to_char(issued_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS'), valid_from, expires_on, last_valid_on, waiting_for FROM achievements_tab WHERE event_id = 1 ORDER BY row_key) TO 'achievements.tsv'
\copy (SELECT event_id, code, passing_rule FROM event ORDER BY event_id) TO 'rules.tsv'
