-- Do outcomes end right, and as SQL would write them, where people have changed
-- the outcome tables and the indexes?
\set regress_database :DBNAME
\set SHOW_CONTEXT never
\set VERBOSITY terse
CREATE DATABASE regress_achieve_direct_write;
\connect regress_achieve_direct_write
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
CREATE SCHEMA shop;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'badge', 'Badge');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(1, 200) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (1, 'DW', 'Direct', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1, l FROM generate_series(1, 20) l;
-- A domain takes no null, in a column that gets no value either.
BEGIN;
CREATE DOMAIN shop.place AS text NOT NULL;
ALTER TABLE achieve.achievement ADD COLUMN place shop.place;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 1, 'done', 1);
ROLLBACK;

-- How a row was written: what PostgreSQL says of where its default is asked for.
SET achieve.direct_access = on;
CREATE FUNCTION shop.way() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	asked_in text;
BEGIN
	GET DIAGNOSTICS asked_in = PG_CONTEXT;
	RETURN CASE WHEN asked_in LIKE '%INSERT INTO achieve.achievement %' THEN 'by SQL' ELSE 'directly' END;
END $$;
ALTER TABLE achieve.achievement ADD COLUMN way text DEFAULT shop.way();
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 1, 'done', 1);
SELECT learner_id, way FROM achieve.achievement ORDER BY 1;

-- A default that only the tables' owner may ask for.
CREATE FUNCTION shop.tenant() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'ours'; END $$;
REVOKE EXECUTE ON FUNCTION shop.tenant() FROM PUBLIC;
ALTER TABLE achieve.achievement ADD COLUMN tenant text DEFAULT shop.tenant();
CREATE ROLE regress_direct_app;
GRANT USAGE ON SCHEMA achieve TO regress_direct_app;
GRANT INSERT ON achieve.condition TO regress_direct_app;
SET ROLE regress_direct_app;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 2, 'done', 1);
RESET ROLE;
SELECT learner_id, way, tenant FROM achieve.achievement ORDER BY 1;

-- An error while a table is looked at is not remembered.
CREATE FUNCTION shop.checked() RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('shop.closed', true) = 'yes' THEN
		RAISE 'the shop is closed';
	END IF;
	RETURN 'open';
END $$;
ALTER TABLE achieve.achievement ALTER COLUMN tenant SET DEFAULT shop.checked();
SET shop.closed = 'yes';
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 3, 'done', 1);
RESET shop.closed;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 3, 'done', 1);
SELECT learner_id, way, tenant FROM achieve.achievement WHERE learner_id = 3;
ALTER TABLE achieve.achievement DROP COLUMN tenant;

-- A child table, and for the next session none any more.
CREATE TABLE shop.achievement_2029 () INHERITS (achieve.achievement);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 4, 'done', 1);
DROP TABLE shop.achievement_2029;
\connect
SET achieve.direct_access = on;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 5, 'done', 1);
SELECT learner_id, way FROM achieve.achievement WHERE learner_id IN (4, 5) ORDER BY 1;

-- A foreign key of one's own that follows the outcome.
ALTER TABLE achieve.result ADD CONSTRAINT outcome_is_shown UNIQUE (event_id, learner_id, outcome);
CREATE TABLE shop.shown (event_id bigint, learner_id bigint, outcome text,
	FOREIGN KEY (event_id, learner_id, outcome) REFERENCES achieve.result (event_id, learner_id, outcome));
INSERT INTO shop.shown SELECT event_id, learner_id, outcome FROM achieve.result WHERE learner_id = 9;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 9, 'done', 1);
SELECT s.outcome AS shown, r.outcome FROM shop.shown AS s JOIN achieve.result AS r USING (event_id, learner_id);
DROP TABLE shop.shown;
ALTER TABLE achieve.result DROP CONSTRAINT outcome_is_shown;

-- An index of one's own whose order is another.
CREATE INDEX last_first ON achieve.condition (event_id, learner_id DESC);
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1, l FROM generate_series(21, 200) l;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 1, l, 'done', 1 FROM generate_series(21, 200) l;
SELECT outcome, count(*) FROM achieve.result WHERE learner_id > 20 GROUP BY outcome;
SELECT count(*) AS differences FROM achieve.check_outcomes();
-- Ids of the audit that nobody else may give.
ALTER TABLE achieve.audit ALTER COLUMN audit_id SET GENERATED ALWAYS;
SET achieve.direct_access = off;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1, 10, 'done', 1);
SET achieve.direct_access = on;
SELECT learner_id, outcome FROM achieve.result WHERE learner_id = 10;


-- An index of one's own that sorts words as people do, older than achieve's.
SELECT coalesce((SELECT collname FROM pg_collation WHERE collname = 'und-x-icu'), 'C') AS as_people_sort \gset
INSERT INTO achieve.achievement_type (achievement_type_id, code, title)
	SELECT 10 + n, c, c FROM unnest(string_to_array('a A b B c C d D', ' ')) WITH ORDINALITY AS t (c, n);
CREATE INDEX by_word ON achieve.achievement_type (code COLLATE :"as_people_sort");
REINDEX INDEX CONCURRENTLY achieve.achievement_type_code_is_unique;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (2, 'DW2', 'Holders', '2030-01-01', '2030-01-02', 'holds(D)');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (2, 11);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) SELECT 1, achievement_type_id FROM achieve.achievement_type WHERE code = 'D';
SELECT achieve.award(1, 11, 'D', 'seen') IS NOT NULL AS awarded;
SELECT event_id, outcome FROM achieve.result WHERE learner_id = 11 ORDER BY 1;
SELECT count(*) AS differences FROM achieve.check_outcomes();

\connect :regress_database
DROP DATABASE regress_achieve_direct_write;
DROP ROLE regress_direct_app;
