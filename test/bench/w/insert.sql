-- One mark. One in 30 is the last one of its learner and decides the result.
-- 300 events are in session at a time: four sessions of each, then the next.
\set i :i + 1
\set k :i * :clients + :client_id
\set r random(1, 100)
\if :k % 30 = 29
\set j :k / 30
\set e :finishing + :j / 100
\set l :e % 90 * 100 + 1 + :j % 100
\set s 20
\else
\set n (:k * 7919) % 9000
\set e 1 + :k / 36000 * 300 + :n / 30
\set l (:e - 1) % 300 * 30 + 1 + :n % 30
\set s :session + :k % 36000 / 9000
\endif
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (:e, :l, :s, CASE WHEN :r <= 8 THEN 'absent' WHEN :r <= 14 THEN 'late' WHEN :r <= 17 THEN 'excused' ELSE 'present' END);
