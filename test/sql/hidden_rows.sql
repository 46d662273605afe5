-- Does anything, answer or error, tell a caller under row-level security of a
-- row that is hidden, or that it exists?
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
INSERT INTO achieve.account (account_id, name, reference) VALUES (7001, 'Acme', 'acme'), (7002, 'Secret Corp', 'secret-1');
INSERT INTO achieve.learner (learner_id, account_id, name, email, reference) VALUES (7001, 7001, 'Ada', 'ada@acme', 'ada'), (7002, 7002, 'Secret Ben', 'secret@corp', 'secret-2'), (7003, 7002, 'Secret Cid', NULL, NULL);
INSERT INTO achieve.issuer (name, url) SELECT 'Harbour', 'https://harbour.example' WHERE NOT EXISTS (SELECT FROM achieve.issuer);
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body) VALUES (7000, 'hidden', 'H', '{{learner_name}} {{number}}');
INSERT INTO achieve.number_sequence (sequence_id, code, format) VALUES (7000, 'hidden', 'HID-{number}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id, certificate_template_id, valid_for, valid_unit) VALUES (7300, 'hid', 'Hidden', 7000, 7000, 1, 'year'), (7301, 'hid2', 'H', 7000, NULL, NULL, NULL);
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (7000, 'hid', 'Hidden', 'score(exam) >= 50');
INSERT INTO achieve.event (event_id, template_id, code, title, starts_at, ends_at, passing_rule) SELECT e, 7000, 'HID-' || e, 'Course', '2030-01-01', '2030-01-02', 'score(exam) >= 50' FROM unnest('{7100,7200}'::bigint[]) e;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (7100, 1, '2030-01-01', '2030-01-02');
INSERT INTO achieve.assessment (event_id, code) VALUES (7100, 'exam'), (7200, 'exam');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (7100, 7300, 'passed'), (7100, 7301, NULL);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (7100, 7001), (7100, 7002);
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (7100, 7001, 'exam', 60), (7100, 7002, 'exam', 91.5);
SELECT achieve.set_result(7100, 7002, 'passed', 'the secret reason');
SELECT achievement_id AS hidden FROM achieve.achievement WHERE learner_id = 7002 \gset
SELECT certificate_id AS hidden_certificate FROM achieve.certificate WHERE achievement_id = :hidden \gset

-- The recipe of docs/access.md, for somebody who may do whatever administrators may.
CREATE ROLE manager;
SELECT achieve.grant_access('manager', 'administrator');
DO $$
DECLARE
	policy text[];
BEGIN
	FOREACH policy SLICE 1 IN ARRAY ARRAY[
		['learner', 'account_id = 7001'], ['account', 'account_id = 7001'],
		['enrollment', 'EXISTS (SELECT FROM achieve.learner l WHERE l.learner_id = enrollment.learner_id)']]
		|| (SELECT array_agg(ARRAY[t, format('EXISTS (SELECT FROM achieve.enrollment n WHERE (n.event_id, n.learner_id) = (%I.event_id, %1$I.learner_id))', t)])
			FROM unnest('{attendance,score,completion,condition,result,achievement,audit,notification,invoice_line}'::text[]) t)
		|| ARRAY[['certificate', 'EXISTS (SELECT FROM achieve.achievement a WHERE (a.event_id, a.achievement_id) = (certificate.event_id, certificate.achievement_id))']]
	LOOP
		EXECUTE format('ALTER TABLE achieve.%I ENABLE ROW LEVEL SECURITY', policy[1]);
		EXECUTE format('CREATE POLICY own ON achieve.%I TO manager USING (%s)', policy[1], policy[2]);
	END LOOP;
END $$;

-- What a command says: its rows, or all fields of its error.
CREATE FUNCTION said(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	words text;
	detail text;
	hint text;
	context text;
BEGIN
	IF command ~ '^SELECT' THEN
		EXECUTE format('SELECT string_agg(v::text, chr(10)) FROM (%s) v', command) INTO words;
	ELSE
		EXECUTE command;
		GET DIAGNOSTICS words = ROW_COUNT;
	END IF;
	RAISE EXCEPTION 'undone' USING ERRCODE = 'AC000', DETAIL = coalesce(words, '');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS words = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
	RETURN CASE sqlstate WHEN 'AC000' THEN detail
		-- without what PL/pgSQL says of the command itself
		ELSE concat_ws(' | ', sqlstate, words, nullif(detail, ''), nullif(hint, ''), nullif(regexp_replace(context, '\n?(SQL statement|PL/pgSQL function).*', ''), '')) END;
END $$;
-- "7002" stands for the hidden learner, 1 and 2 for the hidden records.
CREATE TABLE attempts (place serial, command text);
INSERT INTO attempts (command) VALUES
	('SELECT achieve.facts(7100, 7002)'), ('SELECT achieve.waiting_for(7100, 7002)'), ('SELECT achieve.enrollment_facts(7100, 7002)'), ('SELECT achieve.enrollment_invoiced(7100, 7002)'),
	('SELECT achieve.award_outlook(7100, 7002, 7300)'), ('SELECT achieve.explain_result(7100, 7002)'), ('SELECT achieve.explain_award(7100, 7002, ''hid'')'),
	('SELECT achieve.set_result(7100, 7002, ''failed'', ''r'')'), ('SELECT achieve.clear_result(7100, 7002, ''r'')'), ('SELECT achieve.preview_result(7100, 7002, ''failed'')'),
	('SELECT achieve.award(7100, 7002, ''hid'', ''r'')'), ('SELECT achieve.transfer_enrollment(7100, 7002, 7200, ''r'')'), ('SELECT achieve.erase_learner(7002, ''r'')'),
	('SELECT achieve.approve_results(7100, ''{7002}'', ''r'')'), ('SELECT achieve.withdraw_approval(7100, ''{7002}'', ''r'')'), ('SELECT achieve.regenerate_certificates(7100, ''{7002}'')'),
	('SELECT achieve.revoke(:1, ''r'')'), ('SELECT achieve.reinstate(:1, ''r'')'), ('SELECT achieve.amend_achievement(:1, ''2030-01-01'', NULL, ''r'')'),
	('SELECT achieve.render_certificate(:2)'), ('SELECT achieve.open_badge(:2)');
-- Every function that names a learner or a record is among them.
SELECT DISTINCT p.proname AS "not tried" FROM pg_proc p
WHERE p.pronamespace = 'achieve'::regnamespace AND p.proargnames[:p.pronargs] && '{learner_id,learner_ids,achievement_id,certificate_id}'::text[] AND p.proname !~ '^oracle_'
	AND NOT EXISTS (SELECT FROM attempts a WHERE strpos(a.command, '.' || p.proname || '(') > 0);
GRANT SELECT ON attempts TO manager;
SET ROLE manager;
-- What is hidden and what is not there look the same.
SELECT command, hidden LIKE '42501%' AS refused, regexp_replace(hidden, '\m' || h.id || '\M', h.other, 'g') = nothing AS "the same"
FROM attempts,
	LATERAL (SELECT CASE WHEN command ~ ':1' THEN :'hidden' WHEN command ~ ':2' THEN :'hidden_certificate' ELSE '7002' END AS id, '8888888' AS other) h,
	LATERAL said(regexp_replace(command, ':[12]|7002', h.id)) AS hidden,
	LATERAL said(regexp_replace(command, ':[12]|7002', h.other)) AS nothing ORDER BY place;

-- What acts on a whole event, reads everything, or trips over a row that is hidden.
RESET ROLE;
TRUNCATE attempts;
INSERT INTO attempts (command) SELECT format('SELECT t::text FROM achieve.%I t', relname) FROM pg_class
	WHERE relnamespace = 'achieve'::regnamespace AND relkind IN ('r', 'v') AND has_table_privilege('manager', oid, 'SELECT') ORDER BY relname;
INSERT INTO attempts (command) VALUES
	('SELECT achieve.approve_results(7100)'), ('SELECT achieve.regenerate_certificates(7100)'), ('SELECT achieve.results_as_of(7100, now())'),
	('SELECT achieve.event_report(7100)'), ('SELECT achieve.check_outcomes(7100)'), ('SELECT achieve.check_attachments()'),
	('SELECT achieve.preview_rule(7100, ''score(exam) >= 95'')'), ('SELECT achieve.preview_event(7100)'), ('SELECT achieve.preview_template(''hid'')'),
	('SELECT achieve.verify_certificate(''secret'')'), ('SELECT achieve.verify_audit()'), ('SELECT achieve.audit_digest()'),
	('SELECT achieve.award(7100, 7001, ''hid2'', ''r'', number => ''HID-2'')'),
	('INSERT INTO achieve.learner (account_id, name, reference) VALUES (7001, ''Eve'', ''secret-2'')'),
	('INSERT INTO achieve.learner (learner_id, account_id, name) VALUES (7002, 7001, ''Eve'')'),
	('INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES (7100, 7002, ''exam'', 1, 1)'),
	('INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (7100, 7002, 1, ''absent'')'),
	('UPDATE achieve.enrollment SET learner_id = 7002 WHERE learner_id = 7001'),
	('UPDATE achieve.score SET score = 1 WHERE learner_id = 7002'), ('DELETE FROM achieve.enrollment WHERE learner_id = 7002'),
	('UPDATE achieve.assessment SET max_score = 80 WHERE event_id = 7100'), ('UPDATE achieve.assessment SET max_attempts = 1 WHERE event_id = 7100'),
	('DELETE FROM achieve.assessment WHERE event_id = 7100'), ('DELETE FROM achieve.event WHERE event_id = 7100'),
	('UPDATE achieve.event SET event_id = 7009 WHERE event_id = 7100'), ('DELETE FROM achieve.achievement_type WHERE code = ''hid'''),
	('UPDATE achieve.achievement_type SET code = ''x'' WHERE code = ''hid'''), ('DELETE FROM achieve.number_sequence WHERE code = ''hidden'''),
	('TRUNCATE achieve.score'), ('UPDATE achieve.event SET passing_rule = ''score(exam) >= 95'' WHERE event_id = 7100');
SET ROLE manager;
-- Ada is told of; of the others no name, no mark, no reason, no id that was not in the question.
SELECT command, regexp_replace(answer, '[^|]*91\.5|secret', '***', 'gi') AS "told too much"
FROM attempts, LATERAL said(command) AS answer
WHERE answer ~* 'secret (ben|corp|cid|reason)|secret@|91\.5' OR answer ~ '\m700[23]\M' AND command !~ '700[23]' ORDER BY place;
SELECT command, said(command) FROM attempts WHERE command !~ '^SELECT' ORDER BY place;
SELECT count(*) > 40 AS "many were tried", count(*) FILTER (WHERE said(command) ~ '\mAda\M') > 6 AS "some told of Ada" FROM attempts;

-- A function that looks at each row is not called for hidden ones, wherever it stands.
CREATE FUNCTION pg_temp.look(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN IF $1 ~* 'secret' THEN RAISE 'seen: %', $1; END IF; RETURN true; END $$;
SELECT count(*) FROM achieve.results_tab WHERE pg_temp.look(learner_name) AND event_id = 7100;
SELECT count(*) FROM achieve.achievements_tab WHERE pg_temp.look(learner_name) AND event_id = 7100;
SELECT count(*) FROM achieve.learner_record WHERE pg_temp.look(learner_name);
SELECT count(*) FROM achieve.audit_tab WHERE pg_temp.look(reason) AND event_id = 7100;
SELECT count(*) FROM achieve.certificates_tab WHERE pg_temp.look(learner_name) AND event_id = 7100;
RESET ROLE;
ROLLBACK;
