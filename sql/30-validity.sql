
-- Validity: from when to when an achievement is valid, and calendar dates that
-- do not depend on the session's TimeZone.

CREATE FUNCTION achieve.validity(
	issued_on date,
	event_start date,
	event_end date,
	previous_expiry date,
	valid_from_anchor text,
	valid_for integer,
	valid_unit text,
	expiry_alignment text,
	expires_on_day text
) RETURNS TABLE (valid_from date, expires_on date)
	AS 'MODULE_PATHNAME', 'validity'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION achieve.validity(date, date, date, date, text, integer, text, text, text) IS
	'From when to when an achievement is valid that is issued on a day under a policy; a null expires_on is no end. Null arguments are not given.';

CREATE FUNCTION achieve.today(time_zone text DEFAULT NULL) RETURNS date
	AS 'MODULE_PATHNAME', 'today'
	LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION achieve.today(text) IS
	'The date of now() in a time zone; in UTC where none is given, whatever the session''s TimeZone.';

CREATE FUNCTION achieve.is_time_zone(name text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'is_time_zone'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.is_time_zone(text) IS
	'Whether a text is the full name of a time zone, such as Europe/Berlin; abbreviations and offsets are not.';
