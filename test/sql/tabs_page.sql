-- Do the examples of docs/tabs.md run as written, and show what it says?
CREATE DATABASE regress_achieve_tabs_page;
\c regress_achieve_tabs_page
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk -v name=tabs_page -f test/page.awk docs/tabs.md > results/tabs_page.sql
\i results/tabs_page.sql
\! grep -c '\.shown' results/tabs_page.sql
\! cat results/tabs_page.?.printed
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_tabs_page;
