-- What becomes of outcomes when an enrollment is not active, an event is
-- cancelled, an achievement is withdrawn from an event, or keys change?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(1190, 's-lapses', 'Lapses'), (1191, 's-stays', 'Stays'), (1192, 's-manual', 'By hand'), (1193, 's-later', 'Later');
INSERT INTO achieve.learner (learner_id, name) VALUES (1191, 'Ada'), (1192, 'Ben'), (1193, 'Cleo'), (1194, 'Dan');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1190, 's-event', 'Standing', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, on_lapse) VALUES
	(1190, 1190, 'passed', 'revoke'), (1190, 1191, 'passed', 'keep'), (1190, 1192, NULL, 'revoke');
CREATE FUNCTION pg_temp.standing()
RETURNS TABLE (learner_id bigint, status text, outcome text, held text) LANGUAGE sql AS $$
	SELECT n.learner_id, n.status, r.rule_outcome,
		(SELECT string_agg(t.code, ', ' ORDER BY t.code) FROM achieve.achievement AS a
			JOIN achieve.achievement_type AS t USING (achievement_type_id)
			WHERE a.event_id = n.event_id AND a.learner_id = n.learner_id AND a.revoked_at IS NULL)
	FROM achieve.enrollment AS n LEFT JOIN achieve.result AS r USING (event_id, learner_id)
	WHERE n.event_id = 1190 ORDER BY n.learner_id
$$;

-- Only active enrollments are evaluated; the others have a result row all the same.
INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES
	(1190, 1191, 'active'), (1190, 1192, 'interested'), (1190, 1193, 'reserved'), (1190, 1194, 'cancelled');
INSERT INTO achieve.condition (event_id, learner_id, name, value)
	SELECT 1190, l, 'done', 1 FROM generate_series(1191, 1194) AS l;
SELECT achieve.award(1190, 1191, 's-manual', 'by hand') > 0 AS awarded;
SELECT * FROM pg_temp.standing();
UPDATE achieve.enrollment SET status = 'active' WHERE event_id = 1190 AND learner_id IN (1192, 1193);
SELECT * FROM pg_temp.standing();

-- It stops being active: what the rule issued lapses by its policy, the manual
-- one stays, the result stays as history whatever facts come.
UPDATE achieve.enrollment SET status = 'cancelled' WHERE event_id = 1190 AND learner_id = 1191;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1190 AND learner_id = 1191;
SELECT * FROM pg_temp.standing();
SELECT revoke_reason FROM achieve.achievement WHERE event_id = 1190 AND learner_id = 1191 AND revoked_at IS NOT NULL;
-- Active again, it is decided afresh.
UPDATE achieve.enrollment SET status = 'active' WHERE event_id = 1190 AND learner_id = 1191;
SELECT * FROM pg_temp.standing();
UPDATE achieve.condition SET value = 1 WHERE event_id = 1190 AND learner_id = 1191;
SELECT * FROM pg_temp.standing();
-- A cancelled event, and the same event after all.
UPDATE achieve.event SET status = 'cancelled' WHERE event_id = 1190;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1190 AND learner_id = 1193;
SELECT * FROM pg_temp.standing();
SELECT DISTINCT revoke_reason FROM achieve.achievement WHERE event_id = 1190 AND revoked_at IS NOT NULL;
UPDATE achieve.event SET status = 'scheduled' WHERE event_id = 1190;
SELECT * FROM pg_temp.standing();

-- Deactivated or deleted, it issues nothing more and revokes nothing.
UPDATE achieve.condition SET value = 1 WHERE event_id = 1190 AND learner_id = 1193;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1190, 1193, 'failed');
UPDATE achieve.event_achievement SET active = false WHERE event_id = 1190 AND achievement_type_id = 1190;
DELETE FROM achieve.event_achievement WHERE event_id = 1190 AND achievement_type_id = 1193;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1190 AND learner_id IN (1192, 1193);
UPDATE achieve.enrollment SET status = 'active' WHERE event_id = 1190 AND learner_id = 1194;
SELECT * FROM pg_temp.standing();
-- In force again, it decides as things stand.
UPDATE achieve.event_achievement SET active = true WHERE event_id = 1190 AND achievement_type_id = 1190;
SELECT * FROM pg_temp.standing();
-- Another rule decides anew; without one, the award is by hand, and revokes nothing.
UPDATE achieve.event_achievement SET award_rule = 'failed' WHERE event_id = 1190 AND achievement_type_id = 1190;
SELECT * FROM pg_temp.standing();
UPDATE achieve.event_achievement SET award_rule = NULL WHERE event_id = 1190 AND achievement_type_id = 1190;
SELECT * FROM pg_temp.standing();

-- Facts and results go with their enrollment, and move with it.
INSERT INTO achieve.learner (learner_id, name) VALUES (1195, 'Eve'), (1196, 'Fay');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1191, 's-moves', 'Moves', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1191, 1195), (1191, 1191);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1191, 1195, 'done', 1), (1191, 1191, 'done', 1);
UPDATE achieve.enrollment SET learner_id = 1196 WHERE event_id = 1191 AND learner_id = 1195;
SELECT r.event_id, learner_id, rule_outcome, value FROM achieve.result AS r JOIN achieve.condition USING (event_id, learner_id)
	WHERE r.event_id = 1191 ORDER BY learner_id;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1191 AND learner_id = 1196;
SELECT r.event_id, learner_id, rule_outcome, value FROM achieve.result AS r JOIN achieve.condition USING (event_id, learner_id)
	WHERE r.event_id = 1191 ORDER BY learner_id;
DELETE FROM achieve.enrollment WHERE event_id = 1191 AND learner_id = 1196;
SELECT count(*) AS results, (SELECT count(*) FROM achieve.condition WHERE event_id = 1191) AS conditions
	FROM achieve.result WHERE event_id = 1191;
DELETE FROM achieve.event WHERE event_id = 1191;
SELECT count(*) AS results FROM achieve.result WHERE event_id = 1191;
-- Where an achievement was ever issued, they stay: also a revoked one.
DELETE FROM achieve.enrollment WHERE event_id = 1190 AND learner_id = 1194;
DELETE FROM achieve.enrollment WHERE event_id = 1190 AND learner_id = 1193;
UPDATE achieve.enrollment SET learner_id = 1196 WHERE event_id = 1190 AND learner_id = 1193;
DELETE FROM achieve.event WHERE event_id = 1190;
DELETE FROM achieve.learner WHERE learner_id = 1193;

-- A value that is as large as one may be and rounds to more stays the largest.
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1192, 's-large', 'Large', '2030-01-01', '2030-01-02', 'condition(mass) = 999999999999.999999 and condition(debt) = -999999999999.999999');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1192, 1195);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1192, 1195, 'mass', 999999999999.9999999), (1192, 1195, 'debt', -999999999999.9999999);
SELECT outcome, achieve.facts(1192, 1195) -> 'condition' AS conditions FROM achieve.result WHERE event_id = 1192;

SELECT * FROM achieve.check_outcomes();
