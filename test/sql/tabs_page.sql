-- Do the examples of docs/tabs.md run as written, and show what it says?
CREATE DATABASE regress_achieve_tabs_page;
\c regress_achieve_tabs_page
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' docs/tabs.md > results/tabs_page.sql
\i results/tabs_page.sql
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_tabs_page;
