-- What does distribute() do, told from a stub that has Citus's two functions and its list? Then: does a trigger evaluate that fires for a
-- shard, a relation of another name beside the logical tables?
CREATE DATABASE regress_achieve_distribute;
\c regress_achieve_distribute
SET client_min_messages = warning;
\set VERBOSITY terse
\set SHOW_CONTEXT never
CREATE EXTENSION achieve;
SELECT achieve.distribute();
SELECT achieve.install() IS NOT NULL AS installed;
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada'), (2, 'Ben');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'fa', 'First aid');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1, 'D1', 'First', '2030-01-01', '2030-01-02', 'score(exam) >= 50'), (2, 'D2', 'Second', '2030-01-01', '2030-01-02', 'score(exam) >= 50');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'exam'), (2, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed'), (2, 1, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2), (2, 1), (2, 2);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 1, 'exam', 80);
-- Without Citus: an error that says what to do. Nobody else may ask.
\set VERBOSITY default
SELECT achieve.distribute();
\set VERBOSITY terse
CREATE ROLE regress_achieve_stranger;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_stranger;
SET ROLE regress_achieve_stranger;
SELECT achieve.distribute();
RESET ROLE;
GRANT EXECUTE ON FUNCTION achieve.distribute() TO regress_achieve_stranger;
SET ROLE regress_achieve_stranger;
SELECT achieve.distribute();
RESET ROLE;

-- The stub: an extension of that name, with functions of the same signatures. They are not looked for in a schema that anybody may write to.
CREATE SCHEMA stub;
CREATE TYPE stub.distribution_type AS ENUM ('hash', 'range', 'append');
CREATE TABLE stub.pg_dist_partition (logicalrelid regclass, call_no serial, method text);
CREATE FUNCTION stub.create_distributed_table(table_name regclass, distribution_column text, distribution_type stub.distribution_type DEFAULT 'hash',
	colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column AND NOT attnotnull) THEN
		RAISE 'the distribution column of % may be null', table_name;
	END IF;
	IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = table_name AND contype IN ('p', 'u')
		AND NOT (SELECT attnum FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column) = ANY (conkey)) THEN
		RAISE 'cannot create constraint on %: it does not hold the distribution column', table_name;
	END IF;
	IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = table_name AND contype = 'f' AND confupdtype = 'c'
		AND (SELECT attnum FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column) = ANY (conkey)) THEN
		RAISE 'CASCADE is not supported in ON UPDATE of %', table_name;
	END IF;
	IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = table_name AND contype = 'f' AND confrelid NOT IN (SELECT logicalrelid FROM stub.pg_dist_partition)) THEN
		RAISE '% refers to what is not distributed yet', table_name;
	END IF;
	IF current_setting('citus.enable_unsafe_triggers', true) IS DISTINCT FROM 'on' THEN
		RAISE '% has triggers', table_name;
	END IF;
	INSERT INTO stub.pg_dist_partition VALUES (table_name, DEFAULT, distribution_column || ', ' || distribution_type || ', with ' || colocate_with);
END $$;
CREATE FUNCTION stub.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = table_name AND contype = 'f' AND confrelid NOT IN (SELECT logicalrelid FROM stub.pg_dist_partition)) THEN
		RAISE '% refers to what is not distributed yet', table_name;
	END IF;
	INSERT INTO stub.pg_dist_partition VALUES (table_name, DEFAULT, 'reference');
END $$;
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
	SELECT 4000000001, 'citus', 10, 'stub'::regnamespace, false, 'stub';
INSERT INTO pg_depend SELECT 'pg_proc'::regclass, p.oid, 0, 'pg_extension'::regclass, 4000000001, 0, 'e' FROM pg_proc p WHERE p.pronamespace = 'stub'::regnamespace;
RESET allow_system_table_mods;

SELECT achieve.seal_audit() > 0 AS sealed;
SELECT achieve.distribute();
SELECT logicalrelid, method FROM stub.pg_dist_partition ORDER BY call_no;
SELECT achieve.distribute();
-- Every key of an event's table holds event_id now, and no event moves.
SELECT c.relname, o.conname FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'event_id'
	WHERE c.relnamespace = 'achieve'::regnamespace AND (o.contype IN ('p', 'u') AND NOT a.attnum = ANY (o.conkey) OR o.contype = 'f' AND o.confupdtype = 'c');
SELECT achieve.install() LIKE '%is already installed' AS in_place;
-- Who does not say which event it is means none.
SELECT a.attrelid::regclass AS relation, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS by_default FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
	WHERE a.attname = 'event_id' AND a.attrelid IN ('achieve.audit'::regclass, 'achieve.notification'::regclass) ORDER BY 1;
-- The catalogue's audit lies with event 0; the engine goes on, by SQL as on Citus, where a table's own heap is empty.
SET achieve.direct_access = off;
UPDATE achieve.achievement_type SET title = 'First aid at work';
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 2, 'exam', 90), (2, 1, 'exam', 10);
SELECT event_id, action, object FROM achieve.audit WHERE event_id = 0 ORDER BY audit_id;
-- What was sealed before verifies, and so does what came after.
SELECT * FROM achieve.verify_audit();
SELECT achieve.seal_audit() > 0 AS sealed;
SELECT * FROM achieve.verify_audit();
SELECT event_id, learner_id, outcome FROM achieve.result ORDER BY event_id, learner_id;
SELECT * FROM achieve.check_outcomes();

-- A shard: its trigger is made with the logical table's arguments, fires under the shard's name, and finds the keys among the shard's rows. The
-- facts it decides from are the logical table's, in which they are too.
CREATE TABLE achieve.score_102057 (LIKE achieve.score INCLUDING ALL);
CREATE TABLE achieve.result_102061 (LIKE achieve.result INCLUDING ALL);
DO $$
DECLARE
	command text;
BEGIN
	FOR command IN SELECT replace(replace(pg_get_triggerdef(oid), 'achieve.score ', 'achieve.score_102057 '), 'achieve.result ', 'achieve.result_102061 ')
		FROM pg_trigger WHERE tgrelid IN ('achieve.score'::regclass, 'achieve.result'::regclass) AND NOT tgisinternal
	LOOP
		EXECUTE command;
	END LOOP;
END $$;
-- The logical table's triggers rest: what moves outcomes now is the shard's.
ALTER TABLE achieve.score DISABLE TRIGGER USER;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (2, 2, 'exam', 70);
SELECT outcome FROM achieve.result WHERE (event_id, learner_id) = (2, 2);
INSERT INTO achieve.score_102057 SELECT * FROM achieve.score WHERE (event_id, learner_id) = (2, 2);
SELECT outcome FROM achieve.result WHERE (event_id, learner_id) = (2, 2);
UPDATE achieve.score SET score = 20 WHERE event_id = 2;
UPDATE achieve.score_102057 SET score = 20;
SELECT outcome FROM achieve.result WHERE (event_id, learner_id) = (2, 2);
DELETE FROM achieve.score WHERE (event_id, learner_id) = (2, 2);
DELETE FROM achieve.score_102057;
SELECT outcome FROM achieve.result WHERE (event_id, learner_id) = (2, 2);
\copy achieve.score (event_id, learner_id, code, score) FROM PROGRAM 'printf "2\t2\texam\t99\n"'
\copy achieve.score_102057 (event_id, learner_id, code, score) FROM PROGRAM 'printf "2\t2\texam\t99\n"'
SELECT outcome FROM achieve.result WHERE (event_id, learner_id) = (2, 2);
SELECT * FROM achieve.check_outcomes();
-- The guard of results knows a shard of results: it goes with its enrollment, and is not written directly.
ALTER TABLE achieve.result_102061 DISABLE TRIGGER USER;
INSERT INTO achieve.result_102061 (event_id, learner_id) VALUES (1, 1), (77, 77);
ALTER TABLE achieve.result_102061 ENABLE TRIGGER USER;
UPDATE achieve.result_102061 SET rule_outcome = 'passed';
DELETE FROM achieve.result_102061 WHERE event_id = 1;
DELETE FROM achieve.result_102061 WHERE event_id = 77;
SELECT event_id FROM achieve.result_102061;
\c contrib_regression
DROP DATABASE regress_achieve_distribute;
DROP ROLE regress_achieve_stranger;
