-- What the two peers share: the audit row.
--
-- The peers write audit rows of the shape that achieve writes: who, when, what
-- changed from what to what, and for a rule's decision the rule and the facts
-- that it saw.

CREATE FUNCTION bench.evidence(rule text, sessions bigint, absences bigint, unmarked bigint, best numeric) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('rule', rule, 'facts', jsonb_build_object('sessions', sessions, 'absences', absences,
		'unmarked', unmarked, 'score', jsonb_build_object('final', best)))
$$;
