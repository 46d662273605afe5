-- What do closing, finalizing, reopening and cancelling do to outcomes?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title)
	VALUES (2100, 'life-pass', 'For passing'), (2101, 'life-paid', 'When paid');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(2101, 2104) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (2100, 'life', 'Life', '2030-01-01', '2030-01-05', 'absences <= 1 and score(exam) >= 50');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT 2100, n, timestamptz '2030-01-01 09:00+00' + n * interval '1 day', timestamptz '2030-01-01 11:00+00' + n * interval '1 day'
	FROM generate_series(1, 3) n;
INSERT INTO achieve.assessment (event_id, code) VALUES (2100, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	VALUES (2100, 2100, 'passed'), (2100, 2101, 'passed and paid');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 2100, l FROM generate_series(2101, 2104) l;
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (2100, 'LIFE-1', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (2100, 2101, 2100, 1, 10);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
	SELECT 2100, l, n, 'present' FROM generate_series(2101, 2103) l, generate_series(1, 2) n;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (2100, 2101, 'exam', 80), (2100, 2102, 'exam', 40);
CREATE VIEW pg_temp.now_is AS
	SELECT r.learner_id, r.outcome,
		(SELECT string_agg(t.code, ', ' ORDER BY t.code) FROM achieve.achievement a
			JOIN achieve.achievement_type t USING (achievement_type_id)
			WHERE a.event_id = r.event_id AND a.learner_id = r.learner_id AND a.revoked_at IS NULL) AS held
	FROM achieve.result r WHERE r.event_id = 2100 ORDER BY r.learner_id;
CREATE VIEW pg_temp.status AS SELECT status FROM achieve.event WHERE event_id = 2100;

TABLE pg_temp.now_is;
-- Closed: an unrecorded exam is 0, unmarked sessions are absences. Nobody is pending.
SELECT achieve.close_event(2100);
TABLE pg_temp.now_is;
-- Reopened: open again; what only becomes pending keeps its achievements until it is closed again, what fails lapses.
SELECT achieve.reopen_event(2100, 'a register was lost');
DELETE FROM achieve.score WHERE event_id = 2100 AND learner_id = 2101;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2101;
SELECT achieve.close_event(2100);
SELECT * FROM pg_temp.now_is WHERE learner_id = 2101;
SELECT achieve.reopen_event(2100, 'once more');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (2100, 2101, 'exam', 80), (2100, 2103, 'exam', 90);
TABLE pg_temp.now_is;
UPDATE achieve.score SET score = 10 WHERE event_id = 2100 AND learner_id = 2103;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2103;
UPDATE achieve.score SET score = 90 WHERE event_id = 2100 AND learner_id = 2103;

-- Finalized, from reopened: closed on the way. Facts are still corrected, outcomes don't move ...
SELECT achieve.finalize_event(2100, 'end of term');
TABLE pg_temp.status;
UPDATE achieve.score SET score = 5 WHERE event_id = 2100 AND learner_id = 2103;
UPDATE achieve.score SET score = 95 WHERE event_id = 2100 AND learner_id = 2102;
TABLE pg_temp.now_is;
-- ... but a payment still awards, and revoke() still works.
UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id = 2100;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2101;
SELECT achieve.revoke(achievement_id, 'forged papers') FROM achieve.achievement
	WHERE event_id = 2100 AND learner_id = 2103 AND achievement_type_id = 2101 AND revoked_at IS NULL;
SELECT * FROM pg_temp.now_is WHERE learner_id = 2103;
SELECT * FROM achieve.check_outcomes(2100);
-- Everything else asks to reopen it.
\set VERBOSITY default
SELECT achieve.set_result(2100, 2104, 'passed', 'x');
\set VERBOSITY terse
SELECT achieve.award(2100, 2104, 'life-pass', 'x');
SELECT achieve.approve_results(2100);
SELECT achieve.sync_event(2100);
SELECT achieve.amend_achievement(min(achievement_id), '2030-01-01', NULL, 'x') FROM achieve.achievement WHERE event_id = 2100;
UPDATE achieve.event SET status = 'scheduled' WHERE event_id = 2100;
-- Reopening applies what was corrected meanwhile.
SELECT achieve.reopen_event(2100, 'corrections');
TABLE pg_temp.status;
TABLE pg_temp.now_is;

-- Cancelled: no rule is met; results stay as history. Scheduled again: decided afresh.
UPDATE achieve.event SET status = 'cancelled' WHERE event_id = 2100;
TABLE pg_temp.now_is;
UPDATE achieve.event SET status = 'closed' WHERE event_id = 2100;
TABLE pg_temp.now_is;
SELECT action, old_value, new_value, reason FROM achieve.audit
	WHERE event_id = 2100 AND object = 'event' AND action IN ('event.closed', 'event.reopened', 'event.finalized') ORDER BY audit_id;

-- Wrong input.
\set VERBOSITY default
SELECT achieve.close_event(2100);
SELECT achieve.reopen_event(2100, ' ');
SELECT achieve.finalize_event(2100, NULL);
SELECT achieve.close_event(2199);
SELECT achieve.close_event(NULL);
UPDATE achieve.event SET status = 'finalized' WHERE event_id = 2100;
SELECT * FROM achieve.check_outcomes(2100);
