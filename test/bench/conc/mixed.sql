-- Everything at once on two events of four learners: the worst contention one
-- can build. Marks and registers in random order, two corrections in one
-- transaction, deletions, scores, payments, cancelled sessions, a new limit.
\set e random(1, 2)
\set l (:e - 1) * 30 + random(1, 4)
\set s random(1, 20)
\set f random(1, 2)
\set m (:f - 1) * 30 + random(1, 4)
\set t random(1, 20)
\set r random(1, 2)
\set v random(2, 8)
\set o random(1, 20)
\if :o <= 6
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (:e, :l, :s, CASE WHEN :r = 1 THEN 'absent' ELSE 'present' END) ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = excluded.status;
\elif :o <= 10
BEGIN;
UPDATE achieve.attendance SET status = CASE status WHEN 'absent' THEN 'late' ELSE 'absent' END WHERE event_id = :e AND learner_id = :l AND session_no = :s;
\sleep 1 ms
UPDATE achieve.attendance SET status = CASE status WHEN 'absent' THEN 'excused' ELSE 'absent' END WHERE event_id = :f AND learner_id = :m AND session_no = :t;
COMMIT;
\elif :o <= 12
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT :e, (:e - 1) * 30 + x, :s, CASE (x + :r) % 2 WHEN 0 THEN 'absent' ELSE 'present' END FROM generate_series(1, 4) x ORDER BY random() ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = excluded.status;
\elif :o <= 14
DELETE FROM achieve.attendance WHERE event_id = :e AND learner_id = :l AND session_no = :s;
\elif :o <= 16
UPDATE achieve.score SET score = 10 * :v WHERE event_id = :e AND learner_id = :l;
\elif :o <= 18
UPDATE achieve.invoice SET status = CASE status WHEN 'paid' THEN 'issued' ELSE 'paid' END WHERE invoice_id = (SELECT invoice_id FROM achieve.invoice_line WHERE event_id = :e AND learner_id = :l);
\elif :o <= 19
UPDATE achieve.session SET cancelled = NOT cancelled WHERE event_id = :e AND session_no = :s;
\else
BEGIN;
UPDATE bench.event_rule SET absences_allowed = :v WHERE event_id = :e;
UPDATE achieve.event SET passing_rule = replace('absences <= N and score(final) >= 50', 'N', (:v)::text)::achieve.rule WHERE event_id = :e;
COMMIT;
\endif
