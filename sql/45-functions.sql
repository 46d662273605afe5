
-- What people do: results, achievements, evaluation, who is acting.

CREATE FUNCTION achieve.set_context(actor text, reason text DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME', 'set_context' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.set_context(text, text) IS
	'Says who is acting in the app, and why, for the rest of this transaction; the audit records it.';

CREATE FUNCTION achieve.set_result(event_id bigint, learner_id bigint, outcome text, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'set_result' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.set_result(bigint, bigint, text, text) IS
	'Sets a result by hand: passed, failed or pending. It stands before the rule''s outcome until clear_result().';

CREATE FUNCTION achieve.clear_result(event_id bigint, learner_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'clear_result' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.clear_result(bigint, bigint, text) IS
	'Takes a manual result away: the rule''s outcome stands again. Does nothing where none is set.';

CREATE FUNCTION achieve.award(event_id bigint, learner_id bigint, achievement_type text, reason text,
	valid_from date DEFAULT NULL, expires_on date DEFAULT NULL, number text DEFAULT NULL,
	issued_at timestamptz DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME', 'award_achievement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.award(bigint, bigint, text, text, date, date, text, timestamptz) IS
	'Awards an achievement by hand and returns its id. It never lapses. Dates that are not given follow the type; number and issued_at are for records of an older system.';

CREATE FUNCTION achieve.revoke(achievement_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'revoke_achievement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.revoke(bigint, text) IS
	'Revokes an achievement; the rule does not issue it again until award() or reinstate().';

CREATE FUNCTION achieve.reinstate(achievement_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'reinstate_achievement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.reinstate(bigint, text) IS
	'Makes a revoked achievement valid again, with its number and dates.';

CREATE FUNCTION achieve.evaluate_event(event_id bigint)
	RETURNS TABLE (enrollments bigint, results_changed bigint, achievements_issued bigint, achievements_revoked bigint)
	AS 'MODULE_PATHNAME', 'evaluate_event' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;
COMMENT ON FUNCTION achieve.evaluate_event(bigint) IS
	'Evaluates all enrollments of an event, after loading with achieve.enabled off; what is right already is not touched.';

CREATE FUNCTION achieve.amend_achievement(achievement_id bigint, valid_from date, expires_on date, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'amend_achievement' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.amend_achievement(bigint, date, date, text) IS
	'Corrects the dates of an achievement; a null expires_on is no end.';

CREATE FUNCTION achieve.approve_results(event_id bigint, learner_ids bigint[] DEFAULT NULL, reason text DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME', 'approve_results' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.approve_results(bigint, bigint[], text) IS
	'Approves results that are not pending, of the learners named or of all; returns how many were newly approved.';

CREATE FUNCTION achieve.withdraw_approval(event_id bigint, learner_ids bigint[] DEFAULT NULL, reason text DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME', 'withdraw_approval' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.withdraw_approval(bigint, bigint[], text) IS
	'Takes approvals back, of the learners named or of all; returns how many were.';

CREATE FUNCTION achieve.close_event(event_id bigint, reason text DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME', 'close_event' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.close_event(bigint, text) IS
	'Closes an event: no more facts are open. Unmarked is absent, not recorded is 0, not done is not done.';

CREATE FUNCTION achieve.finalize_event(event_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'finalize_event' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.finalize_event(bigint, text) IS
	'Freezes the outcomes of an event. Facts may still be corrected; reopening shows what that changes.';

CREATE FUNCTION achieve.reopen_event(event_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'reopen_event' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.reopen_event(bigint, text) IS
	'Takes a finalized event back to closed, a closed one to reopened.';

CREATE FUNCTION achieve.sync_event(event_id bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'sync_event' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.sync_event(bigint) IS
	'Takes the configuration of the event''s course template again, also where the event had its own; never removes what has facts.';

CREATE FUNCTION achieve.transfer_enrollment(event_id bigint, learner_id bigint, to_event_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'transfer_enrollment' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.transfer_enrollment(bigint, bigint, bigint, text) IS
	'Moves a learner to another event, with marks, scores, completions and conditions as far as they fit there, and with the invoice lines.';
