-- Do the recipes of docs/cookbook.md decide what it says?
CREATE DATABASE regress_achieve_cookbook;
\c regress_achieve_cookbook
SET datestyle = ISO;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
-- Every line of every table, asked of evaluate().
CREATE TEMPORARY TABLE recipe (title text, kind text, rule text, learner text, facts jsonb, closed boolean, decision text);
\copy recipe FROM PROGRAM 'awk -f test/cookbook.awk docs/cookbook.md'
SELECT title, learner, decision, achieve.evaluate(rule, facts, closed) AS decided
FROM recipe WHERE learner IS NOT NULL AND decision IS DISTINCT FROM achieve.evaluate(rule, facts, closed);
SELECT title, rule, rule::achieve.rule AS canonical FROM recipe WHERE rule <> rule::achieve.rule::text GROUP BY title, rule;
SELECT title FROM recipe WHERE kind = 'passing' AND NOT achieve.is_passing_rule(rule::achieve.rule);
SELECT count(DISTINCT title) AS recipes, count(DISTINCT rule) AS rules, count(learner) AS decisions, count(DISTINCT decision) AS of FROM recipe;
-- A recipe says what it decides: two learners at least in a table, or real events.
SELECT title FROM recipe GROUP BY title, rule HAVING count(learner) < 2 AND NOT bool_or(kind = 'sql');
-- And the real events.
\! awk -v name=cookbook_page -f test/page.awk docs/cookbook.md > results/cookbook_page.sql
\i results/cookbook_page.sql
\! grep -c '\.shown' results/cookbook_page.sql
SELECT * FROM achieve.check_outcomes();
\c contrib_regression
DROP DATABASE regress_achieve_cookbook;
