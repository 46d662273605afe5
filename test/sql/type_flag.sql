-- Does what a learner comes to hold reach the rules that read it, whatever is
-- done to the type; and does the record come back that lapsed last?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (4400, 'tf-read', 'Read by a rule');
INSERT INTO achieve.learner (learner_id, name) VALUES (4401, 'L');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES
	(4400, 'Gives', '2020-01-01', '2020-01-02', 'condition(done)'), (4401, 'Reads', '2020-01-01', '2020-01-02', 'holds(tf-read)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (4400, 4400, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (4400, 4401), (4401, 4401);
SET client_min_messages = warning;
CREATE VIEW pg_temp.now_is AS SELECT event_id, outcome FROM achieve.result WHERE event_id IN (4400, 4401) ORDER BY event_id;

-- An app that saves whole rows does not unlearn that rules read it.
UPDATE achieve.achievement_type SET title = 'Renamed', read_by_rules = false WHERE achievement_type_id = 4400;
SELECT title, read_by_rules FROM achieve.achievement_type WHERE achievement_type_id = 4400;
UPDATE achieve.event SET passing_rule = 'condition(done) >= 1' WHERE event_id = 4400;
BEGIN;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4400, 4401, 'done', 1);
TABLE pg_temp.now_is;
SELECT * FROM achieve.check_outcomes(4401);
ROLLBACK;
-- Nor does a type that is deleted and made anew.
DELETE FROM achieve.event_achievement WHERE achievement_type_id = 4400;
DELETE FROM achieve.achievement_type WHERE achievement_type_id = 4400;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor)
	VALUES (4402, 'tf-read', 'Made anew', 100, 'year', 'event_start');
SELECT read_by_rules FROM achieve.achievement_type WHERE achievement_type_id = 4402;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (4400, 4402, 'passed');
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4400, 4401, 'done', 1);
TABLE pg_temp.now_is;
SELECT * FROM achieve.check_outcomes(4400);
SELECT * FROM achieve.check_outcomes(4401);

-- The first record lapses; with other dates a second is issued, and lapses too.
-- Then the first is held again.
CREATE VIEW pg_temp.records AS SELECT row_number() OVER (ORDER BY achievement_id) AS record, valid_from, revoked_at IS NULL AS held
	FROM achieve.achievement WHERE event_id = 4400 ORDER BY achievement_id;
UPDATE achieve.condition SET value = 0 WHERE event_id = 4400;
UPDATE achieve.event SET starts_at = '2019-12-01' WHERE event_id = 4400;
UPDATE achieve.condition SET value = 1 WHERE event_id = 4400;
UPDATE achieve.condition SET value = 0 WHERE event_id = 4400;
TABLE pg_temp.records;
UPDATE achieve.event_achievement SET active = false WHERE event_id = 4400;
UPDATE achieve.condition SET value = 1 WHERE event_id = 4400;
SELECT achieve.reinstate(min(achievement_id), 'it was right') FROM achieve.achievement WHERE event_id = 4400;
UPDATE achieve.event_achievement SET active = true WHERE event_id = 4400;
TABLE pg_temp.records;
-- It is the one that lapses, and comes back within the transaction.
BEGIN;
DELETE FROM achieve.condition WHERE event_id = 4400;
TABLE pg_temp.records;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4400, 4401, 'done', 1);
COMMIT;
TABLE pg_temp.records;
TABLE pg_temp.now_is;
SELECT * FROM achieve.check_outcomes(4400);
