-- Are dates of records corrected, with what follows from them, and what is refused?
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit) VALUES (2500, 'am-first', 'First', 1, 'year'), (2501, 'am-second', 'Second', NULL, NULL);
INSERT INTO achieve.learner (learner_id, name) VALUES (2501, 'Ada'), (2502, 'Ben');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at) VALUES (2500, 'am-1', 'Amend', '2030-01-01', '2030-01-02'), (2501, 'am-2', 'Reads it', '2030-01-01', '2030-01-02');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (2500, 2500, NULL), (2501, 2501, 'holds("am-first")');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (2500, 2501), (2501, 2501), (2500, 2502);
SELECT achieve.award(2500, 2501, 'am-first', 'examined', valid_from => '2001-01-01', expires_on => '2002-01-01', number => 'AM-OLD-1') AS first \gset
CREATE VIEW pg_temp.held AS SELECT t.code, n.number, n.valid_from, n.expires_on, a.revoked_at IS NOT NULL AS revoked
	FROM achieve.achievement a JOIN achieve.achievement_type t USING (achievement_type_id)
	-- what is drawn and dated today is not shown
	LEFT JOIN achieve.achievement n ON n.achievement_id = a.achievement_id AND t.code = 'am-first' WHERE a.learner_id = 2501 ORDER BY 1;
SET datestyle = ISO;
TABLE pg_temp.held;
-- Valid now: the enrollment that reads it is decided in the same statement. The number stays.
SELECT achieve.amend_achievement(:first, '2001-01-01', NULL, 'the end was a typing error');
TABLE pg_temp.held;
-- And back: what rested on it lapses.
SELECT achieve.amend_achievement(:first, '2001-01-01', '2001-12-31', 'it was right after all');
TABLE pg_temp.held;
SELECT action, old_value - 'achievement_id' AS old_value, new_value - 'achievement_id' AS new_value, reason FROM achieve.audit
	WHERE event_id = 2500 AND action = 'achievement.amended' ORDER BY audit_id;
SELECT * FROM achieve.check_outcomes() WHERE event_id IN (2500, 2501);

-- Wrong input.
SELECT achieve.amend_achievement(NULL, '2001-01-01', NULL, 'x');
SELECT achieve.amend_achievement(:first, NULL, NULL, 'x');
SELECT achieve.amend_achievement(:first, '2001-01-01', '2001-01-01', 'x');
SELECT achieve.amend_achievement(:first, '2001-01-01', 'infinity', 'x');
SELECT achieve.amend_achievement(:first, '0044-03-15 BC', NULL, 'x');
SELECT achieve.amend_achievement(:first, '2001-01-01', NULL, '  ');
SELECT achieve.amend_achievement(987654321, '2001-01-01', NULL, 'x');
SELECT achieve.revoke(:first, 'x');
\set VERBOSITY sqlstate
SELECT achieve.amend_achievement(:first, '2001-01-01', NULL, 'x');
SELECT achieve.revoke(:first, 'again');
