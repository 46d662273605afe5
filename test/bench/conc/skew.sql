-- Two clients change the two facts that together decide one award: the score
-- and the payment. Each enrollment is met once.
SELECT nextval('bench.meeting') AS k \gset
\set n (:k / 2 * 7919) % (:corrected_events * 100)
\set e :corrected + :n / 100
\set l :e % 90 * 100 + 1 + :n % 100
\set o :k % 2
\if :o = 0
UPDATE achieve.invoice SET status = CASE status WHEN 'paid' THEN 'issued' ELSE 'paid' END WHERE invoice_id = (SELECT invoice_id FROM achieve.invoice_line WHERE event_id = :e AND learner_id = :l);
\else
UPDATE achieve.score SET score = CASE WHEN score < 50 THEN 90 ELSE 10 END WHERE event_id = :e AND learner_id = :l;
\endif
