-- Certificates: who issues them, and the tab that shows them.

CREATE TABLE achieve.issuer (
	issuer_id integer NOT NULL DEFAULT 1,
	name text NOT NULL,
	url text,
	verification_url text,
	CONSTRAINT issuer_id_is_unique PRIMARY KEY (issuer_id),
	CONSTRAINT issuer_is_one_row CHECK (issuer_id = 1),
	CONSTRAINT issuer_name_is_not_empty CHECK (name <> ''),
	CONSTRAINT issuer_url_has_a_scheme CHECK (url ~ '^[A-Za-z][A-Za-z0-9+.-]*:[^[:space:]]+$'),
	CONSTRAINT issuer_verification_url_has_a_scheme
		CHECK (verification_url ~ '^[A-Za-z][A-Za-z0-9+.-]*:[^[:space:]]+$')
);
COMMENT ON TABLE achieve.issuer IS 'Who issues the certificates: at most one row, whose values certificates and badges show from then on.';
COMMENT ON COLUMN achieve.issuer.issuer_id IS 'Always 1: there is one issuer in a database.';
COMMENT ON COLUMN achieve.issuer.name IS 'The issuer''s name, as certificates show it.';
COMMENT ON COLUMN achieve.issuer.url IS 'Where the issuer is found; it identifies the issuer in badges.';
COMMENT ON COLUMN achieve.issuer.verification_url IS 'Where people verify a certificate, for example https://academy.example/verify?code=; the code is appended.';

CREATE TRIGGER audit_insert AFTER INSERT ON achieve.issuer
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('issuer');

CREATE TRIGGER audit_update AFTER UPDATE ON achieve.issuer
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('issuer');

CREATE TRIGGER audit_delete AFTER DELETE ON achieve.issuer
	REFERENCING OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION achieve.audit_configuration('issuer');

CREATE VIEW achieve.certificates_tab WITH (security_invoker = true) AS
SELECT a.event_id || ':' || a.achievement_id || ':' || coalesce(c.revision::text, 'missing') AS row_key,
	a.event_id,
	e.code AS event_code,
	e.title AS event_title,
	a.learner_id,
	l.name AS learner_name,
	l.account_id,
	k.name AS account_name,
	t.code AS achievement_type,
	t.title AS achievement_title,
	a.achievement_id,
	c.certificate_id,
	a.number,
	c.revision,
	coalesce(c.status, 'missing') AS status,
	c.verification_code,
	c.media_type,
	c.generated_at,
	c.generated_by,
	CASE
		WHEN c.status = 'current' THEN a.certificate_problem
		WHEN c.status IS NULL THEN coalesce(a.certificate_problem,
			'not made yet: the achievement type had no template when it was issued')
	END AS problem
FROM achieve.achievement a
JOIN achieve.event e ON e.event_id = a.event_id
JOIN achieve.learner l ON l.learner_id = a.learner_id
LEFT JOIN achieve.account k ON k.account_id = l.account_id
JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
CROSS JOIN LATERAL (
	SELECT o.certificate_id, o.revision, o.status, o.verification_code, o.media_type, o.generated_at, o.generated_by
	FROM achieve.certificate o
	WHERE o.event_id = a.event_id AND o.achievement_id = a.achievement_id
	UNION ALL
	SELECT NULL AS certificate_id, NULL AS revision, NULL AS status, NULL AS verification_code, NULL AS media_type,
		NULL AS generated_at, NULL AS generated_by
	WHERE a.revoked_at IS NULL
		AND (t.certificate_template_id IS NOT NULL OR a.certificate_problem IS NOT NULL)
		AND NOT EXISTS (SELECT FROM achieve.certificate o
			WHERE o.event_id = a.event_id AND o.achievement_id = a.achievement_id AND o.status = 'current')
) c;
COMMENT ON VIEW achieve.certificates_tab IS 'Each certificate ever made, and each that is missing although the achievement type has a template.';
COMMENT ON COLUMN achieve.certificates_tab.row_key IS 'Unique key of the row.';
COMMENT ON COLUMN achieve.certificates_tab.event_id IS 'The event at which the achievement was earned.';
COMMENT ON COLUMN achieve.certificates_tab.event_code IS 'The event''s short name.';
COMMENT ON COLUMN achieve.certificates_tab.event_title IS 'The event''s title.';
COMMENT ON COLUMN achieve.certificates_tab.learner_id IS 'Who earned the achievement.';
COMMENT ON COLUMN achieve.certificates_tab.learner_name IS 'The learner''s name, as it is now.';
COMMENT ON COLUMN achieve.certificates_tab.account_id IS 'The organisation that the learner belongs to.';
COMMENT ON COLUMN achieve.certificates_tab.account_name IS 'That organisation''s name.';
COMMENT ON COLUMN achieve.certificates_tab.achievement_type IS 'The code of what was earned.';
COMMENT ON COLUMN achieve.certificates_tab.achievement_title IS 'The title of what was earned, as it is now.';
COMMENT ON COLUMN achieve.certificates_tab.achievement_id IS 'The achievement that is certified.';
COMMENT ON COLUMN achieve.certificates_tab.certificate_id IS 'The certificate, as render_certificate() and open_badge() take it; null where it is missing.';
COMMENT ON COLUMN achieve.certificates_tab.number IS 'The achievement''s number.';
COMMENT ON COLUMN achieve.certificates_tab.revision IS 'How many times the certificate was made: 1 is the first.';
COMMENT ON COLUMN achieve.certificates_tab.status IS 'current, superseded (a later revision was due), revoked, or missing.';
COMMENT ON COLUMN achieve.certificates_tab.verification_code IS 'The code that verify_certificate() takes.';
COMMENT ON COLUMN achieve.certificates_tab.media_type IS 'What kind of text the certificate is, for example image/svg+xml.';
COMMENT ON COLUMN achieve.certificates_tab.generated_at IS 'When it was made.';
COMMENT ON COLUMN achieve.certificates_tab.generated_by IS 'Who was acting when it was made.';
COMMENT ON COLUMN achieve.certificates_tab.problem IS 'Why the certificate is missing, or why the last attempt to make it again failed; regenerate_certificates() tries anew.';
