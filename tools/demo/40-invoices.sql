-- Money: one invoice for each customer and course, one for each private
-- person. Certificates of most courses wait for it.

\echo 'Invoices: one for several learners each'

BEGIN;
SELECT achieve.set_context('Accounting', 'invoices written');

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
