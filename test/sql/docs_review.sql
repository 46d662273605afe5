-- Do the examples of docs/review.md run as written, and show what it says?
CREATE DATABASE regress_achieve_docs_review;
\c regress_achieve_docs_review
SET datestyle = ISO;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! awk -v name=docs_review -v some=1 -f test/page.awk docs/review.md > results/docs_review.sql
\i results/docs_review.sql
\! grep -c '\.shown' results/docs_review.sql
\! cat results/docs_review.?.printed
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_docs_review;
