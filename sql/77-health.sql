-- Parts of the view health, which install() makes.

CREATE FUNCTION achieve.loaded_version() RETURNS text
	AS 'MODULE_PATHNAME', 'loaded_version' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION achieve.loaded_version() IS
	'The version of the library that this session has loaded.';

CREATE FUNCTION achieve.expected_triggers() RETURNS TABLE (relation text, trigger text)
	AS 'MODULE_PATHNAME', 'expected_triggers' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100 COST 10000;
COMMENT ON FUNCTION achieve.expected_triggers() IS
	'The triggers that install() makes, each with its table.';

CREATE FUNCTION achieve.count_rule_errors() RETURNS bigint
	AS 'MODULE_PATHNAME', 'count_rule_errors' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000
	-- Compiling the plan of the many branches would take longer than all else.
	SET jit = off;
COMMENT ON FUNCTION achieve.count_rule_errors() IS
	'How many errors rule_problems lists; for those who may read the view health.';
