-- Does the README's example run as written, and show what it says?
CREATE DATABASE regress_achieve_readme;
\c regress_achieve_readme
SET datestyle = ISO;
\! awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' README.md > results/readme.sql
\i results/readme.sql
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_readme;
