-- Does create_event copy everything of its template, and do later changes, of
-- the template and of the event, stay where they are made?
\set regress_database :DBNAME
\set SHOW_CONTEXT never
CREATE DATABASE regress_achieve_inherit;
\connect regress_achieve_inherit
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
SET TimeZone = 'UTC';

INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(1, 'certificate', 'Certificate'), (2, 'badge', 'Badge'), (3, 'retired', 'Retired'), (4, 'own', 'Own');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES
	(1, 'FA', 'First aid', 'absences <= 1 and score(final) >= 60 and completed(form)'),
	(2, 'TALK', 'A talk', NULL);
INSERT INTO achieve.template_session (template_id, session_no, title, starts_after_minutes, duration_minutes, required) VALUES
	(1, 1, 'Basics', 0, 180, true), (1, 2, 'Practice', 240, 120, true),
	(1, 3, 'Second day', 1440, 300, true), (1, 4, 'Questions', 1800, 60, false);
INSERT INTO achieve.template_assessment VALUES (1, 'final', 'Final test', 70, 2, 'latest', 3), (1, 'quiz', 'Quiz', 10, 0, 'mean', NULL);
INSERT INTO achieve.template_requirement VALUES (1, 'form', 'Health form');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule, on_lapse, active, valid_for, valid_unit,
	valid_from_anchor, expiry_alignment, expires_on_day) VALUES
	(1, 1, 'passed and paid', 'keep', true, 2, 'year', 'event_end', 'quarter', '01-01'),
	(1, 2, NULL, 'revoke', true, NULL, NULL, NULL, NULL, NULL),
	(1, 3, 'passed', 'revoke', false, NULL, NULL, NULL, NULL, NULL);

-- What is wrong with the arguments.
SELECT achieve.create_event(NULL, '2026-03-27');
SELECT achieve.create_event('FA', NULL);
SELECT achieve.create_event('F A', '2026-03-27');
SELECT achieve.create_event('welding', '2026-03-27');
SELECT achieve.create_event('FA', 'infinity');
SELECT achieve.create_event('FA', '0044-03-15 12:00 BC');
SELECT achieve.create_event('FA', '2026-03-27', time_zone => 'Berlin');
\set VERBOSITY terse
SELECT achieve.create_event('FA', '9999-12-31 12:00');
SELECT achieve.create_event('FA', '2026-03-27', code => '');
SELECT count(*) AS events, (SELECT count(*) FROM achieve.audit WHERE action = 'event.created') AS audited FROM achieve.event;

-- Everything is copied. The second day is the one on which summer time begins:
-- its sessions keep to the clock of the event's time zone.
SELECT setval(pg_get_serial_sequence('achieve.event', 'event_id'), 100, false);
SELECT achieve.create_event('FA', '2026-03-28 09:00+01', time_zone => 'Europe/Berlin') AS event_id \gset
SELECT event_id, template_id, code, title, starts_at, ends_at, time_zone, status, passing_rule, passing_rule_inherited
	FROM achieve.event WHERE event_id = :event_id;
SELECT session_no, title, starts_at AT TIME ZONE 'Europe/Berlin' AS starts, ends_at - starts_at AS length, required, cancelled
	FROM achieve.session WHERE event_id = :event_id ORDER BY session_no;
SELECT code, title, max_score, weight, attempt_choice, max_attempts FROM achieve.assessment WHERE event_id = :event_id ORDER BY code;
SELECT code, title FROM achieve.requirement WHERE event_id = :event_id;
SELECT achievement_type_id, award_rule, on_lapse, valid_for, valid_unit, valid_from_anchor, expiry_alignment, expires_on_day, inherited, active
	FROM achieve.event_achievement WHERE event_id = :event_id ORDER BY achievement_type_id;

-- One audit row holds all of it.
SELECT action, object, event_id, old_value IS NULL AS was_nothing, new_value ->> 'template' AS template,
	jsonb_array_length(new_value -> 'sessions') AS sessions, jsonb_array_length(new_value -> 'assessments') AS assessments,
	jsonb_path_query_array(new_value, '$.requirements[*].code') AS requirements,
	jsonb_path_query_array(new_value, '$.achievements[*].code') AS achievements, new_value ->> 'passing_rule' AS rule
	FROM achieve.audit WHERE event_id IS NOT NULL ORDER BY audit_id;

-- The copy decides from the first mark on.
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ann');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (:event_id, 1);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT :event_id, 1, s, 'present' FROM generate_series(1, 2) s;
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (:event_id, 1, 'form');
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES
	(:event_id, 1, 'final', 1, 70), (:event_id, 1, 'final', 2, 30), (:event_id, 1, 'final', 3, 42);
SELECT outcome, valid_from, expires_on, revoked_at FROM achieve.results_tab JOIN achieve.achievements_tab USING (event_id, learner_id)
	WHERE event_id = :event_id AND achievement_type = 'certificate';

-- Code, title and time zone of its own; a template without sessions; a code
-- and an id that are taken.
SELECT achieve.create_event('TALK', '2026-05-01 18:00+02', 'MAY', 'The May talk') AS talk_id \gset
SELECT code, title, starts_at, ends_at, time_zone, passing_rule, passing_rule_inherited FROM achieve.event WHERE event_id = :talk_id;
SELECT achieve.create_event('TALK', '2026-06-01 18:00+02', 'MAY');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at) VALUES (103, NULL, 'Brought along', '2026-01-01', '2026-01-01'),
	(200, 'TALK-104', 'Has the code', '2026-01-01', '2026-01-01');
SELECT achieve.create_event('TALK', '2026-06-01 18:00+02');

-- A change of the template reaches new events only.
UPDATE achieve.course_template SET passing_rule = 'absences = 0', title = 'First aid, new', event_achievements_allowed = false WHERE template_id = 1;
UPDATE achieve.template_session SET duration_minutes = 60;
DELETE FROM achieve.template_session WHERE session_no = 4;
UPDATE achieve.template_assessment SET max_score = 100 WHERE code = 'final';
INSERT INTO achieve.template_requirement VALUES (1, 'photo', 'Photo');
UPDATE achieve.template_achievement SET award_rule = 'passed' WHERE achievement_type_id = 1;
SELECT achieve.create_event('FA', '2026-09-28 09:00+02', 'AUTUMN') AS new_id \gset
CREATE VIEW shape AS SELECT e.event_id, e.title, e.passing_rule, e.ends_at - e.starts_at AS length,
	(SELECT count(*) FROM achieve.session s WHERE s.event_id = e.event_id) AS sessions,
	(SELECT max_score FROM achieve.assessment a WHERE a.event_id = e.event_id AND a.code = 'final') AS max_score,
	(SELECT count(*) FROM achieve.requirement r WHERE r.event_id = e.event_id) AS requirements,
	(SELECT award_rule FROM achieve.event_achievement a WHERE a.event_id = e.event_id AND a.achievement_type_id = 1) AS award_rule
	FROM achieve.event e;
SELECT * FROM shape WHERE event_id IN (:event_id, :new_id) ORDER BY event_id;
SELECT outcome FROM achieve.result WHERE event_id = :event_id;

-- A change on the event stays on that event, and says that it is the event's.
UPDATE achieve.event SET passing_rule = 'absences <= 2' WHERE event_id = :new_id;
UPDATE achieve.event_achievement SET award_rule = 'passed and approved' WHERE event_id = :new_id AND achievement_type_id = 1;
DELETE FROM achieve.event_achievement WHERE event_id = :new_id AND achievement_type_id = 2;
SELECT subject, rule, template_rule, origin FROM achieve.passing_rules_tab WHERE event_id = :new_id ORDER BY subject COLLATE "C";
SELECT subject, rule, template_rule, origin FROM achieve.passing_rules_tab WHERE event_id = :event_id ORDER BY subject COLLATE "C";
UPDATE achieve.event SET title = 'Only the title' WHERE event_id = :event_id;
SELECT passing_rule_inherited, (SELECT bool_and(inherited) FROM achieve.event_achievement WHERE event_id = :event_id) AS awards
	FROM achieve.event WHERE event_id = :event_id;
SELECT title, passing_rule FROM achieve.course_template WHERE template_id = 1;

-- Achievements of an event's own: only where the template allows them.
\set VERBOSITY default
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (:new_id, 4, 'passed');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (:new_id, 2, 'passed');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (:talk_id, 4, 'passed');
SELECT event_code, subject, rule, origin FROM achieve.passing_rules_tab
	WHERE event_id IN (:new_id, :talk_id) AND subject IN ('own', 'badge') ORDER BY subject COLLATE "C";

-- Who may not read the templates makes no events of them.
CREATE ROLE regress_achieve_maker;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_maker;
GRANT EXECUTE ON FUNCTION achieve.create_event(text, timestamptz, text, text, text) TO regress_achieve_maker;
SET ROLE regress_achieve_maker;
SELECT achieve.create_event('FA', '2026-03-27');
RESET ROLE;
GRANT SELECT ON achieve.course_template TO regress_achieve_maker;
SET ROLE regress_achieve_maker;
SELECT achieve.create_event('FA', '2026-03-27', 'MADE') > 0 AS made;
RESET ROLE;
SELECT action, database_user = 'regress_achieve_maker' AS by_the_maker FROM achieve.audit WHERE object = 'MADE';

SELECT * FROM achieve.check_outcomes();
\connect :regress_database
DROP DATABASE regress_achieve_inherit;
DROP ROLE regress_achieve_maker;
