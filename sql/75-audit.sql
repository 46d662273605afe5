-- Proving the audit, and erasing personal data (docs/audit.md).

CREATE FUNCTION achieve.seal_audit(reason text DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME', 'seal_audit' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.seal_audit(text) IS
	'Seals the audit rows that are committed and in no seal yet; returns how many. run_due() does it too.';

CREATE FUNCTION achieve.audit_digest() RETURNS text
	AS 'MODULE_PATHNAME', 'audit_digest' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.audit_digest() IS
	'The last seal in one line, to be kept where nobody who can write this database can write; verify_audit() takes it.';

CREATE FUNCTION achieve.verify_audit(digest text DEFAULT NULL)
	RETURNS TABLE (seal_id bigint, audit_id bigint, problem text)
	AS 'MODULE_PATHNAME', 'verify_audit' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1;
COMMENT ON FUNCTION achieve.verify_audit(text) IS
	'What does not fit in the audit, its seals and what was erased from it; no rows: it holds. With a digest that audit_digest() returned earlier, also seals that were made anew.';

CREATE FUNCTION achieve.erase_learner(learner_id bigint, reason text) RETURNS integer
	AS 'MODULE_PATHNAME', 'erase_learner' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.erase_learner(bigint, text) IS
	'Erases the personal data of a learner: name, address, key, remarks, certificates'' texts, and reasons in the audit. Outcomes stay, and the audit still verifies. Returns how many rows and values it erased, 0 when there was nothing left.';
