-- Is nothing of an inactive type issued, and nothing revoked?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1230, 'i-type', 'Type');
INSERT INTO achieve.learner (learner_id, name) VALUES (1231, 'Ada'), (1232, 'Ben');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1230, 'i-event', 'Inactive', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1230, 1230, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1230, 1231), (1230, 1232);
INSERT INTO achieve.condition VALUES (1230, 1231, 'done', 1);
CREATE FUNCTION pg_temp.holders() RETURNS TABLE (learner_id bigint, held boolean) LANGUAGE sql AS $$
	SELECT learner_id, revoked_at IS NULL FROM achieve.achievement WHERE event_id = 1230 ORDER BY achievement_id
$$;
SELECT * FROM pg_temp.holders();
UPDATE achieve.achievement_type SET active = false WHERE code = 'i-type';
UPDATE achieve.condition SET value = 0 WHERE event_id = 1230;
INSERT INTO achieve.condition VALUES (1230, 1232, 'done', 1);
SELECT * FROM pg_temp.holders();
\set VERBOSITY sqlstate
SELECT achieve.award(1230, 1232, 'i-type', 'by hand');
\set VERBOSITY terse
-- Active again, it decides as things stand.
UPDATE achieve.achievement_type SET active = true WHERE code = 'i-type';
SELECT * FROM pg_temp.holders();
SELECT * FROM achieve.check_outcomes();
