-- Is docs/reference.md what tools/reference.sh makes of the comments?
CREATE DATABASE regress_achieve_reference;
\c regress_achieve_reference
SET client_min_messages = warning;
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
\! psql -X -A -t -q -d regress_achieve_reference -f tools/reference.sql > results/reference_page.md
\! diff docs/reference.md results/reference_page.md || echo "docs/reference.md is behind; run: tools/with-tree.sh tools/reference.sh"
\! grep -c '^- \*\*' docs/reference.md | awk '{ print ($1 > 40 ? "many functions" : "functions are missing") }'
\c contrib_regression
DROP DATABASE regress_achieve_reference;
