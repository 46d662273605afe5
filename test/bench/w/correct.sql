-- One correction, of the first session of one of the learners 1 to :learners of
-- an event. It flips the result of the first 50, if their score is good enough
-- (86 %), and so the award, if they have paid (two thirds); the other 50 have
-- another absence, and nothing moves. No learner wears out by being corrected.
\set e random(:corrected, :corrected + :corrected_events - 1)
\set l :e % 90 * 100 + random(1, :learners)
UPDATE achieve.attendance SET status = CASE status WHEN 'absent' THEN 'present' ELSE 'absent' END WHERE event_id = :e AND learner_id = :l AND session_no = 1;
