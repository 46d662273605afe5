-- Do facts stay in step through random writes of every kind on the app's tables?
-- An enrolment that leaves the filter would take its facts along, and the app's
-- marks would have none: rows enter the filter here, but do not leave it.
\set VERBOSITY terse
CREATE DATABASE regress_achieve;
\connect regress_achieve
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install();
CREATE SCHEMA app;
SET search_path = app, public;
CREATE TABLE student (code text PRIMARY KEY, name text NOT NULL);
CREATE TABLE class (id integer PRIMARY KEY, title text NOT NULL, long boolean NOT NULL DEFAULT true);
CREATE TABLE lesson (class_id integer REFERENCES class ON UPDATE CASCADE ON DELETE CASCADE, n integer, hours integer NOT NULL, PRIMARY KEY (class_id, n));
CREATE TABLE enrolment (id integer PRIMARY KEY, class_id integer REFERENCES class ON UPDATE CASCADE ON DELETE CASCADE,
	student text NOT NULL REFERENCES student ON UPDATE CASCADE, state text NOT NULL, UNIQUE (class_id, student));
CREATE TABLE mark (id integer PRIMARY KEY, class_id integer, student text, n integer, sign text, UNIQUE (class_id, student, n),
	FOREIGN KEY (class_id, student) REFERENCES enrolment (class_id, student) ON UPDATE CASCADE ON DELETE CASCADE,
	FOREIGN KEY (class_id, n) REFERENCES lesson ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE grade (class_id integer, student text, first integer, second integer, PRIMARY KEY (class_id, student),
	FOREIGN KEY (class_id, student) REFERENCES enrolment (class_id, student) ON UPDATE CASCADE ON DELETE CASCADE);
INSERT INTO student SELECT 'S' || i, 'Student ' || i FROM generate_series(1, 6) i;
INSERT INTO class SELECT i, 'Class ' || i FROM generate_series(1, 3) i;
INSERT INTO lesson SELECT c, n, 1 FROM generate_series(1, 3) c, generate_series(1, 4) n;
SELECT achieve.attach('student', 'learner', '{"reference": "code", "name": "name"}');
SELECT achieve.attach('class', 'event', $${"code": "'K' || id", "title": "title", "starts_at": "timestamptz '2030-01-01'", "ends_at": "timestamptz '2030-01-09'",
	"passing_rule": "CASE WHEN long THEN 'absences <= 1 and mean_score >= 50' ELSE 'attended >= 2' END"}$$);
SELECT achieve.attach('lesson', 'session', $${"event_id": "'K' || class_id", "session_no": "n", "starts_at": "timestamptz '2030-01-01'",
	"ends_at": "timestamptz '2030-01-01' + hours * interval '1 hour'"}$$, 'hours > 0');
SELECT achieve.attach('enrolment', 'enrollment', $${"event_id": "'K' || class_id", "learner_id": "student", "status": "state"}$$, $$state <> 'gone'$$);
SELECT achieve.attach('mark', 'attendance', $${"event_id": "'K' || class_id", "learner_id": "student", "session_no": "n", "status": "sign"}$$, $$sign <> '-'$$);
SELECT achieve.attach('grade', 'score', $${"event_id": "'K' || class_id", "learner_id": "student", "code": "'exam'", "score": "first"}$$, 'first IS NOT NULL');
SELECT achieve.attach('grade', 'score', $${"event_id": "'K' || class_id", "learner_id": "student", "code": "'exam'", "attempt": "2", "score": "second"}$$, 'second IS NOT NULL');
INSERT INTO achieve.assessment (event_id, code, max_attempts) SELECT event_id, 'exam', 2 FROM achieve.event;

CREATE FUNCTION upto(n integer) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 1 + floor(random() * $1)::integer';
CREATE FUNCTION write_something() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s text := 'S' || upto(6);
	k integer := upto(3);
BEGIN
	CASE upto(20)
	WHEN 1, 2 THEN INSERT INTO enrolment SELECT coalesce((SELECT max(id) FROM enrolment), 0) + row_number() OVER (), upto(3), code, (ARRAY['active', 'active', 'active', 'cancelled', 'gone'])[upto(5)]
		FROM student WHERE random() < 0.4 ON CONFLICT (class_id, student) DO UPDATE SET state = replace(EXCLUDED.state, 'gone', 'cancelled');
	WHEN 3, 4, 5 THEN INSERT INTO mark SELECT coalesce((SELECT max(id) FROM mark), 0) + row_number() OVER (), class_id, student, n, (ARRAY['present', 'late', 'absent', 'excused', '-'])[upto(5)]
		FROM enrolment JOIN lesson USING (class_id) WHERE state <> 'gone' AND hours > 0 AND random() < 0.3 ON CONFLICT (class_id, student, n) DO UPDATE SET sign = EXCLUDED.sign;
	WHEN 6, 7 THEN INSERT INTO grade SELECT class_id, student, upto(100), CASE upto(2) WHEN 1 THEN upto(100) END
		FROM enrolment WHERE state <> 'gone' AND random() < 0.4 ON CONFLICT (class_id, student) DO UPDATE SET first = NULL, second = EXCLUDED.second;
	WHEN 8 THEN UPDATE mark SET sign = (ARRAY['present', 'absent', '-'])[upto(3)] WHERE random() < 0.3;
	WHEN 9 THEN DELETE FROM mark WHERE random() < 0.2;
	WHEN 10 THEN UPDATE mark SET id = id + 1000 WHERE student = s;
	WHEN 11 THEN UPDATE grade SET first = second, second = first WHERE random() < 0.5;
	WHEN 12 THEN MERGE INTO grade g USING enrolment e ON g.class_id = e.class_id AND g.student = e.student
		WHEN MATCHED AND e.id % 3 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET first = upto(100)
		WHEN NOT MATCHED AND e.state <> 'gone' THEN INSERT VALUES (e.class_id, e.student, upto(100), NULL);
	WHEN 13 THEN UPDATE enrolment SET state = CASE state WHEN 'active' THEN 'cancelled' ELSE 'active' END WHERE student = s AND state <> 'gone';
	WHEN 14 THEN UPDATE enrolment e SET student = s WHERE id = (SELECT id FROM enrolment WHERE state <> 'gone' ORDER BY random() LIMIT 1)
		AND NOT EXISTS (SELECT FROM enrolment o WHERE o.class_id = e.class_id AND o.student = s);
	WHEN 15 THEN DELETE FROM enrolment WHERE class_id = k AND student = s;
	WHEN 16 THEN UPDATE class SET long = NOT long WHERE id = k;
	WHEN 17 THEN UPDATE mark m SET n = 5 - n WHERE class_id = k AND student = s AND sign <> '-'
		AND NOT EXISTS (SELECT FROM mark o WHERE o.class_id = m.class_id AND o.student = m.student AND o.n = 5 - m.n);
	WHEN 18 THEN IF random() < 0.2 THEN TRUNCATE mark; ELSE UPDATE student SET name = name || '.' WHERE code = s; END IF;
	WHEN 19 THEN DELETE FROM mark WHERE class_id = k; INSERT INTO mark SELECT (SELECT coalesce(max(id), 0) FROM mark) + row_number() OVER (), class_id, student, 2, 'late' FROM enrolment WHERE class_id = k AND state <> 'gone';
	WHEN 20 THEN UPDATE lesson SET hours = upto(3) WHERE class_id = k;
	END CASE;
	RETURN 'done';
EXCEPTION WHEN integrity_constraint_violation OR feature_not_supported THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
SELECT setseed(0.42);
CREATE TABLE seen (i integer, did text, out_of_step jsonb, wrong jsonb);
DO $$
BEGIN
	FOR this IN 1 .. 250 LOOP
		INSERT INTO seen VALUES (this, write_something());
		UPDATE seen s SET out_of_step = (SELECT jsonb_agg(c) FROM achieve.check_attachments() c),
			wrong = (SELECT jsonb_agg(o) FROM achieve.check_outcomes() o WHERE this % 10 = 0) WHERE s.i = this;
	END LOOP;
END $$;
SELECT * FROM seen WHERE out_of_step IS NOT NULL OR wrong IS NOT NULL ORDER BY i LIMIT 1;
SELECT count(*) FILTER (WHERE did = 'done') > 200 AS "most succeeded", (SELECT count(*) > 20 FROM achieve.attendance) AS marks,
	(SELECT count(*) > 50 FROM achieve.audit WHERE action LIKE 'result%') AS decided FROM seen;
SELECT DISTINCT did FROM seen WHERE did <> 'done' ORDER BY 1;
\connect contrib_regression
DROP DATABASE regress_achieve;
