-- Does an event's number change with everything that belongs to it?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1200, 'r-type', 'Type');
INSERT INTO achieve.learner (learner_id, name) VALUES (1201, 'Ada'), (1202, 'Ben');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(1200, 'r-moves', 'Moves', '2030-01-01', '2030-01-02', 'attended >= 1 and score(final) >= 50 and condition(done)'),
	(1201, 'r-stays', 'Stays', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1200, 1, '2030-01-01 09:00+00', '2030-01-01 10:00+00');
INSERT INTO achieve.assessment (event_id, code) VALUES (1200, 'final');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1201, 1200, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1200, 1201), (1200, 1202), (1201, 1201);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1200, 1201, 1, 'present'), (1200, 1202, 1, 'present');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1200, 1201, 'final', 50);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1200, 1201, 'done', 1), (1200, 1202, 'done', 1), (1201, 1201, 'done', 1);
SELECT achieve.set_result(1200, 1202, 'failed', 'left early');
CREATE FUNCTION pg_temp.results() RETURNS TABLE (event_id bigint, learner_id bigint, rule_outcome text, outcome text) LANGUAGE sql AS $$
	SELECT event_id, learner_id, rule_outcome, outcome FROM achieve.result WHERE event_id BETWEEN 1200 AND 1209 ORDER BY 1, 2
$$;
SELECT * FROM pg_temp.results();
-- The results move along, the manual one too, and go on following the facts.
UPDATE achieve.event SET event_id = 1205 WHERE event_id = 1200;
SELECT * FROM pg_temp.results();
UPDATE achieve.score SET score = 49 WHERE event_id = 1205;
SELECT * FROM pg_temp.results();
-- Where an achievement was ever issued, the number stays.
UPDATE achieve.event SET event_id = 1206 WHERE event_id = 1201;
SELECT * FROM pg_temp.results();

SELECT * FROM achieve.check_outcomes();
