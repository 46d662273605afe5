-- Communications and time: notifications for workers, what is due, the past.

CREATE FUNCTION achieve.claim_notification_rows(base anyelement, max_rows integer, lease_minutes integer)
	RETURNS SETOF anyelement
	AS 'MODULE_PATHNAME', 'claim_notification_rows' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.claim_notification_rows(anyelement, integer, integer) IS
	'Internal to claim_notifications(), which install() makes because it returns rows of a table; asks for the right to execute that.';

CREATE FUNCTION achieve.mark_delivered(notification_ids bigint[]) RETURNS integer
	AS 'MODULE_PATHNAME', 'mark_delivered' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.mark_delivered(bigint[]) IS
	'Ends notifications that were delivered; returns how many had not been ended before.';

CREATE FUNCTION achieve.run_due() RETURNS bigint
	AS 'MODULE_PATHNAME', 'run_due' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.run_due() IS
	'Does what only time brings about: events that have ended, achievements that rules read and that have begun or expired, expiries to announce. Call it every few minutes; returns how many outcomes changed and expiries were announced.';

CREATE FUNCTION achieve.results_as_of(event_id bigint, instant timestamptz)
	RETURNS TABLE (learner_id bigint, outcome text, source text, reason text)
	AS 'MODULE_PATHNAME', 'results_as_of' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.results_as_of(bigint, timestamptz) IS
	'The results of an event as they were at an instant, told from the audit; of the enrollments that existed then and that the caller may see.';
