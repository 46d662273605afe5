-- Money: one invoice for each customer and course, one for each private
-- person. Certificates of most courses wait for it.

\echo 'Money: invoices for several learners, part payments, credits, void ones'

BEGIN;
SELECT achieve.set_context('Accounts receivable', 'invoices written');

CREATE TEMPORARY TABLE bill AS
SELECT row_number() OVER (ORDER BY e.starts_at, e.event_id, l.account_id, private_id) AS n,
	e.event_id, l.account_id, private_id,
	e.code, e.starts_at, array_agg(l.learner_id ORDER BY l.learner_id) AS learners
FROM event e
JOIN enrollment d ON d.event_id = e.event_id AND d.status = 'active'
JOIN learner l ON l.learner_id = d.learner_id
CROSS JOIN LATERAL (SELECT CASE WHEN l.account_id IS NULL THEN l.learner_id END) AS p (private_id)
WHERE e.code ~ '^(FA|FR|FL|EN|LD)' AND e.code <> 'FL-203' AND e.starts_at < now()
GROUP BY e.event_id, l.account_id, private_id
ORDER BY n;

INSERT INTO invoice (number, account_id, status, due_on)
SELECT 'INV-' || to_char(1000 + n, 'FM00000'), account_id, 'draft', starts_at::date + 30
FROM bill
ORDER BY n;

INSERT INTO invoice_line (event_id, learner_id, invoice_id, line_no, amount)
SELECT b.event_id, learner_id, i.invoice_id, line_no, CASE substr(b.code, 1, 2)
	WHEN 'FA' THEN 240 WHEN 'FR' THEN 95 WHEN 'FL' THEN 780 WHEN 'EN' THEN 620 ELSE 1450 END
FROM bill b
JOIN invoice i ON i.number = 'INV-' || to_char(1000 + n, 'FM00000')
CROSS JOIN LATERAL unnest(b.learners) WITH ORDINALITY AS u (learner_id, line_no)
ORDER BY i.invoice_id, line_no;
UPDATE invoice SET status = 'issued' WHERE status = 'draft';
COMMIT;

-- What came in since, month by month: most invoices whole, of others some
-- lines only.
DO $$
DECLARE
	paid_in date;
BEGIN
	PERFORM achieve.set_context('Accounts receivable', 'bank statement read');
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
SELECT achieve.set_context('Accounts receivable', 'credit notes');
UPDATE invoice_line l
SET amount_credited = l.amount - l.amount_paid
FROM invoice i
WHERE i.invoice_id = l.invoice_id AND i.status = 'issued'
	AND l.amount_paid > 0 AND l.amount_paid < l.amount AND pg_temp.dice('credited', i.number, l.line_no::text) < 35;
COMMIT;

-- Two invoices went to the wrong address: void, and written again.
BEGIN;
SELECT achieve.set_context('Accounts receivable', 'wrong address');
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
