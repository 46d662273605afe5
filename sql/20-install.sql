-- Installing: the tables, triggers and views are made by install(), as
-- ordinary objects that belong to its caller.

CREATE FUNCTION achieve.install() RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION achieve.install() IS
'Makes the tables, triggers and views, which then belong to the caller, or brings them to the library''s version. Moves identities past the largest id present. Calling it again is safe; it says what it did.';

CREATE FUNCTION achieve.begin_restore() RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION achieve.begin_restore() IS
'Switches achieve''s own triggers off before a data-only load; foreign keys and other triggers stay on. For the tables'' owner.';

CREATE FUNCTION achieve.end_restore() RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION achieve.end_restore() IS
'Switches achieve''s own triggers on after a data-only load, and moves identities past the largest id present. For the tables'' owner.';
