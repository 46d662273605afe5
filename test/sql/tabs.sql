-- Do the Results tab, the Achievements tab and the summary show every
-- enrollment, achievement and count as it is?
\set regress_database :DBNAME
CREATE DATABASE regress_achieve_tabs;
\connect regress_achieve_tabs
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
SET TimeZone = 'UTC';

INSERT INTO achieve.account (account_id, name) VALUES (1, 'Acme');
INSERT INTO achieve.learner (learner_id, account_id, name) VALUES (1, 1, 'Ann'), (2, 1, 'Bob'), (3, NULL, 'Cleo'),
	(4, 1, 'Dan'), (5, 1, 'Eve'), (6, 1, 'Fay'), (7, 1, 'Gus'), (8, 1, 'Hal');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body) VALUES (1, 'plain', 'Plain', '<svg>{{learner_name}}</svg>');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, certificate_template_id) VALUES
	(1, 'licence', 'Licence', 1, 'year', 1), (2, 'honours', 'Honours', NULL, NULL, NULL), (3, 'medal', 'Medal', NULL, NULL, NULL);
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone, passing_rule) VALUES
	(1, 'SPRING', 'Spring class', '2030-03-04 08:00', '2030-03-08 16:00', 'Europe/Berlin', 'absences <= 1 and mean_score >= 60'),
	(2, 'EMPTY', 'Nothing yet', '2030-05-01', '2030-05-02', 'UTC', NULL);
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at, required, cancelled)
	SELECT 1, d, date '2030-03-03' + d + time '08:00', date '2030-03-03' + d + time '16:00', d < 6, d = 5 FROM generate_series(1, 6) d;
INSERT INTO achieve.assessment (event_id, code, max_score, weight, max_attempts) VALUES (1, 'theory', 50, 1, 1), (1, 'practice', 80, 3, 2);
INSERT INTO achieve.requirement (event_id, code) VALUES (1, 'form'), (1, 'photo'), (1, 'essay');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, active) VALUES
	(1, 1, 'passed and paid', true), (1, 2, 'approved and mean_score >= 90', true), (1, 3, NULL, true);
INSERT INTO achieve.enrollment (event_id, learner_id, status, counts_from) VALUES
	(1, 1, 'active', NULL), (1, 2, 'active', NULL), (1, 3, 'active', '2030-03-06'), (1, 4, 'active', NULL), (1, 5, 'reserved', NULL),
	(1, 6, 'active', NULL), (1, 7, 'active', NULL);

-- Ann passes; Bob too, and owes money; Cleo joined late; Dan fails; Eve is not
-- active; Fay is passed by hand; nothing is known of Gus. Marks on the
-- cancelled and the optional session do not count.
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(1, 1, 1, 'present'), (1, 1, 2, 'late'), (1, 1, 3, 'excused'), (1, 1, 4, 'present'), (1, 1, 5, 'absent'), (1, 1, 6, 'absent'),
	(1, 2, 1, 'present'), (1, 2, 2, 'present'), (1, 2, 3, 'absent'), (1, 2, 4, 'late'),
	(1, 3, 1, 'absent'), (1, 3, 2, 'absent'), (1, 3, 3, 'present'),
	(1, 4, 1, 'absent'), (1, 4, 2, 'absent'), (1, 4, 3, 'present'),
	(1, 5, 1, 'present'), (1, 6, 1, 'absent'), (1, 6, 2, 'absent');
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES
	(1, 1, 'theory', 1, 40), (1, 1, 'practice', 1, 64), (1, 1, 'practice', 2, 76),
	(1, 2, 'theory', 1, 25), (1, 2, 'practice', 1, 60), (1, 2, 'practice', 2, 50),
	(1, 3, 'practice', 1, 20), (1, 5, 'theory', 1, 50);
INSERT INTO achieve.completion (event_id, learner_id, code, completed_at, waived) VALUES
	(1, 1, 'form', '2030-03-05', false), (1, 1, 'photo', NULL, true), (1, 1, 'essay', NULL, false), (1, 2, 'form', '2030-03-05', false);
INSERT INTO achieve.invoice (invoice_id, number, account_id, status) VALUES (1, 'INV-1', 1, 'issued'), (2, 'INV-2', 1, 'draft');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid) VALUES (1, 2, 1, 1, 120, 20), (1, 1, 2, 1, 50, 0);
SELECT achieve.set_result(1, 6, 'passed', 'examined at home');

-- Percentages: Ann 3 of 4; (1 * 80 + 3 * 95) / 4 = 91.25 and Bob
-- (1 * 50 + 3 * 75) / 4 = 68.75; Cleo 25 of what she has.
SELECT learner_name, account_name, enrollment_status AS status, sessions, marked, attended, absences, excused, lates,
	attendance_percent, score_percent, completion_percent, paid FROM achieve.results_tab WHERE event_id = 1 ORDER BY learner_id;
SELECT row_key, event_code, event_title, account_id, rule_outcome, manual_outcome, outcome, source, reason,
	decided_by = current_user AS by_me, decided_at IS NOT NULL AS dated, approved_by, approved_at, waiting_for
	FROM achieve.results_tab WHERE event_id = 1 ORDER BY learner_id;

-- Each active enrollment and active achievement: a record, or what it waits for.
CREATE VIEW awards AS SELECT row_key, learner_name AS learner, achievement_type AS type, state, active, source, revoke_reason,
	certificate_status AS certificate, waiting_for FROM achieve.achievements_tab WHERE event_id = 1;
SELECT * FROM awards ORDER BY row_key;
SELECT * FROM achieve.event_summary ORDER BY event_id;

-- Approval, payment, a correction, an award by hand and one revoked.
SELECT achieve.approve_results(1, '{1}', 'checked');
UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id = 1;
UPDATE achieve.attendance SET status = 'absent' WHERE learner_id = 1 AND session_no IN (1, 2);
SELECT achieve.award(1, 7, 'licence', 'from abroad') > 0 AS licence, achieve.award(1, 7, 'medal', 'for service') > 0 AS medal;
SELECT achieve.revoke(achievement_id, 'fraud') FROM achieve.achievements_tab WHERE learner_name = 'Fay' AND state = 'issued';
UPDATE achieve.event_achievement SET active = false WHERE achievement_type_id = 3;
SELECT * FROM awards WHERE learner IN ('Ann', 'Bob', 'Fay', 'Gus') ORDER BY learner, type COLLATE "C";
SELECT enrolled, passed, failed, pending, issued, blocked_by_payment, awaiting_approval FROM achieve.event_summary WHERE event_id = 1;

-- Issued again after other dates: the earlier record stays as history.
UPDATE achieve.event_achievement SET valid_for = 2, valid_unit = 'year' WHERE achievement_type_id = 1;
UPDATE achieve.attendance SET status = 'present' WHERE learner_id = 1 AND session_no = 1;
SELECT learner, type, state, certificate, waiting_for FROM awards WHERE learner = 'Ann' ORDER BY type COLLATE "C", state;
SELECT count(*) AS rows, count(DISTINCT row_key) AS keys FROM achieve.achievements_tab;

-- Dates as they are in the event's zone, and how long they last: through
-- award(), which takes the dates of an older system.
UPDATE achieve.event_achievement SET active = true WHERE achievement_type_id = 3;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 8);
SELECT achieve.award(1, 8, 'licence', 'old', achieve.today('Europe/Berlin') - 9, achieve.today('Europe/Berlin'), 'OLD-1') > 0 AS expired,
	achieve.award(1, 8, 'honours', 'old', achieve.today('Europe/Berlin') - 9, achieve.today('Europe/Berlin') + 1, 'OLD-2') > 0 AS last_day,
	achieve.award(1, 8, 'medal', 'old', achieve.today('Europe/Berlin') + 1, NULL, 'OLD-3') > 0 AS tomorrow;
SELECT achievement_type, achievement_title, state, number, expires_on - last_valid_on AS day_before,
	last_valid_on - achieve.today('Europe/Berlin') AS days_left, certificate_id IS NOT NULL AS certified, certificate_status
	FROM achieve.achievements_tab WHERE learner_id = 8 ORDER BY number;

-- A closed event: unmarked is absent, not recorded is 0, and nothing is awaited.
UPDATE achieve.event SET status = 'closed' WHERE event_id = 1;
SELECT learner_name, marked, absences, attendance_percent, score_percent, completion_percent, outcome, waiting_for
	FROM achieve.results_tab WHERE event_id = 1 AND learner_id IN (1, 3, 7) ORDER BY learner_id;
SELECT learner, type, state, waiting_for FROM awards WHERE learner IN ('Cleo', 'Dan') ORDER BY learner, type COLLATE "C";

-- Not active any more: only the records are left. A cancelled event awards nothing.
UPDATE achieve.enrollment SET status = 'cancelled' WHERE learner_id IN (2, 4);
SELECT learner, type, state, waiting_for FROM awards WHERE learner IN ('Bob', 'Dan') ORDER BY learner, type COLLATE "C";
UPDATE achieve.event SET status = 'cancelled' WHERE event_id = 1;
SELECT learner, type, state, waiting_for FROM awards WHERE learner = 'Cleo' ORDER BY type COLLATE "C";
SELECT waiting_for FROM achieve.results_tab WHERE learner_id = 3;

SELECT * FROM achieve.check_outcomes();
\connect :regress_database
DROP DATABASE regress_achieve_tabs;
