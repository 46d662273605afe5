-- What users saw where courses are paid for: is everybody's money their own here?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_from_anchor) VALUES
	(3401, 'pm-paid', 'When paid', 'event_end'), (3402, 'pm-billed', 'When invoiced and paid', 'event_end');
INSERT INTO achieve.learner (learner_id, name) VALUES (3401, 'Ada'), (3402, 'Ben'), (3403, 'Cleo');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(3401, 'pm-1', 'One', '2030-01-01', '2030-01-02', 'condition(done)'),
	(3402, 'pm-2', 'Two', '2030-02-01', '2030-02-02', 'condition(done)'),
	(3403, 'pm-3', 'Three', '2030-03-01', '2030-03-02', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(3401, 3401, 'passed and paid'), (3402, 3401, 'passed and paid'), (3403, 3402, 'passed and invoiced and paid');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (3401, 3401), (3401, 3402), (3402, 3401), (3402, 3402), (3403, 3401), (3401, 3403);
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES
	(3401, 'PM-A', 'issued'), (3402, 'PM-B', 'issued'), (3403, 'PM-C', 'draft'), (3404, 'PM-D', 'paid'), (3405, 'PM-E', 'issued');
INSERT INTO achieve.condition (event_id, learner_id, name, value)
	SELECT event_id, learner_id, 'done', (learner_id <> 3403)::integer FROM achieve.enrollment WHERE event_id BETWEEN 3401 AND 3403;
CREATE VIEW pg_temp.shown AS
	SELECT r.event_code AS event, r.learner_name AS learner, r.outcome, r.paid, a.state, a.waiting_for
	FROM achieve.results_tab r JOIN achieve.achievements_tab a USING (event_id, learner_id)
	WHERE r.event_id BETWEEN 3401 AND 3403 ORDER BY 1, 2;

-- An invoice for two learners on two courses, paid in full.
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid) VALUES
	(3401, 3401, 3401, 1, 100, 100), (3401, 3402, 3401, 2, 100, 100), (3402, 3401, 3401, 3, 80, 80), (3402, 3402, 3401, 4, 80, 80);
SELECT * FROM pg_temp.shown WHERE event IN ('pm-1', 'pm-2') AND learner <> 'Cleo';
-- "After a part was refunded, nothing happened, or everybody lost everything." One line is one learner on one course.
UPDATE achieve.invoice_line SET amount_paid = 60 WHERE event_id = 3401 AND learner_id = 3402 AND invoice_id = 3401;
SELECT * FROM pg_temp.shown WHERE event IN ('pm-1', 'pm-2') AND learner <> 'Cleo';
-- Refunded, and credited for it: nothing is owed.
UPDATE achieve.invoice_line SET amount_credited = 40 WHERE event_id = 3401 AND learner_id = 3402 AND invoice_id = 3401;
SELECT * FROM pg_temp.shown WHERE event = 'pm-1' AND learner = 'Ben';
-- "Order A was cancelled, and access went although order B is paid."
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid) VALUES (3402, 3401, 3402, 1, 50, 0);
SELECT * FROM pg_temp.shown WHERE event = 'pm-2' AND learner = 'Ada';
UPDATE achieve.invoice SET status = 'void' WHERE invoice_id = 3402;
SELECT * FROM pg_temp.shown WHERE event = 'pm-2' AND learner = 'Ada';
-- The other way round: with the paid one void nothing is owed either, and where an invoice must be there, none is.
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid) VALUES (3403, 3401, 3402, 2, 50, 0), (3403, 3401, 3404, 1, 70, 0);
SELECT * FROM pg_temp.shown WHERE event = 'pm-3';
UPDATE achieve.invoice SET status = 'void' WHERE invoice_id = 3404;
SELECT * FROM pg_temp.shown WHERE event = 'pm-3';
-- "A draft blocked people who owe nothing." Only what was sent is owed.
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (3402, 3402, 3403, 1, 999);
SELECT * FROM pg_temp.shown WHERE event = 'pm-2' AND learner = 'Ben';

-- "Who had been refunded got it back by visiting the page." What a person took away no fact brings back.
SELECT achieve.revoke(achievement_id, 'refunded') FROM achieve.achievement WHERE event_id = 3402 AND learner_id = 3402 AND revoked_at IS NULL;
UPDATE achieve.condition SET value = 2 WHERE event_id = 3402 AND learner_id = 3402;
UPDATE achieve.enrollment SET status = 'cancelled' WHERE event_id = 3402 AND learner_id = 3402;
UPDATE achieve.enrollment SET status = 'active' WHERE event_id = 3402 AND learner_id = 3402;
SELECT achieve.evaluate_event(3402);
SELECT count(*) AS held FROM achieve.achievement WHERE event_id = 3402 AND learner_id = 3402 AND revoked_at IS NULL;

-- "Who has failed was still told to pay."
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (3401, 3403, 3405, 1, 100);
SELECT * FROM pg_temp.shown WHERE event = 'pm-1' AND learner = 'Cleo';
SELECT passed, failed, pending, issued, blocked_by_payment FROM achieve.event_summary WHERE event_id = 3401;
UPDATE achieve.condition SET value = 1 WHERE event_id = 3401 AND learner_id = 3403;
UPDATE achieve.event SET passing_rule = 'condition(done) >= 1' WHERE event_id = 3401;
SELECT passed, failed, pending, issued, blocked_by_payment FROM achieve.event_summary WHERE event_id = 3401;
-- "The certificate never came, because the money came after the end of term." It comes with the money, also when results are frozen.
SELECT achieve.finalize_event(3401, 'end of term');
UPDATE achieve.invoice_line SET amount_paid = 100 WHERE event_id = 3401 AND learner_id = 3403;
SELECT * FROM pg_temp.shown WHERE event = 'pm-1' AND learner = 'Cleo';
-- "0.1 + 0.2 was not 0.3": a balance of cents is exact.
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid, amount_credited) VALUES (3403, 3401, 3405, 1, 0.3, 0.1, 0.2);
SELECT * FROM pg_temp.shown WHERE event = 'pm-3';
UPDATE achieve.invoice_line SET amount_credited = 0.19 WHERE event_id = 3403 AND invoice_id = 3405;
SELECT * FROM pg_temp.shown WHERE event = 'pm-3';
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 3401 AND 3403;
