
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
