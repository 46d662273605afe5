
-- Access: one call for each role of an app.

CREATE FUNCTION achieve.expected_objects() RETURNS TABLE (kind text, name text)
	AS 'MODULE_PATHNAME', 'expected_objects' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 100 COST 10000;
COMMENT ON FUNCTION achieve.expected_objects() IS
	'The tables, views and functions that install() makes.';

CREATE FUNCTION achieve.grant_access(role text, level text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Money, the outbox, what the engine keeps for itself, and views that call
	-- functions for administrators.
	not_for_readers CONSTANT text[] := ARRAY['invoice', 'invoice_line', 'notification', 'pending_evaluation',
		'number_counter', 'awaited_type', 'installation', 'due', 'health', 'attachments'];
	facts CONSTANT text[] := ARRAY['attendance', 'score', 'completion', 'condition'];
	written_by_engine CONSTANT text[] := ARRAY['result', 'achievement', 'certificate', 'audit', 'notification',
		'pending_evaluation', 'number_counter', 'awaited_type', 'installation', 'due', 'audit_seal', 'audit_erasure'];
	for_readers CONSTANT text[] := ARRAY['facts', 'waiting_for', 'enrollment_facts', 'enrollment_invoiced', 'award_outlook',
		'explain_result', 'explain_award', 'results_as_of', 'render_certificate', 'verify_certificate', 'open_badge',
		'event_report'];
	for_instructors CONSTANT text[] := ARRAY['set_result', 'clear_result', 'preview_result'];
	for_owner_only CONSTANT text[] := ARRAY['install', 'begin_restore', 'end_restore', 'grant_access', 'distribute',
		'add_graphql_comments', 'remove_graphql_comments', 'set_graphql_comments', 'graphql_comment'];
	grantee text;
	owner oid;
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
	SELECT c.relowner INTO owner FROM pg_class c WHERE c.oid = to_regclass('achieve.event');

	EXECUTE format('GRANT USAGE ON SCHEMA achieve TO %s', grantee);
	-- Nothing of what others have put into the schema, and no partitions: what is
	-- written into one by its own name is not watched.
	FOR object IN
		SELECT c.relname, c.relkind
		FROM achieve.expected_objects() x
		JOIN pg_class c ON c.relnamespace = 'achieve'::regnamespace AND c.relname = x.name
		WHERE x.kind IN ('table', 'view') AND c.relkind IN ('r', 'p', 'v') AND c.relowner = owner
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
			AND (EXISTS (
				SELECT
				FROM pg_extension e
				JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
				WHERE e.extname = 'achieve' AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass AND d.objid = p.oid)
				OR p.proowner = owner AND p.proname IN (SELECT x.name FROM achieve.expected_objects() x WHERE x.kind = 'function'))
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
