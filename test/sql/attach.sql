-- Do facts follow an app's own tables, whatever statement writes them?
\set VERBOSITY terse
CREATE DATABASE regress_achieve;
\connect regress_achieve
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install();
SET client_min_messages = notice;

-- A training app's tables, in its own words. A key may be any column.
CREATE SCHEMA app;
SET search_path = app, public;
CREATE TYPE attendance_mark AS ENUM ('P', 'L', 'E', 'A', '-');
CREATE TABLE firm (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE student (id uuid PRIMARY KEY, full_name text NOT NULL, firm text REFERENCES firm);
CREATE TABLE class (id integer PRIMARY KEY, title text NOT NULL, day date NOT NULL, called_off boolean NOT NULL DEFAULT false);
CREATE TABLE lesson (class_id integer REFERENCES class, n smallint, room text, PRIMARY KEY (class_id, n));
CREATE TABLE "Enrol ment" (id serial PRIMARY KEY, class_id integer, "student's" uuid, state char(1) NOT NULL, since date);
CREATE TABLE register (id serial PRIMARY KEY, class_id integer, n integer, student uuid, mark attendance_mark, note text);
CREATE TABLE result (class_id integer, student uuid, theory integer, practice numeric, PRIMARY KEY (class_id, student));
CREATE TABLE task (class_id integer, student uuid, done_on date, visa_days integer, PRIMARY KEY (class_id, student));
CREATE TABLE bill (no text PRIMARY KEY, firm text, settled boolean NOT NULL DEFAULT false, due date);
CREATE TABLE bill_line (bill text, line integer, class_id integer, student uuid, cents bigint, PRIMARY KEY (bill, line));
CREATE FUNCTION sid(integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$SELECT ('00000000-0000-0000-0000-' || lpad($1::text, 12, '0'))::uuid$$;

INSERT INTO firm VALUES ('ACME', 'Acme'), ('B''s "B"', 'Bolt');
INSERT INTO student SELECT sid(i), 'Student ' || i, CASE WHEN i < 4 THEN 'ACME' END FROM generate_series(1, 6) i;
INSERT INTO class VALUES (1, 'Ladders', '2026-03-02'), (2, 'Ropes', '2026-03-03');
INSERT INTO lesson SELECT c, n, 'R' || n FROM generate_series(1, 2) c, generate_series(1, 3) n;
INSERT INTO "Enrol ment" (class_id, "student's", state) SELECT c, sid(i), 'A' FROM generate_series(1, 2) c, generate_series(1, 5) i;
INSERT INTO register (class_id, n, student, mark) SELECT 1, n, sid(i), CASE WHEN n = 3 THEN '-' WHEN i = 2 THEN 'A' ELSE 'P' END::attendance_mark
FROM generate_series(1, 3) n, generate_series(1, 5) i;
INSERT INTO result VALUES (1, sid(1), 80, NULL);
INSERT INTO task VALUES (1, sid(1), '2026-03-04', 30), (1, sid(2), NULL, NULL);
INSERT INTO bill VALUES ('2026/1', 'ACME', false, '2026-04-01');
INSERT INTO bill_line VALUES ('2026/1', 1, 1, sid(1), 12000), ('2026/1', 2, 1, sid(2), 12000);

-- What is taken over. A fact that is there already takes the app's values.
INSERT INTO achieve.learner (learner_id, name, reference) VALUES (1000, 'known before', sid(1)::text);
SELECT achieve.attach('firm', 'account', '{"reference": "code", "name": "name"}');
SELECT achieve.attach('firm', 'account', '{"reference": "code", "name": "upper(name)"}');
SELECT achieve.attach('student', 'learner', '{"reference": "id::text", "name": "full_name", "account_id": "firm"}');
SELECT achieve.attach('class', 'event', $${"event_id": "id", "title": "title", "code": "'C-' || id", "starts_at": "(day + time '09:00') AT TIME ZONE 'UTC'",
	"ends_at": "(day + time '17:00') AT TIME ZONE 'UTC'", "passing_rule": "'absences <= 1 and score(theory) >= 60 and completed(portfolio)'",
	"status": "CASE WHEN called_off THEN 'cancelled' ELSE 'scheduled' END"}$$);
SELECT achieve.attach('lesson', 'achieve.session', $${"event_id": "class_id", "session_no": "n", "title": "room",
	"starts_at": "timestamptz '2026-03-02 09:00+00' + n * interval '1 hour'", "ends_at": "timestamptz '2026-03-02 10:00+00' + n * interval '1 hour'"}$$);
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'theory'), (1, 'practice'), (2, 'theory'), (2, 'practice');
INSERT INTO achieve.requirement (event_id, code) VALUES (1, 'portfolio'), (2, 'portfolio');
INSERT INTO achieve.achievement_type (code, title) VALUES ('safe', 'Safe at heights');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
SELECT e, achievement_type_id, 'passed and paid' FROM achieve.achievement_type, generate_series(1, 2) e;
SELECT achieve.attach('"Enrol ment"', 'enrollment', $${"event_id": "class_id", "learner_id": "\"student's\"",
	"status": "CASE state WHEN 'A' THEN 'active' WHEN 'C' THEN 'cancelled' ELSE 'reserved' END", "counts_from": "since"}$$);
SELECT achieve.attach('register', 'attendance', $${"event_id": "'C-' || class_id", "learner_id": "student", "session_no": "n", "note": "note",
	"status": "CASE mark WHEN 'P' THEN 'present' WHEN 'L' THEN 'late' WHEN 'E' THEN 'excused' ELSE 'absent' END"}$$, $$mark <> '-'$$);
-- One table can feed several kinds of facts, and several rows of one kind.
SELECT achieve.attach('result', 'score', $${"event_id": "class_id", "learner_id": "student", "code": "'theory'", "score": "theory"}$$, 'theory IS NOT NULL');
SELECT achieve.attach('result', 'score', $${"event_id": "class_id", "learner_id": "student", "code": "'practice'", "attempt": "1", "score": "practice"}$$, 'practice IS NOT NULL');
SELECT achieve.attach('task', 'completion', $${"event_id": "class_id", "learner_id": "student", "code": "'portfolio'", "completed_at": "done_on"}$$, 'done_on IS NOT NULL');
SELECT achieve.attach('task', 'condition', $${"event_id": "class_id", "learner_id": "student", "name": "'visa_days'", "value": "visa_days"}$$, 'visa_days IS NOT NULL');
SELECT achieve.attach('bill', 'invoice', $${"number": "no", "account_id": "firm", "status": "CASE WHEN settled THEN 'paid' ELSE 'issued' END", "due_on": "due"}$$);
SELECT achieve.attach('bill_line', 'invoice_line', $${"event_id": "class_id", "learner_id": "student", "invoice_id": "bill", "line_no": "line", "amount": "cents / 100.0"}$$);
SELECT source_table, fact_table, name, filter, owner = current_user AS mine, active FROM achieve.attachments ORDER BY name;
SELECT * FROM achieve.check_attachments();
SELECT learner_id, name, account_id IS NOT NULL AS has_account FROM achieve.learner WHERE learner_id = 1000;
SELECT (SELECT count(*) FROM achieve.enrollment) AS enrollments, (SELECT count(*) FROM achieve.attendance) AS marks,
	(SELECT count(*) FROM achieve.score) AS scores, (SELECT count(*) FROM achieve.invoice_line) AS lines;

-- Runs a statement and says what is out of step then, or the error.
CREATE FUNCTION doing(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	wrong text;
	detail text;
	facts text;
BEGIN
	EXECUTE command;
	SELECT string_agg(format('%s %s %s %s', c.fact_table, c.problem, c.fact, c.source_row), '; ') INTO wrong FROM achieve.check_attachments() c;
	SELECT coalesce(wrong || '; ', '') || string_agg(o::text, '; ') INTO facts FROM achieve.check_outcomes() o;
	SELECT string_agg(r.outcome || CASE WHEN a.achievement_id IS NULL THEN '' ELSE '!' END, ' ' ORDER BY l.name) INTO detail
	FROM achieve.result r JOIN achieve.learner l USING (learner_id)
	LEFT JOIN achieve.achievement a ON a.event_id = r.event_id AND a.learner_id = r.learner_id AND a.revoked_at IS NULL WHERE r.event_id = 1;
	RETURN coalesce(facts, wrong, 'in step: ' || coalesce(detail, ''));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || ' / ' || regexp_replace(detail, '\d{4}-\d\d-\d\d \S+', '...', 'g');
END $$;
CREATE TABLE statements (place serial, statement text);
INSERT INTO statements (statement) VALUES
	-- every kind of statement
	('SELECT'),
	('UPDATE register SET mark = ''P'' WHERE n = 3 AND student = sid(1)'),
	('UPDATE bill SET settled = true'),
	('UPDATE bill SET settled = false'),
	('UPDATE register SET mark = ''A'' WHERE student = sid(1) AND n < 3'),
	('UPDATE register SET mark = ''L'' WHERE student = sid(1)'),
	('INSERT INTO result VALUES (1, sid(2), 90, 70), (1, sid(3), 50, NULL)'),
	('INSERT INTO result VALUES (1, sid(3), 65, 75), (1, sid(4), 65, NULL) ON CONFLICT (class_id, student) DO UPDATE SET theory = EXCLUDED.theory'),
	('MERGE INTO result r USING (VALUES (3, 10), (4, 20), (5, 30)) v (i, s) ON r.class_id = 1 AND r.student = sid(v.i)
		WHEN MATCHED AND v.i = 3 THEN DELETE WHEN MATCHED THEN UPDATE SET theory = v.s WHEN NOT MATCHED THEN INSERT VALUES (1, sid(v.i), v.s, v.s)'),
	('COPY result FROM PROGRAM ''printf "1\t00000000-0000-0000-0000-000000000003\t77\t\\\\N\n"'''),
	('WITH gone AS (DELETE FROM result WHERE student = sid(5) RETURNING *) INSERT INTO result SELECT 2, student, theory, practice FROM gone'),
	('DELETE FROM register WHERE student = sid(5)'),
	('INSERT INTO register (class_id, n, student, mark) SELECT 1, n, sid(5), ''P'' FROM generate_series(1, 3) n'),
	('UPDATE task SET done_on = ''2026-03-05'', visa_days = 5'),
	('UPDATE bill_line SET cents = 0'),
	-- rows enter and leave the filter
	('UPDATE result SET theory = NULL WHERE student = sid(2)'),
	('UPDATE result SET theory = practice, practice = theory'),
	('UPDATE register SET mark = ''-'' WHERE student = sid(3)'),
	('UPDATE register SET mark = ''P'' WHERE student = sid(3)'),
	-- nothing that the facts show
	('UPDATE student SET id = id'),
	('UPDATE register SET id = id + 1000'),
	('UPDATE lesson SET room = room || ''a'' WHERE n = 1'),
	-- keys move, are exchanged, pass on
	('UPDATE register SET student = CASE student WHEN sid(1) THEN sid(2) WHEN sid(2) THEN sid(1) ELSE student END'),
	('UPDATE result SET student = sid(5) WHERE student = sid(4)'),
	('UPDATE register SET n = n % 3 + 1 WHERE class_id = 1'),
	('DELETE FROM register WHERE n = 3'),
	('UPDATE register SET n = n + 1 WHERE student = sid(4)'),
	('UPDATE "Enrol ment" SET "student''s" = sid(6) WHERE "student''s" = sid(4) AND class_id = 2'),
	('UPDATE "Enrol ment" SET "student''s" = CASE "student''s" WHEN sid(3) THEN sid(4) ELSE sid(3) END WHERE "student''s" IN (sid(3), sid(4))'),
	('UPDATE class SET called_off = true WHERE id = 1'),
	('UPDATE class SET called_off = false WHERE id = 1'),
	('UPDATE firm SET name = upper(name)'),
	('INSERT INTO class VALUES (9, ''Nine'', ''2026-05-01''); UPDATE class SET id = 10 WHERE id = 9; DELETE FROM class WHERE id = 10'),
	('TRUNCATE result'),
	('TRUNCATE task, bill_line'),
	('DELETE FROM bill'),
	-- what is refused
	('INSERT INTO register (id, class_id, n, student, mark) VALUES (9001, 1, 1, sid(99), ''P'')'),
	('INSERT INTO register (id, class_id, n, student, mark) VALUES (9001, 7, 1, sid(1), ''P'')'),
	('INSERT INTO register (id, class_id, n, student, mark) VALUES (9001, 1, NULL, sid(1), ''P'')'),
	('INSERT INTO register (id, class_id, n, student, mark) VALUES (9001, 1, 3, sid(2), ''P''), (9002, 1, 8, sid(2), ''P'')'),
	('INSERT INTO result VALUES (1, sid(1), 10, NULL), (1, sid(2), -1, NULL)'),
	('UPDATE register SET id = 9001, n = 8 WHERE student = sid(4) AND n = 2'),
	('UPDATE student SET firm = NULL'),
	('INSERT INTO bill VALUES (''2026/7'', ''nobody'')'),
	('INSERT INTO register (id, class_id, n, student, mark) SELECT 9101, class_id, n, student, mark FROM register WHERE student = sid(2) AND n = 2'),
	('INSERT INTO register (id, class_id, n, student, mark) VALUES (9101, 2, 3, sid(2), ''P''), (9002, 2, 3, sid(2), ''A'')'),
	('UPDATE register SET n = 2 WHERE student = sid(2)'),
	('UPDATE register SET mark = ''A'', n = 1, student = sid(2) WHERE student IN (sid(2), sid(1))'),
	('DELETE FROM student WHERE id = sid(1)'),
	('UPDATE "Enrol ment" SET "student''s" = sid(4) WHERE class_id = 2 AND "student''s" = sid(5)'),
	('UPDATE "Enrol ment" SET "student''s" = CASE "student''s" WHEN sid(5) THEN sid(3) ELSE sid(5) END WHERE class_id = 2 AND "student''s" IN (sid(4), sid(5))'),
	('UPDATE "Enrol ment" SET "student''s" = sid(6) WHERE class_id = 1 AND "student''s" = sid(1)'),
	('DELETE FROM "Enrol ment" WHERE class_id = 1 AND "student''s" = sid(1)'),
	('DELETE FROM lesson WHERE class_id = 1 AND n = 1'),
	('SELECT');
SELECT statement, doing(statement) FROM statements ORDER BY place;

-- The source's structure: columns are followed by whatever name, and held.
ALTER TABLE register RENAME TO "Register";
ALTER TABLE "Register" RENAME COLUMN mark TO sign;
ALTER TABLE "Register" ADD COLUMN f integer, ADD COLUMN n_ integer, ADD COLUMN source integer;
SELECT doing('UPDATE "Register" SET sign = ''E'' WHERE student = sid(2)');
SELECT status, count(*) FROM achieve.attendance JOIN achieve.learner USING (learner_id) WHERE reference = sid(2)::text GROUP BY status;
ALTER TABLE "Register" DROP COLUMN sign;
ALTER TABLE "Register" DROP COLUMN f;
SELECT doing('UPDATE "Register" SET sign = ''P'' WHERE student = sid(2)');
-- What was changed on the other side is told.
DELETE FROM achieve.attendance WHERE event_id = 1 AND session_no = 2 AND learner_id = (SELECT learner_id FROM achieve.learner WHERE reference = sid(2)::text);
UPDATE achieve.learner SET name = 'somebody' WHERE learner_id = 1000;
INSERT INTO achieve.condition VALUES (1, 1000, 'by hand', 1);
SELECT source_table, fact_table, problem, fact, source_row FROM achieve.check_attachments();
DELETE FROM achieve.condition;
UPDATE student SET full_name = 'Student One' WHERE id = sid(1);
UPDATE "Register" SET note = 'again' WHERE student = sid(2);
SELECT source_table, fact_table, problem, fact, source_row FROM achieve.check_attachments();

-- At commit, and with the engine off: the facts follow all the same.
BEGIN;
SET LOCAL achieve.evaluation = commit;
DELETE FROM "Register" WHERE student = sid(3);
INSERT INTO "Register" (class_id, n, student, sign) VALUES (1, 1, sid(3), 'A'), (1, 2, sid(3), 'A');
COMMIT;
SELECT doing('SELECT');
SET achieve.enabled = off;
DELETE FROM "Register" WHERE student = sid(3);
RESET achieve.enabled;
SELECT count(*) > 0 AS wrong FROM achieve.check_outcomes();
SELECT enrollments, results_changed FROM achieve.evaluate_event(1);
SELECT doing('SELECT');
-- As a replica nothing follows: its facts come from elsewhere, too.
SET session_replication_role = replica;
DELETE FROM "Register" WHERE student = sid(4);
RESET session_replication_role;
SELECT fact_table, problem, fact - 'learner_id' AS fact FROM achieve.check_attachments();
DELETE FROM achieve.attendance WHERE learner_id = (SELECT learner_id FROM achieve.learner WHERE reference = sid(4)::text);

-- Ending them; the facts stay.
SELECT achieve.detach('result', 'score', 'achieve_score_of_result_2');
SELECT achieve.detach('result', 'score');
SELECT achieve.detach('result');
SELECT achieve.detach('task');
DROP TABLE "Register";
DROP TABLE "Register" CASCADE;
SELECT name FROM achieve.attachments ORDER BY name;
SELECT count(*) FROM achieve.attendance;
SELECT doing('UPDATE "Enrol ment" SET state = ''C''');

\connect contrib_regression
DROP DATABASE regress_achieve;
