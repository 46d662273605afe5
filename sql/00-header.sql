\echo Use "CREATE EXTENSION achieve" to load this file. \quit

-- The schema may hold what others put there: nothing is looked up in it that
-- is not written out.
SET LOCAL search_path = pg_catalog, pg_temp;

COMMENT ON SCHEMA achieve IS
'Results, achievements and certificates for training: what apps record here is decided when the statement ends.';

