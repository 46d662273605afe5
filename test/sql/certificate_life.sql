-- Does a certificate follow its achievement, and does verifying say so?
SET timezone = 'UTC';
SET datestyle = 'ISO';
BEGIN;
INSERT INTO achieve.learner (learner_id, name) VALUES (8211, 'Ana'), (8212, 'Ben');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(8211, 'named', 'Named', 'text/plain', '{{learner_name}} {{valid_from}} {{expires_on}}'),
	(8212, 'nameless', 'Nameless', 'text/plain', '{{number}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id) VALUES
	(8211, 'aid', 'First aid', 8211), (8212, 'tag', 'Tag', 8212);
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES
	(8210, 'First aid', '2026-03-01 08:00+00', '2026-03-02 16:00+00', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (8210, 8211, 'passed'), (8210, 8212, NULL);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (8210, 8211), (8210, 8212);
CREATE TEMPORARY VIEW shown AS
	SELECT t.learner_id AS l, t.achievement_type AS type, t.revision, t.status, v.is_valid AS valid,
		v.status AS verified, v.achievement, v.learner_name, t.problem
	FROM achieve.certificates_tab t
	LEFT JOIN LATERAL achieve.verify_certificate(t.verification_code) v ON true
	WHERE t.event_id = 8210 ORDER BY t.achievement_id, t.revision;

INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (8210, 8211, 'done', 1);
SELECT certificate_id AS first, verification_code AS code, number FROM achieve.certificates_tab WHERE event_id = 8210 \gset
SELECT * FROM shown;
-- The code has 16 letters that cannot be confused, and is read in any spelling.
SELECT :'code' ~ '^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$' AS is_readable;
SELECT status FROM achieve.verify_certificate(lower(replace(:'code', '-', '')));
SELECT status FROM achieve.verify_certificate('  ' || replace(translate(:'code', '01', 'oL'), '-', ' - ') || E'\n');

-- Taken back and given again within a transaction: the same one.
DELETE FROM achieve.condition WHERE event_id = 8210;
SELECT * FROM shown;
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (8210, 8211, 'done', 1);
SELECT * FROM shown;
SELECT count(*) AS announced FROM achieve.notification WHERE topic = 'certificate.generated' AND event_id = 8210;
-- By people too.
SELECT achieve.revoke(achievement_id, 'copied') FROM achieve.achievement WHERE event_id = 8210;
SELECT * FROM shown;
SELECT achieve.render_certificate(:first) LIKE 'Ana %' AS is_still_there;
SELECT achieve.regenerate_certificates(8210) AS of_revoked_ones;
SELECT achieve.reinstate(achievement_id, 'not copied') FROM achieve.achievement WHERE event_id = 8210;
SELECT * FROM shown;

-- A name on a certificate does not change; other dates make another one.
UPDATE achieve.learner SET name = 'Anna' WHERE learner_id = 8211;
SELECT learner_name FROM achieve.verify_certificate(:'code');
SELECT achieve.amend_achievement(achievement_id, '2020-01-01', '2021-01-01', 'moved') FROM achieve.achievement WHERE event_id = 8210;
SELECT * FROM shown;
SELECT status, valid_from, expires_on FROM achieve.verify_certificate(:'code');
SELECT content FROM achieve.certificate WHERE event_id = 8210 ORDER BY revision DESC LIMIT 1;
SELECT achieve.amend_achievement(achievement_id, '9000-01-01', NULL, 'moved') FROM achieve.achievement WHERE event_id = 8210;
SELECT * FROM shown;
SELECT achieve.regenerate_certificates(8210, '{8212}') AS of_nobody, achieve.regenerate_certificates(8210) AS of_all;
SELECT revision, status, number = :'number' AS has_its_number FROM achieve.certificate
	WHERE event_id = 8210 ORDER BY revision;

-- Where the template fails by now, an amended certificate is superseded and
-- none is current; one that is merely made again stays.
SELECT achieve.award(8210, 8212, 'tag', 'by hand') IS NOT NULL AS awarded;
UPDATE achieve.certificate_template SET body = '{{nothing}}' WHERE certificate_template_id IN (8211, 8212);
SELECT achieve.regenerate_certificates(8210, '{8212}');
SELECT * FROM shown WHERE l = 8212;
SELECT achieve.amend_achievement(achievement_id, '2020-01-01', NULL, 'moved') FROM achieve.achievement WHERE learner_id = 8212;
SELECT * FROM shown WHERE l = 8212;

-- A type that gets its template later has certificates that are missing.
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (8213, 'late', 'Late');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (8210, 8213);
SELECT achieve.award(8210, 8211, 'late', 'by hand') IS NOT NULL AS awarded;
SELECT type, status, problem FROM shown WHERE type = 'late';
UPDATE achieve.certificate_template SET body = 'x' WHERE certificate_template_id = 8212;
UPDATE achieve.achievement_type SET certificate_template_id = 8212 WHERE code = 'late';
SELECT type, status, problem FROM shown WHERE type = 'late';
SELECT achieve.regenerate_certificates(8210, '{8211}');
SELECT type, status, problem FROM shown WHERE type = 'late';

-- Numbers of what happened, in the audit.
SELECT action, count(*) FROM achieve.audit WHERE object = 'certificate' AND event_id = 8210 GROUP BY action ORDER BY action;
SELECT old_value ->> 'status' AS was, new_value ->> 'status' AS "is", reason
	FROM achieve.audit WHERE object = 'certificate' AND event_id = 8210 AND action = 'certificate.revoked' ORDER BY audit_id;
SELECT * FROM achieve.check_outcomes(8210);

-- Finalized: certificates stay as they are, revoking works.
SELECT achieve.close_event(8210), achieve.finalize_event(8210, 'done');
SAVEPOINT s;
SELECT achieve.regenerate_certificates(8210);
ROLLBACK TO s;
SELECT achieve.revoke(achievement_id, 'copied') FROM achieve.achievement
	WHERE learner_id = 8211 AND achievement_type_id = 8213;
SELECT status, verified FROM shown WHERE type = 'late';
ROLLBACK;
