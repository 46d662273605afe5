-- Does every change behind achieve's back show, and nothing else?
\set VERBOSITY terse
CREATE DATABASE regress_achieve_seal;
\c regress_achieve_seal
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;

-- Hashes by the book (docs/audit.md), in plain SQL.
CREATE FUNCTION item(value text) RETURNS text LANGUAGE sql AS
	$$SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', '~')$$;
CREATE FUNCTION digest(content text) RETURNS text LANGUAGE sql AS
	$$SELECT encode(sha256(convert_to(content, 'UTF8')), 'hex')$$;
CREATE FUNCTION microseconds(instant timestamptz) RETURNS text LANGUAGE sql AS
	$$SELECT (extract(epoch FROM instant) * 1000000)::bigint::text$$;
CREATE FUNCTION text_digest(salt uuid, value text) RETURNS text LANGUAGE sql AS
	$$SELECT digest(item('achieve.audit.text.1') || item(salt::text) || item(value)) WHERE value IS NOT NULL$$;
CREATE FUNCTION row_hash(a achieve.audit) RETURNS text LANGUAGE sql AS $$
	SELECT digest(item('achieve.audit.row.1') || item(a.audit_id::text) || item(microseconds(a.occurred_at))
		|| item(a.transaction_id::text) || item(text_digest(a.actor_salt, a.actor)) || item(a.database_user)
		|| item(a.action) || item(a.event_id::text) || item(a.learner_id::text) || item(a.object)
		|| item(a.old_value::text) || item(a.new_value::text) || item(a.evidence::text)
		|| item(text_digest(a.reason_salt, a.reason)))$$;
CREATE FUNCTION seal_root(s achieve.audit_seal) RETURNS text LANGUAGE sql AS $$
	SELECT digest(item('achieve.audit.seal.1') || item(s.seal_id::text) || item(s.previous_root) || item(s.row_count::text)
		|| item(s.row_ids) || item(s.rows_hash)
		|| item(s.foreign_until::text) || item(s.snapshot) || item(s.system_identifier)
		|| item(microseconds(s.sealed_at)) || item(s.actor) || item(s.database_user) || item(s.reason))$$;
CREATE FUNCTION rows_hash(first bigint, last bigint) RETURNS text LANGUAGE sql AS $$
	SELECT digest(string_agg(audit_id || ':' || hash || E'\n', '' ORDER BY audit_id)) FROM achieve.audit
	WHERE audit_id BETWEEN first AND last$$;

-- Nothing is sealed yet.
SELECT achieve.audit_digest();
SELECT * FROM achieve.verify_audit();
SELECT achieve.seal_audit(), count(*) FROM achieve.audit_seal;

-- Rows of all kinds: with and without actor, reason, values, evidence; beyond ASCII.
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'première', 'Erste Hilfe “groß”');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1, 'FA-1', 'First aid', '2030-03-02 09:00+00', '2030-03-02 17:00+00', 'attended >= 1');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	VALUES (1, 1, '2030-03-02 09:00+00', '2030-03-02 17:00+00');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed');
INSERT INTO achieve.learner (learner_id, name) VALUES (1, 'Ada'), (2, 'Ben');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 1), (1, 2);
SELECT achieve.seal_audit('the configuration');
BEGIN;
SELECT achieve.set_context('bürö', 'the register');
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (1, 1, 1, 'present');
-- What is not committed is not sealed.
SELECT achieve.seal_audit();
COMMIT;
SELECT achieve.set_result(1, 2, 'failed', 'left at noon');
SELECT achieve.seal_audit('day 1');
SELECT achieve.seal_audit('nothing new');
SELECT achieve.set_result(1, 2, 'passed', 'came back');
SELECT achieve.seal_audit();
SELECT audit_id, actor, action, reason FROM achieve.audit ORDER BY audit_id;
SELECT seal_id, row_count, row_ids, reason FROM achieve.audit_seal ORDER BY seal_id;
SELECT * FROM achieve.verify_audit();
SELECT achieve.audit_digest() AS kept \gset
SELECT regexp_replace(regexp_replace(:'kept', '[0-9a-f]{64}', 'ROOT'), '2\d{3}-.*Z', 'INSTANT') AS audit_digest,
	:'kept' LIKE '%' || root || '%' AS names_the_last_root
FROM achieve.audit_seal ORDER BY seal_id DESC LIMIT 1;
SELECT * FROM achieve.verify_audit(:'kept');

-- Whoever computes by the book comes to the same, whatever the session's settings.
SET TimeZone = 'Asia/Kathmandu';
SET DateStyle = 'German';
SET extra_float_digits = -3;
SET bytea_output = 'escape';
SELECT audit_id FROM achieve.audit a WHERE hash IS DISTINCT FROM row_hash(a);
SELECT seal_id FROM achieve.audit_seal s
WHERE root <> seal_root(s) OR previous_root <> coalesce((SELECT p.root FROM achieve.audit_seal p WHERE p.seal_id = s.seal_id - 1), repeat('0', 64))
	OR rows_hash <> rows_hash(split_part(row_ids, '-', 1)::bigint, split_part(row_ids, '-', -1)::bigint);
SELECT achieve.set_result(1, 2, 'failed', 'under other settings');
SELECT * FROM achieve.verify_audit();
RESET ALL;
SELECT audit_id FROM achieve.audit a WHERE hash IS DISTINCT FROM row_hash(a);

-- Refused, also for the owner.
INSERT INTO achieve.audit_seal DEFAULT VALUES;
UPDATE achieve.audit_seal SET root = '';
DELETE FROM achieve.audit_seal;
TRUNCATE achieve.audit_seal;
INSERT INTO achieve.audit_erasure DEFAULT VALUES;
UPDATE achieve.audit_erasure SET digest = '';
DELETE FROM achieve.audit_erasure;
TRUNCATE achieve.audit_erasure;
UPDATE achieve.audit SET hash = '';
SELECT * FROM achieve.verify_audit('seal 3');
SELECT * FROM achieve.verify_audit('');
-- A digit too many: not the root that was kept.
SELECT * FROM achieve.verify_audit('seal 3, 9 rows, root ' || repeat('0', 65));

-- Behind its back, each found. (The last two are in no seal.)
SELECT action, audit_id FROM achieve.audit ORDER BY audit_id DESC LIMIT 2;
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
	FOR found IN SELECT * FROM achieve.verify_audit(current_setting('test.kept', true)) LOOP
		RAISE NOTICE '... seal %, row %: %', found.seal_id, found.audit_id, found.problem;
	END LOOP;
	ROLLBACK;
END $$;
SET client_min_messages = notice;
CALL tampered('nothing', 'SELECT 1');
CALL tampered('another outcome', $$UPDATE achieve.audit SET new_value = new_value || '{"outcome": "passed"}' WHERE audit_id = 7$$);
CALL tampered('another instant', $$UPDATE achieve.audit SET occurred_at = occurred_at + interval '1 microsecond' WHERE audit_id = 7$$);
CALL tampered('another actor', $$UPDATE achieve.audit SET actor = 'boss' WHERE audit_id = 5$$);
CALL tampered('an actor where there was none', $$UPDATE achieve.audit SET actor = 'boss' WHERE audit_id = 7$$);
CALL tampered('an actor and a salt where there was none', $$UPDATE achieve.audit SET actor = 'boss', actor_salt = gen_random_uuid() WHERE audit_id = 7$$);
CALL tampered('no reason', $$UPDATE achieve.audit SET reason = NULL WHERE audit_id = 7$$);
CALL tampered('no reason and no salt', $$UPDATE achieve.audit SET reason = NULL, reason_salt = NULL WHERE audit_id = 7$$);
CALL tampered('another salt', $$UPDATE achieve.audit SET reason_salt = gen_random_uuid() WHERE audit_id = 7$$);
CALL tampered('a salt of nothing', $$UPDATE achieve.audit SET actor_salt = gen_random_uuid() WHERE audit_id = 7$$);
CALL tampered('another hash', $$UPDATE achieve.audit SET hash = repeat('0', 64) WHERE audit_id = 7$$);
CALL tampered('no hash', $$UPDATE achieve.audit SET hash = NULL WHERE audit_id = 7$$);
CALL tampered('another outcome, with its hash', $$UPDATE achieve.audit SET new_value = '{"outcome": "passed"}' WHERE audit_id = 7$$,
	$$UPDATE achieve.audit a SET hash = row_hash(a) WHERE audit_id = 7$$);
CALL tampered('a row gone', 'DELETE FROM achieve.audit WHERE audit_id = 7');
CALL tampered('several rows gone', 'DELETE FROM achieve.audit WHERE audit_id IN (2, 3, 7)');
CALL tampered('the tail gone', 'DELETE FROM achieve.audit WHERE audit_id >= 7');
CALL tampered('all rows gone', 'TRUNCATE achieve.audit');
CALL tampered('a row under another id', 'UPDATE achieve.audit SET audit_id = 100 WHERE audit_id = 7');
CALL tampered('two rows swapped', 'UPDATE achieve.audit SET audit_id = 107 - audit_id WHERE audit_id IN (7, 5)', 'UPDATE achieve.audit SET audit_id = CASE audit_id WHEN 100 THEN 5 ELSE 7 END WHERE audit_id >= 100');
CALL tampered('two rows swapped, with their hashes', 'UPDATE achieve.audit SET audit_id = 107 - audit_id WHERE audit_id IN (7, 5)', 'UPDATE achieve.audit SET audit_id = CASE audit_id WHEN 100 THEN 5 ELSE 7 END WHERE audit_id >= 100',
	'UPDATE achieve.audit a SET hash = row_hash(a) WHERE audit_id IN (5, 7)');
CALL tampered('a row added', $$INSERT INTO achieve.audit (audit_id, transaction_id, database_user, action) VALUES (100, 1, 'x', 'result.set')$$);
CALL tampered('a row added, with its hash', $$INSERT INTO achieve.audit (audit_id, transaction_id, database_user, action) VALUES (100, 1, 'x', 'result.set')$$,
	$$UPDATE achieve.audit a SET hash = row_hash(a) WHERE audit_id = 100$$);
CALL tampered('an erasure made up', $$UPDATE achieve.audit SET reason = NULL, reason_salt = NULL WHERE audit_id = 7$$,
	$$INSERT INTO achieve.audit_erasure VALUES (7, 'reason', repeat('0', 64), 8)$$);
CALL tampered('an erasure made up well, but for its audit row', $$INSERT INTO achieve.audit_erasure SELECT audit_id, 'reason', text_digest(reason_salt, reason), 8 FROM achieve.audit WHERE audit_id = 7$$,
	$$UPDATE achieve.audit SET reason = NULL, reason_salt = NULL WHERE audit_id = 7$$);

CALL tampered('another reason for a seal', $$UPDATE achieve.audit_seal SET reason = 'x' WHERE seal_id = 2$$);
CALL tampered('another reason for a seal, with its root', $$UPDATE achieve.audit_seal SET reason = 'x' WHERE seal_id = 2$$,
	$$UPDATE achieve.audit_seal s SET root = seal_root(s) WHERE seal_id = 2$$);
CALL tampered('a row taken out of a seal', $$UPDATE achieve.audit_seal SET row_ids = '5-6' WHERE seal_id = 2$$);
CALL tampered('a row taken out of the last seal, with its root', $$DELETE FROM achieve.audit WHERE audit_id = 8$$,
	$$UPDATE achieve.audit_seal SET row_ids = '', row_count = 0, rows_hash = digest('') WHERE seal_id = 3$$,
	$$UPDATE achieve.audit_seal s SET root = seal_root(s) WHERE seal_id = 3$$);
CALL tampered('ids that are none', $$UPDATE achieve.audit_seal SET row_ids = '5-x' WHERE seal_id = 2$$);
CALL tampered('a row in two seals', $$UPDATE achieve.audit_seal SET row_ids = '7-8', row_count = 2 WHERE seal_id = 3$$);
CALL tampered('the first seal gone', 'DELETE FROM achieve.audit_seal WHERE seal_id = 1');
CALL tampered('a seal gone', 'DELETE FROM achieve.audit_seal WHERE seal_id = 2');
CALL tampered('two seals swapped', 'UPDATE achieve.audit_seal SET seal_id = 102 - seal_id WHERE seal_id < 3', 'UPDATE achieve.audit_seal SET seal_id = seal_id - 99 WHERE seal_id > 3');
-- What only a digest that was kept elsewhere shows.
CALL tampered('the last seal and its row gone', 'DELETE FROM achieve.audit_seal WHERE seal_id = 3', 'DELETE FROM achieve.audit WHERE audit_id >= 8');
CALL tampered('everything made anew', $$UPDATE achieve.audit SET new_value = '{"outcome": "passed"}' WHERE audit_id = 7$$,
	'UPDATE achieve.audit a SET hash = row_hash(a) WHERE audit_id = 7',
	'UPDATE achieve.audit_seal SET rows_hash = rows_hash(5, 7) WHERE seal_id = 2',
	'UPDATE achieve.audit_seal s SET root = seal_root(s) WHERE seal_id = 2',
	'UPDATE achieve.audit_seal SET previous_root = (SELECT root FROM achieve.audit_seal WHERE seal_id = 2) WHERE seal_id = 3',
	'UPDATE achieve.audit_seal s SET root = seal_root(s) WHERE seal_id = 3');
SET test.kept = :'kept';
CALL tampered('the last seal and its row gone', 'DELETE FROM achieve.audit_seal WHERE seal_id = 3', 'DELETE FROM achieve.audit WHERE audit_id >= 8');
CALL tampered('everything made anew', $$UPDATE achieve.audit SET new_value = '{"outcome": "passed"}' WHERE audit_id = 7$$,
	'UPDATE achieve.audit a SET hash = row_hash(a) WHERE audit_id = 7',
	'UPDATE achieve.audit_seal SET rows_hash = rows_hash(5, 7) WHERE seal_id = 2',
	'UPDATE achieve.audit_seal s SET root = seal_root(s) WHERE seal_id = 2',
	'UPDATE achieve.audit_seal SET previous_root = (SELECT root FROM achieve.audit_seal WHERE seal_id = 2) WHERE seal_id = 3',
	'UPDATE achieve.audit_seal s SET root = seal_root(s) WHERE seal_id = 3');
-- What nothing shows: a row that is in no seal yet, with its hash.
CALL tampered('another outcome in an unsealed row, with its hash', $$UPDATE achieve.audit SET new_value = '{"outcome": "passed"}' WHERE audit_id = 10$$,
	'UPDATE achieve.audit a SET hash = row_hash(a) WHERE audit_id = 10');
CALL tampered('another outcome in an unsealed row', $$UPDATE achieve.audit SET new_value = '{"outcome": "passed"}' WHERE audit_id = 10$$);

-- After a restore where there were no hashes yet, rows are taken as they are.
SELECT achieve.begin_restore() IS NOT NULL AS begun;
INSERT INTO achieve.audit (audit_id, transaction_id, actor, database_user, action, reason)
	VALUES (50, 2000000000, 'old', 'old', 'result.set', 'from before'), (51, 2000000000, NULL, 'old', 'result.set', NULL);
SELECT * FROM achieve.verify_audit();
SELECT regexp_replace(achieve.end_restore(), '\d+ switched', 'all switched');
SELECT * FROM achieve.verify_audit();
SELECT audit_id, actor_salt IS NULL AS no_actor, reason_salt IS NULL AS no_reason, hash = row_hash(a) AS hashed
FROM achieve.audit a WHERE audit_id >= 50 ORDER BY audit_id;

-- run_due() seals, and a read-only transaction verifies.
SELECT achieve.run_due();
SELECT seal_id, row_ids, foreign_until FROM achieve.audit_seal ORDER BY seal_id DESC LIMIT 1;
-- Rows of transactions that are still to come here are sealed once, too.
SELECT achieve.seal_audit();
BEGIN READ ONLY;
SELECT * FROM achieve.verify_audit(:'kept');
SELECT achieve.audit_digest() LIKE 'seal 4, 13 rows, root %' AS digest;
ROLLBACK;
SELECT * FROM achieve.check_outcomes();

-- Rows that came from another cluster are sealed once as well where their transactions have the
-- numbers of some that run here: of the one that seals, to be sure of one.
CREATE DATABASE regress_achieve_seal_came;
\c regress_achieve_seal_came
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
SELECT achieve.begin_restore() IS NOT NULL AS begun;
BEGIN;
INSERT INTO achieve.audit (audit_id, occurred_at, transaction_id, database_user, action)
	VALUES (1, '2020-01-01 00:00+00', pg_current_xact_id()::text::bigint, 'old', 'result.set'),
		(2, '2020-01-01 00:00+00', 2000000000, 'old', 'result.set'),
		(3, '2020-01-01 00:00+00', pg_current_xact_id()::text::bigint, 'old', 'result.set');
SELECT regexp_replace(achieve.end_restore(), '\d+ switched', 'all switched');
INSERT INTO achieve.course_template (template_id, code, title) VALUES (1, 'A', 'of this transaction');
SELECT achieve.seal_audit();
COMMIT;
SELECT achieve.seal_audit();
SELECT seal_id, row_ids, foreign_until FROM achieve.audit_seal ORDER BY seal_id;
SELECT * FROM achieve.verify_audit();
\c regress_achieve_seal
DROP DATABASE regress_achieve_seal_came;

-- Who may.
CREATE ROLE regress_achieve_seal_reader;
CREATE ROLE regress_achieve_seal_administrator;
SELECT achieve.grant_access('regress_achieve_seal_reader', 'reader'), achieve.grant_access('regress_achieve_seal_administrator', 'administrator');
SET ROLE regress_achieve_seal_reader;
SELECT count(*) FROM achieve.audit_seal;
SELECT achieve.seal_audit();
SELECT * FROM achieve.verify_audit();
SELECT achieve.audit_digest();
SELECT achieve.erase_learner(1, 'x');
SET ROLE regress_achieve_seal_administrator;
SELECT achieve.set_result(1, 1, 'failed', 'a test');
SELECT achieve.seal_audit('by an administrator');
SELECT * FROM achieve.verify_audit(:'kept');
SELECT database_user, reason FROM achieve.audit_seal ORDER BY seal_id DESC LIMIT 1;
INSERT INTO achieve.audit_seal DEFAULT VALUES;
RESET ROLE;

\c contrib_regression
DROP DATABASE regress_achieve_seal;
DROP ROLE regress_achieve_seal_reader, regress_achieve_seal_administrator;
