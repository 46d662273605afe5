-- Do facts follow where the app's own foreign keys cascade, and where tables are partitioned?
\set VERBOSITY terse
\set SHOW_CONTEXT never
CREATE DATABASE regress_achieve;
\connect regress_achieve
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install();
CREATE TABLE firm (code text PRIMARY KEY, name text);
CREATE TABLE student (code text PRIMARY KEY, name text, firm text REFERENCES firm ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE booking (id integer PRIMARY KEY, student text REFERENCES student ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE lesson (n integer PRIMARY KEY);
CREATE TABLE mark (booking_id integer, student text REFERENCES student ON UPDATE CASCADE ON DELETE CASCADE, n integer REFERENCES lesson ON DELETE CASCADE,
	month integer NOT NULL, extra text, PRIMARY KEY (student, n, month)) PARTITION BY LIST (month);
CREATE TABLE mark_1 PARTITION OF mark FOR VALUES IN (1);
-- another order of columns
CREATE TABLE mark_2 (month integer NOT NULL, extra text, n integer NOT NULL, booking_id integer, student text NOT NULL);
ALTER TABLE mark ATTACH PARTITION mark_2 FOR VALUES IN (2);
INSERT INTO firm VALUES ('A', 'Acme'), ('B', 'Bolt');
INSERT INTO student VALUES ('1', 'Ada', 'A'), ('2', 'Ben', 'A'), ('3', 'Cleo', 'B'), ('4', 'Dan', NULL);
INSERT INTO booking SELECT code::integer, code FROM student;
INSERT INTO lesson VALUES (1), (2);
INSERT INTO mark SELECT code::integer, code, n, n FROM student, generate_series(1, 2) n WHERE code <> '4';
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES (1, 'One', '2030-01-01', '2030-01-02', 'attended >= 2');
SELECT achieve.attach('firm', 'account', '{"reference": "code", "name": "name"}');
SELECT achieve.attach('student', 'learner', '{"reference": "code", "name": "name", "account_id": "firm"}');
SELECT achieve.attach('booking', 'enrollment', '{"event_id": "1", "learner_id": "student"}');
SELECT achieve.attach('lesson', 'session', $${"event_id": "1", "session_no": "n", "starts_at": "timestamptz '2030-01-01'", "ends_at": "timestamptz '2030-01-01'"}$$);
SELECT achieve.attach('mark', 'attendance', $${"event_id": "1", "learner_id": "student", "session_no": "n", "status": "'present'", "note": "extra"}$$);
CREATE VIEW state AS SELECT (SELECT string_agg(reference, ' ' ORDER BY reference) FROM achieve.account) AS accounts,
	(SELECT string_agg(reference, ' ' ORDER BY reference) FROM achieve.learner) AS learners,
	(SELECT string_agg(outcome, ' ' ORDER BY learner_id) FROM achieve.result) AS outcomes, (SELECT count(*) FROM achieve.attendance) AS marks,
	(SELECT count(*) FROM achieve.check_attachments()) AS out_of_step, (SELECT count(*) FROM achieve.check_outcomes()) AS wrong;
SELECT * FROM state;

-- Keys that cascade.
UPDATE student SET code = 'one' WHERE code = '1';
UPDATE firm SET code = 'AA' WHERE code = 'A';
SELECT * FROM state;
-- Partitions: rows that come through the parent, and move between them.
UPDATE mark SET month = 3 - month, extra = 'moved' WHERE student = 'one';
DELETE FROM mark WHERE month = 2 AND student = '3';
INSERT INTO mark VALUES (4, '4', 1, 2, 'x'), (4, '4', 2, 1, 'y');
SELECT * FROM state;
SELECT session_no, note FROM achieve.attendance JOIN achieve.learner USING (learner_id) WHERE reference IN ('one', '4') ORDER BY 1, 2;
-- What is written to a partition by name is not seen, but told.
DELETE FROM mark_1 WHERE student = '3';
SELECT problem, fact FROM achieve.check_attachments();
DELETE FROM achieve.attendance WHERE learner_id = 3;
-- Rows that go: parents first, of whatever depth.
DELETE FROM student WHERE code = 'one';
SELECT * FROM state;
BEGIN;
DELETE FROM firm WHERE code = 'AA';
SELECT accounts, learners, outcomes FROM state;
COMMIT;
SELECT * FROM state;
BEGIN;
DELETE FROM student WHERE code = '4';
INSERT INTO student VALUES ('4', 'Dan again', 'B');
COMMIT;
SELECT * FROM state;
DELETE FROM lesson WHERE n = 1;
SELECT * FROM state;
-- What the app knows nothing of keeps them; told at commit.
INSERT INTO achieve.event (event_id, title, starts_at, ends_at) VALUES (2, 'Two', '2030-01-01', '2030-01-02');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 2, learner_id FROM achieve.learner WHERE reference = '3';
\set VERBOSITY default
DELETE FROM student WHERE code = '3';
\set VERBOSITY terse
SELECT * FROM state;
\connect contrib_regression
DROP DATABASE regress_achieve;
