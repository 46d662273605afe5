-- Do the examples of docs/concepts.md print what it shows?
CREATE DATABASE regress_achieve_concepts;
\c regress_achieve_concepts
SET datestyle = ISO;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk -v name=concepts_page -f test/page.awk docs/concepts.md > results/concepts_page.sql
\i results/concepts_page.sql
\! grep -c '\.shown' results/concepts_page.sql
\c contrib_regression
DROP DATABASE regress_achieve_concepts;
