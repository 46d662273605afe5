-- Do the examples of docs/adopt.md run as written, and show what it says?
CREATE DATABASE regress_achieve_attach_page;
\c regress_achieve_attach_page
\set VERBOSITY terse
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' docs/adopt.md > results/attach_page.sql
\i results/attach_page.sql
SELECT * FROM achieve.check_outcomes();
\set VERBOSITY default
\set SHOW_CONTEXT never
INSERT INTO booking VALUES (13, 1, 'S-1', NULL);
\c contrib_regression
DROP DATABASE regress_achieve_attach_page;
