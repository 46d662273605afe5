-- Does a preview leave anything behind?
\set VERBOSITY terse
INSERT INTO achieve.number_sequence (sequence_id, code, format, gapless) VALUES (670101, 'pu-gapless', 'PU-{number:4}', true), (670102, 'pu-fast', 'PF-{number}', false);
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, sequence_id) VALUES
	(670101, 'pu-gapless', 'Gapless', 670101), (670102, 'pu-fast', 'Fast', 670102), (670103, 'pu-common', 'Common', NULL);
INSERT INTO achieve.account (account_id, name) VALUES (670101, 'North'), (670102, 'South');
INSERT INTO achieve.learner (learner_id, name, account_id) VALUES (670101, 'Ada', 670101), (670102, 'Ben', 670102);
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (670101, 'pu-1', 'Undone', '2030-01-01', '2030-01-31', 'condition(points) >= 10');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(670101, 670101, 'passed'), (670101, 670102, 'passed'), (670101, 670103, 'passed');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (670101, 670101), (670101, 670102);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (670101, 670101, 'points', 12), (670101, 670102, 'points', 5);

-- Everything that is stored, and where every counter stands, before and after.
CREATE FUNCTION pg_temp.everything() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t text;
	part text;
	all_parts text := '';
BEGIN
	FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'r' ORDER BY 1 LOOP
		EXECUTE format('SELECT md5(coalesce(string_agg(x::text, '','' ORDER BY x::text), '''')) FROM achieve.%I x', t) INTO part;
		all_parts := all_parts || part;
	END LOOP;
	-- Numbers, of whatever kind; not the keys of rows, which may have gaps.
	FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'S'
			AND (c.relname LIKE 'number\_%' AND c.relname !~ 'id_seq$' OR c.relname = 'achievement_number_seq') ORDER BY 1 LOOP
		EXECUTE format('SELECT %L || last_value || is_called FROM achieve.%I', t, t) INTO part;
		all_parts := all_parts || part;
	END LOOP;
	RETURN md5(all_parts);
END
$$;
SELECT pg_temp.everything() AS before \gset
SELECT subject, change, count(*) FROM achieve.preview_rule(670101, 'condition(points) >= 1') WHERE subject <> 'notification' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) > 0 AS told FROM achieve.preview_rule(670101, 'condition(points) >= 100');
SELECT count(*) > 0 AS told FROM achieve.preview_result(670101, 670102, 'passed');
SELECT count(*) AS told FROM achieve.preview_event(670101);
SELECT pg_temp.everything() = :'before' AS untouched;
-- one that fails leaves nothing either, also when the error is caught
DO $$
BEGIN
	PERFORM achieve.preview_result(670101, 670102, 'excellent');
EXCEPTION WHEN invalid_parameter_value THEN
	RAISE INFO 'caught: %', SQLERRM;
END
$$;
SELECT pg_temp.everything() = :'before' AS untouched;
-- and the configuration that the backend remembers is the stored one
SELECT achieve.preview_rule(670101, 'condition(points) >= 1') \g /dev/null
UPDATE achieve.condition SET value = 6 WHERE event_id = 670101 AND learner_id = 670102;
SELECT outcome FROM achieve.result WHERE event_id = 670101 AND learner_id = 670102;
-- the next numbers are the next numbers
SELECT achieve.set_result(670101, 670102, 'passed', 'hardship') \g /dev/null
SELECT t.code, a.number FROM achieve.achievement a JOIN achieve.achievement_type t USING (achievement_type_id)
	WHERE a.event_id = 670101 AND t.code <> 'pu-common' ORDER BY a.achievement_id;

-- An approval that ended in a preview only does not come back for real.
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (670102, 'pu-2', 'No awards', '2030-01-01', '2030-01-31', 'condition(points) >= 10');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (670102, 670101);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (670102, 670101, 'points', 12);
SELECT achieve.approve_results(670102);
BEGIN;
SELECT subject, change, before, after FROM achieve.preview_rule(670102, 'condition(points) >= 100') WHERE subject = 'approval';
SELECT approved_at IS NOT NULL AS approved FROM achieve.result WHERE event_id = 670102;
DELETE FROM achieve.enrollment WHERE event_id = 670102;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (670102, 670101);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (670102, 670101, 'points', 12);
SELECT outcome, approved_at IS NOT NULL AS approved FROM achieve.result WHERE event_id = 670102;
ROLLBACK;
SELECT achieve.approve_results(670101, ARRAY[670101]);
-- One that ended before it, in the same transaction, comes back in it.
BEGIN;
UPDATE achieve.event SET passing_rule = 'condition(points) >= 100' WHERE event_id = 670101;
SELECT change, before, after FROM achieve.preview_rule(670101, 'condition(points) >= 10') WHERE subject = 'approval' AND learner_id = 670101;
SELECT outcome, approved_at IS NOT NULL AS approved FROM achieve.result WHERE event_id = 670101 AND learner_id = 670101;
ROLLBACK;

-- With evaluation at commit, what is pending is evaluated first.
SET achieve.evaluation = commit;
BEGIN;
UPDATE achieve.condition SET value = 3 WHERE event_id = 670101 AND learner_id = 670101;
SELECT learner_name, subject, before, after FROM achieve.preview_rule(670101, 'condition(points) >= 2') WHERE subject = 'result';
SELECT outcome FROM achieve.result WHERE event_id = 670101 AND learner_id = 670101;
COMMIT;
SELECT count(*) AS pending FROM achieve.pending_evaluation;
RESET achieve.evaluation;
SELECT * FROM achieve.check_outcomes(670101);

-- Where nothing can be written: not even for a moment.
BEGIN READ ONLY;
SELECT * FROM achieve.preview_event(670101);
ROLLBACK;
-- Serializable and repeatable read
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT learner_name, subject, before, after FROM achieve.preview_rule(670101, 'condition(points) >= 2') WHERE subject = 'result';
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT learner_name, subject, before, after FROM achieve.preview_rule(670101, 'condition(points) >= 2') WHERE subject = 'result';
COMMIT;

-- Who sees only the learners of one account is told of those only.
CREATE ROLE regress_preview;
GRANT USAGE ON SCHEMA achieve TO regress_preview;
GRANT SELECT ON achieve.event, achieve.enrollment, achieve.learner TO regress_preview;
GRANT EXECUTE ON FUNCTION achieve.preview_rule(bigint, text), achieve.preview_result(bigint, bigint, text) TO regress_preview;
BEGIN;
ALTER TABLE achieve.enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY north ON achieve.enrollment TO regress_preview
	USING (learner_id IN (SELECT learner_id FROM achieve.learner WHERE account_id = 670101));
SET LOCAL ROLE regress_preview;
SELECT DISTINCT learner_name FROM achieve.preview_rule(670101, 'condition(points) >= 2');
SELECT achieve.preview_result(670101, 670102, 'failed');
ROLLBACK;
SET ROLE regress_preview;
SELECT achieve.preview_event(670101);
RESET ROLE;
DROP OWNED BY regress_preview;
DROP ROLE regress_preview;
