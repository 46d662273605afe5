-- Is a badge a complete Open Badges 3.0 AchievementCredential?
SET timezone = 'UTC';
BEGIN;
INSERT INTO achieve.learner (learner_id, name) VALUES (8231, 'Ana "A" Müller');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(8231, 'named', 'Named', 'text/plain', '{{learner_name}}'), (8232, 'nameless', 'Nameless', 'text/plain', '{{number}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, description, valid_for, valid_unit,
		valid_from_anchor, certificate_template_id) VALUES
	(8231, 'aid', 'First aid', 'Can help.', 1, 'year', 'event_end', 8231),
	(8232, 'tag', 'Tag', NULL, NULL, NULL, 'event_end', 8232);
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, time_zone) VALUES
	(8230, 'First aid in Berlin', '2026-03-01 08:00+00', '2026-03-02 16:00+00', 'Europe/Berlin');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(8230, 8231, 'condition(done)'), (8230, 8232, NULL);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (8230, 8231);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (8230, 8231, 'done', 1);
SELECT achieve.award(8230, 8231, 'tag', 'by hand', number => 'T-1') > 0 AS awarded;
CREATE TEMPORARY VIEW badge AS
	SELECT t.achievement_type, t.verification_code, t.number, achieve.open_badge(t.certificate_id)::jsonb AS badge
	FROM achieve.certificates_tab t WHERE t.status = 'current' AND t.event_id = 8230;

-- Nobody has said who issues: the ids are made here, and stay the same.
SELECT achievement_type, badge ->> 'id' ~ '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$' AS id,
	badge #>> '{issuer,id}' LIKE 'urn:uuid:%' AS issuer_id, badge #>> '{issuer,name}' = current_database() AS issuer_name,
	badge = (SELECT again.badge FROM badge again WHERE again.achievement_type = badge.achievement_type) AS is_stable
	FROM badge ORDER BY 1;
-- Who issues is known.
INSERT INTO achieve.issuer (name, url, verification_url)
	VALUES ('Academy', 'https://academy.example', 'https://academy.example/v?c=');
SELECT jsonb_pretty(badge - 'id' - 'awardedDate' #- '{credentialSubject,licenseNumber}')
	FROM badge WHERE achievement_type = 'aid';
SELECT badge ->> 'id' = 'https://academy.example/v?c=' || verification_code AS id,
	badge #>> '{credentialSubject,licenseNumber}' = number AS number,
	badge ->> 'awardedDate' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$' AS awarded
	FROM badge;
-- No end, no description, and no name where the certificate shows none.
SELECT badge -> 'validUntil' AS until, badge #>> '{credentialSubject,achievement,description}' AS description,
	badge #>> '{credentialSubject,achievement,criteria,narrative}' AS criteria,
	badge #> '{credentialSubject,identifier}' AS identifier, badge #>> '{credentialSubject,id}' LIKE 'urn:uuid:%' AS subject
	FROM badge WHERE achievement_type = 'tag';
ROLLBACK;
