-- Does an achievement lapse when its rule is no longer met, come back as the
-- same record where it is the same, and obey what people revoke and award?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor) VALUES
	(1180, 'k-lapses', 'Lapses', 1, 'year', 'event_start'), (1181, 'k-stays', 'Stays', NULL, NULL, 'issued');
INSERT INTO achieve.learner (learner_id, name) VALUES (1181, 'Ada'), (1182, 'Ben'), (1183, 'Cleo');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1180, 'k-event', 'Corrections', '2030-01-01', '2030-01-02', 'absences = 0');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1180, 1, '2030-01-01 09:00+00', '2030-01-01 10:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, on_lapse) VALUES
	(1180, 1180, 'passed and paid', 'revoke'), (1180, 1181, 'passed and paid', 'keep');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1180, 1181), (1180, 1182), (1180, 1183);
INSERT INTO achieve.invoice (invoice_id, status) VALUES (1180, 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES
	(1180, 1181, 1180, 1, 0), (1180, 1182, 1180, 1, 0), (1180, 1183, 1180, 1, 0);
-- The records of a learner, in the order in which they were made.
CREATE FUNCTION pg_temp.records(learner bigint)
RETURNS TABLE (type text, record bigint, source text, valid_from date, state text, revoke_reason text) LANGUAGE sql AS $$
	SELECT t.code, row_number() OVER (PARTITION BY t.code ORDER BY a.achievement_id), a.source,
		CASE WHEN t.valid_from_anchor = 'event_start' THEN a.valid_from END,
		CASE WHEN a.revoked_at IS NULL THEN 'held' ELSE 'revoked' END, a.revoke_reason
	FROM achieve.achievement AS a JOIN achieve.achievement_type AS t USING (achievement_type_id)
	WHERE a.learner_id = learner ORDER BY t.code, a.achievement_id
$$;

-- Failed: it lapses, with the reason; what is kept stays.
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(1180, 1181, 1, 'present'), (1180, 1182, 1, 'present'), (1180, 1183, 1, 'present');
SELECT * FROM pg_temp.records(1181);
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 1180 AND learner_id = 1181;
SELECT * FROM pg_temp.records(1181);
-- Met again, with the same dates: the same record.
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 1180 AND learner_id = 1181;
SELECT * FROM pg_temp.records(1181);

-- Pending again: a payment is taken back; a session is added.
UPDATE achieve.invoice_line SET amount = 10 WHERE event_id = 1180 AND learner_id = 1181;
SELECT * FROM pg_temp.records(1181);
UPDATE achieve.invoice_line SET amount_paid = 10 WHERE event_id = 1180 AND learner_id = 1181;
SELECT * FROM pg_temp.records(1181);
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1180, 2, '2030-01-02 09:00+00', '2030-01-02 10:00+00');
SELECT type, record, state FROM pg_temp.records(1181);
-- The session is cancelled, but the event has moved: other dates, so another record.
UPDATE achieve.event SET starts_at = '2029-12-30' WHERE event_id = 1180;
UPDATE achieve.session SET cancelled = true WHERE event_id = 1180 AND session_no = 2;
SELECT * FROM pg_temp.records(1181);
SELECT count(DISTINCT number) AS numbers FROM achieve.achievement WHERE event_id = 1180 AND achievement_type_id = 1180 AND learner_id = 1181;

-- Within one transaction it is the same record, whatever its dates would be.
BEGIN;
DELETE FROM achieve.attendance WHERE event_id = 1180 AND learner_id = 1182;
SELECT type, record, state FROM pg_temp.records(1182);
UPDATE achieve.event SET starts_at = '2029-12-29' WHERE event_id = 1180;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1180, 1182, 1, 'present');
COMMIT;
SELECT * FROM pg_temp.records(1182);

-- Revoked by a person: the rule, met or met again, does not bring it back.
CREATE FUNCTION pg_temp.last(learner bigint) RETURNS bigint LANGUAGE sql AS $$
	SELECT max(achievement_id) FROM achieve.achievement WHERE event_id = 1180 AND learner_id = learner AND achievement_type_id = 1180
$$;
SELECT achieve.revoke(pg_temp.last(1182), 'exam copied');
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 1180 AND learner_id = 1182;
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 1180 AND learner_id = 1182;
SELECT * FROM achieve.evaluate_event(1180);
SELECT * FROM pg_temp.records(1182) WHERE type = 'k-lapses';
-- reinstate() unblocks it: the rule takes the record back, and issues again.
SELECT achieve.reinstate(pg_temp.last(1182), 'appeal won');
SELECT * FROM pg_temp.records(1182) WHERE type = 'k-lapses';
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 1180 AND learner_id = 1182;
SELECT * FROM pg_temp.records(1182) WHERE type = 'k-lapses';
-- While the rule is not met it cannot be reinstated: it would lapse at once.
\set VERBOSITY sqlstate
SELECT achieve.reinstate(pg_temp.last(1182), 'please');
\set VERBOSITY terse
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 1180 AND learner_id = 1182;
SELECT * FROM pg_temp.records(1182) WHERE type = 'k-lapses';

-- award() unblocks too, and what a person awards never lapses.
SELECT achieve.revoke(pg_temp.last(1183), 'wrong learner');
SELECT achieve.award(1180, 1183, 'k-lapses', 'right learner after all', '2030-02-01') > 0 AS awarded;
SELECT * FROM pg_temp.records(1183);
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 1180 AND learner_id = 1183;
SELECT achieve.set_result(1180, 1183, 'failed', 'absent');
UPDATE achieve.enrollment SET status = 'cancelled' WHERE event_id = 1180 AND learner_id = 1183;
SELECT * FROM pg_temp.records(1183);
-- Awarded before the rule is met: the rule does not issue a second one.
UPDATE achieve.attendance SET status = 'absent' WHERE event_id = 1180 AND learner_id = 1181;
SELECT achieve.award(1180, 1181, 'k-lapses', 'goodwill', '2030-03-01') > 0 AS awarded;
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 1180 AND learner_id = 1181;
SELECT * FROM pg_temp.records(1181) WHERE type = 'k-lapses';

SELECT * FROM achieve.check_outcomes();
