-- Do outcomes end right where a user's own triggers on the outcome tables write
-- facts and configuration?
\set VERBOSITY terse
INSERT INTO achieve.number_sequence (sequence_id, code, format) VALUES (4200, 'ot', '{event}-{type}-{number}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id)
	SELECT n, 'ot-' || n, 'T', CASE n WHEN 4203 THEN 4200 END FROM generate_series(4200, 4203) n;
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(4201, 4203) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(4200, 'OT0', 'Second chance', '2030-01-01', '2030-01-02', 'attended >= 1'),
	(4201, 'OT1', 'Congratulated', '2030-01-01', '2030-01-02', 'condition(done)'),
	(4202, 'OT2', 'Restless', '2030-01-01', '2030-01-02', 'condition(done)'),
	(4203, 'OT3', 'Numbered', '2030-01-01', '2030-01-02', NULL);
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (4200, 1, '2030-01-01', '2030-01-02');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (4200, 4200, 'passed'), (4200, 4201, 'failed'),
	(4201, 4200, 'passed'), (4201, 4201, 'passed and condition(c) >= 1'), (4202, 4200, 'passed'), (4203, 4203, NULL);
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(4200, 4203) e, generate_series(4201, 4203) l;
CREATE VIEW pg_temp.now_is AS
	SELECT r.event_id, r.learner_id, r.outcome, (SELECT string_agg(achievement_type_id || CASE WHEN revoked_at IS NULL THEN '' ELSE ' revoked' END, ', '
		ORDER BY achievement_type_id) FROM achieve.achievement a WHERE a.event_id = r.event_id AND a.learner_id = r.learner_id) AS achievements
	FROM achieve.result r ORDER BY 1, 2;

-- One who fails is marked present by a trigger.
CREATE FUNCTION pg_temp.relent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.attendance SET status = 'present' WHERE event_id = NEW.event_id AND learner_id = NEW.learner_id;
	RETURN NULL;
END $$;
CREATE TRIGGER relent AFTER INSERT OR UPDATE ON achieve.result FOR EACH ROW WHEN (NEW.event_id = 4200 AND NEW.outcome = 'failed')
	EXECUTE FUNCTION pg_temp.relent();
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (4200, 4201, 1, 'absent'), (4200, 4202, 1, 'late'), (4200, 4203, 1, 'absent');
SELECT learner_id, status FROM achieve.attendance WHERE event_id = 4200 ORDER BY 1;
SELECT * FROM pg_temp.now_is WHERE event_id = 4200;
SELECT * FROM achieve.check_outcomes(4200);
DROP TRIGGER relent ON achieve.result;

-- One who passes gets a condition that another award rule reads: each is issued once.
CREATE FUNCTION pg_temp.congratulate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (NEW.event_id, NEW.learner_id, 'c', 1);
	RETURN NULL;
END $$;
CREATE TRIGGER congratulate AFTER UPDATE ON achieve.result FOR EACH ROW WHEN (NEW.event_id = 4201 AND NEW.outcome = 'passed')
	EXECUTE FUNCTION pg_temp.congratulate();
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 4201, l, 'done', 1 FROM generate_series(4201, 4202) l;
SELECT * FROM pg_temp.now_is WHERE event_id = 4201;
SELECT * FROM achieve.check_outcomes(4201);
-- By hand as well, and at commit.
SELECT achieve.set_result(4201, 4203, 'passed', 'oral');
BEGIN;
SET LOCAL achieve.evaluation = commit;
DELETE FROM achieve.condition WHERE event_id = 4201;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4201, 4201, 'done', 1);
COMMIT;
SELECT * FROM pg_temp.now_is WHERE event_id = 4201;
SELECT * FROM achieve.check_outcomes(4201);
DROP TRIGGER congratulate ON achieve.result;

-- One that answers each change with another is told so, and nothing is done.
CREATE FUNCTION pg_temp.tease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.condition SET value = 1 - value WHERE event_id = NEW.event_id AND learner_id = NEW.learner_id;
	RETURN NULL;
END $$;
CREATE TRIGGER tease AFTER UPDATE ON achieve.result FOR EACH ROW WHEN (NEW.event_id = 4202) EXECUTE FUNCTION pg_temp.tease();
\set VERBOSITY default
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4202, 4201, 'done', 1);
\set VERBOSITY terse
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM achieve.condition WHERE event_id = 4202;
SELECT * FROM pg_temp.now_is WHERE event_id = 4202;
DROP TRIGGER tease ON achieve.result;
-- The session goes on.
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4202, 4201, 'done', 1);
SELECT * FROM pg_temp.now_is WHERE event_id = 4202 AND learner_id = 4201;

-- Other events' configuration changes while award() is under way: the number names this event and type.
CREATE FUNCTION pg_temp.reconfigure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.achievement_type SET code = code || 'x' WHERE achievement_type_id = 4202;
	INSERT INTO achieve.enrollment (event_id, learner_id) SELECT event_id, 4201 FROM achieve.event WHERE code ~ '^X\d' ON CONFLICT DO NOTHING;
	UPDATE achieve.event SET passing_rule = 'condition(x) >= ' || right(code, 2)::integer WHERE code ~ '^X\d';
	RETURN NULL;
END $$;
BEGIN;
INSERT INTO achieve.event (code, title, starts_at, ends_at) SELECT 'X' || n, 'another', '2030-01-01', '2030-01-02' FROM generate_series(10, 49) n;
CREATE TRIGGER reconfigure AFTER UPDATE ON achieve.achievement FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.reconfigure();
SELECT achieve.award(4203, 4201, 'ot-4203', 'oral') > 0 AS awarded;
SELECT achieve.award(4203, 4202, 'ot-4203', 'oral') > 0 AS awarded;
SELECT number FROM achieve.achievement WHERE event_id = 4203 ORDER BY 1;
SELECT * FROM achieve.check_outcomes(4203);
ROLLBACK;
