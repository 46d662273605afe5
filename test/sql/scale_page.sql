-- Does the recipe of docs/scale.md for partitions keep rows, keys, rights, views and outcomes, and does install() find its own in them?
CREATE DATABASE regress_achieve_scale;
\c regress_achieve_scale
SET datestyle = ISO;
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
CREATE ROLE regress_achieve_office;
SELECT achieve.grant_access('regress_achieve_office', 'administrator');
INSERT INTO achieve.learner (learner_id, name) SELECT n, 'L' || n FROM generate_series(1, 5) n;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'fa', 'First aid');
INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule) SELECT n, 'E' || n, '2026-01-01', '2026-01-02', 'absences <= 1' FROM generate_series(1, 8) n;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT e, s, '2026-01-01', '2026-01-02' FROM generate_series(1, 8) e, generate_series(1, 3) s;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT n, 1, 'passed' FROM generate_series(1, 8) n;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(1, 8) e, generate_series(1, 5) l;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT e, l, s, CASE WHEN (e + l + s) % 3 = 0 THEN 'absent' ELSE 'present' END
	FROM generate_series(1, 8) e, generate_series(1, 5) l, generate_series(1, 2) s;
-- What hangs on the two tables, before and after: constraints, triggers, indexes, comments, rights, views.
CREATE FUNCTION described() RETURNS TABLE (what text) LANGUAGE sql AS $$
	SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ('achieve.attendance'::regclass, 'achieve.audit'::regclass) AND contype <> 'n'
	UNION ALL SELECT replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') FROM pg_index WHERE indrelid IN ('achieve.attendance'::regclass, 'achieve.audit'::regclass)
	UNION ALL SELECT pg_get_triggerdef(oid) || coalesce(obj_description(oid, 'pg_trigger'), '') FROM pg_trigger WHERE tgrelid IN ('achieve.attendance'::regclass, 'achieve.audit'::regclass) AND NOT tgisinternal
	UNION ALL SELECT attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || attnotnull || attidentity::text || coalesce(col_description(attrelid, attnum), '')
		FROM pg_attribute WHERE attrelid IN ('achieve.attendance'::regclass, 'achieve.audit'::regclass) AND attnum > 0
	UNION ALL SELECT 'grant ' || relname || ' ' || a.grantee::regrole || ' ' || a.privilege_type FROM pg_class c, aclexplode(relacl) a WHERE c.oid IN ('achieve.attendance'::regclass, 'achieve.audit'::regclass)
	UNION ALL SELECT 'view ' || c.oid::regclass || coalesce(c.reloptions::text, '') || c.relacl::text || pg_get_viewdef(c.oid) || obj_description(c.oid, 'pg_class') FROM pg_class c WHERE relnamespace = 'achieve'::regnamespace AND relkind = 'v'
	UNION ALL SELECT obj_description(c, 'pg_class') FROM unnest(ARRAY['achieve.attendance'::regclass, 'achieve.audit'::regclass]) c
$$;
CREATE TEMPORARY TABLE before AS SELECT what, count(*) FROM described() GROUP BY what;
CREATE TEMPORARY TABLE rows_before AS SELECT (SELECT count(*) FROM achieve.attendance) AS marks, (SELECT count(*) FROM achieve.audit) AS audited;
SELECT achieve.seal_audit() > 0 AS sealed;
\! awk -v name=scale_page -f test/page.awk docs/scale.md > results/scale_page.sql
\! awk '/DETACH/ { exit } 1' results/scale_page.sql > results/scale_page_run.sql
\i results/scale_page_run.sql
\o
\set ECHO all
-- The audit's primary key alone is another.
(SELECT 'before' AS "when", what, count FROM before EXCEPT SELECT 'before', what, count(*) FROM described() GROUP BY what)
UNION ALL (SELECT 'after', what, count(*) FROM described() GROUP BY what EXCEPT SELECT 'after', what, count FROM before) ORDER BY 1 DESC, 2;
SELECT marks > 50 AS many, marks - (SELECT count(*) FROM achieve.attendance) AS marks_lost, audited > 50 AS much, audited - (SELECT count(*) FROM achieve.audit) AS audit_lost FROM rows_before;
SELECT count(DISTINCT tableoid) > 1 AS spread FROM achieve.attendance;
-- It goes on: through the parents, as somebody who has no right on a partition, wherever it lies.
CREATE TABLE achieve.audit_3000 PARTITION OF achieve.audit FOR VALUES FROM ('3000-01-01 00:00+00') TO ('3001-01-01 00:00+00');
SELECT achieve.grant_access('regress_achieve_office', 'administrator');
SELECT grantee::regrole, relname FROM pg_class c, aclexplode(c.relacl) a WHERE c.relispartition AND a.grantee <> c.relowner AND c.relkind = 'r';
SELECT max(audit_id) AS last FROM achieve.audit \gset
SET ROLE regress_achieve_office;
SELECT count(*) AS passed FROM achieve.results_tab WHERE outcome = 'passed';
UPDATE achieve.attendance SET status = 'present';
SELECT count(*) AS passed FROM achieve.results_tab WHERE outcome = 'passed';
SELECT action, count(*) > 0 AS audited FROM achieve.audit_tab WHERE audit_id > :last GROUP BY action ORDER BY action;
UPDATE achieve_partitions.attendance_1 SET status = 'absent';
DELETE FROM achieve.audit;
RESET ROLE;
DELETE FROM achieve.audit;
SELECT audit_id FROM achieve.audit GROUP BY audit_id HAVING count(*) > 1;
SELECT * FROM achieve.check_outcomes();
-- What was sealed before verifies, and so does what came after.
SELECT achieve.seal_audit() > 0 AS sealed;
SELECT * FROM achieve.verify_audit();
-- A dump of it restores, and install() has nothing to do there.
\! bash -c 'createdb regress_achieve_scale_copy; pg_dump -Fc regress_achieve_scale | pg_restore --exit-on-error -d regress_achieve_scale_copy && psql -X -A -t -d regress_achieve_scale_copy -c "SELECT achieve.install() LIKE \$\$%is already installed; audit_seal.seal_id%\$\$" -c "SELECT count(*) FROM achieve.check_outcomes()" -c "SELECT count(*) FROM achieve.attendance"; dropdb regress_achieve_scale_copy'
\! awk '/DETACH/ { on = 1 } on' results/scale_page.sql > results/scale_page_detach.sql
\i results/scale_page_detach.sql
\o
SELECT achieve.install() LIKE '%is already installed%' AS in_place;
-- Nothing was in that year.
SELECT * FROM achieve.verify_audit();
\c contrib_regression
DROP DATABASE regress_achieve_scale;
DROP ROLE regress_achieve_office;
