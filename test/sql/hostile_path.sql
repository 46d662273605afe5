-- Does achieve do the same, and call nothing of others', where the caller's
-- search_path has a schema first in which somebody has made operators,
-- functions and types of their own under the names of PostgreSQL's?
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
INSERT INTO achieve.number_sequence (sequence_id, code, format, gapless) VALUES (4000, 'hostile', 'H-{event}-{type}-{number:3}', true);
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body)
	VALUES (4000, 'hostile', 'H', 'text/plain', '{{learner_name}} {{number}} {{event_dates}} {{issuer_name}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id, certificate_template_id, valid_for, valid_unit, valid_from_anchor)
	VALUES (4000, 'h-pass', 'Passed', 4000, 4000, 2, 'year', 'event_end'), (4001, 'h-hand', 'By hand', 4000, 4000, 1, 'month', 'previous_expiry');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(4001, 4005) l;
INSERT INTO achieve.course_template (template_id, code, title, passing_rule) VALUES (4000, 'h-course', 'Course', 'attended >= 1 and score(exam) >= 50');
INSERT INTO achieve.template_session VALUES (4000, 1, 'S', 0, 60, true);
INSERT INTO achieve.template_assessment (template_id, code) VALUES (4000, 'exam');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id, award_rule) VALUES (4000, 4000, 'passed and paid'), (4000, 4001, NULL);
SELECT achieve.create_event('h-course', '2030-01-01 09:00+00', 'H-' || n) IS NOT NULL AS created FROM generate_series(1, 2) n;
UPDATE achieve.event SET event_id = 4000 + right(code, 1)::integer WHERE code IN ('H-1', 'H-2');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 4001, l FROM generate_series(4001, 4005) l;
INSERT INTO achieve.invoice (invoice_id, status) VALUES (4000, 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (4001, 4002, 4000, 1, 10);
-- Views keep the operators with which they are made; what is to be seen holds no ids.
CREATE VIEW public.record AS SELECT achievement_id, learner_id, achievement_type_id AS type FROM achieve.achievement WHERE event_id = 4001;
CREATE VIEW public.passed AS SELECT min(achievement_id) AS id FROM public.record WHERE learner_id = 4001;
CREATE VIEW public.latest AS SELECT certificate_id AS id FROM achieve.certificate WHERE event_id = 4001 AND status = 'current';
CREATE VIEW public.seen AS SELECT jsonb_pretty(jsonb_build_array(
	(SELECT jsonb_agg(to_jsonb(t) - 'decided_at' - 'approved_at' - 'decided_by' - 'approved_by' ORDER BY row_key) FROM achieve.results_tab t WHERE event_code ~ '^H-'),
	(SELECT jsonb_agg(jsonb_build_array(learner_id, type, number, valid_from, expires_on, revoked_at IS NULL, revoke_reason, certificate_problem)
		ORDER BY a.learner_id, type, number) FROM public.record r JOIN achieve.achievement a USING (achievement_id, learner_id)),
	(SELECT jsonb_agg(jsonb_build_array(number, revision, status, content) ORDER BY number, revision) FROM achieve.certificate WHERE event_id = 4001),
	(SELECT jsonb_agg(d ORDER BY d) FROM (SELECT achieve.open_badge(id)::jsonb #> '{credentialSubject,achievement,description}' FROM public.latest) l (d)),
	(SELECT jsonb_agg(jsonb_build_array(action, learner_id, reason) ORDER BY action, learner_id, reason) FROM achieve.audit WHERE event_id = 4001),
	(SELECT jsonb_agg(jsonb_build_array(reference, name) ORDER BY reference) FROM achieve.learner WHERE reference ~ '^H[0-9]'),
	(SELECT jsonb_agg(jsonb_build_array(topic, learner_id) ORDER BY topic, learner_id) FROM achieve.notification WHERE event_id = 4001))) AS all;
-- What an instructor does; no operator, function or type but achieve's is named here.
CREATE FUNCTION public.teach() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (4001, 4001, 1, 'present'), (4001, 4002, 1, 'late'), (4001, 4003, 1, 'absent'), (4001, 4004, 1, 'excused');
	INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (4001, 4001, 'exam', 90), (4001, 4002, 'exam', 55), (4001, 4003, 'exam', 60), (4001, 4004, 'exam', 10);
	INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (4001, 4001, 'visa', 3);
	PERFORM achieve.set_context('teacher', 'hostile'), achieve.set_result(4001, 4003, 'passed', 'r'), achieve.clear_result(4001, 4003, 'r');
	PERFORM achieve.set_result(4001, 4003, 'passed', 'r'), achieve.facts(4001, 4001), achieve.event_report(4001);
	PERFORM achieve.waiting_for(4001, 4001), achieve.enrollment_facts(4001, 4001), achieve.enrollment_invoiced(4001, 4001), achieve.award_outlook(4001, 4001, 4000), achieve.today('UTC');
	PERFORM FROM achieve.results_tab; PERFORM FROM achieve.achievements_tab; PERFORM FROM achieve.learner_record;
	PERFORM FROM achieve.explain_result(4001, 4004); PERFORM FROM achieve.explain_award(4001, 4002, 'h-pass');
END $$;
-- Not on a server with assertions: PostgreSQL fails one of its own (heap_update) where a row that is locked is updated
-- in a subtransaction that is rolled back, as a preview is, and then again, on a full page.
SELECT NOT current_setting('debug_assertions')::boolean AS foresee \gset
\if :foresee
CREATE FUNCTION public.foresee() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM achieve.preview_rule(4001, 'attended >= 2'), achieve.preview_result(4001, 4001, 'failed'), achieve.preview_template('h-course'), achieve.preview_event(4001);
END $$;
\else
CREATE FUNCTION public.foresee() RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$;
\endif
CREATE TABLE public.roster (no text PRIMARY KEY, name text);
CREATE TABLE public.joining (class bigint, person bigint, since date);
-- And the owner.
CREATE FUNCTION public.manage() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM achieve.begin_restore(), achieve.end_restore(), achieve.install();
	PERFORM achieve.add_graphql_comments(), achieve.remove_graphql_comments();
	PERFORM achieve.attach('public.roster', 'learner', '{"reference": "no", "name": "name"}');
	INSERT INTO public.roster VALUES ('H1', 'Hank'), ('H2', 'Ina'), ('H3', 'Jo'); UPDATE public.roster SET name = 'Inga' WHERE no OPERATOR(pg_catalog.=) 'H2';
	DELETE FROM public.roster WHERE no OPERATOR(pg_catalog.=) 'H3'; PERFORM FROM achieve.attachments; PERFORM FROM achieve.check_attachments();
	PERFORM achieve.attach('public.joining', 'enrollment', '{"event_id": "class", "learner_id": "person", "counts_from": "since"}');
	INSERT INTO public.joining VALUES (4002, 4001, '2030-01-01'); PERFORM FROM achieve.check_attachments();
	PERFORM achieve.detach('public.roster'), achieve.detach('public.joining');
	UPDATE achieve.invoice SET status = 'paid' WHERE invoice_id OPERATOR(pg_catalog.=) 4000;
	PERFORM achieve.award(4001, 4004, 'h-hand', 'r'), achieve.award(4001, 4003, 'h-hand', 'r', '2029-01-01', '2031-01-01');
	PERFORM achieve.revoke(id, 'r') FROM public.passed; PERFORM achieve.reinstate(id, 'r') FROM public.passed;
	PERFORM achieve.amend_achievement(id, '2030-02-01', '2033-01-01', 'r') FROM public.passed;
	UPDATE achieve.learner SET name = 'Renamed' WHERE learner_id OPERATOR(pg_catalog.=) 4001;
	PERFORM achieve.regenerate_certificates(4001); PERFORM achieve.regenerate_certificates(4001, '{4001}');
	PERFORM achieve.render_certificate(id), achieve.open_badge(id) FROM public.latest; PERFORM FROM achieve.verify_certificate('none');
	PERFORM achieve.approve_results(4001, reason => 'r'), achieve.withdraw_approval(4001, '{4001}', 'r');
	PERFORM public.foresee();
	PERFORM achieve.transfer_enrollment(4001, 4005, 4002, 'r'); PERFORM achieve.create_event('h-course', '2030-05-01 09:00+00', 'H-3');
	INSERT INTO achieve.template_requirement (template_id, code) VALUES (4000, 'essay');
	PERFORM achieve.seal_audit('r'), achieve.audit_digest(); PERFORM FROM achieve.verify_audit(); PERFORM achieve.erase_learner(4003, 'r');
	PERFORM FROM achieve.health; PERFORM achieve.prune_notifications('-infinity');
	PERFORM achieve.sync_event(4001); PERFORM achieve.evaluate_event(4001);
	SET LOCAL achieve.evaluation = commit; DELETE FROM achieve.score WHERE learner_id OPERATOR(pg_catalog.=) 4002; SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL achieve.evaluation = statement;
	PERFORM achieve.close_event(4001, 'r'); PERFORM achieve.finalize_event(4001, 'r'); PERFORM achieve.reopen_event(4001, 'r'); PERFORM achieve.reopen_event(4001, 'r');
	PERFORM achieve.run_due(), achieve.results_as_of(4001, '2030-01-01 00:00+00'); PERFORM achieve.claim_notifications(5); PERFORM achieve.mark_delivered('{1}');
	PERFORM FROM achieve.event_summary; PERFORM FROM achieve.passing_rules_tab; PERFORM FROM achieve.rule_problems; PERFORM FROM achieve.audit_tab;
	PERFORM FROM achieve.certificates_tab; PERFORM FROM achieve.learning_path_progress; PERFORM FROM achieve.check_outcomes(4001); PERFORM achieve.grant_access('teachers', 'reader');
	PERFORM achieve.erase_learner(4005, 'r'); PERFORM achieve.seal_audit(); PERFORM FROM achieve.verify_audit(); PERFORM achieve.audit_digest();
END $$;
-- Every function that reads or writes is called, by these or by one of these. distribute() needs Citus.
SELECT DISTINCT p.proname AS "not called" FROM pg_proc p
WHERE p.pronamespace = 'achieve'::regnamespace AND p.prorettype <> 'trigger'::regtype AND p.provolatile <> 'i'
	AND NOT EXISTS (SELECT FROM pg_proc t WHERE t.proname IN ('teach', 'manage', 'foresee') AND t.prosrc ~ ('achieve\.' || p.proname || '\('))
	AND p.proname !~ (CASE WHEN current_setting('debug_assertions')::boolean THEN '^(oracle_|attachment_|refuse_|preview_)' ELSE '^(oracle_|attachment_|refuse_)' END) AND p.proname NOT IN ('distribute', 'graphql_comment', 'set_graphql_comments', 'attach_table', 'detach_table', 'compare_attachment', 'claim_notification_rows', 'count_rule_errors')
ORDER BY 1;
CREATE ROLE mallory; CREATE ROLE teachers; CREATE SCHEMA evil AUTHORIZATION mallory; GRANT USAGE ON SCHEMA evil TO PUBLIC;
SELECT achieve.grant_access('teachers', 'instructor');

SET ROLE mallory;
-- Counts its calls whatever is rolled back.
CREATE SEQUENCE evil.canary; GRANT ALL ON evil.canary TO PUBLIC;
CREATE FUNCTION evil.trap(what pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_catalog.nextval('evil.canary'); RAISE WARNING 'trapped: %', what; RETURN false; END $$;
SET check_function_bodies = off;
DO $$
DECLARE
	known oid[] := '{bool,int2,int4,int8,numeric,float8,text,varchar,bpchar,"\"char\"",name,date,timestamp,timestamptz,interval,uuid,json,jsonb,bytea,oid,regclass,xid8,pg_snapshot,inet,anyelement,anyarray,anynonarray,anycompatible,anycompatiblearray,_text,_int8,_int4,_bool}'::regtype[]::oid[];
	body text := ' LANGUAGE plpgsql AS $f$ BEGIN PERFORM evil.trap(%L); RETURN%s; END $f$';
	f record;
BEGIN
	FOR f IN SELECT oprname, oprleft::regtype AS l, oprright::regtype AS r, oprresult::regtype AS result FROM pg_operator
		WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprleft = ANY (known) AND oprright = ANY (known) AND oprresult = ANY (known)
	LOOP
		EXECUTE format('CREATE FUNCTION evil.%I(%s, %s) RETURNS %s', 'operator ' || f.oprname, f.l, f.r, f.result) || format(body, f::text, ' NULL');
		EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.%I)', f.oprname, f.l, f.r, 'operator ' || f.oprname);
	END LOOP;
	FOR f IN SELECT proname, CASE WHEN provariadic > 0 THEN format('VARIADIC %s', proargtypes[pronargs - 1]::regtype) ELSE oidvectortypes(proargtypes) END AS arguments,
			prorettype::regtype AS result, proretset FROM pg_proc
		WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind IN ('f', 'a') AND proargtypes::oid[] <@ known AND prorettype = ANY (known) AND (provariadic = 0 OR pronargs = 1)
		UNION ALL SELECT unnest('{concat,concat_ws,format,jsonb_build_object,jsonb_build_array,json_build_object,num_nulls,count,to_jsonb,jsonb_object_agg}'::name[]), 'VARIADIC text[]', 'text', false
	LOOP
		EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s %s', f.proname, f.arguments, CASE WHEN f.proretset THEN 'SETOF' ELSE '' END, f.result)
			|| format(body, f::text, CASE WHEN f.proretset THEN '' ELSE ' NULL' END);
	END LOOP;
END $$;
RESET ROLE; RESET check_function_bodies;
SELECT (SELECT count(*) FROM pg_operator WHERE oprnamespace = n) > 300 AS "many operators", (SELECT count(*) FROM pg_proc WHERE pronamespace = n) > 800 AS "many functions"
	FROM to_regnamespace('evil') n;

-- Plainly, as teacher and owner; then again with what is hostile first.
SAVEPOINT plain;
SET ROLE teachers; SELECT public.teach(); RESET ROLE; SELECT public.manage();
SELECT seen.all AS plain FROM public.seen \gset
ROLLBACK TO plain;
-- Temporary tables and types, too, come before everything.
DO $$
DECLARE
	command text;
BEGIN
	FOR command IN SELECT format('CREATE TEMPORARY TABLE %I ()', relname) FROM pg_class WHERE relnamespace = 'achieve'::regnamespace AND relkind IN ('r', 'v')
		UNION ALL SELECT format('CREATE TEMPORARY TABLE %I ()', t) FROM unnest('{pg_class,pg_type,pg_proc,pg_roles}'::name[]) t
		UNION ALL SELECT format('CREATE DOMAIN pg_temp.%I AS pg_catalog.%1$I CHECK (evil.trap(%1$L))', t) FROM unnest('{text,date,timestamptz,jsonb,json,uuid,int8,name,oid}'::name[]) t
	LOOP
		EXECUTE command;
	END LOOP;
END $$;
SET LOCAL search_path = evil, pg_catalog, public;
SET ROLE teachers; SELECT public.teach(); RESET ROLE; SELECT public.manage();
SELECT seen.all AS hostile FROM public.seen \gset
SET LOCAL search_path = pg_catalog;
SELECT :'plain' = :'hostile' AS "the same", :'plain' ~ 'Renamed H-H-1-h-pass-001' AS "and something", is_called AS "trapped" FROM evil.canary;
-- The trap works.
SET LOCAL search_path = evil, pg_catalog;
SELECT 1 = 1 AS trapped, 'x'::text;
ROLLBACK;
