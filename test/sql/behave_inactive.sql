-- Does switching a type off leave the events that have it alone, and keep it out of new ones?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1230, 'i-type', 'Type');
INSERT INTO achieve.learner (learner_id, name) VALUES (1231, 'Ada'), (1232, 'Ben');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (1230, 'i-course', 'Inactive', 'condition(done)');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES (1230, 1230, 'passed');
SELECT achieve.create_event('i-course', '2030-01-01', 'i-before') AS before \gset
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (:before, 1231), (:before, 1232);
INSERT INTO achieve.condition VALUES (:before, 1231, 'done', 1);
CREATE FUNCTION pg_temp.holders() RETURNS TABLE (learner_id bigint, held boolean) LANGUAGE sql AS $$
	SELECT learner_id, revoked_at IS NULL FROM achieve.achievement WHERE achievement_type_id = 1230 ORDER BY achievement_id
$$;
UPDATE achieve.achievement_type SET active = false WHERE code = 'i-type';
INSERT INTO achieve.condition VALUES (:before, 1232, 'done', 1);
UPDATE achieve.condition SET value = 0 WHERE event_id = :before AND learner_id = 1231;
SELECT * FROM pg_temp.holders();
SELECT achieve.create_event('i-course', '2030-02-01', 'i-after') AS after \gset
SELECT e.code, count(o.achievement_type_id) AS achievements FROM achieve.event e
	LEFT JOIN achieve.event_achievement o USING (event_id) WHERE e.event_id IN (:before, :after) GROUP BY e.code ORDER BY e.code;
SELECT * FROM achieve.check_outcomes(:before);
