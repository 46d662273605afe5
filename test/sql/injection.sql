-- Does a text stay a text, wherever SQL, markup or JSON is built from it?
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
CREATE TABLE hostile (n integer PRIMARY KEY, t text);
INSERT INTO hostile VALUES (1, $$'"`; DROP TABLE achieve.learner; --$$), (2, '%s %I %1$s %% $1 ${1} \1 \\ \n'), (3, ']]><script>alert(1)</script><!-- &amp; &#0;'),
	(4, '{{number}}{{learner_name}}{{unknown}}{number}{year}'), (5, E'two\nlines\tand\r\nmore'), (6, repeat('é', 31) || 'x'), (7, repeat('🎓', 16)),
	(8, E'a\u0001b\u000bc\u001fd\ufffee\uffff'), (9, '$body$ $$ $f$ $achieve$'), (10, '" onload="x" x=''y'' </style></title></text>'), (11, E'\u202Eright to left\u2028new\u0085line'), (12, '\u0041 E''\x41'' U&''\0041''');

-- In every text that people write: names, titles, codes, formats, bodies, reasons.
INSERT INTO achieve.issuer (name, url) SELECT t, 'https://harbour.example' FROM hostile WHERE n = 3 AND NOT EXISTS (SELECT FROM achieve.issuer);
INSERT INTO achieve.account (account_id, name, reference) SELECT 7400 + n, t, t FROM hostile;
INSERT INTO achieve.learner (learner_id, account_id, name, email, reference) SELECT 7400 + n, 7400 + n, t, t, t FROM hostile;
INSERT INTO achieve.number_sequence (sequence_id, code, format, gapless) SELECT 7400 + n, t, CASE WHEN n = 4 THEN '' ELSE t END || '{number}', n % 2 = 0 FROM hostile WHERE t !~ '[{}]' OR n = 4;
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body)
	SELECT 7400 + n, t, t, 'text/plain', replace(replace(t, '{{', '('), '}}', ')') || '|{{learner_name}}|' FROM hostile;
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body) VALUES (7400, 'hostile', 'H', achieve.default_certificate_template());
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, description, sequence_id, certificate_template_id)
	SELECT 7400 + n, t, t, t, 7400 + CASE WHEN n = 2 THEN 4 ELSE n END, 7400 + n FROM hostile WHERE n <> 2;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, description, certificate_template_id) SELECT 7400 + n, t, t, t, 7400 FROM hostile WHERE n = 2;
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) SELECT 7400 + n, t, t, format('condition("%s")', replace(t, '"', '""'))::achieve.rule FROM hostile;
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) SELECT 7400 + n, 7400 + n, 'passed' FROM hostile;
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) SELECT 7400 + n, 7402, NULL FROM hostile WHERE n <> 2;
-- A code in a rule comes back as it was.
SELECT count(*) AS "codes changed by rules" FROM achieve.course_template c JOIN hostile h ON c.template_id = 7400 + n, achieve.rule_facts(c.passing_rule) f
WHERE f.code <> h.t OR c.passing_rule::text::achieve.rule::text <> c.passing_rule::text;
SELECT count(achieve.create_event(t, '2030-01-01 09:00+00', code => t, title => t)) FROM hostile;
CREATE VIEW public.happening AS SELECT h.n, h.t, e.event_id, 7400 + h.n AS learner_id FROM hostile h JOIN achieve.event e ON e.template_id = 7400 + h.n;
INSERT INTO achieve.session (event_id, session_no, title, starts_at, ends_at) SELECT event_id, 1, t, '2030-01-01 09:00+00', '2030-01-01 10:00+00' FROM public.happening;
INSERT INTO achieve.requirement (event_id, code, title) SELECT event_id, t, t FROM public.happening;
INSERT INTO achieve.assessment (event_id, code, title) SELECT event_id, t, t FROM public.happening;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT event_id, learner_id FROM public.happening;
SELECT count(achieve.set_context(t, t)) FROM hostile WHERE n = 3;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) SELECT event_id, learner_id, 1, 'present', t FROM public.happening;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT event_id, learner_id, t, 1 FROM public.happening;
SELECT count(achieve.award(event_id, learner_id, (SELECT t FROM hostile WHERE n = 2), t, number => t)) FROM public.happening WHERE n <> 2;
SELECT count(achieve.set_result(event_id, learner_id, 'passed', t)) FROM public.happening;

-- Each passed, by its condition, and has a number and a certificate.
SELECT count(*), count(*) FILTER (WHERE r.rule_outcome = 'passed'), count(*) FILTER (WHERE r.reason = h.t) AS "reason kept", count(a.number) AS numbered, count(c.content) AS certified
FROM public.happening h JOIN achieve.result r USING (event_id, learner_id) JOIN achieve.achievement a ON a.event_id = h.event_id AND a.achievement_type_id = h.learner_id
LEFT JOIN achieve.certificate c ON c.achievement_id = a.achievement_id AND c.status = 'current';
SELECT h.n, a.number FROM public.happening h JOIN achieve.achievement a ON a.event_id = h.event_id AND a.achievement_type_id = h.learner_id
WHERE h.n <> 2 AND a.number <> CASE WHEN h.n = 4 THEN '' ELSE h.t END || '1' ORDER BY n;
-- Plain text: the body as written, and the name as it is, placeholders and all.
SELECT h.n, c.content FROM public.happening h JOIN achieve.certificate c ON c.event_id = h.event_id AND c.status = 'current' JOIN achieve.achievement a ON a.achievement_id = c.achievement_id AND a.achievement_type_id = h.learner_id
WHERE h.n <> 2 AND c.content <> replace(replace(h.t, '{{', '('), '}}', ')') || '|' || h.t || '|' ORDER BY n;
-- SVG: well formed, no element that the template has not, and the name in it.
SELECT count(*) AS pictures, count(*) FILTER (WHERE xml_is_well_formed_document(c.content)) AS "well formed", count(*) FILTER (WHERE c.content ~* '<script|onload="x') AS injected,
	count(*) FILTER (WHERE h.n IN (5, 8, 11) OR array_to_string(xpath('//*/text()', c.content::xml), '|') <> '' AND strpos(replace(replace(replace(replace(replace(c.content, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&'), h.t) > 0) AS named
FROM public.happening h JOIN achieve.certificate c ON c.event_id = h.event_id AND c.status = 'current' AND c.media_type = 'image/svg+xml';
-- JSON: notifications, badges, facts, audit.
SELECT count(*) > 50 AS many, count(*) FILTER (WHERE o.payload ->> 'learner_name' IS DISTINCT FROM h.t OR o.payload ->> 'event_title' IS DISTINCT FROM h.t) AS changed
FROM public.happening h JOIN achieve.notification o ON o.event_id = h.event_id;
SELECT count(*) > 10 AS many, count(*) FILTER (WHERE b.badge #>> '{credentialSubject,achievement,name}' <> h.t) AS changed
FROM public.happening h JOIN achieve.achievement a ON a.event_id = h.event_id AND a.achievement_type_id = h.learner_id JOIN achieve.certificate c ON c.achievement_id = a.achievement_id AND c.status = 'current',
	LATERAL (SELECT achieve.open_badge(c.certificate_id)::jsonb) b (badge);
SELECT count(*), count(*) FILTER (WHERE NOT achieve.facts(event_id, learner_id) -> 'condition' ? t) AS changed FROM public.happening;
SELECT count(*), count(*) FILTER (WHERE a.actor IS DISTINCT FROM h.t) AS "other actors" FROM achieve.audit a, hostile h WHERE a.transaction_id = pg_current_xact_id()::text::bigint AND a.learner_id > 7400 AND h.n = 3 AND a.action = 'result.set';
-- HTML: the report holds its own elements only, and the text as text.
SELECT count(*), count(*) FILTER (WHERE achieve.event_report(event_id) ~* '<script|<!-- &amp|onload="x"|</style></title>') AS injected FROM public.happening;
-- Explanations, previews, views.
SELECT count(DISTINCT h.n) FILTER (WHERE strpos(x.clause, replace(h.t, '"', '""')) > 0) AS explained FROM public.happening h, LATERAL achieve.explain_result(event_id, learner_id) x;
SELECT count(*) > 12 AS previewed FROM public.happening h, LATERAL achieve.preview_result(event_id, learner_id, 'failed') x WHERE x.learner_name = h.t;
SELECT count(*) FROM public.happening h JOIN achieve.results_tab r USING (event_id) WHERE r.learner_name = h.t AND r.account_name = h.t AND r.event_title = h.t;
SELECT count(*), count(DISTINCT template_code) FROM achieve.rule_problems WHERE template_id BETWEEN 7401 AND 7412;
SELECT problem FROM achieve.check_outcomes() WHERE learner_id BETWEEN 7400 AND 7499;
SELECT * FROM achieve.verify_certificate($$' OR true --$$);

-- Names of roles, also those of 63 bytes.
DO $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT left(t, 60) FROM hostile WHERE n NOT IN (6, 7) UNION ALL SELECT t FROM hostile WHERE n = 6 UNION ALL SELECT repeat('🎓', 15) || 'abc' LOOP
		EXECUTE format('CREATE ROLE %I', name);
		PERFORM achieve.grant_access(name, l) FROM unnest('{reader,instructor,administrator}'::text[]) l;
		IF NOT has_function_privilege(name, 'achieve.revoke(bigint, text)', 'EXECUTE') OR NOT has_table_privilege(name, 'achieve.results_tab', 'SELECT') THEN
			RAISE WARNING 'not granted: %', name;
		END IF;
	END LOOP;
END $$;
-- Names of tables and columns in attach(), cut at 63 bytes in the middle of nothing.
DO $$
DECLARE
	text text;
	facts bigint;
BEGIN
	FOR text IN SELECT left(t, 50) FROM hostile WHERE n NOT IN (6, 7) UNION ALL SELECT repeat('é', 31) || x FROM unnest('{x,y}'::text[]) x UNION ALL SELECT repeat('🎓', 15) || x FROM unnest('{abc,abd}'::text[]) x LOOP
		EXECUTE format('CREATE TABLE %I (%1$I text PRIMARY KEY, name text)', text);
		PERFORM achieve.attach(quote_ident(text), 'learner', jsonb_build_object('reference', format('''src '' || %I', text), 'name', quote_ident('name')), format('%I <> %L', text, text || '-'));
		EXECUTE format('INSERT INTO %I VALUES ($1, $1), ($2, $2)', text) USING text, text || '-';
		SELECT count(*) INTO facts FROM achieve.learner l WHERE l.reference = 'src ' || text AND l.name = text OR l.reference = 'src ' || text || '-';
		IF facts <> 1 OR EXISTS (SELECT FROM achieve.check_attachments() c WHERE c.problem <> 'only in facts') THEN
			RAISE WARNING 'not followed: % %', text, facts;
		END IF;
		PERFORM achieve.detach(quote_ident(text));
	END LOOP;
END $$;
ROLLBACK;
