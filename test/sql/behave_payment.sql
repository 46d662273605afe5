-- Do invoices decide as the rule language says: several of them, paid in
-- part, credited, drafted, void, and shared by learners?
\set VERBOSITY terse
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at)
	VALUES (1130, 'b-payment', 'Payment', '2030-01-01', '2030-01-02');
INSERT INTO achieve.learner (learner_id, name) VALUES
	(1131, 'no invoice'), (1132, 'owes 100'), (1133, 'owes 30 of two invoices'),
	(1134, 'draft and void'), (1135, 'invoice paid'), (1136, 'paid too much, owes on another');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1130, g FROM generate_series(1131, 1136) AS g;
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES
	(1130, 'B-1130', 'issued'), (1131, 'B-1131', 'issued'), (1132, 'B-1132', 'draft'), (1133, 'B-1133', 'void'),
	(1134, 'B-1134', 'paid');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid, amount_credited) VALUES
	(1130, 1132, 1130, 1, 100, 0, 0), (1130, 1133, 1130, 1, 100, 60, 40), (1130, 1136, 1130, 1, 100, 120, 0),
	(1130, 1133, 1131, 1, 50, 20, 0), (1130, 1136, 1131, 1, 20, 0, 0),
	(1130, 1134, 1132, 1, 100, 0, 0), (1130, 1134, 1133, 1, 100, 0, 0),
	(1130, 1135, 1134, 1, 100, 0, 0);

CREATE FUNCTION pg_temp.outcomes() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(rule_outcome, ' ' ORDER BY learner_id) FROM achieve.result WHERE event_id = 1130
$$;
CREATE FUNCTION pg_temp.under(rule text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE achieve.event SET passing_rule = rule WHERE event_id = 1130;
	RETURN pg_temp.outcomes();
END $$;

-- Unpaid is open, but under "not" it stands as of today. A balance is never open.
SELECT rule, pg_temp.under(rule) AS outcomes FROM (VALUES
	('paid'),
	('not paid'),
	('invoiced'),
	('not invoiced'),
	('invoiced and paid'),
	('balance <= 30'),
	('balance = 0'),
	('balance < 0')) AS v (rule);
-- Closing an event does not close its billing.
UPDATE achieve.event SET status = 'closed' WHERE event_id = 1130;
SELECT pg_temp.under('invoiced and paid') AS closed;
UPDATE achieve.event SET status = 'scheduled' WHERE event_id = 1130;

-- A payment in part, the rest, a credit, and both taken back.
SELECT pg_temp.under('paid');
UPDATE achieve.invoice_line SET amount_paid = 49.99 WHERE (event_id, learner_id, invoice_id) = (1130, 1133, 1131);
SELECT pg_temp.outcomes() AS "a cent is missing";
UPDATE achieve.invoice_line SET amount_paid = 50 WHERE (event_id, learner_id, invoice_id) = (1130, 1133, 1131);
UPDATE achieve.invoice_line SET amount_credited = 100 WHERE (event_id, learner_id, invoice_id) = (1130, 1132, 1130);
SELECT pg_temp.outcomes() AS "paid, and credited";
UPDATE achieve.invoice_line SET amount_paid = 60, amount_credited = 0 WHERE (event_id, invoice_id) = (1130, 1130);
SELECT pg_temp.outcomes() AS "all of the invoice owe 40";

-- The status of an invoice moves everybody who has a line on it.
UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id = 1130;
SELECT pg_temp.outcomes() AS "the invoice is paid";
UPDATE achieve.invoice SET status = 'issued' WHERE invoice_id IN (1130, 1132);
SELECT pg_temp.outcomes() AS "not paid after all, and the draft is sent";
UPDATE achieve.invoice SET status = 'void' WHERE invoice_id IN (1130, 1132);
SELECT pg_temp.outcomes() AS "both void";

-- A line that is added, moved to another learner or invoice, and deleted.
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1130, 1131, 1131, 1, 10);
SELECT pg_temp.outcomes() AS "the first is charged";
UPDATE achieve.invoice_line SET learner_id = 1132 WHERE (event_id, learner_id, invoice_id) = (1130, 1131, 1131);
SELECT pg_temp.outcomes() AS "moved to the second";
UPDATE achieve.invoice_line SET invoice_id = 1134 WHERE (event_id, learner_id, invoice_id) = (1130, 1132, 1131);
SELECT pg_temp.outcomes() AS "moved to the paid invoice";
DELETE FROM achieve.invoice_line WHERE event_id = 1130 AND learner_id = 1136;
SELECT pg_temp.outcomes() AS "nothing is charged to the last";
-- Credits count against the balance of all lines: 10 owed, 10 too much.
SELECT pg_temp.under('balance <= 0 and invoiced');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_credited) VALUES
	(1130, 1131, 1131, 1, 10, 0), (1130, 1131, 1131, 2, 0, 10);
SELECT pg_temp.outcomes() AS "a credit on a line of its own";

SELECT * FROM achieve.check_outcomes();
