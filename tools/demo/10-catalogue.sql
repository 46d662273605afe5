-- The catalogue of a training company: its customers, what it certifies, and
-- the courses that it offers. Administrators write all this once.

\echo 'Catalogue: customers, achievement types, course templates'
BEGIN;
SELECT achieve.set_context('Ingrid Solberg', 'catalogue set up');

INSERT INTO account (name, reference) VALUES
	('Havenlogistiek Rotterdam B.V.', 'C-001'),
	('Nordwind Energie GmbH', 'C-002'),
	('Lindqvist Bygg AB', 'C-003'),
	('Hôpital Saint-Luc', 'C-004'),
	('Cooperativa Agrícola do Douro', 'C-005'),
	('Krakowska Stal S.A.', 'C-006'),
	('Okafor & Sons Construction Ltd', 'C-007'),
	('Sakura Precision K.K.', 'C-008'),
	('Al Noor Facilities LLC', 'C-009'),
	('Andes Minería S.A.', 'C-010'),
	('Bharat Textiles Pvt. Ltd', 'C-011'),
	('Fitzgerald Foods plc', 'C-012');

-- Who certifies, and what certificates look like: the template that achieve
-- comes with.
INSERT INTO issuer (name, url, verification_url) VALUES
	('Harbour Training Academy', 'https://academy.example.org', 'https://academy.example.org/verify?code=');
INSERT INTO certificate_template (code, title, body)
VALUES ('standard', 'Standard certificate, A4', default_certificate_template());

-- First aid certificates are numbered without gaps, as the authority wants it;
-- licences need not be, and so those who issue them never wait for each other.
INSERT INTO number_sequence (code, format, reset, gapless) VALUES
	('first-aid', 'FA-{year}-{number:5}', 'yearly', true),
	('forklift', 'FL{year}/{number:4}', 'yearly', false);

-- Validity: how long each achievement lasts, and what its end is moved to.
INSERT INTO achievement_type (code, title, valid_for, valid_unit, valid_from_anchor, expiry_alignment, expires_on_day) VALUES
	('first-aid', 'First aider at work', 2, 'year', 'event_end', 'month', NULL),
	('forklift-theory', 'Forklift theory', 12, 'month', 'event_end', NULL, NULL),
	('forklift-licence', 'Forklift licence', 5, 'year', 'event_end', NULL, NULL),
	('reach-truck', 'Reach truck endorsement', 5, 'year', 'event_end', NULL, NULL),
	('safety-induction', 'Site safety induction', 1, 'year', 'event_start', NULL, '01-01'),
	('english-b2', 'Business English B2', NULL, NULL, 'event_end', NULL, NULL),
	('leadership', 'Certificate in leadership', NULL, NULL, 'issued', NULL, NULL),
	('site-supervisor', 'Site supervisor', 18, 'month', 'issued', 'quarter', NULL),
	('team-workshop', 'Workshop attended', NULL, NULL, 'event_end', NULL, NULL);

UPDATE achievement_type y
SET sequence_id = s.sequence_id, certificate_template_id = c.certificate_template_id
FROM (VALUES ('first-aid', 'first-aid'), ('forklift-licence', 'forklift')) AS v (type, sequence)
JOIN number_sequence s ON s.code = v.sequence
CROSS JOIN certificate_template c
WHERE y.code = v.type;

-- Whose certificate expires is told so, some more than once.
INSERT INTO achievement_reminder (achievement_type_id, days_before)
SELECT achievement_type_id, days_before
FROM (VALUES ('first-aid', 90), ('first-aid', 30), ('forklift-licence', 60), ('safety-induction', 14)) AS r (type, days_before)
JOIN achievement_type y ON y.code = r.type;

-- Ways to a goal: what makes a team leader, and what a shift leader.
INSERT INTO learning_path (code, title) VALUES ('team-leader', 'Team leader on site'), ('shift-leader', 'Shift leader, warehouse');
INSERT INTO learning_path_step (path_id, step_no, achievement_type_id, required)
SELECT path_id, step_no, achievement_type_id, required
FROM (VALUES
	('team-leader', 1, 'safety-induction', true),
	('team-leader', 2, 'first-aid', true),
	('team-leader', 3, 'leadership', true),
	('shift-leader', 1, 'safety-induction', true),
	('shift-leader', 2, 'first-aid', true),
	('shift-leader', 3, 'forklift-licence', true),
	('shift-leader', 4, 'leadership', false)
) AS s (path, step_no, type, required)
JOIN learning_path p ON p.code = s.path
JOIN achievement_type y ON y.code = s.type;

-- Courses: when a learner passes. Without a rule, trainers set the results.
INSERT INTO course_template (code, title, passing_rule, event_achievements_allowed, approval_by_another) VALUES
	('first-aid', 'First aid at work', 'absences <= 1 and score(practical) >= 60', true, false),
	('first-aid-refresher', 'First aid refresher', 'attended >= 2 and score(practical) >= 60', true, false),
	('forklift', 'Forklift licence', 'absences = 0 and score(theory) >= 70 and score(practical) >= 75', true, false),
	('business-english', 'Business English B2', 'attendance >= 80 and hours_attended >= 18 and mean_score >= 60', true, false),
	('safety-induction', 'Site safety induction', 'attended >= 1 and completion >= 100', false, false),
	('leadership', 'Leading a team', 'absences + 0.5 * lates <= 1 and completed(project) and score(presentation) >= 50', true, true),
	('site-supervisor', 'Site supervisor briefing', 'attended >= 1', true, false),
	('team-workshop', 'Team workshop', NULL, true, false);

-- Sessions: minutes from the event's start; a day has 1440.
INSERT INTO template_session (template_id, session_no, title, starts_after_minutes, duration_minutes, required)
SELECT template_id, session_no, s.title, starts_after, duration, required
FROM (VALUES
	('first-aid', 1, 'Assess and call', 0, 180, true),
	('first-aid', 2, 'Resuscitation', 240, 180, true),
	('first-aid', 3, 'Wounds and burns', 1440, 180, true),
	('first-aid', 4, 'Scenarios', 1680, 180, true),
	('first-aid-refresher', 1, 'What has changed', 0, 120, true),
	('first-aid-refresher', 2, 'Scenarios', 150, 150, true),
	('forklift', 1, 'The machine', 0, 240, true),
	('forklift', 2, 'Loads and stability', 300, 180, true),
	('forklift', 3, 'Driving', 1440, 240, true),
	('forklift', 4, 'Driving with loads', 2880, 240, true),
	('forklift', 5, 'Evening practice', 3240, 120, false),
	('safety-induction', 1, 'Walk around the site', 0, 90, true),
	('leadership', 1, 'Roles', 0, 420, true),
	('leadership', 2, 'Conversations', 20160, 420, true),
	('leadership', 3, 'Conflict', 40320, 420, true),
	('leadership', 4, 'Projects presented', 60480, 420, true),
	('site-supervisor', 1, 'Briefing', 0, 240, true),
	('team-workshop', 1, 'Workshop', 0, 420, true)
) AS s (template, session_no, title, starts_after, duration, required)
JOIN course_template t ON t.code = s.template;

-- Business English: 16 evenings, Mondays and Thursdays so to say.
INSERT INTO template_session (template_id, session_no, title, starts_after_minutes, duration_minutes)
SELECT template_id, n, 'Unit ' || n, ((n - 1) / 2 * 7 + (n - 1) % 2 * 3) * 1440, 90
FROM course_template, generate_series(1, 16) AS n
WHERE code = 'business-english';

INSERT INTO template_assessment (template_id, code, title, max_score, weight, attempt_choice, max_attempts)
SELECT template_id, a.code, a.title, max_score, weight, choice, attempts
FROM (VALUES
	('first-aid', 'practical', 'Scenario under time', 20, 1, 'highest', 2),
	('first-aid-refresher', 'practical', 'Scenario under time', 20, 1, 'highest', 2),
	('forklift', 'theory', 'Theory test', 40, 1, 'highest', 2),
	('forklift', 'practical', 'Driving test', 100, 2, 'highest', 2),
	('business-english', 'midterm', 'Midterm', 80, 1, 'first', 1),
	('business-english', 'final', 'Final exam', 120, 2, 'latest', 2),
	('leadership', 'presentation', 'Project presentation', 10, 1, 'first', 1)
) AS a (template, code, title, max_score, weight, choice, attempts)
JOIN course_template t ON t.code = a.template;

INSERT INTO template_requirement (template_id, code, title)
SELECT template_id, r.code, r.title
FROM (VALUES
	('safety-induction', 'house-rules', 'House rules read and signed'),
	('safety-induction', 'evacuation', 'Evacuation route walked'),
	('leadership', 'project', 'Project carried out')
) AS r (template, code, title)
JOIN course_template t ON t.code = r.template;

-- Awards: who gets what, when. A refresher continues where the earlier
-- certificate ends.
INSERT INTO template_achievement (template_id, achievement_type_id, award_rule, on_lapse, valid_for, valid_unit, valid_from_anchor, expiry_alignment)
SELECT template_id, achievement_type_id, award_rule::achieve.rule, on_lapse, a.valid_for, a.valid_unit, anchor, alignment
FROM (VALUES
	('first-aid', 'first-aid', 'passed and paid', 'revoke', NULL::integer, NULL, NULL, NULL),
	('first-aid-refresher', 'first-aid', 'passed and paid', 'revoke', 2, 'year', 'previous_expiry', 'month'),
	('forklift', 'forklift-theory', 'score(theory) >= 70', 'keep', NULL, NULL, NULL, NULL),
	('forklift', 'forklift-licence', 'passed and paid and condition(medical)', 'revoke', NULL, NULL, NULL, NULL),
	('business-english', 'english-b2', 'passed and invoiced and paid', 'revoke', NULL, NULL, NULL, NULL),
	('safety-induction', 'safety-induction', 'passed', 'revoke', NULL, NULL, NULL, NULL),
	('leadership', 'leadership', 'passed and approved and paid', 'revoke', NULL, NULL, NULL, NULL),
	('site-supervisor', 'site-supervisor', 'passed and holds(first-aid) and holds(safety-induction)', 'revoke', NULL, NULL, NULL, NULL),
	('team-workshop', 'team-workshop', 'passed', 'revoke', NULL, NULL, NULL, NULL)
) AS a (template, type, award_rule, on_lapse, valid_for, valid_unit, anchor, alignment)
JOIN course_template t ON t.code = a.template
JOIN achievement_type y ON y.code = a.type;
COMMIT;
