-- Do the examples of docs/certificates.md run?
SET timezone = 'UTC';
BEGIN;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (8241, 'docs-first-aid', 'First aid');

INSERT INTO achieve.certificate_template (code, title, body)
VALUES ('standard', 'Standard certificate', achieve.default_certificate_template());

UPDATE achieve.achievement_type
SET certificate_template_id = (SELECT certificate_template_id FROM achieve.certificate_template WHERE code = 'standard')
WHERE code = 'docs-first-aid';

INSERT INTO achieve.issuer (name, url, verification_url)
VALUES ('Harbour Training Academy', 'https://harbour.example', 'https://harbour.example/verify?code=');

INSERT INTO achieve.learner (learner_id, name) VALUES (8241, 'Ana');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at) VALUES (8240, 'First aid', '2026-03-02 09:00+00', '2026-03-02 17:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (8240, 8241);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (8240, 8241);
SELECT achieve.award(8240, 8241, 'docs-first-aid', 'by hand') > 0 AS awarded;
-- What the default template leaves no placeholder of, and is.
SELECT status, problem, content LIKE '<svg %</svg>_' AS is_svg, content LIKE '%{{%' AS has_placeholders,
	content LIKE '%>Ana</text>%' AS has_name, content LIKE '%Valid to the end of%' AS has_end
FROM achieve.certificates_tab JOIN achieve.certificate USING (event_id, certificate_id, status)
WHERE event_id = 8240;

SELECT learner_name, achievement_title, status, problem FROM achieve.certificates_tab
WHERE problem IS NOT NULL AND event_id = 8240;
SELECT * FROM achieve.verify_certificate('7k3v 9qxm-2tbc 0whe');
CREATE ROLE verification_page;
GRANT USAGE ON SCHEMA achieve TO verification_page;
GRANT EXECUTE ON FUNCTION achieve.verify_certificate(text) TO verification_page;
SET ROLE verification_page;
SELECT status FROM achieve.verify_certificate('7k3v 9qxm-2tbc 0whe');
RESET ROLE;
ROLLBACK;
