-- The event that the demo shows: a forklift course in Rotterdam that ended a
-- week ago, written one story after the other, as people would type it.

\echo 'One course in detail: FL-203, forklift licence in Rotterdam'

SELECT event_id AS fl FROM event WHERE code = 'FL-203' \gset
SELECT
	max(learner_id) FILTER (WHERE name = 'Sanne de Vries') AS sanne,
	max(learner_id) FILTER (WHERE name = 'Daan van den Berg') AS daan,
	max(learner_id) FILTER (WHERE name = 'Femke Bakker') AS femke,
	max(learner_id) FILTER (WHERE name = 'Bram Jansen') AS bram,
	max(learner_id) FILTER (WHERE name = 'Lotte Visser') AS lotte,
	max(learner_id) FILTER (WHERE name = 'Anna Müller') AS anna,
	max(learner_id) FILTER (WHERE name = 'Lukas Schröder') AS lukas,
	max(learner_id) FILTER (WHERE name = 'Agnieszka Nowak') AS agnieszka,
	max(learner_id) FILTER (WHERE name = 'Piotr Wiśniewski') AS piotr,
	max(learner_id) FILTER (WHERE name = 'Emeka Adeyemi') AS emeka,
	max(learner_id) FILTER (WHERE name = 'Chidinma Okafor') AS chidinma,
	max(learner_id) FILTER (WHERE name = 'Yuki Tanaka') AS yuki,
	max(learner_id) FILTER (WHERE name = 'Layla Al Mansoori') AS layla,
	max(learner_id) FILTER (WHERE name = 'Mateo Huamán') AS mateo
FROM learner \gset

-- This port wants more theory than the template, and also certifies reach
-- trucks, by hand.
BEGIN;
SELECT achieve.set_context('Marek Dvořák', 'agreed with the port authority');
UPDATE event SET passing_rule = 'absences = 0 and score(theory) >= 75 and score(practical) >= 75' WHERE event_id = :fl;
INSERT INTO event_achievement (event_id, achievement_type_id, award_rule)
SELECT :fl, achievement_type_id, NULL FROM achievement_type WHERE code = 'reach-truck';
INSERT INTO enrollment (event_id, learner_id, enrolled_at)
SELECT :fl, learner_id, now() - interval '30 days'
FROM unnest(ARRAY[:sanne, :daan, :femke, :bram, :lotte, :anna, :lukas, :agnieszka, :piotr, :emeka, :chidinma, :yuki, :layla, :mateo]) AS learner_id;
COMMIT;

-- Bram joins on the second day; Layla cancels.
BEGIN;
SELECT achieve.set_context('Marek Dvořák', 'changes before the course');
UPDATE enrollment SET counts_from = achieve.today('Europe/Amsterdam') - 8 WHERE event_id = :fl AND learner_id = :bram;
UPDATE enrollment SET status = 'cancelled' WHERE event_id = :fl AND learner_id = :layla;
COMMIT;

-- One invoice for each customer. Chidinma pays for herself, Yuki's invoice is
-- only a draft, and Daan has a second one for his handbook.
BEGIN;
SELECT achieve.set_context('Accounting', 'invoices written');
INSERT INTO invoice (number, account_id, status, due_on)
SELECT v.number, a.account_id, v.status, achieve.today('Europe/Amsterdam') + 14
FROM (VALUES ('INV-7001', 'C-001', 'issued'), ('INV-7002', 'C-002', 'issued'), ('INV-7003', 'C-006', 'issued'),
	('INV-7004', 'C-007', 'issued'), ('INV-7005', NULL, 'issued'), ('INV-7006', 'C-008', 'draft'),
	('INV-7007', 'C-010', 'issued'), ('INV-7008', 'C-001', 'issued')) AS v (number, account, status)
LEFT JOIN account a ON a.reference = v.account
ORDER BY v.number;
INSERT INTO invoice_line (event_id, learner_id, invoice_id, line_no, amount)
SELECT :fl, v.learner_id, i.invoice_id, v.line_no, v.amount
FROM (VALUES ('INV-7001', 1, :sanne, 780), ('INV-7001', 2, :daan, 780), ('INV-7001', 3, :femke, 780),
	('INV-7001', 4, :bram, 780), ('INV-7001', 5, :lotte, 780),
	('INV-7002', 1, :anna, 780), ('INV-7002', 2, :lukas, 780),
	('INV-7003', 1, :agnieszka, 780), ('INV-7003', 2, :piotr, 780),
	('INV-7004', 1, :emeka, 780), ('INV-7005', 1, :chidinma, 780), ('INV-7006', 1, :yuki, 780),
	('INV-7007', 1, :mateo, 780), ('INV-7008', 1, :daan, 45)) AS v (number, line_no, learner_id, amount)
JOIN invoice i ON i.number = v.number;
COMMIT;

-- Four registers, then three lines that are different. Session 5 is optional.
BEGIN;
SELECT achieve.set_context('Pieter Claes', 'register');
INSERT INTO attendance (event_id, learner_id, session_no, status)
SELECT event_id, learner_id, session_no, 'present'
FROM enrollment, generate_series(1, 4) AS session_no
WHERE event_id = :fl AND status = 'active' AND (learner_id <> :bram OR session_no > 2);
UPDATE attendance SET status = 'absent' WHERE event_id = :fl AND learner_id IN (:femke, :lotte) AND session_no = 2;
UPDATE attendance SET status = 'late', note = 'crane queue at the gate' WHERE event_id = :fl AND learner_id = :anna AND session_no = 3;
DELETE FROM attendance WHERE event_id = :fl AND learner_id = :yuki AND session_no = 4;
COMMIT;

-- Theory is out of 40, driving out of 100.
BEGIN;
SELECT achieve.set_context('Pieter Claes', 'test results');
INSERT INTO score (event_id, learner_id, code, attempt, score) VALUES
	(:fl, :sanne, 'theory', 1, 34), (:fl, :sanne, 'practical', 1, 88),
	(:fl, :daan, 'theory', 1, 32), (:fl, :daan, 'practical', 1, 79),
	(:fl, :femke, 'theory', 1, 36), (:fl, :femke, 'practical', 1, 91),
	(:fl, :bram, 'theory', 1, 31), (:fl, :bram, 'practical', 1, 77.5),
	(:fl, :lotte, 'theory', 1, 38), (:fl, :lotte, 'practical', 1, 83),
	(:fl, :anna, 'theory', 1, 26), (:fl, :anna, 'practical', 1, 80),
	(:fl, :lukas, 'theory', 1, 28), (:fl, :lukas, 'practical', 1, 86),
	(:fl, :agnieszka, 'theory', 1, 33), (:fl, :agnieszka, 'practical', 1, 90),
	(:fl, :piotr, 'theory', 1, 30), (:fl, :piotr, 'practical', 1, 75),
	(:fl, :emeka, 'theory', 1, 35), (:fl, :emeka, 'practical', 1, 68),
	(:fl, :chidinma, 'theory', 1, 37), (:fl, :chidinma, 'practical', 1, 94),
	(:fl, :yuki, 'theory', 1, 39),
	(:fl, :mateo, 'theory', 1, 33), (:fl, :mateo, 'practical', 1, 85);
COMMIT;

-- Everybody but Agnieszka showed a medical certificate; Piotr is not fit.
INSERT INTO condition (event_id, learner_id, name, value)
SELECT event_id, learner_id, 'medical', CASE learner_id WHEN :piotr THEN 0 ELSE 1 END
FROM enrollment
WHERE event_id = :fl AND status = 'active' AND learner_id <> :agnieszka;

-- Payments: some invoices whole, Havenlogistiek all but 380 for Daan.
BEGIN;
SELECT achieve.set_context('Accounting', 'bank statement read');
UPDATE invoice SET status = 'paid' WHERE number IN ('INV-7003', 'INV-7004', 'INV-7007', 'INV-7008');
UPDATE invoice_line l SET amount_paid = CASE learner_id WHEN :daan THEN 400 WHEN :anna THEN 390 ELSE amount END
FROM invoice i
WHERE i.invoice_id = l.invoice_id AND i.number IN ('INV-7001', 'INV-7002', 'INV-7005') AND learner_id <> :lukas;
COMMIT;
