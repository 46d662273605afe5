-- What do the certificate functions refuse, and whom?
SET timezone = 'UTC';
INSERT INTO achieve.learner (learner_id, name) VALUES (8221, 'Ana'), (8222, 'Ben');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(8221, 'r-named', 'Named', 'text/plain', '{{learner_name}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id) VALUES
	(8221, 'r-aid', 'First aid', 8221);
INSERT INTO achieve.event (event_id, title, starts_at, ends_at) VALUES
	(8220, 'First aid', '2026-03-01 08:00+00', '2026-03-02 16:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (8220, 8221);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (8220, 8221);
SELECT achieve.award(8220, 8221, 'r-aid', 'by hand') > 0 AS awarded;
SELECT certificate_id AS id, verification_code AS code FROM achieve.certificates_tab WHERE event_id = 8220 \gset

SELECT achieve.regenerate_certificates(NULL);
SELECT achieve.regenerate_certificates(0);
SELECT achieve.regenerate_certificates(8220, '{8222}');
SELECT achieve.regenerate_certificates(8220, '{NULL}');
SELECT achieve.regenerate_certificates(8220, '{}') AS of_nobody;
SELECT achieve.render_certificate(NULL);
SELECT achieve.render_certificate(0);
SELECT achieve.open_badge(NULL);
SELECT achieve.open_badge(0);
-- An unknown code, nonsense and no code have one answer, of one shape.
SELECT v.* FROM unnest(ARRAY['0000-0000-0000-0000', '', 'x', repeat('0', 1000), '000000000000000é', NULL]) AS code,
	achieve.verify_certificate(code) v;
-- Written by the engine only.
UPDATE achieve.certificate SET content = 'forged' WHERE event_id = 8220;
DELETE FROM achieve.certificate WHERE event_id = 8220;
TRUNCATE achieve.certificate;
-- There is one issuer, whose addresses are addresses.
INSERT INTO achieve.issuer (issuer_id, name) VALUES (2, 'Second');
INSERT INTO achieve.issuer (name) VALUES ('');
INSERT INTO achieve.issuer (name, url) VALUES ('Academy', 'academy');
INSERT INTO achieve.issuer (name, verification_url) VALUES ('Academy', 'javascript: x');

-- Rights: none by default; row-level security hides the enrollment and all
-- that comes of it, except from those who have the code.
CREATE ROLE certificate_visitor;
GRANT USAGE ON SCHEMA achieve TO certificate_visitor;
SET ROLE certificate_visitor;
SELECT achieve.verify_certificate(:'code');
SELECT achieve.render_certificate(:id);
SELECT achieve.open_badge(:id);
SELECT achieve.regenerate_certificates(8220);
RESET ROLE;
GRANT EXECUTE ON FUNCTION achieve.verify_certificate(text), achieve.render_certificate(bigint),
	achieve.open_badge(bigint), achieve.regenerate_certificates(bigint, bigint[]) TO certificate_visitor;
SET ROLE certificate_visitor;
SELECT is_valid, learner_name, status FROM achieve.verify_certificate(:'code');
SELECT achieve.render_certificate(:id);
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA achieve TO certificate_visitor;
ALTER TABLE achieve.enrollment ENABLE ROW LEVEL SECURITY;
SET ROLE certificate_visitor;
SELECT is_valid, learner_name, status FROM achieve.verify_certificate(:'code');
\set VERBOSITY sqlstate
SELECT achieve.render_certificate(:id);
SELECT achieve.render_certificate(0);
SELECT achieve.open_badge(:id);
SELECT achieve.open_badge(0);
SELECT achieve.regenerate_certificates(8220, '{8221}');
\set VERBOSITY default
SELECT achieve.regenerate_certificates(8220) AS of_whom_one_sees;
RESET ROLE;
ALTER TABLE achieve.enrollment DISABLE ROW LEVEL SECURITY;

-- Revoked: still shown, but no badge.
SELECT achieve.revoke(achievement_id, 'copied') FROM achieve.achievement WHERE event_id = 8220;
SELECT achieve.render_certificate(:id);
\set VERBOSITY sqlstate
SELECT achieve.open_badge(:id);
\set VERBOSITY default
DROP OWNED BY certificate_visitor;
DROP ROLE certificate_visitor;
