-- Are outcomes right where facts and the audit lie in partitions? Marks are
-- recorded, moved, corrected and deleted through the parents.
\set VERBOSITY terse
SET client_min_messages = warning;
BEGIN;
-- The procedure is that of docs/scale.md.
\! awk '/^```sql$/ { on = 1; next } /^```$/ { if (on) exit } on' docs/scale.md > results/partition_table.sql
\set ECHO none
\i results/partition_table.sql
\set ECHO all
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (5000, 'pa', 'T');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(5001, 5020) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	SELECT e, 'PA' || e, 'Partitioned', '2030-01-01', '2030-01-05', 'absences <= 1 and attended >= 2' FROM generate_series(5000, 5009) e;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT e, s, '2030-01-01', '2030-01-02' FROM generate_series(5000, 5009) e, generate_series(1, 4) s;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT e, 5000, 'passed' FROM generate_series(5000, 5009) e;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(5000, 5009) e, generate_series(5001, 5020) l;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT e, l, 1, 'absent' FROM generate_series(5000, 5009) e, generate_series(5001, 5020) l WHERE (e + l) % 3 = 0;

CREATE VIEW pg_temp.outcomes AS SELECT outcome, count(*), count(a.number) FILTER (WHERE a.revoked_at IS NULL) AS held
	FROM achieve.result r LEFT JOIN achieve.achievement a USING (event_id, learner_id) WHERE event_id BETWEEN 5000 AND 5009 GROUP BY 1 ORDER BY 1;
CALL achieve_partitions.partition_table('attendance', 'HASH (event_id)', ARRAY['FOR VALUES WITH (MODULUS 3, REMAINDER 0)', 'FOR VALUES WITH (MODULUS 3, REMAINDER 1)', 'FOR VALUES WITH (MODULUS 3, REMAINDER 2)']);
CALL achieve_partitions.partition_table('audit', 'RANGE (occurred_at)', ARRAY[$$FOR VALUES FROM (MINVALUE) TO ('2026-01-01 00:00+00')$$, 'DEFAULT'], 'occurred_at');
SELECT achieve.install() LIKE '%already installed%audit.audit_id goes on after %' AS moved;
SELECT count(*) > 0 AS "spread over partitions" FROM achieve_partitions.attendance_1;
TABLE pg_temp.outcomes;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT e, l, s, CASE WHEN (e * 7 + l * 3 + s) % 4 = 0 THEN 'absent' ELSE 'present' END
	FROM generate_series(5000, 5009) e, generate_series(5001, 5020) l, generate_series(2, 4) s;
TABLE pg_temp.outcomes;
UPDATE achieve.attendance SET status = 'present' WHERE event_id = 5001;
DELETE FROM achieve.attendance WHERE event_id = 5002 AND session_no > 2;
-- From one partition to another.
UPDATE achieve.attendance SET event_id = 5004 WHERE event_id = 5003 AND learner_id = 5001 AND session_no = 1;
SELECT achieve.set_result(5005, 5001, 'failed', 'cheated');
SELECT achieve.close_event(5006, 'over');
TABLE pg_temp.outcomes;
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 5000 AND 5009;
SELECT count(*) AS listed, count(DISTINCT outcome) AS outcomes FROM achieve.results_tab WHERE event_id BETWEEN 5000 AND 5009;
SELECT count(*) > 10 AS audited, count(DISTINCT audit_id) = count(*) AS once FROM achieve.audit WHERE event_id BETWEEN 5000 AND 5009;
TRUNCATE achieve.attendance;
TABLE pg_temp.outcomes;
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 5000 AND 5009;
ROLLBACK;

-- A table that is none cannot be locked, so nothing is decided from it.
BEGIN;
INSERT INTO achieve.learner (learner_id, name) VALUES (5001, 'L');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) VALUES (5000, 'Viewed', '2030-01-01', '2030-01-05', 'attended >= 1');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (5000, 5001);
ALTER TABLE achieve.attendance RENAME TO attendance_plain;
CREATE VIEW achieve.attendance AS SELECT * FROM achieve.attendance_plain;
\set VERBOSITY default
SELECT * FROM achieve.evaluate_event(5000);
ROLLBACK;
