-- What do certificates show, and what happens where they cannot be made?
SET timezone = 'UTC';
BEGIN;

-- One learner for each name that is hard to print.
INSERT INTO achieve.account (account_id, name) VALUES (8200, 'Smith & Sons');
INSERT INTO achieve.learner (learner_id, account_id, name, reference) VALUES
	(8201, 8200, 'Ana', 'P-1'),
	(8202, 8200, '<&"'']]>', NULL),
	(8203, NULL, '{{number}}', NULL),
	(8204, NULL, E'a\x01b\tc', NULL);

-- All placeholders, then one template for each way to fail.
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(8201, 'all', 'All', 'text/plain', $$
learner {{learner_name}} {{learner_reference}} of {{account_name}}
type {{achievement_code}} {{ achievement_title }} {{achievement_description}}
dates {{valid_from}} {{expires_on}} {{last_valid_on}}
event {{event_code}} {{event_title}} {{event_starts_on}} {{event_ends_on}} {{event_dates}}
issuer {{issuer_name}} {{issuer_url}} number {{number}} revision {{revision}}
{{#account_name}}has an account{{/account_name}}{{^account_name}}has no account{{/account_name}}
$$),
	(8202, 'html', 'HTML', 'Text/HTML;charset=utf-8', '<p title="{{learner_name}}">{{learner_name}}</p>'),
	(8203, 'json', 'JSON', 'application/json', '{"name": "{{learner_name}}"}'),
	(8204, 'unknown', 'U', 'image/svg+xml', '<svg>{{learner_nam}}</svg>'),
	(8205, 'empty', 'E', 'image/svg+xml', '<svg>{{}}</svg>'),
	(8206, 'endless', 'E', 'image/svg+xml', '<svg>{{number</svg>'),
	(8207, 'section', 'S', 'text/plain', '{{#number}}'),
	(8208, 'unopened', 'S', 'text/plain', '{{/number}}'),
	(8209, 'crossed', 'S', 'text/plain', '{{#number}}{{#learner_name}}{{/number}}{{/learner_name}}'),
	(8210, 'hidden', 'S', 'text/plain', '{{^number}}{{nmber}}{{/number}}'),
	(8211, 'size', 'S', 'text/plain', '{{font_size learner_name wide 12}}'),
	(8212, 'size_of', 'S', 'text/plain', '{{font_size nobody 100 12}}'),
	(8213, 'media', 'M', 'application/pdf', '{{number}}'),
	(8214, 'deep', 'D', 'text/plain', repeat('{{#number}}', 17) || repeat('{{/number}}', 17)),
	(8215, 'long', 'L', 'text/plain', repeat('x', 16 * 1024 * 1024 + 1)),
	(8216, 'sizes', 'S', 'text/plain', '{{font_size learner_name 1000 20}} {{font_size learner_name 20 20}}');
INSERT INTO achieve.number_sequence (sequence_id, code, format) VALUES (8200, 'certificates', 'C-{number:3}');
INSERT INTO achieve.achievement_type (achievement_type_id, sequence_id, code, title, description, valid_for,
		valid_unit, valid_from_anchor, certificate_template_id)
	SELECT certificate_template_id, 8200, code, 'Type ' || code, CASE WHEN code = 'all' THEN 'Knows it all' END,
		CASE WHEN code = 'all' THEN 1 END, CASE WHEN code = 'all' THEN 'year' END, 'event_end', certificate_template_id
	FROM achieve.certificate_template WHERE certificate_template_id > 8200;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (8220, 'plain', 'No certificate');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, time_zone, passing_rule) VALUES
	(8200, 'E-1', 'First aid', '2026-03-01 08:00+00', '2026-03-02 23:30+00', 'Europe/Berlin', 'condition(done)');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT 8200, achievement_type_id, CASE WHEN achievement_type_id <= 8203 THEN 'passed'::achieve.rule END
	FROM achieve.achievement_type WHERE achievement_type_id > 8200;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 8200, generate_series(8201, 8204);
CREATE TEMPORARY VIEW tab AS SELECT * FROM achieve.certificates_tab WHERE event_id = 8200;
-- One statement issues for all learners.
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 8200, generate_series(8201, 8204), 'done', 1;

SELECT learner_id, achievement_type, revision, status, media_type, problem
	FROM tab ORDER BY learner_id, achievement_type;
SELECT content FROM achieve.certificate WHERE achievement_id =
	(SELECT achievement_id FROM achieve.achievement WHERE learner_id = 8201 AND achievement_type_id = 8201);
-- A learner's name is never read as a template; control characters are left out of markup.
SELECT t.learner_id, t.achievement_type, c.content
	FROM tab t JOIN achieve.certificate c USING (event_id, certificate_id)
	WHERE t.achievement_type IN ('html', 'json') ORDER BY 1, 2;
-- What is shown is kept, and only that.
SELECT t.learner_id, c.shown FROM tab t JOIN achieve.certificate c USING (event_id, certificate_id)
	WHERE t.achievement_type = 'html' ORDER BY 1;

-- The issuer, who is told of later, is on later certificates.
INSERT INTO achieve.issuer (name, url, verification_url)
	VALUES ('Academy', 'https://academy.example', 'https://academy.example/v?c=');
SELECT achieve.award(8200, 8202, 'sizes', 'by hand') IS NOT NULL AS awarded;
UPDATE achieve.certificate_template SET body = '{{issuer_name}} {{verification_url}}' WHERE code = 'html';
SELECT achieve.regenerate_certificates(8200, '{8202}');
SELECT c.revision, c.content = 'Academy https://academy.example/v?c=' || c.verification_code AS shows_the_url
	FROM tab t JOIN achieve.certificate c USING (event_id, certificate_id)
	WHERE t.achievement_type = 'html' AND t.learner_id = 8202 AND c.status = 'current';
SELECT c.content FROM tab t JOIN achieve.certificate c USING (event_id, certificate_id)
	WHERE t.achievement_type = 'sizes' AND c.status = 'current';

-- A template that fails never keeps the achievement from being issued.
SELECT count(achieve.award(8200, 8201, code, 'by hand')) FROM achieve.achievement_type
	WHERE achievement_type_id BETWEEN 8204 AND 8215 OR achievement_type_id = 8220;
SELECT achievement_type, status, problem FROM tab
	WHERE achievement_type NOT IN ('all', 'html', 'json') AND learner_id = 8201
	ORDER BY achievement_id;
SELECT count(*) AS failures, count(DISTINCT reason) AS reasons FROM achieve.audit WHERE action = 'certificate.failed' AND event_id = 8200;
SELECT count(*) AS failures FROM achieve.notification WHERE topic = 'certificate.failed' AND event_id = 8200;
-- What is put right is made at the next attempt.
UPDATE achieve.certificate_template SET body = '<svg>{{learner_name}}</svg>' WHERE code = 'unknown';
SELECT achieve.regenerate_certificates(8200, '{8201}');
SELECT achievement_type, revision, status, problem FROM tab
	WHERE achievement_type IN ('unknown', 'empty') ORDER BY achievement_type DESC;
SELECT * FROM achieve.check_outcomes(8200);
ROLLBACK;
-- Nothing is left behind by what is rolled back.
SELECT count(*) FROM achieve.certificate WHERE event_id = 8200;
