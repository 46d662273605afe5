-- Four upserts on one event of four learners, in random order: the
-- transactions of an application that saves a page of marks one by one.
\set a random(1, 4)
\set b random(1, 4)
\set c random(1, 4)
\set d random(1, 4)
\set s random(1, 20)
\set r random(1, 4)
BEGIN;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, :a, :s, CASE WHEN :r = 1 THEN 'absent' ELSE 'present' END) ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = excluded.status;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, :b, :s, CASE WHEN :r = 2 THEN 'absent' ELSE 'present' END) ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = excluded.status;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, :c, :s, CASE WHEN :r = 3 THEN 'absent' ELSE 'present' END) ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = excluded.status;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, :d, :s, CASE WHEN :r = 4 THEN 'absent' ELSE 'present' END) ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = excluded.status;
COMMIT;
