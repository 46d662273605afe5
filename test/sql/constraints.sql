-- Does every constraint refuse what it names, under a name that speaks?
--
-- Each constraint of the tables is broken once. The last query lists those
-- that were forgotten: it reads the catalog, so a new constraint fails here.
-- A database of its own, so that ids mean what they say here.
\set regress_database :DBNAME
CREATE DATABASE regress_achieve_constraints;
\connect regress_achieve_constraints
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;

INSERT INTO achieve.account (account_id, name, reference) VALUES (1, 'Acme', 'acme');
INSERT INTO achieve.learner (learner_id, account_id, name, reference) VALUES (1, 1, 'Ann', 'ann'), (2, NULL, 'Bob', NULL);
INSERT INTO achieve.number_sequence (sequence_id, code) VALUES (1, 'plain');
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, body) VALUES (1, 'plain', 'Plain', '<svg/>');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id, certificate_template_id)
	VALUES (1, 'first-aid', 'First aid', 1, 1), (2, 'rescue', 'Rescue', NULL, NULL);
INSERT INTO achieve.achievement_reminder VALUES (1, 30);
INSERT INTO achieve.course_template (template_id, code, title) VALUES (1, 'basic', 'Basic course');
INSERT INTO achieve.template_session (template_id, session_no, duration_minutes) VALUES (1, 1, 60);
INSERT INTO achieve.template_assessment (template_id, code) VALUES (1, 'final');
INSERT INTO achieve.template_requirement (template_id, code) VALUES (1, 'portfolio');
INSERT INTO achieve.template_achievement (template_id, achievement_type_id) VALUES (1, 1);
INSERT INTO achieve.learning_path (path_id, code, title) VALUES (1, 'medic', 'Medic');
INSERT INTO achieve.learning_path_step VALUES (1, 1, 1);
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at)
	VALUES (1, 'B-1', 'Basic course in March', '2026-03-01 09:00+00', '2026-03-31 17:00+00');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1, 1, '2026-03-01 09:00+00', '2026-03-01 17:00+00');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'final');
INSERT INTO achieve.requirement (event_id, code) VALUES (1, 'portfolio');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (1, 1);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1);
INSERT INTO achieve.attendance VALUES (1, 1, 1, 'present');
INSERT INTO achieve.score VALUES (1, 1, 'final', 1, 80);
INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1, 1, 'portfolio');
INSERT INTO achieve.condition VALUES (1, 1, 'visa_days', 90);
INSERT INTO achieve.invoice (invoice_id, number) VALUES (1, 'INV-1');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1, 1, 1, 1, 100);

-- Identities go on after the ids that were brought along.
SELECT achieve.install() IS NOT NULL AS identities_moved;

-- What a statement is answered with. Nothing of it stays.
CREATE TEMPORARY TABLE seen (constraint_name text);
CREATE FUNCTION pg_temp.answer(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	constraint_name text;
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION 'taken: %', statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, constraint_name = CONSTRAINT_NAME;
	INSERT INTO seen VALUES (constraint_name);
	RETURN SQLSTATE || ' ' || message;
END $$;

-- Catalogue
SELECT pg_temp.answer(statement) FROM unnest(ARRAY[
	$$INSERT INTO achieve.installation VALUES (2, '1.0')$$,
	$$INSERT INTO achieve.installation VALUES (1, '1.0')$$,
	$$INSERT INTO achieve.account VALUES (1, 'Again')$$,
	$$INSERT INTO achieve.account (name, reference) VALUES ('Again', 'acme')$$,
	$$INSERT INTO achieve.account (name) VALUES (NULL)$$,
	$$INSERT INTO achieve.learner VALUES (1, 1, 'Again')$$,
	$$INSERT INTO achieve.learner (name, reference) VALUES ('Again', 'ann')$$,
	$$INSERT INTO achieve.learner (account_id, name) VALUES (7, 'Eve')$$,
	$$INSERT INTO achieve.number_sequence VALUES (1, 'again')$$,
	$$INSERT INTO achieve.number_sequence (code) VALUES ('plain')$$,
	$$INSERT INTO achieve.number_sequence (code) VALUES ('')$$,
	$$INSERT INTO achieve.number_sequence (code, format) VALUES ('x', 'FA-{year}')$$,
	$$INSERT INTO achieve.number_sequence (code, format) VALUES ('x', 'FA-{yr}-{number}')$$,
	$$INSERT INTO achieve.number_sequence (code, format) VALUES ('x', 'FA-{number:0}')$$,
	$$INSERT INTO achieve.number_sequence (code, format) VALUES ('x', 'FA-{number}}')$$,
	$$INSERT INTO achieve.number_sequence (code, reset) VALUES ('x', 'yearly')$$,
	$$INSERT INTO achieve.number_sequence (code, reset, format) VALUES ('x', 'monthly', '{year}-{number}')$$,
	$$INSERT INTO achieve.number_sequence (code, start_at) VALUES ('x', -1)$$,
	$$INSERT INTO achieve.number_sequence (code, format, reset) VALUES ('x', '{year}-{month}-{number}', 'daily')$$,
	$$INSERT INTO achieve.certificate_template VALUES (1, 'x', 'X', 'text/html', '')$$,
	$$INSERT INTO achieve.certificate_template (code, title, body) VALUES ('plain', 'X', '')$$,
	$$INSERT INTO achieve.certificate_template (code, title, body) VALUES ('', 'X', '')$$,
	$$INSERT INTO achieve.certificate_template (code, title, body, media_type) VALUES ('x', 'X', '', 'html')$$,
	$$INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'x', 'X')$$,
	$$INSERT INTO achieve.achievement_type (code, title) VALUES ('first-aid', 'X')$$,
	$$INSERT INTO achieve.achievement_type (code, title) VALUES ('', 'X')$$,
	$$INSERT INTO achieve.achievement_type (code, title, valid_for, valid_unit) VALUES ('x', 'X', 0, 'year')$$,
	$$INSERT INTO achieve.achievement_type (code, title, valid_for) VALUES ('x', 'X', 1)$$,
	$$INSERT INTO achieve.achievement_type (code, title, valid_unit) VALUES ('x', 'X', 'year')$$,
	$$INSERT INTO achieve.achievement_type (code, title, valid_for, valid_unit) VALUES ('x', 'X', 1, 'years')$$,
	$$INSERT INTO achieve.achievement_type (code, title, valid_from_anchor) VALUES ('x', 'X', 'birth')$$,
	$$INSERT INTO achieve.achievement_type (code, title, expiry_alignment) VALUES ('x', 'X', 'week')$$,
	$$INSERT INTO achieve.achievement_type (code, title, expires_on_day) VALUES ('x', 'X', '02-30')$$,
	$$INSERT INTO achieve.achievement_type (code, title, sequence_id) VALUES ('x', 'X', 7)$$,
	$$INSERT INTO achieve.achievement_type (code, title, certificate_template_id) VALUES ('x', 'X', 7)$$,
	$$INSERT INTO achieve.achievement_reminder VALUES (1, 30)$$,
	$$INSERT INTO achieve.achievement_reminder VALUES (1, -1)$$,
	$$INSERT INTO achieve.achievement_reminder VALUES (7, 30)$$,
	$$INSERT INTO achieve.learning_path VALUES (1, 'x', 'X')$$,
	$$INSERT INTO achieve.learning_path (code, title) VALUES ('medic', 'X')$$,
	$$INSERT INTO achieve.learning_path (code, title) VALUES ('', 'X')$$,
	$$INSERT INTO achieve.learning_path_step VALUES (1, 1, 2)$$,
	$$INSERT INTO achieve.learning_path_step VALUES (1, 2, 1)$$,
	$$INSERT INTO achieve.learning_path_step VALUES (7, 1, 1)$$,
	$$INSERT INTO achieve.learning_path_step VALUES (1, 2, 7)$$]) AS statement;

-- Course templates
SELECT pg_temp.answer(statement) FROM unnest(ARRAY[
	$$INSERT INTO achieve.course_template (template_id, code, title) VALUES (1, 'x', 'X')$$,
	$$INSERT INTO achieve.course_template (code, title) VALUES ('basic', 'X')$$,
	$$INSERT INTO achieve.course_template (code, title) VALUES ('', 'X')$$,
	$$INSERT INTO achieve.course_template (code, title, passing_rule) VALUES ('x', 'X', 'passed')$$,
	$$INSERT INTO achieve.course_template (code, title, passing_rule) VALUES ('x', 'X', 'absense <= 2')$$,
	$$INSERT INTO achieve.template_session (template_id, session_no, duration_minutes) VALUES (1, 1, 60)$$,
	$$INSERT INTO achieve.template_session (template_id, session_no, duration_minutes) VALUES (7, 1, 60)$$,
	$$INSERT INTO achieve.template_session (template_id, session_no, duration_minutes) VALUES (1, 2, -60)$$,
	$$INSERT INTO achieve.template_session VALUES (1, 2, 'Before', -60, 60)$$,
	$$INSERT INTO achieve.template_assessment (template_id, code) VALUES (1, 'final')$$,
	$$INSERT INTO achieve.template_assessment (template_id, code) VALUES (7, 'final')$$,
	$$INSERT INTO achieve.template_assessment (template_id, code) VALUES (1, '')$$,
	$$INSERT INTO achieve.template_assessment (template_id, code, max_score) VALUES (1, 'x', 0)$$,
	$$INSERT INTO achieve.template_assessment (template_id, code, weight) VALUES (1, 'x', -1)$$,
	$$INSERT INTO achieve.template_assessment (template_id, code, attempt_choice) VALUES (1, 'x', 'best')$$,
	$$INSERT INTO achieve.template_assessment (template_id, code, max_attempts) VALUES (1, 'x', 0)$$,
	$$INSERT INTO achieve.template_requirement (template_id, code) VALUES (1, 'portfolio')$$,
	$$INSERT INTO achieve.template_requirement (template_id, code) VALUES (7, 'portfolio')$$,
	$$INSERT INTO achieve.template_requirement (template_id, code) VALUES (1, '')$$,
	$$INSERT INTO achieve.template_achievement (template_id, achievement_type_id) VALUES (1, 1)$$,
	$$INSERT INTO achieve.template_achievement (template_id, achievement_type_id) VALUES (7, 1)$$,
	$$INSERT INTO achieve.template_achievement (template_id, achievement_type_id) VALUES (1, 7)$$,
	$$INSERT INTO achieve.template_achievement (template_id, achievement_type_id, on_lapse) VALUES (1, 2, 'drop')$$,
	$$UPDATE achieve.template_achievement SET (valid_for, valid_unit) = (0, 'day')$$,
	$$UPDATE achieve.template_achievement SET valid_for = 1$$,
	$$UPDATE achieve.template_achievement SET (valid_for, valid_unit) = (1, 'hour')$$,
	$$UPDATE achieve.template_achievement SET valid_from_anchor = 'birth'$$,
	$$UPDATE achieve.template_achievement SET expiry_alignment = 'week'$$,
	$$UPDATE achieve.template_achievement SET expires_on_day = '13-01'$$]) AS statement;

-- Events and their configuration
SELECT pg_temp.answer(statement) FROM unnest(ARRAY[
	$$INSERT INTO achieve.event (event_id, title, starts_at, ends_at) VALUES (1, 'X', now(), now())$$,
	$$INSERT INTO achieve.event (code, title, starts_at, ends_at) VALUES ('B-1', 'X', now(), now())$$,
	$$INSERT INTO achieve.event (code, title, starts_at, ends_at) VALUES ('', 'X', now(), now())$$,
	$$INSERT INTO achieve.event (template_id, title, starts_at, ends_at) VALUES (7, 'X', now(), now())$$,
	$$INSERT INTO achieve.event (title, starts_at, ends_at) VALUES ('X', now(), NULL)$$,
	$$UPDATE achieve.event SET ends_at = '2026-02-28'$$,
	$$UPDATE achieve.event SET ends_at = 'infinity'$$,
	$$UPDATE achieve.event SET starts_at = '-infinity'$$,
	$$UPDATE achieve.event SET starts_at = '0001-12-31 12:00+00 BC'$$,
	$$UPDATE achieve.event SET ends_at = '10000-01-01 00:00+00'$$,
	$$UPDATE achieve.event SET time_zone = 'Mars/Olympus'$$,
	$$UPDATE achieve.event SET status = 'open'$$,
	$$UPDATE achieve.event SET passing_rule = 'approved'$$,
	$$INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (1, 1, now(), now())$$,
	$$INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (7, 1, now(), now())$$,
	$$UPDATE achieve.session SET ends_at = '2026-02-28'$$,
	$$UPDATE achieve.session SET ends_at = 'infinity'$$,
	$$INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'final')$$,
	$$INSERT INTO achieve.assessment (event_id, code) VALUES (7, 'final')$$,
	$$INSERT INTO achieve.assessment (event_id, code) VALUES (1, '')$$,
	$$INSERT INTO achieve.assessment (event_id, code, max_score) VALUES (1, 'x', 'NaN')$$,
	$$INSERT INTO achieve.assessment (event_id, code, weight) VALUES (1, 'x', 'Infinity')$$,
	$$INSERT INTO achieve.assessment (event_id, code, attempt_choice) VALUES (1, 'x', 'best')$$,
	$$INSERT INTO achieve.assessment (event_id, code, max_attempts) VALUES (1, 'x', 0)$$,
	$$INSERT INTO achieve.requirement (event_id, code) VALUES (1, 'portfolio')$$,
	$$INSERT INTO achieve.requirement (event_id, code) VALUES (7, 'portfolio')$$,
	$$INSERT INTO achieve.requirement (event_id, code) VALUES (1, '')$$,
	$$INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (1, 1)$$,
	$$INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (7, 1)$$,
	$$INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (1, 7)$$,
	$$UPDATE achieve.event_achievement SET on_lapse = 'drop'$$,
	$$UPDATE achieve.event_achievement SET (valid_for, valid_unit) = (-1, 'day')$$,
	$$UPDATE achieve.event_achievement SET valid_unit = 'day'$$,
	$$UPDATE achieve.event_achievement SET (valid_for, valid_unit) = (1, 'hour')$$,
	$$UPDATE achieve.event_achievement SET valid_from_anchor = 'birth'$$,
	$$UPDATE achieve.event_achievement SET expiry_alignment = 'week'$$,
	$$UPDATE achieve.event_achievement SET expires_on_day = '1-1'$$]) AS statement;

-- Facts
SELECT pg_temp.answer(statement) FROM unnest(ARRAY[
	$$INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1)$$,
	$$INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (7, 1)$$,
	$$INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 7)$$,
	$$UPDATE achieve.enrollment SET status = 'enrolled'$$,
	$$UPDATE achieve.enrollment SET counts_from = 'infinity'$$,
	$$UPDATE achieve.enrollment SET counts_from = '10000-01-01'$$,
	$$UPDATE achieve.enrollment SET enrolled_at = '-infinity'$$,
	$$INSERT INTO achieve.attendance VALUES (1, 1, 1, 'absent')$$,
	$$INSERT INTO achieve.attendance VALUES (1, 2, 1, 'present')$$,
	$$INSERT INTO achieve.attendance VALUES (1, 1, 7, 'present')$$,
	$$UPDATE achieve.attendance SET status = 'here'$$,
	$$UPDATE achieve.attendance SET status = NULL$$,
	$$INSERT INTO achieve.score VALUES (1, 1, 'final', 1, 90)$$,
	$$INSERT INTO achieve.score VALUES (1, 2, 'final', 1, 80)$$,
	$$INSERT INTO achieve.score VALUES (1, 1, 'finale', 1, 80)$$,
	$$INSERT INTO achieve.score VALUES (1, 1, 'final', 0, 80)$$,
	$$UPDATE achieve.score SET score = -1$$,
	$$UPDATE achieve.score SET score = 'NaN'$$,
	$$UPDATE achieve.score SET score = NULL$$,
	$$INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1, 1, 'portfolio')$$,
	$$INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1, 2, 'portfolio')$$,
	$$INSERT INTO achieve.completion (event_id, learner_id, code) VALUES (1, 1, 'essay')$$,
	$$UPDATE achieve.completion SET completed_at = 'infinity'$$,
	$$INSERT INTO achieve.condition VALUES (1, 1, 'visa_days', 1)$$,
	$$INSERT INTO achieve.condition VALUES (1, 2, 'visa_days', 1)$$,
	$$INSERT INTO achieve.condition VALUES (1, 1, '', 1)$$,
	$$UPDATE achieve.condition SET value = '-Infinity'$$,
	$$INSERT INTO achieve.invoice (invoice_id) VALUES (1)$$,
	$$INSERT INTO achieve.invoice (number) VALUES ('INV-1')$$,
	$$INSERT INTO achieve.invoice (number) VALUES ('')$$,
	$$INSERT INTO achieve.invoice (account_id) VALUES (7)$$,
	$$UPDATE achieve.invoice SET status = 'open'$$,
	$$UPDATE achieve.invoice SET due_on = 'infinity'$$,
	$$INSERT INTO achieve.invoice_line VALUES (1, 1, 1, 1, 5)$$,
	$$INSERT INTO achieve.invoice_line VALUES (1, 2, 1, 1, 5)$$,
	$$INSERT INTO achieve.invoice_line VALUES (1, 1, 7, 1, 5)$$,
	$$UPDATE achieve.invoice_line SET amount = 'NaN'$$,
	$$UPDATE achieve.invoice_line SET amount_paid = 1e12$$,
	$$UPDATE achieve.invoice_line SET amount_credited = -1e12$$]) AS statement;

-- Outcomes: constraints stand behind the triggers that refuse direct writes,
-- so those are set aside for this transaction.
BEGIN;
ALTER TABLE achieve.enrollment DISABLE TRIGGER USER;
ALTER TABLE achieve.result DISABLE TRIGGER USER;
ALTER TABLE achieve.achievement DISABLE TRIGGER USER;
ALTER TABLE achieve.certificate DISABLE TRIGGER USER;
ALTER TABLE achieve.audit DISABLE TRIGGER USER;
ALTER TABLE achieve.notification DISABLE TRIGGER USER;
DELETE FROM achieve.result;
INSERT INTO achieve.result (event_id, learner_id) VALUES (1, 1);
INSERT INTO achieve.achievement (event_id, achievement_id, learner_id, achievement_type_id, number, source, issued_at,
		valid_from)
	VALUES (1, -1, 1, 1, '1', 'rule', '2026-03-31', '2026-03-31');
INSERT INTO achieve.certificate (event_id, certificate_id, achievement_id, number, verification_code, content, media_type)
	VALUES (1, -1, -1, '1', 'abc', '', 'text/plain');
INSERT INTO achieve.audit (audit_id, transaction_id, database_user, action) VALUES (-1, 1, 'x', 'result.set');
INSERT INTO achieve.notification (notification_id, transaction_id, topic) VALUES (-1, 1, 'x');
SELECT pg_temp.answer(statement) FROM unnest(ARRAY[
	$$INSERT INTO achieve.result (event_id, learner_id) VALUES (1, 1)$$,
	$$INSERT INTO achieve.result (event_id, learner_id) VALUES (1, 2)$$,
	$$UPDATE achieve.result SET rule_outcome = 'maybe'$$,
	$$UPDATE achieve.result SET (manual_outcome, reason, decided_at) = ROW ('maybe', 'x', now())$$,
	$$UPDATE achieve.result SET (manual_outcome, decided_at) = ROW ('passed', now())$$,
	$$UPDATE achieve.result SET (manual_outcome, reason, decided_at) = ROW ('passed', '', now())$$,
	$$UPDATE achieve.result SET (rule_outcome, approved_at) = ROW ('passed', now())$$,
	$$UPDATE achieve.result SET (approved_by, approved_at) = ROW ('Ann', now())$$,
	$$UPDATE achieve.result SET outcome = 'passed'$$,
	$$INSERT INTO achieve.achievement (event_id, achievement_id, learner_id, achievement_type_id, number, source,
		issued_at, valid_from) VALUES (1, -1, 1, 2, '2', 'rule', now(), '2026-01-01')$$,
	$$INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at, valid_from)
		VALUES (1, 1, 1, '2', 'rule', now(), '2026-01-01')$$,
	$$INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at, valid_from)
		VALUES (1, 1, 2, '1', 'rule', now(), '2026-01-01')$$,
	$$INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at, valid_from)
		VALUES (1, 2, 1, '2', 'rule', now(), '2026-01-01')$$,
	$$INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at, valid_from)
		VALUES (1, 1, 7, '2', 'rule', now(), '2026-01-01')$$,
	$$UPDATE achieve.achievement SET sequence_id = 7$$,
	$$UPDATE achieve.achievement SET number = ''$$,
	$$UPDATE achieve.achievement SET source = 'app'$$,
	$$UPDATE achieve.achievement SET expires_on = valid_from$$,
	$$UPDATE achieve.achievement SET expires_on = 'infinity'$$,
	$$UPDATE achieve.achievement SET issued_at = '-infinity'$$,
	$$UPDATE achieve.achievement SET revoked_at = now()$$,
	$$UPDATE achieve.achievement SET revoke_reason = 'left'$$,
	$$UPDATE achieve.achievement SET lapse_transaction_id = 1$$,
	$$DELETE FROM achieve.enrollment$$,
	$$DELETE FROM achieve.achievement_type WHERE code = 'first-aid'$$,
	$$INSERT INTO achieve.certificate (event_id, certificate_id, achievement_id, number, verification_code, content, media_type)
		VALUES (1, -1, -1, '1', 'x', '', 'text/plain')$$,
	$$INSERT INTO achieve.certificate (event_id, achievement_id, number, verification_code, content, media_type) VALUES (1, -1, '1', 'x', '', 'text/plain')$$,
	$$INSERT INTO achieve.certificate (event_id, achievement_id, number, verification_code, revision, content, media_type)
		VALUES (1, -1, '1', 'abc', 2, '', 'text/plain')$$,
	$$INSERT INTO achieve.certificate (event_id, achievement_id, number, verification_code, revision, content, media_type)
		VALUES (1, -1, '1', 'x', 2, '', 'text/plain')$$,
	$$INSERT INTO achieve.certificate (event_id, achievement_id, number, verification_code, content, media_type)
		VALUES (1, 7, '1', 'x', '', 'text/plain')$$,
	$$UPDATE achieve.certificate SET revision = 0$$,
	$$UPDATE achieve.certificate SET status = 'lost'$$,
	$$UPDATE achieve.certificate SET verification_code = ''$$,
	$$INSERT INTO achieve.audit (audit_id, transaction_id, database_user, action) VALUES (-1, 1, 'x', 'result.set')$$,
	$$INSERT INTO achieve.audit (transaction_id, database_user, action) VALUES (1, 'x', 'changed')$$,
	$$INSERT INTO achieve.notification (notification_id, transaction_id, topic) VALUES (-1, 1, 'x')$$,
	$$INSERT INTO achieve.notification (transaction_id, topic) VALUES (1, '')$$]) AS statement;
SELECT n.conname AS never_broken
FROM pg_constraint n
JOIN pg_class c ON c.oid = n.conrelid
WHERE c.relnamespace = 'achieve'::regnamespace AND n.contype NOT IN ('n', 't')
	AND n.conname NOT IN (SELECT constraint_name FROM seen)
	AND pg_get_constraintdef(n.oid) NOT LIKE '%is_passing_rule%' -- is_passing_rule() raises an error of its own
	AND c.relname NOT IN ('awaited_type', 'number_counter') -- only the engine writes them
ORDER BY n.conname;

-- A null in any column is stored or refused in words (a null code of an achievement type once ended the server).
DO $$
DECLARE
	command text;
BEGIN
	FOR command IN SELECT format(v, c.relname, a.attname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '',
			unnest('{INSERT INTO achieve.%I (%I) VALUES (NULL),UPDATE achieve.%I SET %I = NULL}'::text[]) v
		WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r'
	LOOP
		BEGIN
			EXECUTE command;
			RAISE SQLSTATE 'AC000';
		EXCEPTION
			WHEN not_null_violation OR check_violation OR foreign_key_violation OR unique_violation OR object_not_in_prerequisite_state OR insufficient_privilege OR SQLSTATE 'AC000' THEN NULL;
			WHEN OTHERS THEN RAISE WARNING '%: % %', command, sqlstate, sqlerrm;
		END;
	END LOOP;
END $$;
ROLLBACK;

\connect :regress_database
DROP DATABASE regress_achieve_constraints;
