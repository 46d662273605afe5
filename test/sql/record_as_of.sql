-- Does results_as_of() tell an event's results at any instant, to whom it may?
\set VERBOSITY terse
INSERT INTO achieve.learner (learner_id, name) SELECT 1740 + i, 'Learner ' || i FROM generate_series(1, 4) AS i;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1740, 'p-event', 'Past', '2030-01-01', '2030-01-02', 'condition(points) >= 10');
-- The instants between the steps; a transaction is at one instant.
CREATE TEMPORARY TABLE instant (no integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION pg_temp.past() RETURNS TABLE (no integer, learner_id bigint, outcome text, source text, reason text) LANGUAGE sql AS $$
	SELECT i.no, r.* FROM instant AS i, achieve.results_as_of(1740, i.at) AS r ORDER BY i.no, r.learner_id
$$;
INSERT INTO instant (no) VALUES (0);
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1740, 1740 + i FROM generate_series(1, 3) AS i;
INSERT INTO instant (no) VALUES (1);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (1740, 1741, 'points', 10), (1740, 1742, 'points', 1);
INSERT INTO instant (no) VALUES (2);
SELECT achieve.set_result(1740, 1741, 'failed', 'cheated');
INSERT INTO instant (no) VALUES (3);
UPDATE achieve.condition SET value = 12 - value WHERE event_id = 1740;
INSERT INTO instant (no) VALUES (4);
SELECT achieve.set_result(1740, 1741, 'pending', 'to be heard');
INSERT INTO instant (no) VALUES (5);
SELECT achieve.clear_result(1740, 1741, 'cleared of it');
INSERT INTO instant (no) VALUES (6);
-- Several changes of one transaction are one instant: the last counts.
BEGIN;
SELECT achieve.set_result(1740, 1743, 'passed', 'first');
SELECT achieve.set_result(1740, 1743, 'failed', 'second');
COMMIT;
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1740, 1744);
INSERT INTO instant (no) VALUES (7);
SELECT * FROM pg_temp.past();
-- Before everything there was nobody; in the future it is as now.
SELECT count(*) FROM achieve.results_as_of(1740, '-infinity');
SELECT count(*) AS differ FROM achieve.results_as_of(1740, 'infinity') AS r JOIN achieve.result AS s ON s.event_id = 1740 AND s.learner_id = r.learner_id
	WHERE (r.outcome, r.source, coalesce(r.reason, '')) <> (s.outcome, s.source, coalesce(s.reason, ''));
-- At the very instant of a change it is there.
SELECT r.* FROM achieve.audit AS d, achieve.results_as_of(1740, d.occurred_at) AS r
	WHERE d.event_id = 1740 AND d.learner_id = 1741 AND d.action = 'result.set' AND r.learner_id = 1741 ORDER BY d.audit_id;
SELECT r.* FROM achieve.audit AS d, achieve.results_as_of(1740, d.occurred_at - interval '1 microsecond') AS r
	WHERE d.event_id = 1740 AND d.learner_id = 1741 AND d.action = 'result.set' AND r.learner_id = 1741 ORDER BY d.audit_id;

-- What is refused.
SELECT * FROM achieve.results_as_of(NULL, now());
SELECT * FROM achieve.results_as_of(1740, NULL);
SELECT * FROM achieve.results_as_of(-1, now());
-- Who may: EXECUTE, SELECT on the tables, and the rows that row-level security shows.
CREATE ROLE regress_achieve_past;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_past;
SET SESSION AUTHORIZATION regress_achieve_past;
SELECT * FROM achieve.results_as_of(1740, now());
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION achieve.results_as_of(bigint, timestamptz) TO regress_achieve_past;
SET SESSION AUTHORIZATION regress_achieve_past;
SELECT * FROM achieve.results_as_of(1740, now());
RESET SESSION AUTHORIZATION;
GRANT SELECT ON achieve.event, achieve.enrollment TO regress_achieve_past;
SET SESSION AUTHORIZATION regress_achieve_past;
SELECT * FROM achieve.results_as_of(1740, now());
RESET SESSION AUTHORIZATION;
GRANT SELECT ON achieve.result TO regress_achieve_past;
ALTER TABLE achieve.enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY one ON achieve.enrollment TO regress_achieve_past USING (learner_id = 1741);
SET SESSION AUTHORIZATION regress_achieve_past;
SELECT * FROM achieve.results_as_of(1740, now());
RESET SESSION AUTHORIZATION;
DROP POLICY one ON achieve.enrollment;
ALTER TABLE achieve.enrollment DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON FUNCTION achieve.results_as_of(bigint, timestamptz) FROM regress_achieve_past;
REVOKE ALL ON achieve.event, achieve.enrollment, achieve.result FROM regress_achieve_past;
REVOKE USAGE ON SCHEMA achieve FROM regress_achieve_past;
DROP ROLE regress_achieve_past;
