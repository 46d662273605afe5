-- Are wrong calls of the functions, and direct writes of outcomes, refused
-- with a SQLSTATE of their own kind, the offending value and a hint?
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
-- What a statement comes to: its error, or "accepted". Nothing remains of it.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; hint text;
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'ZZZZZ', MESSAGE = 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	IF state = 'ZZZZZ' THEN
		RETURN 'accepted';
	END IF;
	RETURN state || ': ' || message || CASE hint WHEN '' THEN '' ELSE E'\n\thint: ' || hint END;
END $$;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit) VALUES
	(1310, 'g-type', 'Type', 1, 'year'), (1311, 'g-inactive', 'Inactive', NULL, NULL), (1312, 'g-elsewhere', 'Elsewhere', NULL, NULL),
	(1313, 'g-unused', 'Unused', NULL, NULL);
INSERT INTO achieve.learner (learner_id, name) VALUES (1311, 'active'), (1312, 'reserved'), (1313, 'holder'), (1314, 'not enrolled');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, status) VALUES
	(1310, 'g-event', 'Functions', '2030-01-01', '2030-01-02', 'scheduled'),
	(1311, 'g-cancelled', 'Cancelled', '2030-01-01', '2030-01-02', 'cancelled');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, active) VALUES
	(1310, 1310, 'holds(g-elsewhere)', true), (1310, 1311, NULL, false), (1311, 1310, NULL, true);
INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES
	(1310, 1311, 'active'), (1310, 1312, 'reserved'), (1310, 1313, 'active'), (1311, 1311, 'active');
SELECT achieve.award(1310, 1313, 'g-type', 'for the test') AS held \gset

-- Results
SELECT pg_temp.attempt('SELECT achieve.set_result(' || s || ')') FROM (VALUES
	('1310, 1311, ''passed'', ''because'''),
	('1399, 1311, ''passed'', ''because'''),
	('1310, 1314, ''passed'', ''because'''),
	('1310, 1312, ''passed'', ''because'''),
	('1311, 1311, ''passed'', ''because'''),
	('1310, 1311, ''Passed'', ''because'''),
	('1310, 1311, NULL, ''because'''),
	('1310, 1311, ''passed'', NULL'),
	('1310, 1311, ''passed'', '' '''),
	('NULL, 1311, ''passed'', ''because'''),
	('1310, NULL, ''passed'', ''because''')) AS v (s);
SELECT pg_temp.attempt('SELECT achieve.clear_result(' || s || ')') FROM (VALUES
	('1310, 1311, ''because'''), ('1399, 1311, ''because'''), ('1310, 1312, ''because'''), ('1310, 1311, NULL'), ('1310, NULL, ''because''')) AS v (s);

-- Awards: unknown, inactive, a second one, and dates that cannot be
SELECT pg_temp.attempt('SELECT achieve.award(' || s || ')') FROM (VALUES
	('1310, 1311, ''g-type'', ''because'''),
	('1310, 1313, ''g-type'', ''because'''),
	('1399, 1311, ''g-type'', ''because'''),
	('1310, 1314, ''g-type'', ''because'''),
	('1310, 1312, ''g-type'', ''because'''),
	('1311, 1311, ''g-type'', ''because'''),
	('1310, 1311, ''g-tape'', ''because'''),
	('1310, 1311, ''g-elsewhere'', ''because'''),
	('1310, 1311, ''g-inactive'', ''because'''),
	('1310, 1311, NULL, ''because'''),
	('1310, 1311, ''g-type'', NULL'),
	('1310, 1311, ''g-type'', '''''),
	('NULL, 1311, ''g-type'', ''because'''),
	('1310, 1311, ''g-type'', ''because'', ''infinity'''),
	('1310, 1311, ''g-type'', ''because'', ''0001-01-01 BC'''),
	('1310, 1311, ''g-type'', ''because'', ''9999-06-01'''),
	('1310, 1311, ''g-type'', ''because'', NULL, ''infinity'''),
	('1310, 1311, ''g-type'', ''because'', NULL, ''10000-01-01'''),
	('1310, 1311, ''g-type'', ''because'', ''2030-01-01'', ''2030-01-01'''),
	('1310, 1311, ''g-type'', ''because'', number => '''''),
	('1310, 1311, ''g-type'', ''because'', number => E'' \n'''),
	('1310, 1311, ''g-type'', ''because'', issued_at => ''infinity'''),
	('1310, 1311, ''g-type'', ''because'', issued_at => ''9000-01-01'''),
	('1310, 1311, ''g-type'', ''because'', issued_at => ''-infinity'''),
	('1310, 1311, ''g-type'', ''because'', issued_at => ''0044-03-15 BC''')) AS v (s);
-- A number that is taken
SELECT achieve.award(1310, 1311, 'g-type', 'because', number => 'G-1') > 0;
SELECT achieve.revoke((SELECT achievement_id FROM achieve.achievement WHERE number = 'G-1'), 'because');
SELECT pg_temp.attempt('SELECT achieve.award(1310, 1311, ''g-type'', ''because'', number => ''G-1'')');

-- Revoking and reinstating
SELECT pg_temp.attempt(s) FROM (VALUES
	('SELECT achieve.revoke(-1, ''because'')'),
	('SELECT achieve.revoke(NULL, ''because'')'),
	('SELECT achieve.revoke(-1, NULL)'),
	('SELECT achieve.reinstate(-1, ''because'')'),
	('SELECT achieve.reinstate(NULL, ''because'')'),
	('SELECT achieve.reinstate(-1, '' '')'),
	('SELECT achieve.evaluate_event(1399)'),
	('SELECT achieve.evaluate_event(NULL)'),
	('SELECT achieve.check_outcomes(1399)'),
	('SELECT achieve.set_context(NULL)'),
	('SELECT achieve.set_context(''me'', NULL)'),
	('SELECT achieve.today(''Mars/Olympus'')')) AS v (s);
SELECT regexp_replace(pg_temp.attempt(format('SELECT achieve.reinstate(%s, ''because'')', :held)), '[0-9]{1,3} is', 'N is');
SELECT achieve.revoke(:held, 'because');
SELECT regexp_replace(pg_temp.attempt(format('SELECT achieve.revoke(%s, ''because'')', :held)), '[0-9]{1,3} is', 'N is');
SELECT achieve.award(1310, 1313, 'g-type', 'another') > 0;
SELECT pg_temp.attempt(format('SELECT achieve.reinstate(%s, ''because'')', :held));
UPDATE achieve.enrollment SET status = 'cancelled' WHERE event_id = 1310 AND learner_id = 1311;
SELECT pg_temp.attempt(format('SELECT achieve.reinstate(%s, ''because'')', achievement_id)) FROM achieve.achievement WHERE number = 'G-1';

-- Outcomes are not written directly, by nobody and not in any way.
SET client_min_messages = warning;
SELECT pg_temp.attempt(s) FROM (VALUES
	('INSERT INTO achieve.result (event_id, learner_id) VALUES (1310, 1314)'),
	('UPDATE achieve.result SET rule_outcome = ''passed'' WHERE event_id = 1310'),
	('UPDATE achieve.result SET learner_id = learner_id WHERE event_id = 1310'),
	('DELETE FROM achieve.result WHERE event_id = 1310'),
	('TRUNCATE achieve.result'),
	('INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at, valid_from) VALUES (1310, 1311, 1310, ''x'', ''manual'', now(), now())'),
	('UPDATE achieve.achievement SET expires_on = NULL WHERE event_id = 1310'),
	('DELETE FROM achieve.achievement WHERE event_id = 1310'),
	('TRUNCATE achieve.achievement CASCADE'),
	('INSERT INTO achieve.certificate (event_id, achievement_id, number, verification_code) VALUES (1310, 1, ''x'', ''x'')'),
	('TRUNCATE achieve.certificate'),
	('INSERT INTO achieve.notification (transaction_id, topic) VALUES (1, ''x'')'),
	('TRUNCATE achieve.notification'),
	('INSERT INTO achieve.audit (transaction_id, database_user, action) VALUES (1, ''x'', ''x.x'')'),
	('UPDATE achieve.audit SET reason = ''x'''),
	('UPDATE achieve.audit SET reason = ''x'' WHERE false'),
	('DELETE FROM achieve.audit'),
	('TRUNCATE achieve.audit'),
	('TRUNCATE achieve.enrollment CASCADE'),
	('TRUNCATE achieve.event CASCADE')) AS v (s);

-- An event's status goes by steps that an app may take.
SELECT pg_temp.attempt(format('UPDATE achieve.event SET status = %L WHERE event_id = 1310', s)) FROM (VALUES
	('closed'), ('cancelled'), ('scheduled'), ('finalized'), ('reopened')) AS v (s);
SELECT pg_temp.attempt('INSERT INTO achieve.event (event_id, title, starts_at, ends_at, status) VALUES (1319, ''x'', ''2030-01-01'', ''2030-01-01'', ''finalized'')');

-- A type's code stays once a rule names it or an achievement exists.
SELECT pg_temp.attempt(format('UPDATE achieve.achievement_type SET code = code || ''-2'' WHERE achievement_type_id = %s', s)) FROM (VALUES
	(1310), (1312), (1313)) AS v (s);
SELECT pg_temp.attempt('UPDATE achieve.achievement_type SET ' || s || ' WHERE achievement_type_id = 1313') FROM (VALUES
	('code = ''g-type'''), ('code = '''''), ('valid_for = 0, valid_unit = ''day'''), ('valid_for = 1'), ('valid_from_anchor = ''birth'''),
	('expires_on_day = ''02-30'''), ('expires_on_day = ''1-1'''), ('expiry_alignment = ''week''')) AS v (s);

-- An addition that the template does not allow.
INSERT INTO achieve.course_template (template_id, code, title, event_achievements_allowed) VALUES (1310, 'g-template', 'Template', false);
INSERT INTO achieve.template_achievement (template_id, achievement_type_id) VALUES (1310, 1310);
INSERT INTO achieve.event (event_id, template_id, title, starts_at, ends_at) VALUES (1312, 1310, 'x', '2030-01-01', '2030-01-02');
SELECT pg_temp.attempt(format('INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (1312, %s)', s)) FROM (VALUES (1310), (1311)) AS v (s);

-- After each of them the transaction goes on.
BEGIN;
SELECT achieve.set_result(1310, 1313, 'passed', 'before');
SAVEPOINT before;
SELECT achieve.award(1310, 1313, 'g-type', 'a second one');
ROLLBACK TO before;
SAVEPOINT before;
UPDATE achieve.result SET manual_outcome = 'failed' WHERE event_id = 1310;
ROLLBACK TO before;
COMMIT;
SELECT outcome, reason, (SELECT count(*) FROM achieve.achievement WHERE event_id = 1310 AND learner_id = 1313 AND revoked_at IS NULL)
	FROM achieve.result WHERE event_id = 1310 AND learner_id = 1313;

SELECT * FROM achieve.check_outcomes();
