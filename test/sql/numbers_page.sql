-- Do the examples of docs/numbers.md run as written, and show what it says?
CREATE DATABASE regress_achieve_numbers_page;
\c regress_achieve_numbers_page
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' docs/numbers.md > results/numbers_page.sql
\i results/numbers_page.sql
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_numbers_page;
