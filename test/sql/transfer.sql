-- What goes with a learner who moves to another event, and what does a template bring when it is taken again?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (2300, 'tr-old', 'Old'), (2301, 'tr-new', 'New'), (2302, 'tr-own', 'Own');
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (2300, 'tr', 'Transfer', 'score(exam) >= 50');
INSERT INTO achieve.template_assessment (template_id, code, max_attempts) VALUES (2300, 'exam', 2), (2300, 'quiz', 1), (2300, 'essay', 1);
INSERT INTO achieve.template_session (template_id, session_no, starts_after_minutes, duration_minutes)
	SELECT 2300, n, n * 60, 60 FROM generate_series(1, 3) n;
INSERT INTO achieve.template_requirement (template_id, code) VALUES (2300, 'visit');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES (2300, 2300, 'passed and paid');
INSERT INTO achieve.learner (learner_id, name) VALUES (2301, 'Ada'), (2302, 'Ben');
SELECT achieve.create_event('tr', '2030-01-01 09:00+00', 'tr-1') AS first \gset
SELECT achieve.create_event('tr', '2030-02-01 09:00+00', 'tr-2') AS second \gset
DELETE FROM achieve.session WHERE event_id = :second AND session_no = 3;
UPDATE achieve.assessment SET max_score = 10 WHERE event_id = :second AND code = 'quiz';
INSERT INTO achieve.enrollment (event_id, learner_id, counts_from) VALUES (:first, 2301, '2030-01-01'), (:first, 2302, NULL);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT :first, 2301, n, 'late' FROM generate_series(1, 3) n;
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES (:first, 2301, 'exam', 1, 20), (:first, 2301, 'exam', 2, 70), (:first, 2301, 'quiz', 1, 99);
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (:first, 2301, 'visit');
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (:first, 2301, 'visa', 1);
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (2300, 'TR-1', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid) VALUES (:first, 2301, 2300, 1, 100, 100), (:first, 2302, 2300, 2, 100, 0);

SELECT achieve.transfer_enrollment(:first, 2301, :second, 'changed shifts');
-- As far as it fits: two of three sessions, and no quiz of 99 out of 10.
SELECT e.code, n.status, n.counts_from, r.outcome, i.lines,
	(SELECT string_agg(session_no || ' ' || a.status, ', ' ORDER BY session_no) FROM achieve.attendance a WHERE (a.event_id, a.learner_id) = (n.event_id, n.learner_id)) AS marks,
	(SELECT string_agg(s.code || ' ' || s.score, ', ' ORDER BY s.code, attempt) FROM achieve.score s WHERE (s.event_id, s.learner_id) = (n.event_id, n.learner_id)) AS scores,
	(SELECT count(*) FROM achieve.completion c WHERE (c.event_id, c.learner_id) = (n.event_id, n.learner_id)) AS completions,
	(SELECT count(*) FROM achieve.condition c WHERE (c.event_id, c.learner_id) = (n.event_id, n.learner_id)) AS conditions,
	(SELECT string_agg(coalesce(a.revoke_reason, 'held'), ', ') FROM achieve.achievement a WHERE (a.event_id, a.learner_id) = (n.event_id, n.learner_id)) AS achievement
FROM achieve.enrollment n JOIN achieve.event e USING (event_id) JOIN achieve.result r USING (event_id, learner_id)
CROSS JOIN LATERAL (SELECT count(*) AS lines FROM achieve.invoice_line l WHERE (l.event_id, l.learner_id) = (n.event_id, n.learner_id)) i
WHERE n.learner_id = 2301 ORDER BY e.code;
SELECT e.code, a.action, a.reason FROM achieve.audit a JOIN achieve.event e USING (event_id)
	WHERE a.action = 'enrollment.transferred' AND a.learner_id = 2301 ORDER BY audit_id;

-- The template changes; the event takes it when asked.
UPDATE achieve.course_template SET passing_rule = 'score(exam) >= 80' WHERE template_id = 2300;
DELETE FROM achieve.template_assessment WHERE template_id = 2300 AND code IN ('quiz', 'essay');
DELETE FROM achieve.template_session WHERE template_id = 2300 AND session_no = 1;
DELETE FROM achieve.template_achievement WHERE template_id = 2300;
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES (2300, 2301, 'passed');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (:first, 2302, 'failed');
UPDATE achieve.score SET score = 75 WHERE event_id = :second AND attempt = 2;
SELECT subject, rule, origin FROM achieve.passing_rules_tab WHERE event_id = :first ORDER BY subject;
SELECT achieve.sync_event(:first), achieve.sync_event(:second);
SELECT event_code, subject, rule, origin FROM achieve.passing_rules_tab WHERE event_id IN (:first, :second) ORDER BY event_code, subject;
-- What has facts stays: the quiz with a score, the session with marks, the achievement with a record (switched off).
SELECT e.code, (SELECT string_agg(a.code, ', ' ORDER BY a.code) FROM achieve.assessment a WHERE a.event_id = e.event_id) AS assessments,
	(SELECT string_agg(session_no::text, ', ' ORDER BY session_no) FROM achieve.session s WHERE s.event_id = e.event_id) AS sessions,
	(SELECT string_agg(t.code || CASE WHEN o.active THEN '' ELSE ' off' END, ', ' ORDER BY t.code) FROM achieve.event_achievement o
		JOIN achieve.achievement_type t USING (achievement_type_id) WHERE o.event_id = e.event_id) AS achievements
FROM achieve.event e WHERE e.event_id IN (:first, :second) ORDER BY e.code;
SELECT r.learner_id, r.outcome, count(a.achievement_id) AS held FROM achieve.result r
	LEFT JOIN achieve.achievement a ON (a.event_id, a.learner_id) = (r.event_id, r.learner_id) AND a.revoked_at IS NULL
	WHERE r.event_id = :second GROUP BY r.learner_id, r.outcome;
SELECT * FROM achieve.check_outcomes() WHERE event_id IN (:first, :second);

-- Wrong input.
\set VERBOSITY default
SELECT achieve.transfer_enrollment(:first, 2302, 2399, 'x');
SELECT achieve.transfer_enrollment(2399, 2302, :second, 'x');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at) VALUES (2390, 'no template', '2030-01-01', '2030-01-01');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (2390, 2302);
SELECT achieve.transfer_enrollment(2390, 2302, 2390, 'x');
\set VERBOSITY sqlstate
SELECT achieve.transfer_enrollment(2390, 2302, :first, 'x');
\set VERBOSITY default
SELECT achieve.transfer_enrollment(2390, 2302, :second, '');
SELECT achieve.sync_event(2390);
SELECT achieve.sync_event(2399);
SELECT achieve.sync_event(NULL);
