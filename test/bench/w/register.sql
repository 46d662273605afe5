-- The register of a class, 25 marks in one INSERT. One in 30 is the last
-- session of its learners and decides their results.
\set i :i + 1
\set k :i * :clients + :client_id
\set r random(0, 99)
\if :k % 30 = 29
\set j :k / 30
\set e :finishing + :j / 4
\set l :e % 90 * 100 + 1 + :j % 4 * 25
\set s 20
\else
\set e 1 + (:k * 7919) % :running
\set l (:e - 1) % 300 * 30 + 1
\set s :session + :k / :running
\endif
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT :e, :l + x, :s, CASE WHEN (:r + x * 37) % 100 < 8 THEN 'absent' WHEN (:r + x * 37) % 100 < 14 THEN 'late' WHEN (:r + x * 37) % 100 < 17 THEN 'excused' ELSE 'present' END FROM generate_series(0, 24) x;
