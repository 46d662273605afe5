-- Are wrong rules soft errors, which pg_input_is_valid and COPY can skip? (PostgreSQL 16 and later)
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on
\pset null '(null)'

SELECT rule, pg_input_is_valid(rule, 'achieve.rule') FROM (VALUES (1, 'absences <= 2'), (2, 'absense <= 2'), (3, ''), (4, 'paid and'), (5, '(paid'), (6, 'absences'), (7, 'paid = 1'), (8, '1 = 1'), (9, 'lates = lates'),
	(10, '0 <= lates <= 2'), (11, '(lates) <= 2'), (12, 'lates <= 80%'), (13, 'lates <= 79,5'), (14, 'lates <= 1.1234567'), (15, 'score > 1'), (16, 'score() > 1'), (17, 'score("a) > 1'), (18, 'score(a b) > 1'), (19, 'at least 2 of (paid)'), (20, 'at least x of (paid)'), (21, 'paid(x)'),
	(22, 'lates ≥ 2'), (23, 'paid ended'), (24, 'score(“a”) > 1'), (25, 'passed')) AS v (n, rule) ORDER BY n;
SELECT pg_input_is_valid(repeat('(', 65) || 'paid' || repeat(')', 65), 'achieve.rule'), pg_input_is_valid('paid' || repeat(' and paid', 1000), 'achieve.rule');
SELECT * FROM pg_input_error_info('paid and absense <= 2', 'achieve.rule');
SELECT * FROM pg_input_error_info('paid = 1', 'achieve.rule');
