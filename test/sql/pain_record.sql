-- What was lost from the record, or changed in it: does it stay here?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.number_sequence (sequence_id, code, format, start_at, gapless) VALUES (3501, 'pc-numbers', 'PC-{number:4}', 10, true);
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(3501, 'pc-named', 'Named', 'text/plain', '{{learner_name}}, {{number}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id, certificate_template_id, valid_from_anchor) VALUES
	(3501, 'pc-pass', 'For passing', 3501, 3501, 'event_end'), (3502, 'pc-kept', 'Kept', NULL, NULL, 'event_end');
INSERT INTO achieve.learner (learner_id, name) VALUES (3501, 'Ada'), (3502, 'Ben'), (3503, 'Cleo');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (3501, 'pc', 'Course', 'score(exam) >= 60');
INSERT INTO achieve.event (event_id, template_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(3501, 3501, 'pc-1', 'Course', '2020-01-01', '2020-01-02', 'score(exam) >= 60');
INSERT INTO achieve.assessment (event_id, code) VALUES (3501, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, on_lapse) VALUES (3501, 3501, 'passed', 'revoke'), (3501, 3502, 'passed', 'keep');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 3501, l FROM generate_series(3501, 3503) l;
CREATE VIEW pg_temp.papers AS
	SELECT a.learner_id AS learner, a.number, c.number = a.number AS same_number, c.revision, c.status, c.content,
		v.is_valid, v.status AS verified, v.valid_from AS awarded_on
	FROM achieve.achievement a JOIN achieve.certificate c USING (event_id, achievement_id), achieve.verify_certificate(c.verification_code) v
	WHERE a.event_id = 3501 ORDER BY a.achievement_id, c.revision;

-- "The first number came out as 2", "gaps that nobody could explain": the first is the start, and what is rolled back leaves none.
BEGIN;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3501, 3501, 'exam', 60);
ROLLBACK;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3501, 3501, 'exam', 60);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3501, 3502, 'exam', 70);
-- "The verification page lacked the date of the award."
TABLE pg_temp.papers;
-- "Codes were used four times over, others had none."
SELECT count(*) AS certificates, count(DISTINCT verification_code) AS codes FROM achieve.certificate WHERE event_id = 3501;
SELECT verification_code AS code FROM achieve.certificates_tab WHERE event_id = 3501 AND learner_id = 3501 \gset

-- "Learners changed their names and printed it for friends." What was handed out stays ...
UPDATE achieve.learner SET name = 'Friend of Ada' WHERE learner_id = 3501;
SELECT learner_name FROM achieve.verify_certificate(:'code');
-- ... "and a wrong name could not be put right": made again, with its number, as the next revision.
UPDATE achieve.learner SET name = 'Ada Long' WHERE learner_id = 3501;
SELECT achieve.regenerate_certificates(3501, '{3501}');
SELECT * FROM pg_temp.papers WHERE learner = 3501;
SELECT verification_code AS new_code FROM achieve.certificates_tab WHERE event_id = 3501 AND learner_id = 3501 AND status = 'current' \gset

-- "Which grade counts, the one of then or today's?" The audit has what was seen, the tab what is recorded now.
UPDATE achieve.score SET score = 95 WHERE event_id = 3501 AND learner_id = 3501;
SELECT evidence->>'rule' AS rule, evidence->'facts'->'score' AS score FROM achieve.audit
	WHERE event_id = 3501 AND learner_id = 3501 AND action = 'result.changed' ORDER BY audit_id;
SELECT score_percent FROM achieve.results_tab WHERE event_id = 3501 AND learner_id = 3501;

-- "Revoking blanked its public number": it keeps number and code, and says that it is revoked.
SELECT achieve.revoke(achievement_id, 'copied the exam') FROM achieve.achievement WHERE event_id = 3501 AND learner_id = 3501 AND achievement_type_id = 3501;
SELECT * FROM pg_temp.papers WHERE learner = 3501;
SELECT number, achievement, learner_name, status FROM achieve.verify_certificate(:'new_code');
-- "Deleting the template took all certificates along."
DELETE FROM achieve.certificate_template WHERE certificate_template_id = 3501;
DELETE FROM achieve.course_template WHERE template_id = 3501;
DELETE FROM achieve.achievement_type WHERE achievement_type_id = 3501;
DELETE FROM achieve.learner WHERE learner_id = 3502;
UPDATE achieve.achievement_type SET certificate_template_id = NULL WHERE achievement_type_id = 3501;
DELETE FROM achieve.certificate_template WHERE certificate_template_id = 3501;
SELECT learner, number, revision, status, content, verified FROM pg_temp.papers;

-- "A reset for the next year deleted the history." Facts go; what they had led to is revoked or kept, never deleted.
DELETE FROM achieve.score WHERE event_id = 3501;
DELETE FROM achieve.enrollment WHERE event_id = 3501 AND learner_id = 3502;
SELECT achievement_type AS type, state, number IS NOT NULL AS numbered, revoke_reason FROM achieve.learner_record WHERE learner_id = 3502 ORDER BY 1;
SELECT number, status FROM pg_temp.papers WHERE learner = 3502;
-- "Access to the own certificate was lost with the course."
UPDATE achieve.enrollment SET status = 'cancelled' WHERE event_id = 3501 AND learner_id = 3502;
SELECT achievement_type AS type, state FROM achieve.learner_record WHERE learner_id = 3502 ORDER BY 1;
-- Numbers go on, and none comes twice.
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (3501, 3503, 'exam', 100);
SELECT number FROM achieve.achievement WHERE event_id = 3501 AND sequence_id = 3501 ORDER BY achievement_id;

-- "A correction by hand needs a reason, and must be seen."
SELECT achieve.set_result(3501, 3503, 'failed', ' ');
SELECT achieve.set_result(3501, 3503, 'failed', 'used another one''s notes');
SELECT outcome, source, reason, decided_by IS NOT NULL AS by_somebody FROM achieve.results_tab WHERE event_id = 3501 AND learner_id = 3503;
UPDATE achieve.audit SET reason = 'nothing happened' WHERE event_id = 3501;
DELETE FROM achieve.audit WHERE event_id = 3501;
UPDATE achieve.result SET manual_outcome = 'passed' WHERE event_id = 3501;
SELECT action, reason FROM achieve.audit WHERE event_id = 3501 AND learner_id = 3503 AND action LIKE 'result.set%';
SELECT * FROM achieve.check_outcomes() WHERE event_id = 3501;
