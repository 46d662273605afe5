-- What people do and see on the tabs of an event.

CREATE FUNCTION achieve.create_event(
	template_code text,
	starts_at timestamptz,
	code text DEFAULT NULL,
	title text DEFAULT NULL,
	time_zone text DEFAULT NULL
) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.create_event(text, timestamptz, text, text, text) IS
	'Makes an event of a course template, with its rules, sessions, assessments, requirements and achievements, and returns its id. What the template gets later reaches later events only. Without a code it gets the template''s code with its id, without a title the template''s, without a time zone UTC. It ends with its last session.';
