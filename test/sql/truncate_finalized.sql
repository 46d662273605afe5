-- Does TRUNCATE of facts reach finalized events too, where a payment may still
-- award?
\set VERBOSITY terse
SET client_min_messages = warning;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (4300, 'tf-paid', 'When paid'), (4301, 'tf-pass', 'For passing');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(4301, 4302) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(4300, 'TF', 'Finalized', '2030-01-01', '2030-01-02', 'condition(done)'), (4301, 'TS', 'Scheduled', '2030-01-01', '2030-01-02', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(4300, 4300, 'passed and paid'), (4300, 4301, 'passed'), (4301, 4300, 'passed and paid'), (4301, 4301, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(4300, 4301) e, generate_series(4301, 4302) l;
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (4300, 'TF-1', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) SELECT e, l, 4300, 1, 10 FROM generate_series(4300, 4301) e, generate_series(4301, 4302) l;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT e, 4301, 'done', 1 FROM generate_series(4300, 4301) e;
SELECT achieve.finalize_event(4300, 'end of term');
CREATE VIEW pg_temp.now_is AS
	SELECT r.event_id, r.learner_id, r.outcome, (SELECT string_agg(t.code, ', ' ORDER BY t.code) FROM achieve.achievement a JOIN achieve.achievement_type t USING (achievement_type_id)
		WHERE a.event_id = r.event_id AND a.learner_id = r.learner_id AND a.revoked_at IS NULL) AS held
	FROM achieve.result r WHERE r.event_id IN (4300, 4301) ORDER BY 1, 2;
TABLE pg_temp.now_is;

-- What other tests have is put back.
BEGIN;
TRUNCATE achieve.invoice_line;
TABLE pg_temp.now_is;
SELECT * FROM achieve.check_outcomes(4300);
SELECT * FROM achieve.check_outcomes(4301);
ROLLBACK;
-- The evidence goes: nothing moves where the event is finalized.
BEGIN;
TRUNCATE achieve.condition;
TABLE pg_temp.now_is;
SELECT * FROM achieve.check_outcomes(4300);
SELECT * FROM achieve.check_outcomes(4301);
ROLLBACK;
TABLE pg_temp.now_is;
