-- Does erasing a learner leave nothing that tells who it was, and everything else as it was?
\set VERBOSITY terse
CREATE DATABASE regress_achieve_erase;
\c regress_achieve_erase
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body)
	VALUES (1, 'plain', 'Plain', 'text/plain', 'This is {{learner_name}} ({{learner_reference}}) of {{account_name}}: {{achievement_title}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, certificate_template_id) VALUES (1, 'first-aid', 'First aid', 1), (2, 'fire', 'Fire', 1);
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1, 'FA-1', 'First aid', '2030-03-02 09:00+00', '2030-03-02 17:00+00', 'attended >= 1'),
		(2, 'FA-2', 'First aid again', '2030-04-02 09:00+00', '2030-04-02 17:00+00', 'attended >= 1');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT event_id, 1, starts_at, ends_at FROM achieve.event;
INSERT INTO achieve.requirement (event_id, code, title) VALUES (1, 'portfolio', 'Portfolio');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed'), (1, 2, NULL), (2, 1, 'passed');
INSERT INTO achieve.account (account_id, name) VALUES (1, 'Difference Engines Ltd');
INSERT INTO achieve.learner (learner_id, account_id, name, email, reference)
	VALUES (1, 1, 'Ada Lovelace', 'ada@example.org', 'emp-1815'), (2, 1, 'Ben', 'ben@example.org', 'emp-2');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2), (2, 1);
-- Ada checks in herself, somebody writes remarks, the office decides by hand.
BEGIN;
SELECT achieve.set_context('emp-1815', 'checked in by Ada');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES (1, 1, 1, 'present', 'Lovelace was early');
COMMIT;
INSERT INTO achieve.completion (event_id, learner_id, code, completed_at, note) VALUES (1, 1, 'portfolio', '2030-03-02', 'by Lovelace herself');
SELECT achieve.award(1, 1, 'fire', 'Lovelace brought a certificate of her own');
SELECT achieve.revoke(achievement_id, 'Lovelace''s was a forgery') FROM achieve.achievement WHERE achievement_type_id = 2;
SELECT achieve.set_result(2, 1, 'passed', 'Lovelace is known to know it');
SELECT achieve.set_context('ada@example.org');
-- What others' rows say of her.
BEGIN;
SELECT achieve.set_context('office', 'stands in for Ada LOVELACE');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status, note) VALUES (1, 2, 1, 'present', 'Ben''s own remark');
COMMIT;
BEGIN;
SELECT achieve.set_context('ada@example.org', 'a title');
UPDATE achieve.event SET title = 'First aid II' WHERE event_id = 2;
COMMIT;
SELECT achieve.seal_audit() > 0 AS sealed, achieve.audit_digest() AS kept \gset
CREATE TEMPORARY TABLE outcomes AS
	SELECT event_id, learner_id, outcome, number, valid_from, expires_on, revoked_at FROM achieve.result LEFT JOIN achieve.achievement USING (event_id, learner_id);
SELECT c.verification_code AS code FROM achieve.certificate c JOIN achieve.achievement a USING (event_id, achievement_id)
	WHERE (a.event_id, a.learner_id) = (1, 1) AND achievement_type_id = 1 \gset
SELECT is_valid, achievement, learner_name, status FROM achieve.verify_certificate(:'code');

-- Refused.
SELECT achieve.erase_learner(NULL, 'x');
SELECT achieve.erase_learner(9, 'x');
SELECT achieve.erase_learner(1, NULL);
SELECT achieve.erase_learner(1, ' ');
-- A rollback takes it all back.
BEGIN;
SELECT achieve.erase_learner(1, 'a mistake') > 0 AS erased;
ROLLBACK;
SELECT name, email, reference FROM achieve.learner WHERE learner_id = 1;

BEGIN;
SELECT achieve.set_context('data protection officer');
SELECT achieve.erase_learner(1, 'request 17 of 2030');
COMMIT;
SELECT actor, action, object, learner_id, reason, new_value - 'audit_values_hash' AS new_value FROM achieve.audit WHERE action = 'learner.erased';
SELECT * FROM achieve.learner ORDER BY learner_id;

-- Nothing anywhere says who it was.
CREATE FUNCTION mentions(pattern text) RETURNS TABLE (relation text, line text) LANGUAGE plpgsql AS $$
BEGIN
	FOR relation IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r' ORDER BY 1 LOOP
		RETURN QUERY EXECUTE format('SELECT %L::text, t::text FROM achieve.%I t WHERE t::text ~* %L', relation, relation, pattern);
	END LOOP;
END $$;
SELECT * FROM mentions('\mada\M|lovelace|emp-1815');
-- Ben's data are not touched, but for what was said of her.
SELECT relation, count(*) FROM mentions('ben') GROUP BY relation ORDER BY relation;
SELECT action, actor, reason FROM achieve.audit WHERE learner_id = 2 ORDER BY audit_id;

-- Outcomes, seals and the digest that was kept hold.
SELECT * FROM achieve.check_outcomes();
SELECT * FROM achieve.verify_audit(:'kept');
TABLE outcomes EXCEPT SELECT event_id, learner_id, outcome, number, valid_from, expires_on, revoked_at
FROM achieve.result LEFT JOIN achieve.achievement USING (event_id, learner_id);
SELECT is_valid, achievement, learner_name, status FROM achieve.verify_certificate(:'code');
SELECT topic, payload -> 'learner_name' AS name, payload -> 'learner_email' AS email, payload ? 'reason' AS reason, payload ->> 'achievement_type' AS type
FROM achieve.notification WHERE learner_id = 1 ORDER BY notification_id;
SELECT learner_name, outcome, reason FROM achieve.results_tab ORDER BY row_key;
SELECT column_name, count(*), count(DISTINCT erasure_id) AS erasures FROM achieve.audit_erasure GROUP BY column_name ORDER BY column_name;
SELECT achieve.seal_audit();
SELECT * FROM achieve.verify_audit(:'kept');

-- Once more: nothing is left, and nothing is written.
SELECT achieve.erase_learner(1, 'again');
SELECT count(*) FROM achieve.audit WHERE action = 'learner.erased';
-- Her enrollments go on; what is written since is erased by another call.
UPDATE achieve.attendance SET status = 'absent' WHERE (event_id, learner_id) = (1, 1);
SELECT achieve.set_result(1, 1, 'passed', 'somebody writes Lovelace again');
SELECT achieve.erase_learner(1, 'once more');
SELECT * FROM mentions('\mada\M|lovelace|emp-1815');
SELECT * FROM achieve.check_outcomes();
SELECT * FROM achieve.verify_audit(:'kept');
-- One who has nothing but a name.
INSERT INTO achieve.learner (learner_id, name) VALUES (3, 'Cy');
SELECT achieve.erase_learner(3, 'left');
SELECT new_value FROM achieve.audit WHERE learner_id = 3;
SELECT * FROM achieve.verify_audit(:'kept');

-- Tampering that says it was an erasure.
CREATE PROCEDURE tampered(what text, VARIADIC commands text[]) LANGUAGE plpgsql AS $$
DECLARE
	command text;
	found record;
BEGIN
	RAISE NOTICE '%', what;
	PERFORM set_config('session_replication_role', 'replica', true);
	FOREACH command IN ARRAY commands LOOP
		EXECUTE command;
	END LOOP;
	FOR found IN SELECT DISTINCT problem FROM achieve.verify_audit() ORDER BY problem LOOP
		RAISE NOTICE '... %', found.problem;
	END LOOP;
	ROLLBACK;
END $$;
CALL tampered('an erased reason comes back as another', $$UPDATE achieve.audit SET reason = 'fine', reason_salt = gen_random_uuid()
	WHERE audit_id = (SELECT min(audit_id) FROM achieve.audit_erasure WHERE column_name = 'reason')$$);
CALL tampered('another digest', $$UPDATE achieve.audit_erasure SET digest = repeat('0', 64) WHERE audit_id = (SELECT min(audit_id) FROM achieve.audit_erasure) AND column_name = 'reason'$$);
CALL tampered('an erasure is forgotten', $$DELETE FROM achieve.audit_erasure$$);
CALL tampered('an erased value moves to another erasure', $$UPDATE achieve.audit_erasure SET erasure_id = (SELECT max(erasure_id) FROM achieve.audit_erasure)$$);
CALL tampered('one more value goes with an erasure', $$INSERT INTO achieve.audit_erasure
		SELECT audit_id, 'reason', encode(sha256(convert_to('20:achieve.audit.text.1,36:' || reason_salt || ',' || octet_length(reason) || ':' || reason || ',', 'UTF8')), 'hex'),
			(SELECT min(erasure_id) FROM achieve.audit_erasure)
		FROM achieve.audit WHERE action = 'learner.erased' AND learner_id = 3$$,
	$$UPDATE achieve.audit SET reason = NULL, reason_salt = NULL WHERE learner_id = 3$$);
CALL tampered('the erasure''s own row is gone', $$DELETE FROM achieve.audit WHERE audit_id = (SELECT min(erasure_id) FROM achieve.audit_erasure)$$);
CALL tampered('an outcome goes as if it were erased', $$UPDATE achieve.audit SET old_value = NULL WHERE audit_id = (SELECT min(audit_id) FROM achieve.audit_erasure)$$);
CALL tampered('nothing', 'SELECT 1');

-- Who may, and whom they see.
CREATE ROLE regress_achieve_instructor;
CREATE ROLE regress_achieve_officer;
SELECT achieve.grant_access('regress_achieve_instructor', 'instructor'), achieve.grant_access('regress_achieve_officer', 'administrator');
INSERT INTO achieve.learner (learner_id, name) VALUES (4, 'Dee'), (5, 'Eve');
ALTER TABLE achieve.learner ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_dee ON achieve.learner TO regress_achieve_officer USING (learner_id = 4);
SET ROLE regress_achieve_instructor;
SELECT achieve.erase_learner(4, 'x');
SET ROLE regress_achieve_officer;
SELECT achieve.erase_learner(5, 'x');
SELECT achieve.erase_learner(99, 'x');
SELECT achieve.erase_learner(4, 'left');
UPDATE achieve.audit SET reason = NULL;
RESET ROLE;
SELECT database_user, learner_id FROM achieve.audit WHERE action = 'learner.erased' ORDER BY audit_id DESC LIMIT 1;
-- The guard is closed again.
UPDATE achieve.audit SET reason = NULL;

\c contrib_regression
DROP DATABASE regress_achieve_erase;
DROP ROLE regress_achieve_instructor, regress_achieve_officer;
