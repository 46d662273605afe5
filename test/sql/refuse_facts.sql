-- Are wrong facts and wrong configuration refused, each with a SQLSTATE of its
-- own kind, and nothing else harmed?
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
-- What a statement comes to: its error, or "accepted". Nothing remains of it.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; hint text;
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'ZZZZZ', MESSAGE = 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	IF state = 'ZZZZZ' THEN
		RETURN 'accepted';
	END IF;
	RETURN state || ': ' || message || CASE hint WHEN '' THEN '' ELSE E'\n\thint: ' || hint END;
END $$;
INSERT INTO achieve.learner (learner_id, name) VALUES (1301, 'Ada'), (1302, 'Ben');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1300, 'f-event', 'Facts', '2030-01-01', '2030-01-02', 'score(final) >= 50');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (1300, 1, '2030-01-01', '2030-01-01');
INSERT INTO achieve.assessment (event_id, code, max_score, max_attempts) VALUES (1300, 'final', 70, 2);
INSERT INTO achieve.requirement (event_id, code) VALUES (1300, 'portfolio');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1300, 1301);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1300, 1301, 1, 'present');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1300, 1301, 'final', 60);
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1300, 1301, 'portfolio');
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (1300, 'F-1300', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1300, 1301, 1300, 1, 10);

-- Unknown events, learners, sessions, codes, invoices; who is not enrolled.
SELECT pg_temp.attempt('INSERT INTO achieve.' || s) FROM (VALUES
	('enrollment (event_id, learner_id) VALUES (1399, 1301)'),
	('enrollment (event_id, learner_id) VALUES (1300, 1399)'),
	('attendance VALUES (1399, 1301, 1, ''present'')'),
	('attendance VALUES (1300, 1302, 1, ''present'')'),
	('attendance VALUES (1300, 1301, 2, ''present'')'),
	('score (event_id, learner_id, code, score) VALUES (1300, 1301, ''finale'', 1)'),
	('score (event_id, learner_id, code, score) VALUES (1300, 1302, ''final'', 1)'),
	('completion (event_id, learner_id, code) VALUES (1300, 1301, ''unknown'')'),
	('condition VALUES (1300, 1302, ''done'', 1)'),
	('invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1300, 1301, 1399, 1, 1)'),
	('session (event_id, session_no, starts_at, ends_at) VALUES (1399, 1, ''2030-01-01'', ''2030-01-01'')'),
	('event_achievement (event_id, achievement_type_id) VALUES (1300, 1399)')) AS v (s);

-- The same fact twice, and words that are not known.
SELECT pg_temp.attempt(s) FROM (VALUES
	('INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1300, 1301)'),
	('INSERT INTO achieve.attendance VALUES (1300, 1301, 1, ''present'')'),
	('UPDATE achieve.attendance SET status = ''Present'' WHERE event_id = 1300'),
	('UPDATE achieve.enrollment SET status = ''gone'' WHERE event_id = 1300'),
	('UPDATE achieve.event SET status = ''over'' WHERE event_id = 1300'),
	('UPDATE achieve.assessment SET attempt_choice = ''best'' WHERE event_id = 1300'),
	('UPDATE achieve.event SET time_zone = ''Mars/Olympus'' WHERE event_id = 1300')) AS v (s);

-- Scores outside 0..max_score, more attempts than there are, and what is no number.
SELECT pg_temp.attempt('UPDATE achieve.score SET score = ' || s || ' WHERE event_id = 1300') FROM (VALUES
	('70'), ('70.000001'), ('-0.000001'), ('''NaN'''), ('''infinity'''), ('''-infinity'''), ('1000000000000'), ('NULL')) AS v (s);
SELECT pg_temp.attempt('INSERT INTO achieve.score VALUES (1300, 1301, ''final'', ' || s || ', 1)') FROM (VALUES ('0'), ('2'), ('3')) AS v (s);
SELECT pg_temp.attempt('UPDATE achieve.assessment SET ' || s || ' WHERE event_id = 1300') FROM (VALUES
	('max_score = 60'), ('max_score = 59.999999'), ('max_score = 0'), ('max_score = ''NaN'''), ('max_score = ''infinity'''),
	('max_attempts = 0'), ('weight = -1'), ('weight = ''NaN'''), ('code = ''''')) AS v (s);
SELECT pg_temp.attempt('INSERT INTO achieve.condition VALUES (1300, 1301, ' || s || ')') FROM (VALUES
	('''x'', ''NaN'''), ('''x'', ''infinity'''), ('''x'', ''-infinity'''), ('''x'', 1000000000000'), ('''x'', NULL'), (''''', 1')) AS v (s);
SELECT pg_temp.attempt('UPDATE achieve.invoice_line SET ' || s || ' WHERE event_id = 1300') FROM (VALUES
	('amount = ''NaN'''), ('amount = ''infinity'''), ('amount_paid = ''NaN'''), ('amount_credited = ''-infinity'''), ('amount = NULL')) AS v (s);

-- Dates out of range, or the wrong way round.
SELECT pg_temp.attempt('UPDATE achieve.event SET ' || s || ' WHERE event_id = 1300') FROM (VALUES
	('starts_at = ''infinity'''), ('ends_at = ''infinity'''), ('starts_at = ''-infinity'''), ('ends_at = ''10000-01-01'''),
	('starts_at = ''0001-01-01 BC'''), ('ends_at = ''2029-12-31'''), ('starts_at = NULL')) AS v (s);
SELECT pg_temp.attempt('UPDATE achieve.session SET ' || s || ' WHERE event_id = 1300') FROM (VALUES
	('ends_at = ''infinity'''), ('ends_at = ''2029-12-31''')) AS v (s);
SELECT pg_temp.attempt('UPDATE achieve.enrollment SET ' || s || ' WHERE event_id = 1300') FROM (VALUES
	('counts_from = ''infinity'''), ('counts_from = ''0001-01-01 BC'''), ('enrolled_at = ''infinity''')) AS v (s);
SELECT pg_temp.attempt('UPDATE achieve.completion SET completed_at = ''infinity'' WHERE event_id = 1300');
SELECT pg_temp.attempt('UPDATE achieve.invoice SET due_on = ''infinity'' WHERE invoice_id = 1300');

-- Rules that do not parse, that read what is not there yet, and that are too large.
SELECT pg_temp.attempt(format('UPDATE achieve.event SET passing_rule = %L WHERE event_id = 1300', s)) FROM (VALUES
	('absense <= 2'), ('absences <'), (''), ('attendance >= 80%'), ('passed'), ('not failed'), ('paid and approved'),
	('absences'), ('paid = 1'), ('at least 3 of (paid, invoiced)')) AS v (s);
SELECT pg_temp.attempt('INSERT INTO achieve.course_template (code, title, passing_rule) VALUES (''f'', ''f'', ''approved'')');
SELECT pg_temp.attempt('INSERT INTO achieve.course_template (code, title, passing_rule) VALUES (''f'', ''f'', ''score() > 1'')');
SELECT pg_temp.attempt(format('UPDATE achieve.event SET passing_rule = %L WHERE event_id = 1300', 'paid' || repeat(' and paid', 1000)));

-- Deleting what facts were recorded for.
SELECT pg_temp.attempt(s) FROM (VALUES
	('DELETE FROM achieve.session WHERE event_id = 1300'),
	('DELETE FROM achieve.assessment WHERE event_id = 1300'),
	('DELETE FROM achieve.requirement WHERE event_id = 1300'),
	('DELETE FROM achieve.invoice WHERE invoice_id = 1300'),
	('DELETE FROM achieve.learner WHERE learner_id = 1301'),
	('DELETE FROM achieve.enrollment WHERE event_id = 1300'),
	('DELETE FROM achieve.event WHERE event_id = 1300')) AS v (s);

-- The transaction's other work is unharmed after a savepoint; of the refused
-- statement nothing is done, not even its good rows.
BEGIN;
INSERT INTO achieve.score VALUES (1300, 1301, 'final', 2, 70);
SAVEPOINT before;
INSERT INTO achieve.condition VALUES (1300, 1301, 'good', 1), (1300, 1302, 'bad', 1);
ROLLBACK TO before;
SAVEPOINT before;
UPDATE achieve.score SET score = 10 * attempt + 55 WHERE event_id = 1300;
ROLLBACK TO before;
UPDATE achieve.score SET score = 20 WHERE event_id = 1300 AND attempt = 1;
COMMIT;
SELECT attempt, score FROM achieve.score WHERE event_id = 1300 ORDER BY attempt;
SELECT rule_outcome, (SELECT count(*) FROM achieve.condition WHERE event_id = 1300) FROM achieve.result WHERE event_id = 1300;

SELECT * FROM achieve.check_outcomes();
