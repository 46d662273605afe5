-- Whether everything stored is right.

\echo 'CHECK: every outcome recomputed from the facts, by another way than the engine does; no row means that all are right'
\echo
SELECT * FROM achieve.check_outcomes();
