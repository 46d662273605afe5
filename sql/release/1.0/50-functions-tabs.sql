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

CREATE FUNCTION achieve.facts(event_id bigint, learner_id bigint) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.facts(bigint, bigint) IS
	'Everything that rules can read of an enrollment, as evaluate() takes it: evaluate(rule, facts(event_id, learner_id), closed) is what the engine decides, closed being true for a closed or finalized event.';

CREATE FUNCTION achieve.waiting_for(event_id bigint, learner_id bigint) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.waiting_for(bigint, bigint) IS
	'What an enrollment''s result still waits for, in plain words; where the rule failed, which part of it can no longer be met. Null when nothing is missing, and where no rule will move the result: a manual result, an enrollment that is not active, a finalized event.';

CREATE FUNCTION achieve.enrollment_facts(
	event_id bigint,
	learner_id bigint,
	OUT sessions integer,
	OUT marked integer,
	OUT attended integer,
	OUT absences integer,
	OUT excused integer,
	OUT lates integer,
	OUT attendance_percent numeric,
	OUT score_percent numeric,
	OUT completion_percent numeric,
	OUT paid boolean,
	OUT waiting_for text
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10;
COMMENT ON FUNCTION achieve.enrollment_facts(bigint, bigint) IS
	'The columns of results_tab that are counted from an enrollment''s facts. Null for an enrollment that the caller does not see.';

CREATE FUNCTION achieve.award_outlook(
	event_id bigint,
	learner_id bigint,
	achievement_type_id bigint,
	OUT state text,
	OUT waiting_for text,
	OUT blocked_by_payment boolean
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10;
COMMENT ON FUNCTION achieve.award_outlook(bigint, bigint, bigint) IS
	'For an achievement that an enrollment does not hold: pending or not_earned, what its award waits for in plain words, and whether payment alone is missing. Null for an enrollment that the caller does not see.';
