-- Does the README's example run as written, and print what it shows?
CREATE DATABASE regress_achieve_readme;
\c regress_achieve_readme
SET datestyle = ISO;
\! awk -v name=readme -f test/page.awk README.md > results/readme.sql
\i results/readme.sql
\! grep -c '\.shown' results/readme.sql
SELECT * FROM achieve.check_outcomes();
\! awk 'END { print (NR < 150 ? "short" : "too long: " NR " lines") }' README.md
-- The next row needs no id either.
INSERT INTO achieve.learner (name) VALUES ('Dora') RETURNING learner_id;
\c contrib_regression
DROP DATABASE regress_achieve_readme;
