-- Do the examples of docs/audit.md run as written, and compute what achieve computes?
CREATE DATABASE regress_achieve_audit_page;
\c regress_achieve_audit_page
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1, 'FA-1', 'Erste Hilfe “groß”', '2030-03-02 09:00+00', '2030-03-02 17:00+00', 'attended >= 1');
INSERT INTO achieve.learner (learner_id, name) VALUES (17, 'Ada Lovelace');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1, 17);
SELECT achieve.set_result(1, 17, 'passed', 'she knows it');
\! awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' docs/audit.md > results/audit_page.sql
\i results/audit_page.sql
SELECT action, reason FROM achieve.audit ORDER BY audit_id;
SELECT count(*) AS rows, count(*) FILTER (WHERE computed = hash) AS right FROM recomputed;
SELECT * FROM achieve.verify_audit();
\c contrib_regression
DROP DATABASE regress_achieve_audit_page;
