-- Does passing_rules_tab show each difference between an event and its
-- template, and whose it is?
\set regress_database :DBNAME
CREATE DATABASE regress_achieve_passing_rules;
\connect regress_achieve_passing_rules
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;

INSERT INTO achieve.achievement_type (code, title) VALUES
	('basic', 'Basic'), ('extra', 'Extra'), ('late', 'Late'), ('own', 'Own'), ('retired', 'Retired'), ('switched', 'Switched');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule)
	VALUES (1, 'course', 'Course', 'absences <= 2');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule)
	SELECT 1, achievement_type_id, 'passed' FROM achieve.achievement_type
	WHERE code IN ('basic', 'extra', 'retired', 'switched');
UPDATE achieve.template_achievement SET active = false
	WHERE achievement_type_id = (SELECT achievement_type_id FROM achieve.achievement_type WHERE code = 'retired');
SELECT achieve.create_event('course', '2026-03-02 09:00+00', 'C-1') AS event_id \gset

CREATE FUNCTION pg_temp.tab() RETURNS TABLE (event_code text, subject text, rule text, template_rule text, origin text)
	LANGUAGE sql AS $$
	SELECT t.event_code, t.subject, t.rule, t.template_rule, t.origin FROM achieve.passing_rules_tab t
	ORDER BY t.event_code, t.subject = 'passing rule' DESC, t.subject COLLATE "C" $$;
CREATE FUNCTION pg_temp.type_id(text) RETURNS bigint LANGUAGE sql AS
	$$ SELECT achievement_type_id FROM achieve.achievement_type WHERE code = $1 $$;

-- As it was made: all inherited. What the template had switched off is not there.
SELECT * FROM pg_temp.tab();

-- The template changes: new events only, and the old one shows whose change it is.
UPDATE achieve.course_template SET passing_rule = 'absences <= 1';
UPDATE achieve.template_achievement SET award_rule = 'passed and paid'
	WHERE achievement_type_id = pg_temp.type_id('basic');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule)
	VALUES (1, pg_temp.type_id('late'), 'passed and approved');
DELETE FROM achieve.template_achievement WHERE achievement_type_id = pg_temp.type_id('extra');
SELECT * FROM pg_temp.tab();
SELECT achieve.create_event('course', '2026-04-02 09:00+00', 'C-2') AS second_event_id \gset
SELECT * FROM pg_temp.tab() WHERE event_code = 'C-2';

-- A change of the validity is one too, though the rules are the same.
UPDATE achieve.template_achievement SET valid_for = 1, valid_unit = 'year'
	WHERE achievement_type_id = pg_temp.type_id('switched');
SELECT * FROM pg_temp.tab() WHERE subject = 'switched';
UPDATE achieve.template_achievement SET valid_for = NULL, valid_unit = NULL;

-- Changes on an event stay on that event.
UPDATE achieve.event SET passing_rule = 'absences <= 3' WHERE code = 'C-2';
UPDATE achieve.event_achievement SET award_rule = 'passed or approved'
	WHERE event_id = :second_event_id AND achievement_type_id = pg_temp.type_id('basic');
DELETE FROM achieve.event_achievement
	WHERE event_id = :second_event_id AND achievement_type_id = pg_temp.type_id('late');
UPDATE achieve.event_achievement SET active = false
	WHERE event_id = :second_event_id AND achievement_type_id = pg_temp.type_id('switched');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	VALUES (:second_event_id, pg_temp.type_id('own'), 'passed and ended');
SELECT * FROM pg_temp.tab();

-- The event's own rule stays its own when it happens to be the template's.
UPDATE achieve.event SET passing_rule = 'absences <= 1' WHERE code = 'C-2';
SELECT * FROM pg_temp.tab() WHERE event_code = 'C-2' AND subject = 'passing rule';

-- No rule is a rule: results by hand.
UPDATE achieve.event SET passing_rule = NULL WHERE code = 'C-2';
SELECT * FROM pg_temp.tab() WHERE event_code = 'C-2' AND subject = 'passing rule';
UPDATE achieve.course_template SET passing_rule = NULL;
UPDATE achieve.event SET passing_rule = 'absences <= 3' WHERE code = 'C-2';
SELECT * FROM pg_temp.tab() WHERE subject = 'passing rule';

-- An event without a template.
INSERT INTO achieve.event (code, title, starts_at, ends_at, passing_rule)
	VALUES ('D-1', 'One day', '2026-05-02 09:00+00', '2026-05-02 17:00+00', 'attended >= 1');
SELECT * FROM pg_temp.tab() WHERE event_code = 'D-1';

-- The first column is a key.
SELECT count(*) AS more_than_once FROM (SELECT FROM achieve.passing_rules_tab GROUP BY row_key HAVING count(*) > 1) r;

\connect :regress_database
DROP DATABASE regress_achieve_passing_rules;
