-- Do learner_record and learning_path_progress show what a learner has, from
-- all events, and find it by index?
\set VERBOSITY terse
INSERT INTO achieve.account (account_id, name) VALUES (1730, 'Harbour Ltd');
INSERT INTO achieve.learner (learner_id, account_id, name) VALUES (1731, 1730, 'Ada'), (1732, 1730, 'Ben'), (1733, NULL, 'Cem');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(1731, 'v-aid', 'First aid'), (1732, 'v-fire', 'Fire safety'), (1733, 'v-crane', 'Crane'), (1734, 'v-extra', 'Extra');
INSERT INTO achieve.achievement_reminder (achievement_type_id, days_before) VALUES (1731, 60), (1731, 7);
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at) VALUES
	(1730, 'v-2029', 'Course 2029', '2029-01-01', '2029-01-02'), (1731, 'v-2030', 'Course 2030', '2030-01-01', '2030-01-02');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) SELECT e, t FROM generate_series(1730, 1731) AS e, generate_series(1731, 1734) AS t;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(1730, 1731) AS e, generate_series(1731, 1733) AS l;
-- Days are counted from today.
CREATE FUNCTION pg_temp.give(event bigint, learner bigint, type text, begins integer, ends integer) RETURNS bigint LANGUAGE sql AS $$
	SELECT achieve.award(event, learner, type, 'for the test', achieve.today('UTC') + begins, achieve.today('UTC') + ends)
$$;
CREATE FUNCTION pg_temp.record(learner bigint) RETURNS TABLE (type text, event text, state text, "begins in" integer, "last day in" integer, days_left integer, superseded_by text)
LANGUAGE sql AS $$
	SELECT r.achievement_type, r.event_code, r.state, r.valid_from - achieve.today('UTC'), r.last_valid_on - achieve.today('UTC'), r.days_left,
		(SELECT e.code FROM achieve.achievement AS a JOIN achieve.event AS e USING (event_id) WHERE a.achievement_id = r.superseded_by)
	FROM achieve.learner_record AS r WHERE r.learner_id = learner ORDER BY r.achievement_type, r.event_id
$$;

-- Each state: with reminders "expiring" is within the longest, without within 30 days.
SELECT pg_temp.give(1730, 1731, 'v-aid', -300, 60) > 0 AS expiring, pg_temp.give(1730, 1731, 'v-fire', -300, 31) > 0 AS valid,
	pg_temp.give(1730, 1731, 'v-crane', 1, 100) > 0 AS upcoming, pg_temp.give(1730, 1731, 'v-extra', -300, 0) > 0 AS expired;
SELECT pg_temp.give(1730, 1732, 'v-aid', -300, 61) > 0 AS valid, pg_temp.give(1730, 1732, 'v-fire', -300, 30) > 0 AS expiring,
	pg_temp.give(1730, 1732, 'v-crane', 0, NULL) > 0 AS "for ever", pg_temp.give(1730, 1732, 'v-extra', -300, 1) > 0 AS "last day";
SELECT * FROM pg_temp.record(1731);
SELECT * FROM pg_temp.record(1732);
-- A renewal supersedes; one that is revoked does not.
SELECT pg_temp.give(1731, 1731, 'v-aid', 60, 425) AS renewal \gset
SELECT pg_temp.give(1731, 1731, 'v-fire', -100, NULL) > 0 AS "for ever";
SELECT * FROM pg_temp.record(1731);
SELECT achieve.revoke(:renewal, 'forged');
SELECT * FROM pg_temp.record(1731);
SELECT row_key = event_id || ':' || achievement_id AS key, account_name, learner_name, achievement_title, event_title, source, number IS NOT NULL AS numbered, revoke_reason
	FROM achieve.learner_record WHERE achievement_id = :renewal;
SELECT count(*) = count(DISTINCT row_key) AS "key is unique" FROM achieve.learner_record;

-- Learning paths: optional steps are not counted, expired ones not done.
INSERT INTO achieve.learning_path (path_id, code, title) VALUES (1730, 'v-path', 'Site manager'), (1731, 'v-free', 'All optional');
INSERT INTO achieve.learning_path_step (path_id, step_no, achievement_type_id, required) VALUES
	(1730, 1, 1731, true), (1730, 2, 1732, true), (1730, 3, 1733, true), (1730, 4, 1734, false), (1731, 1, 1731, false);
CREATE FUNCTION pg_temp.progress() RETURNS TABLE (path text, learner text, required integer, done integer, percent numeric, "completed in" integer) LANGUAGE sql AS $$
	SELECT p.path_code, p.learner_name, p.steps_required, p.steps_done, p.percent, p.completed_on - achieve.today('UTC')
	FROM achieve.learning_path_progress AS p WHERE p.path_id IN (1730, 1731) ORDER BY 1, 2
$$;
SELECT * FROM pg_temp.progress();
-- The last step is earned; a renewal does not move the day, an end takes it away.
SELECT achieve.revoke(achievement_id, 'for the test') FROM achieve.achievement WHERE learner_id = 1731 AND achievement_type_id = 1733;
SELECT pg_temp.give(1731, 1731, 'v-crane', -5, 90) > 0 AS given;
SELECT * FROM pg_temp.progress() WHERE path = 'v-path';
SELECT pg_temp.give(1730, 1731, 'v-crane', 0, 400) > 0 AS renewed;
SELECT * FROM pg_temp.progress() WHERE path = 'v-path' AND learner = 'Ada';
SELECT achieve.amend_achievement(achievement_id, valid_from, achieve.today('UTC'), 'over') FROM achieve.achievement WHERE learner_id = 1731 AND achievement_type_id = 1731 AND revoked_at IS NULL;
SELECT * FROM pg_temp.progress() WHERE path = 'v-path' AND learner = 'Ada';
SELECT count(*) = count(DISTINCT row_key) AS "key is unique" FROM achieve.learning_path_progress;

-- A condition on learner or account reaches the indexes, whatever the tables' size.
CREATE FUNCTION pg_temp.scans(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; tables text := '';
BEGIN
	SET LOCAL enable_seqscan = off;
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Scan on (learner l|achievement a)$' AND line ~ 'Seq' OR line ~ 'Index Cond: .*(learner_id|account_id) = ''?173' THEN
			tables := tables || regexp_replace(line, '^ *(->)? *', '') || '; ';
		END IF;
	END LOOP;
	RETURN tables;
END $$;
SELECT pg_temp.scans('SELECT * FROM achieve.learner_record WHERE learner_id = 1731') ~ 'Index Cond: \(learner_id = ' AS by_learner,
	pg_temp.scans('SELECT * FROM achieve.learner_record WHERE account_id = 1730') ~ 'Index Cond: \(account_id = ' AS by_account,
	pg_temp.scans('SELECT * FROM achieve.learning_path_progress WHERE learner_id = 1731') ~ 'Index Cond: \(learner_id = ' AS path_by_learner,
	pg_temp.scans('SELECT * FROM achieve.learning_path_progress WHERE account_id = 1730') ~ 'Index Cond: \(account_id = ' AS path_by_account;
-- They read with the reader's rights.
CREATE ROLE regress_achieve_record;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_record;
GRANT SELECT ON achieve.learner_record, achieve.learning_path_progress TO regress_achieve_record;
SET SESSION AUTHORIZATION regress_achieve_record;
SELECT count(*) FROM achieve.learner_record;
SELECT count(*) FROM achieve.learning_path_progress;
RESET SESSION AUTHORIZATION;
REVOKE USAGE ON SCHEMA achieve FROM regress_achieve_record;
REVOKE SELECT ON achieve.learner_record, achieve.learning_path_progress FROM regress_achieve_record;
DROP ROLE regress_achieve_record;
