-- Payments, as the bank statements and the customers' letters bring them.

\echo 'Payments: whole and in part, credits, void invoices written again'

-- What came in since, month by month: most invoices whole, of others some
-- lines only.
DO $$
DECLARE
	paid_in date;
BEGIN
	PERFORM achieve.set_context('Accounting', 'bank statement read');
	FOR paid_in IN SELECT DISTINCT date_trunc('month', due_on)::date FROM invoice ORDER BY 1 LOOP
		UPDATE invoice SET status = 'paid'
		WHERE date_trunc('month', due_on) = paid_in AND pg_temp.dice('pays', number) < 62;
		UPDATE invoice_line l
		SET amount_paid = CASE WHEN pg_temp.dice('pays in part', i.number, l.line_no::text) < 50 THEN l.amount ELSE l.amount / 2 END
		FROM invoice i
		WHERE i.invoice_id = l.invoice_id AND i.status = 'issued'
			AND date_trunc('month', i.due_on) = paid_in AND pg_temp.dice('pays in part', i.number) < 45;
	END LOOP;
END $$;

-- Half price agreed afterwards: a credit covers the rest of what was half paid.
BEGIN;
SELECT achieve.set_context('Accounting', 'credit notes');
UPDATE invoice_line l
SET amount_credited = l.amount - l.amount_paid
FROM invoice i
WHERE i.invoice_id = l.invoice_id AND i.status = 'issued'
	AND l.amount_paid > 0 AND l.amount_paid < l.amount AND pg_temp.dice('credited', i.number, l.line_no::text) < 35;
COMMIT;

-- Two invoices went to the wrong address: void, and written again.
BEGIN;
SELECT achieve.set_context('Accounting', 'wrong address');
WITH wrong AS (
	UPDATE invoice SET status = 'void'
	WHERE invoice_id IN (SELECT invoice_id FROM invoice
		WHERE status = 'issued' AND account_id IS NOT NULL ORDER BY invoice_id DESC LIMIT 2)
	RETURNING *
), again AS (
	INSERT INTO invoice (number, account_id, status, due_on)
	SELECT number || 'A', account_id, 'issued', due_on + 14 FROM wrong
	RETURNING *
)
INSERT INTO invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid, amount_credited)
SELECT l.event_id, l.learner_id, again.invoice_id, l.line_no, l.amount, l.amount_paid, l.amount_credited
FROM wrong
JOIN again ON again.number = wrong.number || 'A'
JOIN invoice_line l ON l.invoice_id = wrong.invoice_id;
COMMIT;
