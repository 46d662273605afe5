-- Do the answers of docs/disputes.md come as it shows?
CREATE DATABASE regress_achieve_disputes;
\c regress_achieve_disputes
SET datestyle = ISO;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk -v name=disputes_page -f test/page.awk docs/disputes.md > results/disputes_page.sql
\i results/disputes_page.sql
\! grep -c '\.shown' results/disputes_page.sql
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_disputes;
