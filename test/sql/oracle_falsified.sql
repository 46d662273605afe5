-- Does check_outcomes() name each outcome that was falsified behind the
-- engine's back, and no other, and does evaluate_event() repair it?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(1500, 'y-met', 'Met'), (1501, 'y-unmet', 'Unmet'), (1502, 'y-reads', 'Reads');
INSERT INTO achieve.learner (learner_id, name) SELECT g, 'L' FROM generate_series(1501, 1504) AS g;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(1500, 'y-event', 'Falsified', '2020-01-01', '2020-01-02',
		'attended >= 1 and score(final) >= 50 and completed(file) and condition(visa) and paid and ended'),
	(1501, 'y-reads', 'Reads', '2020-01-01', '2020-01-02', 'holds(y-met)');
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (1500, 1, '2020-01-01', '2020-01-01');
INSERT INTO achieve.assessment (event_id, code) VALUES (1500, 'final');
INSERT INTO achieve.requirement (event_id, code) VALUES (1500, 'file');
INSERT INTO achieve.invoice (invoice_id, status) VALUES (1500, 'issued');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(1500, 1500, 'passed'), (1500, 1501, 'failed'), (1501, 1502, 'holds(y-met)');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(1500, 1501) AS e, generate_series(1501, 1504) AS l;
INSERT INTO achieve.attendance SELECT 1500, l, 1, 'present' FROM generate_series(1501, 1503) AS l;
INSERT INTO achieve.score SELECT 1500, l, 'final', 1, 50 FROM generate_series(1501, 1503) AS l;
INSERT INTO achieve.completion (event_id, learner_id, code) SELECT 1500, l, 'file' FROM generate_series(1501, 1503) AS l;
INSERT INTO achieve.condition SELECT 1500, l, 'visa', 1503 - l FROM generate_series(1501, 1503) AS l;
INSERT INTO achieve.invoice_line SELECT 1500, l, 1500, 1, 10, 10 FROM generate_series(1501, 1503) AS l;
SELECT event_id, learner_id, outcome FROM achieve.result WHERE event_id IN (1500, 1501) ORDER BY 1, 2;
SELECT * FROM achieve.check_outcomes();

-- Runs a statement with the triggers of all tables off; says what the oracle
-- finds, lets the engine repair both events, and what is found then.
CREATE FUNCTION pg_temp.falsify(statement text)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text, repaired boolean) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM achieve.begin_restore();
	EXECUTE statement;
	PERFORM achieve.end_restore();
	CREATE TEMP TABLE found ON COMMIT DROP AS SELECT * FROM achieve.check_outcomes();
	PERFORM achieve.evaluate_event(e) FROM generate_series(1500, 1501) AS e;
	RETURN QUERY SELECT f.event_id, f.learner_id, f.problem, NOT EXISTS (SELECT FROM achieve.check_outcomes()) FROM found AS f;
END $$;

-- Outcomes that are wrong
SELECT * FROM pg_temp.falsify('UPDATE achieve.result SET rule_outcome = ''failed'' WHERE event_id = 1501 AND learner_id = 1502');
SELECT * FROM pg_temp.falsify('UPDATE achieve.result SET rule_outcome = ''pending'' WHERE event_id = 1500 AND learner_id = 1501');
SELECT * FROM pg_temp.falsify('UPDATE achieve.result SET rule_outcome = ''passed'' WHERE event_id = 1500 AND learner_id = 1504');
SELECT * FROM pg_temp.falsify('DELETE FROM achieve.result WHERE event_id = 1501 AND learner_id = 1504');
SELECT * FROM pg_temp.falsify('DELETE FROM achieve.achievement WHERE event_id = 1500 AND learner_id = 1503');
SELECT * FROM pg_temp.falsify('DELETE FROM achieve.achievement WHERE event_id = 1500 AND learner_id = 1502');
SELECT * FROM pg_temp.falsify('INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at, valid_from)
	VALUES (1500, 1504, 1501, ''y-false'', ''rule'', now(), ''2020-01-01'')');
SELECT * FROM pg_temp.falsify('UPDATE achieve.achievement SET revoked_at = now(), revoke_reason = ''lapsed'', lapse_transaction_id = 1
	WHERE event_id = 1501 AND learner_id = 1501');

-- Facts that the engine has not seen
SELECT * FROM pg_temp.falsify('UPDATE achieve.attendance SET status = ''absent'' WHERE event_id = 1500 AND learner_id = 1501');
SELECT * FROM pg_temp.falsify('UPDATE achieve.attendance SET status = ''late'' WHERE event_id = 1500 AND learner_id = 1501');
SELECT * FROM pg_temp.falsify('UPDATE achieve.score SET score = 49.999999 WHERE event_id = 1500 AND learner_id = 1502');
SELECT * FROM pg_temp.falsify('DELETE FROM achieve.score WHERE event_id = 1500 AND learner_id = 1502');
SELECT * FROM pg_temp.falsify('UPDATE achieve.condition SET value = 1 WHERE event_id = 1500 AND learner_id = 1503');
SELECT * FROM pg_temp.falsify('DELETE FROM achieve.completion WHERE event_id = 1500 AND learner_id = 1503');
SELECT * FROM pg_temp.falsify('UPDATE achieve.invoice_line SET amount_paid = 9.99 WHERE event_id = 1500 AND learner_id = 1501');
SELECT * FROM pg_temp.falsify('UPDATE achieve.invoice SET status = ''void'' WHERE invoice_id = 1500');
SELECT * FROM pg_temp.falsify('UPDATE achieve.enrollment SET status = ''cancelled'' WHERE event_id = 1500 AND learner_id = 1501');
SELECT * FROM pg_temp.falsify('UPDATE achieve.enrollment SET status = ''active'' WHERE event_id = 1500 AND learner_id = 1501');

-- What only time has changed is "due": the event ended since it was decided.
INSERT INTO achieve.learner (learner_id, name) VALUES (1505, 'L');
SELECT achieve.begin_restore() IS NOT NULL AS off;
UPDATE achieve.event SET ends_at = now() - interval '1 hour' WHERE event_id = 1500;
INSERT INTO achieve.enrollment (event_id, learner_id, enrolled_at) VALUES (1500, 1505, now() - interval '1 day');
INSERT INTO achieve.result (event_id, learner_id) VALUES (1500, 1505);
INSERT INTO achieve.attendance VALUES (1500, 1505, 1, 'present');
INSERT INTO achieve.score VALUES (1500, 1505, 'final', 1, 50);
INSERT INTO achieve.completion VALUES (1500, 1505, 'file');
INSERT INTO achieve.condition VALUES (1500, 1505, 'visa', 1);
SELECT achieve.end_restore() IS NOT NULL AS on_again;
SELECT * FROM achieve.check_outcomes();
SELECT * FROM achieve.evaluate_event(1500);
SELECT * FROM achieve.check_outcomes();
-- Of one event only
SELECT count(*) FROM achieve.check_outcomes(1501);
