\echo Use "CREATE EXTENSION achieve" to load this file. \quit

-- The schema may hold what others put there: nothing is looked up in it that
-- is not written out.
SET LOCAL search_path = pg_catalog, pg_temp;

COMMENT ON SCHEMA achieve IS
'Results, achievements and certificates for training: what apps record here is decided when the statement ends.';

-- The type "rule" and the functions that evaluate one. Code only; see docs/rule-language.md.

-- Type

CREATE TYPE achieve.rule;

CREATE FUNCTION achieve.rule_in(cstring) RETURNS achieve.rule
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_in(cstring) IS 'text input of a rule: parses and checks it';

CREATE FUNCTION achieve.rule_out(achieve.rule) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_out(achieve.rule) IS 'text output of a rule: its canonical form';

CREATE FUNCTION achieve.rule_recv(internal) RETURNS achieve.rule
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_recv(internal) IS 'binary input of a rule: a version byte and its text';

CREATE FUNCTION achieve.rule_send(achieve.rule) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_send(achieve.rule) IS 'binary output of a rule: a version byte and its canonical text';

CREATE TYPE achieve.rule (
	INPUT = achieve.rule_in,
	OUTPUT = achieve.rule_out,
	RECEIVE = achieve.rule_recv,
	SEND = achieve.rule_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE achieve.rule IS 'a checked passing or award rule, such as: attendance >= 80 and score(final) >= 60';

-- Casts

CREATE FUNCTION achieve.rule(text) RETURNS achieve.rule
	AS 'MODULE_PATHNAME', 'rule_cast_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule(text) IS 'the rule that the text says';

CREATE FUNCTION achieve.rule_text(achieve.rule) RETURNS text
	AS 'MODULE_PATHNAME', 'rule_cast_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_text(achieve.rule) IS 'the canonical text of a rule';

CREATE CAST (text AS achieve.rule) WITH FUNCTION achieve.rule(text) AS ASSIGNMENT;
COMMENT ON CAST (text AS achieve.rule) IS 'parses and checks the rule';

CREATE CAST (pg_catalog.varchar AS achieve.rule) WITH FUNCTION achieve.rule(text) AS ASSIGNMENT;
COMMENT ON CAST (pg_catalog.varchar AS achieve.rule) IS 'parses and checks the rule';

CREATE CAST (achieve.rule AS text) WITH FUNCTION achieve.rule_text(achieve.rule) AS ASSIGNMENT;
COMMENT ON CAST (achieve.rule AS text) IS 'the canonical text of a rule';

-- Comparison and hashing: by the canonical text

CREATE FUNCTION achieve.rule_eq(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_eq(achieve.rule, achieve.rule) IS 'implementation of = operator';

CREATE FUNCTION achieve.rule_ne(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_ne(achieve.rule, achieve.rule) IS 'implementation of <> operator';

CREATE FUNCTION achieve.rule_lt(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_lt(achieve.rule, achieve.rule) IS 'implementation of < operator';

CREATE FUNCTION achieve.rule_le(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_le(achieve.rule, achieve.rule) IS 'implementation of <= operator';

CREATE FUNCTION achieve.rule_gt(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_gt(achieve.rule, achieve.rule) IS 'implementation of > operator';

CREATE FUNCTION achieve.rule_ge(achieve.rule, achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_ge(achieve.rule, achieve.rule) IS 'implementation of >= operator';

CREATE FUNCTION achieve.rule_cmp(achieve.rule, achieve.rule) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_cmp(achieve.rule, achieve.rule) IS 'less than, equal to or greater than 0, by the canonical texts';

CREATE FUNCTION achieve.rule_hash(achieve.rule) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_hash(achieve.rule) IS 'hash of the canonical text';

CREATE FUNCTION achieve.rule_hash_extended(achieve.rule, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_hash_extended(achieve.rule, bigint) IS 'hash of the canonical text, with a seed';

CREATE OPERATOR achieve.= (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_eq,
	COMMUTATOR = OPERATOR(achieve.=), NEGATOR = OPERATOR(achieve.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR achieve.= (achieve.rule, achieve.rule) IS 'same canonical text';

CREATE OPERATOR achieve.<> (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_ne,
	COMMUTATOR = OPERATOR(achieve.<>), NEGATOR = OPERATOR(achieve.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR achieve.<> (achieve.rule, achieve.rule) IS 'different canonical texts';

CREATE OPERATOR achieve.< (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_lt,
	COMMUTATOR = OPERATOR(achieve.>), NEGATOR = OPERATOR(achieve.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR achieve.< (achieve.rule, achieve.rule) IS 'canonical text sorts before';

CREATE OPERATOR achieve.<= (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_le,
	COMMUTATOR = OPERATOR(achieve.>=), NEGATOR = OPERATOR(achieve.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR achieve.<= (achieve.rule, achieve.rule) IS 'canonical text sorts before or is the same';

CREATE OPERATOR achieve.> (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_gt,
	COMMUTATOR = OPERATOR(achieve.<), NEGATOR = OPERATOR(achieve.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR achieve.> (achieve.rule, achieve.rule) IS 'canonical text sorts after';

CREATE OPERATOR achieve.>= (
	LEFTARG = achieve.rule, RIGHTARG = achieve.rule, FUNCTION = achieve.rule_ge,
	COMMUTATOR = OPERATOR(achieve.<=), NEGATOR = OPERATOR(achieve.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR achieve.>= (achieve.rule, achieve.rule) IS 'canonical text sorts after or is the same';

CREATE OPERATOR FAMILY achieve.rule_ops USING btree;
COMMENT ON OPERATOR FAMILY achieve.rule_ops USING btree IS 'ordering of rules by their canonical text';

CREATE OPERATOR CLASS achieve.rule_ops
	DEFAULT FOR TYPE achieve.rule USING btree FAMILY achieve.rule_ops AS
	OPERATOR 1 achieve.<,
	OPERATOR 2 achieve.<=,
	OPERATOR 3 achieve.=,
	OPERATOR 4 achieve.>=,
	OPERATOR 5 achieve.>,
	FUNCTION 1 achieve.rule_cmp(achieve.rule, achieve.rule);
COMMENT ON OPERATOR CLASS achieve.rule_ops USING btree IS 'ordering of rules by their canonical text';

CREATE OPERATOR FAMILY achieve.rule_hash_ops USING hash;
COMMENT ON OPERATOR FAMILY achieve.rule_hash_ops USING hash IS 'hashing of rules by their canonical text';

CREATE OPERATOR CLASS achieve.rule_hash_ops
	DEFAULT FOR TYPE achieve.rule USING hash FAMILY achieve.rule_hash_ops AS
	OPERATOR 1 achieve.=,
	FUNCTION 1 achieve.rule_hash(achieve.rule),
	FUNCTION 2 achieve.rule_hash_extended(achieve.rule, bigint);
COMMENT ON OPERATOR CLASS achieve.rule_hash_ops USING hash IS 'hashing of rules by their canonical text';

-- What a rule reads

CREATE FUNCTION achieve.rule_facts(rule achieve.rule, OUT fact text, OUT code text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.rule_facts(achieve.rule) IS 'the facts that a rule reads, each once, with its code';

CREATE FUNCTION achieve.rule_facts(rule text, OUT fact text, OUT code text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'rule_facts_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.rule_facts(text) IS 'the facts that a rule reads, each once, with its code';

CREATE FUNCTION achieve.is_passing_rule(passing_rule achieve.rule) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION achieve.is_passing_rule(achieve.rule) IS
	'true, or an error where the rule reads passed, failed or approved, which only award rules may';

CREATE FUNCTION achieve.is_passing_rule(passing_rule text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'is_passing_rule_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION achieve.is_passing_rule(text) IS
	'true, or an error where the rule reads passed, failed or approved, which only award rules may';

-- Evaluation over facts that are given

CREATE FUNCTION achieve.evaluate(rule achieve.rule, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.evaluate(achieve.rule, jsonb, boolean) IS
	'passed, failed or pending: what the rule says of these facts; closed: nothing is open any more';

CREATE FUNCTION achieve.evaluate(rule text, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'evaluate_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.evaluate(text, jsonb, boolean) IS
	'passed, failed or pending: what the rule says of these facts; closed: nothing is open any more';

CREATE FUNCTION achieve.explain(rule achieve.rule, facts jsonb, closed boolean DEFAULT false)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.explain(achieve.rule, jsonb, boolean) IS
	'each clause of the rule as it is written, with what was observed, its own outcome and what it still needs';

CREATE FUNCTION achieve.explain(rule text, facts jsonb, closed boolean DEFAULT false)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME', 'explain_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION achieve.explain(text, jsonb, boolean) IS
	'each clause of the rule as it is written, with what was observed, its own outcome and what it still needs';

CREATE FUNCTION achieve.rule_waiting_for(rule achieve.rule, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'waiting_for_rule' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_waiting_for(achieve.rule, jsonb, boolean) IS
	'what the rule waits for in plain words, or what can no longer be met; null where it is passed';

CREATE FUNCTION achieve.rule_waiting_for(rule text, facts jsonb, closed boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'waiting_for_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION achieve.rule_waiting_for(text, jsonb, boolean) IS
	'what the rule waits for in plain words, or what can no longer be met; null where it is passed';
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

-- The engine: trigger functions that install() attaches to the tables.

CREATE FUNCTION achieve.evaluate_facts() RETURNS trigger
	AS 'MODULE_PATHNAME', 'evaluate_facts' LANGUAGE C;
COMMENT ON FUNCTION achieve.evaluate_facts() IS
	'Trigger: evaluates the enrollments whose facts a statement has written.';

CREATE FUNCTION achieve.evaluate_invoices() RETURNS trigger
	AS 'MODULE_PATHNAME', 'evaluate_invoices' LANGUAGE C;
COMMENT ON FUNCTION achieve.evaluate_invoices() IS
	'Trigger: evaluates the enrollments that have lines on the invoices a statement has changed.';

CREATE FUNCTION achieve.evaluate_configuration() RETURNS trigger
	AS 'MODULE_PATHNAME', 'evaluate_configuration' LANGUAGE C;
COMMENT ON FUNCTION achieve.evaluate_configuration() IS
	'Trigger: evaluates all enrollments of the events whose configuration a statement has changed.';

CREATE FUNCTION achieve.evaluate_truncated() RETURNS trigger
	AS 'MODULE_PATHNAME', 'evaluate_truncated' LANGUAGE C;
COMMENT ON FUNCTION achieve.evaluate_truncated() IS
	'Trigger: evaluates every enrollment, after a TRUNCATE.';

CREATE FUNCTION achieve.evaluate_pending() RETURNS trigger
	AS 'MODULE_PATHNAME', 'evaluate_pending' LANGUAGE C;
COMMENT ON FUNCTION achieve.evaluate_pending() IS
	'Trigger: evaluates at commit what the transaction has touched, with achieve.evaluation = commit.';

CREATE FUNCTION achieve.guard_outcome() RETURNS trigger
	AS 'MODULE_PATHNAME', 'guard_outcome' LANGUAGE C;
COMMENT ON FUNCTION achieve.guard_outcome() IS
	'Trigger: refuses direct writes of outcomes and names the functions to use.';

CREATE FUNCTION achieve.guard_audit() RETURNS trigger
	AS 'MODULE_PATHNAME', 'guard_audit' LANGUAGE C;
COMMENT ON FUNCTION achieve.guard_audit() IS
	'Trigger: keeps the audit append-only.';

CREATE FUNCTION achieve.guard_used() RETURNS trigger
	AS 'MODULE_PATHNAME', 'guard_used' LANGUAGE C;
COMMENT ON FUNCTION achieve.guard_used() IS
	'Trigger: refuses to delete a session, assessment or requirement that facts were recorded for.';

CREATE FUNCTION achieve.guard_event() RETURNS trigger
	AS 'MODULE_PATHNAME', 'guard_event' LANGUAGE C;
COMMENT ON FUNCTION achieve.guard_event() IS
	'Trigger: keeps an event''s status to the steps that apps may take, and notes a rule that is the event''s own.';

CREATE FUNCTION achieve.guard_event_achievement() RETURNS trigger
	AS 'MODULE_PATHNAME', 'guard_event_achievement' LANGUAGE C;
COMMENT ON FUNCTION achieve.guard_event_achievement() IS
	'Trigger: refuses achievements that an event''s template does not allow, and notes what is the event''s own.';

CREATE FUNCTION achieve.guard_achievement_type() RETURNS trigger
	AS 'MODULE_PATHNAME', 'guard_achievement_type' LANGUAGE C;
COMMENT ON FUNCTION achieve.guard_achievement_type() IS
	'Trigger: keeps the code of a type that rules or records name.';

CREATE FUNCTION achieve.audit_configuration() RETURNS trigger
	AS 'MODULE_PATHNAME', 'audit_configuration' LANGUAGE C;
COMMENT ON FUNCTION achieve.audit_configuration() IS
	'Trigger: writes an audit row for each change of configuration.';

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
-- Certificates: making them again, showing and verifying them, badges.

CREATE FUNCTION achieve.regenerate_certificates(event_id bigint, learner_ids bigint[] DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME', 'regenerate_certificates' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.regenerate_certificates(bigint, bigint[]) IS
	'Makes the certificates of unrevoked achievements again, of the learners named or of all, also those that are missing; returns how many were made. Numbers stay, revisions go on.';

CREATE FUNCTION achieve.render_certificate(certificate_id bigint) RETURNS text
	AS 'MODULE_PATHNAME', 'render_certificate' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.render_certificate(bigint) IS
	'The text of a certificate as it was made, also of one that is superseded or revoked.';

CREATE FUNCTION achieve.verify_certificate(verification_code text)
	RETURNS TABLE (is_valid boolean, number text, achievement text, learner_name text, valid_from date, expires_on date, status text)
	AS 'MODULE_PATHNAME', 'verify_certificate' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;
COMMENT ON FUNCTION achieve.verify_certificate(text) IS
	'What a verification code stands for: one row whose status is valid, expired, upcoming, revoked, superseded or unknown. The learner''s name is there where the certificate shows it.';

CREATE FUNCTION achieve.open_badge(certificate_id bigint) RETURNS json
	AS 'MODULE_PATHNAME', 'open_badge' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.open_badge(bigint) IS
	'A current certificate as an Open Badges 3.0 AchievementCredential, unsigned: the array "proof" is for the signature.';

CREATE FUNCTION achieve.default_certificate_template() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $svg$<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" viewBox="0 0 1485 1050" font-family="'Noto Serif', 'Noto Naskh Arabic', 'Noto Serif CJK SC', Georgia, 'DejaVu Serif', serif" text-anchor="middle" fill="#26374a">
<title>{{achievement_title}} {{number}}</title>
<rect width="1485" height="1050" fill="#fdfbf5"/>
<g fill="none">
<rect x="40" y="40" width="1405" height="970" stroke="#1f3a5f" stroke-width="5"/>
<rect x="54" y="54" width="1377" height="942" stroke="#b8924a" stroke-width="1.5"/>
<path d="M54 134h80v-80M1431 134h-80v-80M54 916h80v80M1431 916h-80v80" stroke="#b8924a" stroke-width="1.5"/>
<path d="M74 114h40v-40M1411 114h-40v-40M74 936h40v40M1411 936h-40v40" stroke="#1f3a5f" stroke-width="2.5"/>
</g>
{{#issuer_name}}<text x="742.5" y="150" font-size="{{font_size issuer_name 1000 30}}" fill="#8a6a2c">{{issuer_name}}</text>
{{/issuer_name}}<path d="M642.5 182h84m32 0h84" stroke="#b8924a" stroke-width="1.5"/>
<path d="M742.5 172l10 10l-10 10l-10-10z" fill="#b8924a"/>
<text x="742.5" y="275" font-size="{{font_size achievement_title 1240 66}}" font-weight="bold" fill="#1f3a5f">{{achievement_title}}</text>
<text x="742.5" y="345" font-size="26" font-style="italic" fill="#5c6b7a">awarded to</text>
<text x="742.5" y="450" font-size="{{font_size learner_name 1240 82}}" fill="#111c28">{{learner_name}}</text>
<path d="M442.5 492h600" stroke="#b8924a" stroke-width="1.5"/>
{{#account_name}}<text x="742.5" y="538" font-size="{{font_size account_name 1240 28}}" fill="#5c6b7a">{{account_name}}</text>
{{/account_name}}<text x="742.5" y="612" font-size="{{font_size event_title 1240 36}}">{{event_title}}</text>
<text x="742.5" y="660" font-size="26" fill="#5c6b7a">{{event_dates}}</text>
<g font-size="18" fill="#8a6a2c">
<text x="300" y="790">Number</text>
<text x="1185" y="790">Valid from</text>
<text x="300" y="880">Issued on</text>
{{#last_valid_on}}<text x="1185" y="880">Valid to the end of</text>
{{/last_valid_on}}</g>
<g font-size="26">
<text x="300" y="824" font-size="{{font_size number 360 26}}">{{number}}</text>
<text x="1185" y="824">{{valid_from}}</text>
<text x="300" y="914">{{issued_on}}</text>
<text x="1185" y="914">{{last_valid_on}}</text>
</g>
<g transform="translate(742.5 808)">
<path d="M-30 50l-22 76l52-24l52 24l-22-76z" fill="#1f3a5f"/>
<circle r="78" fill="#b8924a"/>
<circle r="78" fill="none" stroke="#fdfbf5" stroke-width="4" stroke-dasharray="5 7.25"/>
<circle r="62" fill="#fdfbf5"/>
<circle r="56" fill="none" stroke="#b8924a" stroke-width="2"/>
<path d="M0-40l9.4 27.1 28.6.6-22.8 17.3 8.3 27.4L0 16l-23.5 16.4 8.3-27.4L-38-12.3l28.6-.6z" fill="#1f3a5f"/>
</g>
<text x="742.5" y="962" font-size="17" fill="#5c6b7a" font-family="'Noto Sans Mono', 'DejaVu Sans Mono', monospace">{{verification_code}}</text>
{{#verification_url}}<text x="742.5" y="984" font-size="{{font_size verification_url 1200 12}}" fill="#5c6b7a">{{verification_url}}</text>
{{/verification_url}}</svg>
$svg$;
COMMENT ON FUNCTION achieve.default_certificate_template() IS
	'The body of a certificate template to start with: SVG, A4 landscape. Long names and names in any script fit.';
-- The oracle: check_outcomes() recomputes every stored outcome from the facts.
--
-- It goes another way than the engine: plain SQL over whole tables, where the
-- engine follows single enrollments in C. The two share evaluate() and nothing
-- else, so that a fault of one shows against the other.
--
-- The functions named oracle_* are its parts and not for use by apps. Those
-- that return tables are plain SQL without settings of their own, because only
-- then does the planner see through them. They run under the search_path that
-- check_outcomes() sets.

CREATE FUNCTION achieve.oracle_quotient(numerator numeric, denominator numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sign(numerator) * div(2000000 * abs(numerator) + denominator, 2 * denominator) * 0.000001;
COMMENT ON FUNCTION achieve.oracle_quotient(numeric, numeric) IS
'Internal to check_outcomes: the exact quotient by a positive denominator, rounded half away from zero to six digits. Integer division leaves no digit to be rounded twice.';

CREATE FUNCTION achieve.oracle_range(low numeric, high numeric, denominator numeric) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN low = high THEN to_jsonb(achieve.oracle_quotient(low, denominator))
	ELSE jsonb_build_array(achieve.oracle_quotient(low, denominator), achieve.oracle_quotient(high, denominator)) END;
COMMENT ON FUNCTION achieve.oracle_range(numeric, numeric, numeric) IS
'Internal to check_outcomes: a number as rules take it in JSON, or [low, high] while it is open; both ends are over the denominator.';

CREATE AGGREGATE achieve.oracle_product(numeric) (
	SFUNC = pg_catalog.numeric_mul,
	STYPE = numeric,
	INITCOND = '1',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE achieve.oracle_product(numeric) IS 'Internal to check_outcomes: the product of all values, a common denominator.';

CREATE AGGREGATE achieve.oracle_merge(jsonb) (
	SFUNC = pg_catalog.jsonb_concat,
	STYPE = jsonb,
	INITCOND = '{}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE achieve.oracle_merge(jsonb) IS 'Internal to check_outcomes: all keys in one object; what comes later replaces what was there.';

CREATE FUNCTION achieve.oracle_enrollments(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, counts_from date, time_zone text, ended boolean, closed boolean)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT n.event_id, n.learner_id, n.counts_from, e.time_zone,
		e.ends_at <= now(), e.status IN ('closed', 'finalized')
	FROM achieve.enrollment n
	JOIN achieve.event e ON e.event_id = n.event_id
	WHERE n.status = 'active'
		AND e.status <> 'cancelled'
		AND (only_event IS NULL OR n.event_id = only_event)
$$;
COMMENT ON FUNCTION achieve.oracle_enrollments(bigint) IS
'Internal to check_outcomes: the enrollments that rules judge, those that are active on an event that is not cancelled; of one event, or of all when null.';

CREATE FUNCTION achieve.oracle_attendance(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT c.event_id, c.learner_id,
		jsonb_build_object(
			'sessions', c.sessions,
			'attended', c.attended,
			'absences', c.absences,
			'excused', c.excused,
			'lates', c.lates,
			'hours', CASE WHEN c.sessions > 0 THEN achieve.oracle_quotient(c.seconds, 3600) END,
			'hours_attended',
			CASE WHEN c.sessions > 0
				THEN achieve.oracle_range(c.seconds_attended,
					c.seconds_attended + CASE WHEN c.closed THEN 0 ELSE c.seconds_unmarked END, 3600)
				ELSE '[0, null]' END)
	FROM (
		SELECT n.event_id, n.learner_id, n.closed,
			count(s.session_no) AS sessions,
			count(*) FILTER (WHERE a.status IN ('present', 'late')) AS attended,
			count(*) FILTER (WHERE a.status = 'absent') AS absences,
			count(*) FILTER (WHERE a.status = 'excused') AS excused,
			count(*) FILTER (WHERE a.status = 'late') AS lates,
			coalesce(sum(s.seconds), 0) AS seconds,
			coalesce(sum(s.seconds) FILTER (WHERE a.status IN ('present', 'late')), 0) AS seconds_attended,
			coalesce(sum(s.seconds) FILTER (WHERE a.status IS NULL), 0) AS seconds_unmarked
		FROM achieve.oracle_enrollments(only_event) n
		LEFT JOIN (
			SELECT t.event_id, t.session_no, t.starts_at,
				extract(epoch FROM t.ends_at) - extract(epoch FROM t.starts_at) AS seconds
			FROM achieve.session t
			WHERE t.required AND NOT t.cancelled
		) s ON s.event_id = n.event_id
			AND (n.counts_from IS NULL OR (s.starts_at AT TIME ZONE n.time_zone)::date >= n.counts_from)
		LEFT JOIN achieve.attendance a
			ON a.event_id = n.event_id AND a.learner_id = n.learner_id AND a.session_no = s.session_no
		GROUP BY n.event_id, n.learner_id, n.closed
	) c
$$;
COMMENT ON FUNCTION achieve.oracle_attendance(bigint) IS
'Internal to check_outcomes: sessions that count, marks on them, and hours. With no session that counts, hours are open whatever the event''s status.';

CREATE FUNCTION achieve.oracle_shares(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, code text, weight numeric,
	low numeric, high numeric, denominator numeric)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT p.event_id, p.learner_id, p.code, p.weight,
		p.unit * CASE
			WHEN p.attempts IS NULL THEN 0
			WHEN p.attempt_choice = 'highest' THEN p.best
			WHEN p.attempt_choice = 'first' THEN p.first
			WHEN p.attempt_choice = 'latest' AND p.open THEN 0
			WHEN p.attempt_choice = 'latest' THEN p.last
			WHEN p.open AND p.max_attempts IS NULL THEN 0
			ELSE p.total END,
		p.unit * CASE
			WHEN p.attempts IS NULL AND p.open THEN p.max_score
			WHEN p.attempts IS NULL THEN 0
			WHEN p.attempt_choice = 'first' THEN p.first
			WHEN p.attempt_choice = 'mean' AND p.open AND p.max_attempts IS NOT NULL
				THEN p.total + p.max_score * (p.max_attempts - p.attempts)
			WHEN p.open THEN p.max_score
			WHEN p.attempt_choice = 'highest' THEN p.best
			WHEN p.attempt_choice = 'latest' THEN p.last
			ELSE p.total END,
		p.unit * p.max_score * CASE
			WHEN p.attempts IS NULL OR p.attempt_choice <> 'mean' THEN 1
			WHEN NOT p.open THEN p.attempts
			WHEN p.max_attempts IS NULL THEN 1
			ELSE p.max_attempts END
	FROM (
		SELECT n.event_id, n.learner_id, s.code, s.weight, s.max_score, s.attempt_choice, s.max_attempts,
			10::numeric ^ scale(s.max_score) AS unit,
			r.attempts, r.total, r.best, r.first, r.last,
			NOT n.closed
				AND (r.attempts IS NULL
					OR (s.attempt_choice <> 'first' AND coalesce(r.attempts < s.max_attempts, true))) AS open
		FROM achieve.oracle_enrollments(only_event) n
		JOIN achieve.assessment s ON s.event_id = n.event_id
		LEFT JOIN (
			SELECT m.event_id, m.learner_id, m.code,
				count(*) AS attempts, sum(m.score) AS total, max(m.score) AS best,
				(array_agg(m.score ORDER BY m.attempt))[1] AS first,
				(array_agg(m.score ORDER BY m.attempt DESC))[1] AS last
			FROM achieve.score m
			WHERE only_event IS NULL OR m.event_id = only_event
			GROUP BY m.event_id, m.learner_id, m.code
		) r ON r.event_id = n.event_id AND r.learner_id = n.learner_id AND r.code = s.code
	) p
$$;
COMMENT ON FUNCTION achieve.oracle_shares(bigint) IS
'Internal to check_outcomes: for each assessment, which share of its maximum the learner has and can still reach: low and high over an integer denominator.';

CREATE FUNCTION achieve.oracle_scores(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT p.event_id, p.learner_id,
		jsonb_build_object(
			'score', jsonb_object_agg(p.code, achieve.oracle_range(100 * p.low, 100 * p.high, p.denominator)),
			'mean_score',
			CASE WHEN sum(p.weight) > 0
				THEN achieve.oracle_range(
					100 * sum(p.weight * p.low * div(p.common, p.denominator)),
					100 * sum(p.weight * p.high * div(p.common, p.denominator)),
					sum(p.weight) * min(p.common))
				ELSE '[0, 100]' END)
	FROM (
		SELECT s.*, achieve.oracle_product(s.denominator) OVER (PARTITION BY s.event_id, s.learner_id) AS common
		FROM achieve.oracle_shares(only_event) s
	) p
	GROUP BY p.event_id, p.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_scores(bigint) IS
'Internal to check_outcomes: scores in percent and their weighted mean, computed over a common denominator and rounded once.';

CREATE FUNCTION achieve.oracle_completions(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT r.event_id, r.learner_id,
		jsonb_build_object(
			'completed', jsonb_object_agg(r.code, true) FILTER (WHERE r.done),
			'completion', achieve.oracle_range(
				100 * count(*) FILTER (WHERE r.done),
				100 * count(*) FILTER (WHERE r.done OR NOT r.closed),
				count(*)))
	FROM (
		SELECT n.event_id, n.learner_id, n.closed, q.code,
			coalesce(c.completed_at IS NOT NULL OR c.waived, false) AS done
		FROM achieve.oracle_enrollments(only_event) n
		JOIN achieve.requirement q ON q.event_id = n.event_id
		LEFT JOIN achieve.completion c
			ON c.event_id = n.event_id AND c.learner_id = n.learner_id AND c.code = q.code
	) r
	GROUP BY r.event_id, r.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_completions(bigint) IS
'Internal to check_outcomes: which requirements are done or waived, and how many of them in percent.';

CREATE FUNCTION achieve.oracle_payments(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT l.event_id, l.learner_id,
		jsonb_build_object('invoiced', true, 'balance', l.balance, 'paid', CASE WHEN l.balance <= 0 THEN true END)
	FROM (
		SELECT b.event_id, b.learner_id,
			-- beyond what rules can count it makes no difference any more
			greatest(least(round(sum(CASE WHEN i.status = 'issued' THEN b.amount - b.amount_paid - b.amount_credited ELSE 0 END), 6),
				999999999999.999999), -999999999999.999999) AS balance
		FROM achieve.oracle_enrollments(only_event) n
		JOIN achieve.invoice_line b ON b.event_id = n.event_id AND b.learner_id = n.learner_id
		JOIN achieve.invoice i ON i.invoice_id = b.invoice_id
		WHERE i.status IN ('issued', 'paid')
		GROUP BY b.event_id, b.learner_id
	) l
$$;
COMMENT ON FUNCTION achieve.oracle_payments(bigint) IS
'Internal to check_outcomes: what is outstanding on the lines of issued and paid invoices.';

CREATE FUNCTION achieve.oracle_conditions(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT c.event_id, c.learner_id,
		jsonb_build_object('condition', jsonb_object_agg(c.name, round(c.value, 6)))
	FROM achieve.oracle_enrollments(only_event) n
	JOIN achieve.condition c ON c.event_id = n.event_id AND c.learner_id = n.learner_id
	GROUP BY c.event_id, c.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_conditions(bigint) IS
'Internal to check_outcomes: the conditions that were recorded.';

CREATE FUNCTION achieve.oracle_facts(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT part.event_id, part.learner_id, jsonb_strip_nulls(achieve.oracle_merge(part.facts ORDER BY part.kind))
	FROM (
		SELECT 0 AS kind, e.event_id, e.learner_id,
			jsonb_build_object('balance', 0, 'paid', true,
				'mean_score', '[0, 100]'::jsonb, 'completion', '[0, 100]'::jsonb,
				'ended', CASE WHEN e.ended THEN true END) AS facts
		FROM achieve.oracle_enrollments(only_event) e
		UNION ALL SELECT 1, * FROM achieve.oracle_attendance(only_event)
		UNION ALL SELECT 2, * FROM achieve.oracle_scores(only_event)
		UNION ALL SELECT 3, * FROM achieve.oracle_completions(only_event)
		UNION ALL SELECT 4, * FROM achieve.oracle_payments(only_event)
		UNION ALL SELECT 5, * FROM achieve.oracle_conditions(only_event)
	) part
	GROUP BY part.event_id, part.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_facts(bigint) IS
'Internal to check_outcomes: all facts of each judged enrollment as evaluate() takes them, except what the learner holds and, for award rules, the result.';

CREATE FUNCTION achieve.oracle_holds(judged achieve.rule, of_learner bigint, on_event bigint, own_type bigint,
	zone text, on_day date, decided_on date)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT jsonb_build_object('holds', coalesce(jsonb_object_agg(t.code, true), '{}'))
	FROM achieve.achievement a
	JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
	WHERE judged::text LIKE '%holds%'
		AND a.learner_id = of_learner
		AND a.revoked_at IS NULL
		AND (a.event_id = on_event AND a.achievement_type_id = own_type) IS NOT TRUE
		AND (
			a.valid_from <= greatest(on_day, (a.issued_at AT TIME ZONE zone)::date)
			AND (a.expires_on > greatest(on_day, (a.issued_at AT TIME ZONE zone)::date)) IS NOT FALSE
			OR a.valid_from <= decided_on
			AND (a.expires_on > decided_on) IS NOT FALSE)
$$;
COMMENT ON FUNCTION achieve.oracle_holds(achieve.rule, bigint, bigint, bigint, text, date, date) IS
'Internal to check_outcomes: what the learner holds on a day in the event''s time zone, and what was held on the day of the decision and has only expired since. An award rule of own_type does not see this enrollment''s own. On a day in the past, what was issued later counts as it did when it was issued: only time is turned back.';

CREATE FUNCTION achieve.oracle_earlier(judged achieve.rule, facts jsonb, closed boolean,
	of_learner bigint, on_event bigint, own_type bigint, zone text, since timestamptz, decided_on date)
RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT achieve.evaluate(judged,
		CASE WHEN moment.ended THEN facts ELSE facts - 'ended' END
			|| achieve.oracle_holds(judged, of_learner, on_event, own_type, zone, moment.day, decided_on),
		closed)
	FROM (
		SELECT d.day, e.ended
		FROM (
			SELECT (now() AT TIME ZONE zone)::date AS day
			UNION
			SELECT turn.day - 1
			FROM achieve.achievement a
			CROSS JOIN LATERAL (VALUES (a.valid_from), (a.expires_on)) turn (day)
			WHERE a.learner_id = of_learner
				AND a.revoked_at IS NULL
				AND turn.day > (since AT TIME ZONE zone)::date
				AND turn.day <= (now() AT TIME ZONE zone)::date
		) d
		CROSS JOIN LATERAL (
			SELECT true AS ended
			UNION ALL
			SELECT false
			FROM achieve.event v
			WHERE v.event_id = on_event AND v.ends_at > since AND v.ends_at <= now()
		) e
	) moment
	WHERE NOT (moment.ended AND moment.day = (now() AT TIME ZONE zone)::date)
$$;
COMMENT ON FUNCTION achieve.oracle_earlier(achieve.rule, jsonb, boolean, bigint, bigint, bigint, text, timestamptz, date) IS
'Internal to check_outcomes: what the rule said of these facts at earlier moments since the given one. A stored outcome that was right at one of them is wrong through time alone.';

CREATE FUNCTION achieve.oracle_result_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT f.event_id, f.learner_id,
		CASE WHEN r.rule_outcome IN (
				SELECT achieve.oracle_earlier(e.passing_rule, f.facts, judged.closed, f.learner_id, f.event_id, NULL, e.time_zone,
					coalesce(r.rule_decided_at, n.enrolled_at), judged.decided_on))
			THEN 'due: ' ELSE '' END
		|| format('rule_outcome is %s, but by the facts it is %s', r.rule_outcome, verdict.outcome)
	FROM achieve.oracle_facts(only_event) f
	JOIN achieve.event e ON e.event_id = f.event_id
	JOIN achieve.enrollment n ON n.event_id = f.event_id AND n.learner_id = f.learner_id
	JOIN achieve.result r ON r.event_id = f.event_id AND r.learner_id = f.learner_id
	CROSS JOIN LATERAL (
		SELECT e.status = 'closed' AS closed,
			CASE WHEN r.rule_outcome <> 'pending' THEN (r.rule_decided_at AT TIME ZONE e.time_zone)::date END AS decided_on
	) judged
	CROSS JOIN LATERAL (
		SELECT CASE WHEN e.passing_rule IS NULL THEN 'pending'
			ELSE achieve.evaluate(e.passing_rule,
				f.facts || achieve.oracle_holds(e.passing_rule, f.learner_id, f.event_id, NULL, e.time_zone,
					(now() AT TIME ZONE e.time_zone)::date, judged.decided_on),
				judged.closed) END AS outcome
	) verdict
	WHERE e.status IN ('scheduled', 'reopened', 'closed')
		AND r.rule_outcome <> verdict.outcome
$$;
COMMENT ON FUNCTION achieve.oracle_result_problems(bigint) IS
'Internal to check_outcomes: rule outcomes that the facts do not give. Those of finalized events do not move, and those of enrollments that are not active are history.';

CREATE FUNCTION achieve.oracle_verdicts(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, achievement_type_id bigint, code text, on_lapse text,
	event_status text, enrollment_status text, time_zone text, award_rule achieve.rule, facts jsonb, closed boolean,
	stands boolean, blocked boolean, issued_by_rule_at timestamptz, since timestamptz, outcome text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT n.event_id, n.learner_id, o.achievement_type_id, t.code, o.on_lapse,
		e.status, n.status, e.time_zone, o.award_rule, seen.facts, e.status IN ('closed', 'finalized'),
		coalesce(record.stands, false), coalesce(record.blocked, false), record.issued_by_rule_at,
		coalesce(record.issued_by_rule_at, n.enrolled_at),
		CASE WHEN f.facts IS NOT NULL
			THEN achieve.evaluate(o.award_rule,
				seen.facts || achieve.oracle_holds(o.award_rule, n.learner_id, n.event_id, o.achievement_type_id,
					e.time_zone, (now() AT TIME ZONE e.time_zone)::date,
					(record.issued_by_rule_at AT TIME ZONE e.time_zone)::date),
				e.status IN ('closed', 'finalized')) END
	FROM achieve.event e
	JOIN achieve.event_achievement o ON o.event_id = e.event_id
	JOIN achieve.achievement_type t ON t.achievement_type_id = o.achievement_type_id
	JOIN achieve.enrollment n ON n.event_id = e.event_id
	LEFT JOIN achieve.oracle_facts(only_event) f ON f.event_id = n.event_id AND f.learner_id = n.learner_id
	LEFT JOIN achieve.result r ON r.event_id = n.event_id AND r.learner_id = n.learner_id
	LEFT JOIN (
		SELECT a.event_id, a.learner_id, a.achievement_type_id,
			bool_or(a.revoked_at IS NULL) AS stands,
			bool_or(a.revoked_at IS NOT NULL AND a.blocks_rule) AS blocked,
			max(a.issued_at) FILTER (WHERE a.revoked_at IS NULL AND a.source = 'rule') AS issued_by_rule_at
		FROM achieve.achievement a
		WHERE only_event IS NULL OR a.event_id = only_event
		GROUP BY a.event_id, a.learner_id, a.achievement_type_id
	) record ON record.event_id = n.event_id AND record.learner_id = n.learner_id
		AND record.achievement_type_id = o.achievement_type_id
	CROSS JOIN LATERAL (
		SELECT f.facts
			|| CASE r.outcome
				WHEN 'passed' THEN '{"passed": true, "failed": false}'::jsonb
				WHEN 'failed' THEN '{"passed": false, "failed": true}'
				ELSE '{}' END
			|| CASE WHEN r.approved_at IS NOT NULL THEN '{"approved": true}'::jsonb ELSE '{}' END AS facts
	) seen
	WHERE o.active
		AND o.award_rule IS NOT NULL
		AND (only_event IS NULL OR e.event_id = only_event)
$$;
COMMENT ON FUNCTION achieve.oracle_verdicts(bigint) IS
'Internal to check_outcomes: for each enrollment and award rule in force what the rule says (null where the enrollment is not judged), and what is recorded: whether one stands, whether a person revoked one, when the rule issued the one that stands.';

CREATE FUNCTION achieve.oracle_award_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT v.event_id, v.learner_id,
		CASE WHEN EXISTS (
				SELECT
				FROM achieve.oracle_earlier(v.award_rule, v.facts, v.closed, v.learner_id, v.event_id, v.achievement_type_id,
					v.time_zone, v.since, (v.issued_by_rule_at AT TIME ZONE v.time_zone)::date) earlier (outcome)
				WHERE (earlier.outcome = 'passed' OR v.event_status = 'reopened' AND earlier.outcome = 'pending')
					<> (v.outcome = 'passed'))
			THEN 'due: ' ELSE '' END
		|| CASE
			WHEN v.outcome = 'passed' THEN format('should hold "%s": its award rule is met', v.code)
			ELSE format('should no longer hold "%s", which the rule issued: ', v.code)
				|| CASE
					WHEN v.outcome IS NOT NULL THEN 'its award rule is ' || v.outcome
					WHEN v.event_status = 'cancelled' THEN 'the event is cancelled'
					ELSE 'the enrollment is ' || v.enrollment_status END
			END
	FROM achieve.oracle_verdicts(only_event) v
	WHERE CASE
		WHEN v.outcome = 'passed' THEN NOT v.stands AND NOT v.blocked
		WHEN v.issued_by_rule_at IS NULL OR v.on_lapse <> 'revoke' THEN false
		WHEN v.event_status = 'finalized' THEN false
		WHEN v.event_status = 'reopened' AND v.outcome = 'pending' THEN false
		ELSE true END
$$;
COMMENT ON FUNCTION achieve.oracle_award_problems(bigint) IS
'Internal to check_outcomes: achievements that their award rule asks for and nobody took back, and those that the rule issued and should have taken back.';

CREATE FUNCTION achieve.oracle_record_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT coalesce(n.event_id, r.event_id), coalesce(n.learner_id, r.learner_id),
		CASE WHEN r.event_id IS NULL THEN 'the enrollment has no result row'
			ELSE 'the result row has no enrollment' END
	FROM (SELECT * FROM achieve.enrollment m WHERE only_event IS NULL OR m.event_id = only_event) n
	FULL JOIN (SELECT * FROM achieve.result m WHERE only_event IS NULL OR m.event_id = only_event) r
		ON r.event_id = n.event_id AND r.learner_id = n.learner_id
	WHERE n.event_id IS NULL OR r.event_id IS NULL
UNION ALL
	SELECT r.event_id, r.learner_id,
		format('outcome is %s by %s, but by its parts it is %s by %s', r.outcome, r.source, parts.outcome, parts.source)
	FROM achieve.result r
	CROSS JOIN LATERAL (
		SELECT coalesce(r.manual_outcome, r.rule_outcome) AS outcome,
			CASE WHEN r.manual_outcome IS NULL THEN 'rule' ELSE 'manual' END AS source
	) parts
	WHERE (only_event IS NULL OR r.event_id = only_event)
		AND (r.outcome, r.source) IS DISTINCT FROM (parts.outcome, parts.source)
UNION ALL
	SELECT r.event_id, r.learner_id, 'a pending outcome is approved'
	FROM achieve.result r
	WHERE (only_event IS NULL OR r.event_id = only_event)
		AND r.outcome = 'pending'
		AND (r.approved_at IS NOT NULL OR r.approved_by IS NOT NULL)
UNION ALL
	SELECT a.event_id, a.learner_id, format('holds "%s" %s times', t.code, count(*))
	FROM achieve.achievement a
	JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
	WHERE (only_event IS NULL OR a.event_id = only_event)
		AND a.revoked_at IS NULL
	GROUP BY a.event_id, a.learner_id, t.code
	HAVING count(*) > 1
UNION ALL
	SELECT a.event_id, a.learner_id,
		format('achievement %s ("%s") expires on %s, not after it is valid from %s',
			a.number, t.code, a.expires_on, a.valid_from)
	FROM achieve.achievement a
	JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
	WHERE (only_event IS NULL OR a.event_id = only_event)
		AND a.expires_on <= a.valid_from
$$;
COMMENT ON FUNCTION achieve.oracle_record_problems(bigint) IS
'Internal to check_outcomes: outcome rows that contradict themselves or each other, whatever the facts.';

CREATE FUNCTION achieve.oracle_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
-- Right after a load the planner believes in tables of a few rows.
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM achieve.event e WHERE e.event_id = only_event) AND only_event IS NOT NULL THEN
		RAISE EXCEPTION 'event % does not exist', only_event
			USING ERRCODE = 'foreign_key_violation',
				HINT = 'Without an argument, check_outcomes() checks every event.';
	END IF;
	RETURN QUERY SELECT * FROM achieve.oracle_record_problems(only_event);
	RETURN QUERY SELECT * FROM achieve.oracle_result_problems(only_event);
	RETURN QUERY SELECT * FROM achieve.oracle_award_problems(only_event);
END
$$;
COMMENT ON FUNCTION achieve.oracle_problems(bigint) IS
'Internal to check_outcomes: all problems. In PL/pgSQL so that each query is planned for the event given or for all events; stable, so that all of them see one snapshot.';

CREATE FUNCTION achieve.check_outcomes(event_id bigint DEFAULT NULL)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.event_id, p.learner_id, p.problem
	FROM achieve.oracle_problems($1) p
	ORDER BY p.event_id, p.learner_id, p.problem
$$;
COMMENT ON FUNCTION achieve.check_outcomes(bigint) IS
'Recomputes every outcome of an event, or of all events, from the facts, by another way than the engine. No row: every stored outcome is right. A problem that starts with "due: " came about through time alone; run_due() ends it.';

-- Explanations: why an outcome is what it is.

CREATE FUNCTION achieve.explain_result(event_id bigint, learner_id bigint)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME', 'explain_result' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 5 COST 10;
COMMENT ON FUNCTION achieve.explain_result(bigint, bigint) IS
	'Why a result is what it is: each clause of the passing rule with what was observed, its outcome and what it still needs. Rows with a clause_no below 1 come first where something other than the rule decides: a manual result, a finalized or cancelled event, an enrollment that is not active.';

CREATE FUNCTION achieve.explain_award(event_id bigint, learner_id bigint, achievement_type text)
	RETURNS TABLE (clause_no integer, depth integer, clause text, observed text, outcome text, needed text)
	AS 'MODULE_PATHNAME', 'explain_award' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 5 COST 10;
COMMENT ON FUNCTION achieve.explain_award(bigint, bigint, text) IS
	'Why an achievement is issued or not: each clause of the award rule, as explain_result() tells it. Rows with a clause_no below 1 come first where something other than the rule decides: an award by hand, a revocation, a record that is kept.';

-- Previews: what a change would do, found by doing it and taking it back.

-- Previews: what a change would do, found by doing it and taking it back. All
-- return the same columns.

CREATE FUNCTION achieve.preview_rule(event_id bigint, passing_rule achieve.rule)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_rule' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_rule(bigint, achieve.rule) IS
	'What would change if the event had this passing rule; null: none. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_rule(event_id bigint, passing_rule text)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_rule_text' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_rule(bigint, text) IS
	'What would change if the event had this passing rule; null: none. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_result(event_id bigint, learner_id bigint, outcome text)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_result' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_result(bigint, bigint, text) IS
	'What would change if set_result() set this outcome. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_template(template_code text)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_template' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_template(text) IS
	'What would change if sync_event() took the template again on each of its events that is neither finalized nor cancelled. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

CREATE FUNCTION achieve.preview_event(event_id bigint)
	RETURNS TABLE (event_id bigint, event_code text, learner_id bigint, learner_name text, subject text,
		achievement_type text, change text, before text, after text, detail text)
	AS 'MODULE_PATHNAME', 'preview_event' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100 COST 1000;
COMMENT ON FUNCTION achieve.preview_event(bigint) IS
	'What would change if a finalized event were reopened, or any other evaluated: normally nothing, unless time has passed. Nothing is changed. Each row is one outcome that would be another: its subject (result, rule outcome, approval, achievement, certificate, notification), the change (changed, gained, lost, sent), and what it is before and after.';

-- Validation, for the view rule_problems

CREATE FUNCTION achieve.rule_certain_clauses(rule achieve.rule, sessions integer)
	RETURNS TABLE (clause text, is_whole_rule boolean, verdict text)
	AS 'MODULE_PATHNAME', 'rule_certain_clauses' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1 COST 10;
COMMENT ON FUNCTION achieve.rule_certain_clauses(achieve.rule, integer) IS
	'Clauses that are always or never met, whatever the facts will be, with so many sessions (0: any number). The outermost ones only; contradictions between two comparisons are not found.';

-- Strict, so that it is planned by itself: what the view expects of a recursion
-- would make PostgreSQL compile the view to machine code at each use.
CREATE FUNCTION achieve.rule_circles(types text[], reads text[])
	RETURNS TABLE (type_code text, reads text)
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	WITH RECURSIVE depends AS (
		SELECT DISTINCT d.type_code, d.reads
		FROM unnest(rule_circles.types, $2) AS d (type_code, reads)
	), reaches AS (
		SELECT d.type_code, d.reads FROM depends d
		UNION
		SELECT r.type_code, d.reads FROM reaches r JOIN depends d ON d.type_code = r.reads
	)
	SELECT d.type_code, d.reads
	FROM depends d
	JOIN reaches b ON b.type_code = d.reads AND b.reads = d.type_code;
END;
COMMENT ON FUNCTION achieve.rule_circles(text[], text[]) IS
	'Of the pairs "the award of this type reads that one", those that are part of a circle.';
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

-- Access: one call for each role of an app.

CREATE FUNCTION achieve.grant_access(role text, level text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Money, what looks at it, the outbox, and what the engine keeps for itself.
	not_for_readers CONSTANT text[] := ARRAY['invoice', 'invoice_line', 'notification', 'pending_evaluation',
		'number_counter', 'awaited_type', 'installation', 'due', 'rule_problems'];
	facts CONSTANT text[] := ARRAY['attendance', 'score', 'completion', 'condition'];
	written_by_engine CONSTANT text[] := ARRAY['result', 'achievement', 'certificate', 'audit', 'notification',
		'pending_evaluation', 'number_counter', 'awaited_type', 'installation', 'due'];
	for_readers CONSTANT text[] := ARRAY['facts', 'waiting_for', 'enrollment_facts', 'award_outlook',
		'explain_result', 'explain_award', 'results_as_of', 'render_certificate', 'verify_certificate', 'open_badge'];
	for_instructors CONSTANT text[] := ARRAY['set_result', 'clear_result', 'preview_result'];
	for_owner_only CONSTANT text[] := ARRAY['install', 'begin_restore', 'end_restore', 'grant_access'];
	grantee text;
	object record;
	privileges text;
BEGIN
	IF level IS NULL OR level NOT IN ('reader', 'instructor', 'administrator') THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s is not a level of access', coalesce(quote_ident(level), 'null')),
			HINT = 'The levels are reader, instructor and administrator.';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
		RAISE undefined_object USING
			MESSAGE = format('role %s does not exist', coalesce(quote_ident(role), 'null')),
			HINT = 'Create it first: CREATE ROLE ...';
	END IF;
	IF to_regclass('achieve.event') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database',
			HINT = 'Run: SELECT achieve.install();';
	END IF;
	grantee := quote_ident(role);

	EXECUTE format('GRANT USAGE ON SCHEMA achieve TO %s', grantee);
	FOR object IN
		SELECT c.relname, c.relkind
		FROM pg_class c
		WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'p', 'v')
		ORDER BY c.relname
	LOOP
		privileges := CASE
			WHEN level = 'administrator' AND object.relkind <> 'v' AND object.relname <> ALL (written_by_engine)
				THEN 'SELECT, INSERT, UPDATE, DELETE'
			WHEN level = 'administrator' THEN 'SELECT'
			WHEN level = 'instructor' AND object.relname = ANY (facts) THEN 'SELECT, INSERT, UPDATE, DELETE'
			WHEN object.relname <> ALL (not_for_readers) THEN 'SELECT' END;
		IF privileges IS NOT NULL THEN
			EXECUTE format('GRANT %s ON achieve.%I TO %s', privileges, object.relname, grantee);
		END IF;
	END LOOP;
	FOR object IN
		SELECT p.oid::regprocedure AS signature
		FROM pg_proc p
		WHERE p.pronamespace = 'achieve'::regnamespace
			AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
			AND p.proname <> ALL (for_owner_only)
			AND (level = 'administrator' OR p.proname = ANY (for_readers)
				OR level = 'instructor' AND p.proname = ANY (for_instructors))
			-- what is everybody's already needs no grant
			AND NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
		ORDER BY p.oid
	LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', object.signature, grantee);
	END LOOP;
END
$$;
COMMENT ON FUNCTION achieve.grant_access(text, text) IS
	'Grants a role what a reader (views and explanations), an instructor (also facts and results) or an administrator (also awards, approvals, configuration and invoices) needs. Call it again after an upgrade.';
-- Privileges: functions that read or write tables are for those to whom they
-- are granted. Whoever ran CREATE EXTENSION may grant them; in a trusted
-- installation the functions themselves belong to the bootstrap superuser.

DO $$
DECLARE
	-- Functions of their arguments (or of the clock, or of the session) alone.
	open_to_all CONSTANT text[] := ARRAY['evaluate', 'explain', 'rule_facts', 'validity', 'today', 'set_context',
		-- asks for the right to execute claim_notifications()
		'claim_notification_rows'];
	installer CONSTANT regrole := (SELECT extowner FROM pg_extension WHERE extname = 'achieve');
	signature regprocedure;
BEGIN
	FOR signature IN
		SELECT p.oid
		FROM pg_depend d
		JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
		JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
		WHERE e.extname = 'achieve' AND d.deptype = 'e'
			AND p.provolatile <> 'i' AND p.proname <> ALL (open_to_all)
		ORDER BY p.oid
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', signature);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', signature, installer);
	END LOOP;
	RAISE INFO 'achieve is loaded; to make its tables, run: SELECT achieve.install();';
END
$$;
