-- Does the tutorial run as written, and print what it shows?
CREATE DATABASE regress_achieve_tutorial;
\c regress_achieve_tutorial
SET datestyle = ISO;
\! awk -v name=tutorial_page -f test/page.awk docs/tutorial.md > results/tutorial_page.sql
\i results/tutorial_page.sql
\! grep -c '\.shown' results/tutorial_page.sql
-- The next row needs no id either.
INSERT INTO achieve.learner (name) VALUES ('Dora') RETURNING learner_id;
\c contrib_regression
DROP DATABASE regress_achieve_tutorial;
