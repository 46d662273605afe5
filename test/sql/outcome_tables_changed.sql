-- Do outcomes get into their tables, and do the tables' own defaults,
-- constraints, indexes and triggers hold, when the owner changes the tables
-- while a session is using them?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (4700, 'oc', 'T');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(4701, 4900) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (4700, 'OC', 'Changing', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (4700, 4700, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 4700, l FROM generate_series(4701, 4900) l;
PREPARE pass (bigint) AS INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4700, $1, 'done', 1);
PREPARE stand (bigint) AS SELECT r.outcome, a.number IS NOT NULL AS issued, a.revoked_at IS NOT NULL AS revoked
	FROM achieve.result r LEFT JOIN achieve.achievement a USING (event_id, learner_id)
	WHERE r.event_id = 4700 AND r.learner_id = $1;
EXECUTE pass (4701);
EXECUTE stand (4701);

-- A column with a default, another one that may not be null, one generated.
ALTER TABLE achieve.achievement ADD COLUMN oc_by text DEFAULT 'the ' || 'owner', ADD COLUMN oc_twice bigint GENERATED ALWAYS AS (learner_id * 2) STORED;
EXECUTE pass (4702);
SELECT oc_by, oc_twice FROM achieve.achievement WHERE learner_id = 4702;
ALTER TABLE achieve.achievement ALTER COLUMN oc_by DROP DEFAULT, ALTER COLUMN oc_by SET NOT NULL;
EXECUTE pass (4703);
EXECUTE stand (4703);
ALTER TABLE achieve.achievement DROP COLUMN oc_by;
EXECUTE pass (4703);
SELECT oc_twice FROM achieve.achievement WHERE learner_id = 4703;
ALTER TABLE achieve.achievement DROP COLUMN oc_twice;

-- A constraint, and the function behind it replaced: on the new row, and on the one that is revoked.
CREATE FUNCTION pg_temp.oc_fine(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> 4704';
ALTER TABLE achieve.achievement ADD CONSTRAINT oc_fine CHECK (pg_temp.oc_fine(learner_id)),
	ADD CONSTRAINT oc_kept CHECK (learner_id <> 4701 OR revoked_at IS NULL);
EXECUTE pass (4704);
EXECUTE pass (4705);
CREATE OR REPLACE FUNCTION pg_temp.oc_fine(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> 4706';
EXECUTE pass (4704);
EXECUTE pass (4706);
DELETE FROM achieve.condition WHERE event_id = 4700 AND learner_id IN (4701, 4702);
DELETE FROM achieve.condition WHERE event_id = 4700 AND learner_id = 4702;
EXECUTE stand (4701);
EXECUTE stand (4702);
ALTER TABLE achieve.achievement DROP CONSTRAINT oc_fine, DROP CONSTRAINT oc_kept;
EXECUTE pass (4706);
EXECUTE stand (4706);

-- Indexes: one that refuses, one on an expression, all of them rebuilt, one gone.
CREATE UNIQUE INDEX oc_once ON achieve.achievement ((learner_id / 10)) WHERE learner_id BETWEEN 4710 AND 4799;
CREATE INDEX oc_lower ON achieve.result (lower(outcome));
EXECUTE pass (4710);
EXECUTE pass (4711);
EXECUTE stand (4711);
REINDEX TABLE achieve.achievement;
REINDEX TABLE CONCURRENTLY achieve.result;
EXECUTE pass (4720);
DROP INDEX achieve.oc_once;
EXECUTE pass (4711);
SET enable_seqscan = off;
SELECT count(*) FROM achieve.result WHERE lower(outcome) = 'passed' AND event_id = 4700;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_seqscan = on;
SELECT count(*) FROM achieve.result WHERE lower(outcome) = 'passed' AND event_id = 4700;
RESET enable_indexscan;
RESET enable_bitmapscan;
DROP INDEX achieve.oc_lower;

-- Triggers of each kind fire, and stop when they are gone.
CREATE FUNCTION pg_temp.oc_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % % on %', TG_WHEN, TG_LEVEL, TG_OP, TG_TABLE_NAME;
	IF TG_LEVEL = 'ROW' THEN RETURN NEW; END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER oc_row BEFORE INSERT OR UPDATE ON achieve.result FOR EACH ROW EXECUTE FUNCTION pg_temp.oc_tell();
CREATE TRIGGER oc_statement AFTER INSERT OR UPDATE ON achieve.achievement FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.oc_tell();
CREATE TRIGGER oc_audit AFTER INSERT ON achieve.audit FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.oc_tell();
CREATE TRIGGER oc_notification AFTER INSERT ON achieve.notification FOR EACH ROW EXECUTE FUNCTION pg_temp.oc_tell();
EXECUTE pass (4730);
EXECUTE stand (4730);
DELETE FROM achieve.condition WHERE event_id = 4700 AND learner_id = 4730;
EXECUTE stand (4730);
DROP TRIGGER oc_row ON achieve.result;
DROP TRIGGER oc_statement ON achieve.achievement;
DROP TRIGGER oc_audit ON achieve.audit;
DROP TRIGGER oc_notification ON achieve.notification;
EXECUTE pass (4731);

-- A foreign key of the owner's, checked at the end of the transaction.
CREATE TABLE oc_known (learner_id bigint PRIMARY KEY);
INSERT INTO oc_known SELECT DISTINCT learner_id FROM achieve.result;
ALTER TABLE achieve.result ADD CONSTRAINT oc_known FOREIGN KEY (learner_id) REFERENCES oc_known DEFERRABLE INITIALLY DEFERRED;
INSERT INTO achieve.learner (learner_id, name) VALUES (4901, 'Unknown');
BEGIN;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4700, 4901);
COMMIT;
BEGIN;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4700, 4901);
INSERT INTO oc_known VALUES (4901);
COMMIT;
EXECUTE stand (4901);
ALTER TABLE achieve.result DROP CONSTRAINT oc_known;
DROP TABLE oc_known;

-- A rule, a child table, a column of another type.
CREATE TABLE oc_log (learner_id bigint);
CREATE RULE oc_log AS ON INSERT TO achieve.achievement DO ALSO INSERT INTO oc_log VALUES (NEW.learner_id);
EXECUTE pass (4740);
SELECT * FROM oc_log;
DROP RULE oc_log ON achieve.achievement;
CREATE TABLE oc_old () INHERITS (achieve.achievement);
EXECUTE pass (4741);
EXECUTE stand (4741);
-- A record that lies in the child lapses there.
SET session_replication_role = replica;
INSERT INTO oc_old SELECT * FROM ONLY achieve.achievement WHERE learner_id = 4740;
DELETE FROM ONLY achieve.achievement WHERE learner_id = 4740;
RESET session_replication_role;
DELETE FROM achieve.condition WHERE event_id = 4700 AND learner_id = 4740;
EXECUTE stand (4740);
SELECT revoked_at IS NOT NULL AS revoked FROM ONLY oc_old;
DROP TABLE oc_log;
SET session_replication_role = replica;
ALTER TABLE oc_old NO INHERIT achieve.achievement;
INSERT INTO achieve.achievement OVERRIDING SYSTEM VALUE SELECT * FROM oc_old;
RESET session_replication_role;
DROP TABLE oc_old;
-- PostgreSQL goes on believing in children until then.
ANALYZE achieve.achievement;
SELECT relhassubclass FROM pg_class WHERE oid = 'achieve.achievement'::regclass;
ALTER TABLE achieve.achievement ALTER COLUMN issued_by TYPE varchar(80);
EXECUTE pass (4742);
EXECUTE stand (4742);
ALTER TABLE achieve.achievement ALTER COLUMN issued_by TYPE varchar(1) USING left(issued_by, 1);
EXECUTE pass (4747);
EXECUTE stand (4747);
ALTER TABLE achieve.achievement ALTER COLUMN issued_by TYPE text;

-- A default is not drawn, where the engine brings the value.
CREATE SEQUENCE oc_drawn;
ALTER TABLE achieve.achievement ALTER COLUMN issued_by SET DEFAULT nextval('oc_drawn')::text;
EXECUTE pass (4743);
EXECUTE stand (4743);
SELECT is_called AS drawn FROM oc_drawn;
ALTER TABLE achieve.achievement ALTER COLUMN issued_by DROP DEFAULT;
DROP SEQUENCE oc_drawn;

-- Published without a replica identity, rows cannot be updated.
SET client_min_messages = error;
CREATE PUBLICATION regress_achieve_oc FOR TABLE achieve.result;
RESET client_min_messages;
ALTER TABLE achieve.result REPLICA IDENTITY NOTHING;
EXECUTE pass (4744);
EXECUTE stand (4744);
ALTER TABLE achieve.result REPLICA IDENTITY DEFAULT;
EXECUTE pass (4744);
EXECUTE stand (4744);
DROP PUBLICATION regress_achieve_oc;

-- A constraint whose function has outcomes written while a row is being written.
CREATE FUNCTION oc_pass_next(bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF $1 = 4745 THEN
		PERFORM achieve.award(4700, 4746, 'oc', 'goes with it');
	END IF;
	RETURN true;
END $$;
ALTER TABLE achieve.achievement ADD CONSTRAINT oc_next CHECK (oc_pass_next(learner_id));
EXECUTE pass (4745);
EXECUTE stand (4745);
EXECUTE stand (4746);
ALTER TABLE achieve.achievement DROP CONSTRAINT oc_next;
DROP FUNCTION oc_pass_next(bigint);

-- Many at once, past every batch, some of them back and forth in one transaction.
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 4700, l, 'done', 1 FROM generate_series(4750, 4900) l;
BEGIN;
DELETE FROM achieve.condition WHERE event_id = 4700 AND learner_id BETWEEN 4800 AND 4880;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 4700, l, 'done', 1 FROM generate_series(4840, 4880) l;
COMMIT;
SELECT count(*) FILTER (WHERE revoked_at IS NULL) AS held, count(*) FILTER (WHERE revoked_at IS NOT NULL) AS revoked,
	count(DISTINCT number) AS numbers FROM achieve.achievement WHERE event_id = 4700 AND learner_id >= 4750;
SELECT action, count(*) FROM achieve.audit WHERE event_id = 4700 AND learner_id >= 4750 AND action ~ '^(result|achievement)' GROUP BY 1 ORDER BY 1;
SELECT topic, count(*) FROM achieve.notification WHERE event_id = 4700 AND learner_id >= 4750 GROUP BY 1 ORDER BY 1;
SELECT * FROM achieve.check_outcomes(4700);

-- In a read-only transaction nothing is written.
\set VERBOSITY sqlstate
BEGIN READ ONLY;
SELECT * FROM achieve.evaluate_event(4700);
SELECT achieve.set_result(4700, 4701, 'passed', 'by hand');
ROLLBACK;
\set VERBOSITY terse

DEALLOCATE ALL;
