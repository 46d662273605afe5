-- One correction. It flips the result between passed and failed (of the 86 %
-- whose score is good enough), and so the award (of the two thirds who paid).
\set e random(:corrected, :corrected + :corrected_events - 1)
\set l :e % 90 * 100 + random(1, 100)
UPDATE achieve.attendance SET status = CASE status WHEN 'absent' THEN 'present' ELSE 'absent' END WHERE event_id = :e AND learner_id = :l AND session_no = 1;
