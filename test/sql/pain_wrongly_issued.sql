-- What was issued to those who had not earned it, or twice: is it issued here?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(3101, 'pw-pass', 'For passing'), (3102, 'pw-late', 'Added later'), (3103, 'pw-hand', 'By hand');
INSERT INTO achieve.learner (learner_id, name) SELECT 3100 + n, 'Learner ' || n FROM generate_series(1, 6) n;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(3101, 'pw-1', 'Exam', '2030-01-01', '2030-01-02', 'score(exam) >= 75'),
	(3102, 'pw-2', 'The same again', '2031-01-01', '2031-01-02', 'score(exam) >= 75'),
	(3103, 'pw-3', 'Of twenty', '2030-01-01', '2030-01-02', 'score(exam) >= 50'),
	(3104, 'pw-4', 'Empty', '2030-01-01', '2030-01-02', 'absences <= 2'),
	(3105, 'pw-5', 'Evidence', '2030-01-01', '2030-01-02', 'condition(fee_waived) >= 0'),
	(3106, 'pw-6', 'Contents', '2030-01-01', '2030-01-02', 'completion >= 100');
INSERT INTO achieve.assessment (event_id, code, max_score) VALUES (3101, 'exam', 100), (3102, 'exam', 100), (3103, 'exam', 20);
INSERT INTO achieve.requirement (event_id, code) VALUES (3106, 'a'), (3106, 'b'), (3106, 'c');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT e, 3101, 'passed' FROM generate_series(3101, 3106) e;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (3101, 3103);
INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES
	(3101, 3101, 'active'), (3101, 3102, 'active'), (3101, 3103, 'active'), (3101, 3104, 'interested'), (3101, 3105, 'reserved'), (3101, 3106, 'cancelled');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, 3101 FROM generate_series(3102, 3106) e;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (3103, 3102);
CREATE VIEW pg_temp.stands AS
	SELECT r.event_id AS event, r.learner_id AS learner, r.outcome,
		(SELECT string_agg(t.code, ' ' ORDER BY t.code) FROM achieve.achievement a JOIN achieve.achievement_type t USING (achievement_type_id)
			WHERE (a.event_id, a.learner_id) = (r.event_id, r.learner_id) AND a.revoked_at IS NULL) AS held
	FROM achieve.result r WHERE r.event_id BETWEEN 3101 AND 3106 ORDER BY 1, 2;
CREATE VIEW pg_temp.told AS
	SELECT event_id AS event, learner_id AS learner, topic, payload->>'outcome' AS outcome
	FROM achieve.notification WHERE event_id BETWEEN 3101 AND 3106 ORDER BY notification_id;

-- "A completion mail went out although 75 was missed." What is told comes from the verdict.
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3101, 3101, 'exam', 75), (3101, 3102, 'exam', 74.999999);
TABLE pg_temp.told;
-- "Certificates were issued without any attempt", "to everybody on the list, staff included".
INSERT INTO achieve.score (event_id, learner_id, code, score) SELECT 3101, l, 'exam', 100 FROM generate_series(3104, 3106) l;
SELECT * FROM pg_temp.stands WHERE event = 3101;
-- "A certificate that was there was taken for a pass." The record and the verdict are two things.
SELECT achieve.award(3101, 3102, 'pw-hand', 'took part') > 0 AS awarded;
SELECT * FROM pg_temp.stands WHERE event = 3101 AND learner = 3102;
-- "Switching on the mails issued to the whole course." Telling issues nothing ...
SELECT count(*) AS achievements FROM achieve.achievement WHERE event_id = 3101;
SELECT achieve.mark_delivered(array_agg(notification_id)) > 0 AS told FROM achieve.notification WHERE event_id = 3101;
SELECT count(*) AS achievements FROM achieve.achievement WHERE event_id = 3101;
-- ... and an achievement that is added later goes to who has earned it.
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (3101, 3102, 'passed');
SELECT * FROM pg_temp.stands WHERE event = 3101;

-- "Passed a course that was never started: old activity counted after enrolling again." Evidence is of one event.
SELECT * FROM pg_temp.stands WHERE event = 3102;
-- "It did not open at exactly the pass mark 10.0."
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3103, 3101, 'exam', 10.0), (3103, 3102, 'exam', 9.9999);
SELECT * FROM pg_temp.stands WHERE event = 3103;
-- Missing evidence decides nothing, also in the end: an empty event passes nobody, a condition not recorded meets nothing.
SELECT achieve.close_event(e) FROM generate_series(3104, 3105) e;
SELECT * FROM pg_temp.stands WHERE event IN (3104, 3105);
-- "More than 100 percent after contents were removed." The denominator is what there is, and what
-- something was recorded for is not removed.
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (3106, 3101, 'a'), (3106, 3101, 'b');
SELECT completion_percent, outcome FROM achieve.results_tab WHERE event_id = 3106;
DELETE FROM achieve.requirement WHERE event_id = 3106 AND code = 'c';
SELECT completion_percent, outcome FROM achieve.results_tab WHERE event_id = 3106;
DELETE FROM achieve.requirement WHERE event_id = 3106 AND code = 'a';
DELETE FROM achieve.completion WHERE event_id = 3106 AND code = 'a';
SELECT completion_percent, outcome FROM achieve.results_tab WHERE event_id = 3106;
DELETE FROM achieve.requirement WHERE event_id = 3106 AND code = 'a';
SELECT completion_percent, outcome FROM achieve.results_tab WHERE event_id = 3106;

-- "Three quick clicks made three certificates." One stands, whoever asks again.
SELECT achieve.award(3102, 3101, 'pw-pass', 'first click') AS first_click \gset
SELECT achieve.award(3102, 3101, 'pw-pass', 'second click');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3102, 3101, 'exam', 90);
SELECT count(*) AS records, bool_and(achievement_id = :first_click) AS the_first FROM achieve.achievement WHERE event_id = 3102;
-- "It could not be given again, although the manual says so": after it was revoked, and on another event.
SELECT achieve.revoke(:first_click, 'by mistake');
SELECT achieve.award(3102, 3101, 'pw-pass', 'rightly') <> :first_click AS given_again;
SELECT count(*) AS held_over_all_events FROM achieve.achievement WHERE learner_id = 3101 AND achievement_type_id = 3101 AND revoked_at IS NULL;

-- "The faster way of finding who is eligible found others." All at once and one by one come to the same.
DO $$
BEGIN
	FOR e IN 3107 .. 3108 LOOP
		INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES
			(e, 'Twin', '2030-01-01', '2030-01-02', 'score(exam) >= 50 and (paid or condition(waived))');
		INSERT INTO achieve.assessment (event_id, code) VALUES (e, 'exam');
		INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(3101, 3106) l;
	END LOOP;
	INSERT INTO achieve.score (event_id, learner_id, code, score) SELECT 3107, 3100 + n, 'exam', 20 * n FROM generate_series(1, 5) n;
	FOR n IN REVERSE 5 .. 1 LOOP
		INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3108, 3100 + n, 'exam', 20 * n);
	END LOOP;
END $$;
SELECT event_id, string_agg(outcome, ' ' ORDER BY learner_id) FROM achieve.result WHERE event_id IN (3107, 3108) GROUP BY 1 ORDER BY 1;
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 3101 AND 3108;
