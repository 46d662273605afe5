-- What was not recalculated, or recalculated when it must not be: does it hold here?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_from_anchor) VALUES
	(3001, 'pr-taken-back', 'Lapses', 'event_end'), (3002, 'pr-kept', 'Kept', 'event_end'), (3003, 'pr-next', 'Next step', 'event_end');
INSERT INTO achieve.learner (learner_id, name) VALUES (3001, 'Ada'), (3002, 'Ben'), (3003, 'Cleo');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(3001, 'pr-1', 'First', '2020-01-01 09:00+00', '2020-01-02 17:00+00', 'score(exam) >= 60'),
	(3002, 'pr-2', 'Second', '2020-02-01 09:00+00', '2020-02-02 17:00+00', 'holds(pr-taken-back)'),
	(3003, 'pr-3', 'Third', '2020-03-01 09:00+00', '2020-03-02 17:00+00', 'completed(essay)');
INSERT INTO achieve.assessment (event_id, code, max_attempts) VALUES (3001, 'exam', 2);
INSERT INTO achieve.requirement (event_id, code) VALUES (3003, 'essay'), (3003, 'visit');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, on_lapse) VALUES
	(3001, 3001, 'passed', 'revoke'), (3001, 3002, 'passed', 'keep'), (3002, 3003, 'passed', 'revoke');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES
	(3001, 3001), (3001, 3002), (3001, 3003), (3002, 3001), (3003, 3001), (3003, 3002);
CREATE VIEW pg_temp.stands AS
	SELECT e.code AS event, l.name AS learner, r.rule_outcome AS rule, r.outcome,
		(SELECT string_agg(t.code, ' ' ORDER BY t.code) FROM achieve.achievement a JOIN achieve.achievement_type t USING (achievement_type_id)
			WHERE (a.event_id, a.learner_id) = (r.event_id, r.learner_id) AND a.revoked_at IS NULL) AS held
	FROM achieve.result r JOIN achieve.event e USING (event_id) JOIN achieve.learner l USING (learner_id)
	WHERE r.event_id BETWEEN 3001 AND 3003 ORDER BY 1, 2;

-- "Who failed once had failed for ever." The attempts that remain are open.
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES (3001, 3001, 'exam', 1, 30), (3001, 3002, 'exam', 1, 30);
SELECT * FROM pg_temp.stands WHERE event = 'pr-1';
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES (3001, 3001, 'exam', 2, 70), (3001, 3002, 'exam', 2, 59);
SELECT * FROM pg_temp.stands WHERE event IN ('pr-1', 'pr-2');

-- "Recalculating gave everybody today's date." Evaluating again touches nothing ...
SELECT achievement_id AS first, number FROM achieve.achievement WHERE event_id = 3001 AND achievement_type_id = 3001 \gset
SELECT results_changed, achievements_issued, achievements_revoked FROM achieve.evaluate_event(3001);
-- ... and what lapsed and is earned again is the same record of the same day.
UPDATE achieve.score SET score = 50 WHERE event_id = 3001 AND learner_id = 3001 AND attempt = 2;
-- "May a completion ever go back?" As the event says: one lapses, the other is kept.
-- "Taking back a completion did not withdraw what it had opened." The second event follows.
SELECT * FROM pg_temp.stands WHERE learner = 'Ada' AND event IN ('pr-1', 'pr-2');
UPDATE achieve.score SET score = 70 WHERE event_id = 3001 AND learner_id = 3001 AND attempt = 2;
SELECT * FROM pg_temp.stands WHERE learner = 'Ada' AND event IN ('pr-1', 'pr-2');
SELECT count(*) AS records, bool_and(achievement_id = :first AND number = :'number') AS same_record, min(valid_from) AS valid_from
	FROM achieve.achievement WHERE event_id = 3001 AND achievement_type_id = 3001;

-- "The sub-course stayed complete after its achievement was withdrawn." A learning path listens.
INSERT INTO achieve.learning_path (path_id, code, title) VALUES (3001, 'pr-path', 'Path');
INSERT INTO achieve.learning_path_step (path_id, step_no, achievement_type_id) VALUES (3001, 1, 3001), (3001, 2, 3003);
SELECT steps_required, steps_done, percent FROM achieve.learning_path_progress WHERE path_id = 3001;
SELECT achieve.revoke(:first, 'withdrawn');
SELECT steps_required, steps_done, percent FROM achieve.learning_path_progress WHERE path_id = 3001;
SELECT achieve.reinstate(:first, 'not so');
SELECT steps_required, steps_done, percent FROM achieve.learning_path_progress WHERE path_id = 3001;

-- "The new pass mark was not applied to those who were there." Nor was it known what it would do.
SELECT learner_name, subject, achievement_type AS type, before, after FROM achieve.preview_rule(3001, 'score(exam) >= 55')
	WHERE subject IN ('result', 'achievement') ORDER BY 1, 2 DESC, 3;
SELECT * FROM pg_temp.stands WHERE learner = 'Ben' AND event = 'pr-1';
UPDATE achieve.event SET passing_rule = 'score(exam) >= 55' WHERE event_id = 3001;
SELECT * FROM pg_temp.stands WHERE learner = 'Ben' AND event = 'pr-1';

-- "Who was let through by hand was failed by the next grade." What people decide holds, upwards ...
SELECT achieve.set_result(3001, 3003, 'passed', 'oral exam');
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES (3001, 3003, 'exam', 1, 0), (3001, 3003, 'exam', 2, 0);
SELECT achieve.evaluate_event(3001);
SELECT * FROM pg_temp.stands WHERE learner = 'Cleo';
-- ... and downwards: "a manual 'incomplete' was overruled by the next grade" ...
SELECT achieve.set_result(3001, 3003, 'pending', 'papers are missing');
UPDATE achieve.score SET score = 100 WHERE event_id = 3001 AND learner_id = 3003;
SELECT * FROM pg_temp.stands WHERE learner = 'Cleo';
-- ... and afterwards, "until removed and added again": clearing is enough.
SELECT achieve.clear_result(3001, 3003, 'papers came');
SELECT * FROM pg_temp.stands WHERE learner = 'Cleo';

-- "Deleting one criterion wiped everybody's completion of the course." It is refused while anything is recorded for it.
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (3003, 3001, 'essay'), (3003, 3001, 'visit'), (3003, 3002, 'visit');
DELETE FROM achieve.requirement WHERE event_id = 3003 AND code = 'visit';
DELETE FROM achieve.completion WHERE event_id = 3003 AND code = 'visit';
DELETE FROM achieve.requirement WHERE event_id = 3003 AND code = 'visit';
SELECT * FROM pg_temp.stands WHERE event = 'pr-3';
SELECT learner_id, code FROM achieve.completion WHERE event_id = 3003;

-- "A closed period changed without anybody asking for it." Finalized, it moves only when reopened, and the audit says why.
SELECT achieve.finalize_event(3001, 'end of term');
UPDATE achieve.score SET score = 1 WHERE event_id = 3001;
UPDATE achieve.event SET passing_rule = 'score(exam) >= 99' WHERE event_id = 3001;
SELECT achieve.evaluate_event(3001);
SELECT * FROM pg_temp.stands WHERE event = 'pr-1';
SELECT achieve.reopen_event(3001, 'scores were forged');
SELECT * FROM pg_temp.stands WHERE event = 'pr-1';
SELECT action, reason FROM achieve.audit WHERE event_id = 3001 AND action IN ('event.finalized', 'event.reopened') ORDER BY audit_id;
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 3001 AND 3003;
