-- Does docs/migrate.md bring history in as it says?
CREATE DATABASE regress_achieve_migrate;
\c regress_achieve_migrate
SET datestyle = ISO;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk -v name=migrate_page -f test/page.awk docs/migrate.md > results/migrate_page.sql
\i results/migrate_page.sql
\! grep -c '\.shown' results/migrate_page.sql
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_migrate;
