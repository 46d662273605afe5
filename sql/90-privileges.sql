-- Privileges: functions that read or write tables are for those to whom they
-- are granted. Whoever ran CREATE EXTENSION may grant them; in a trusted
-- installation the functions themselves belong to the bootstrap superuser. So
-- may the owner of the schema: a dump does not say whose the extension was,
-- and where a superuser restores it, he creates it in the schema that the dump
-- has given to its owner, and goes on to the grants that this owner made.
-- An update leaves alone what has its privileges: what people have granted
-- would become the extension's own, and dumps would leave it out.

DO $$
DECLARE
	-- Functions of their arguments (or of the clock, or of the session) alone.
	open_to_all CONSTANT text[] := ARRAY['evaluate', 'explain', 'rule_facts', 'validity', 'today', 'set_context',
		-- asks for the right to execute claim_notifications()
		'claim_notification_rows',
		-- asks for the right to read health
		'count_rule_errors',
		-- what attachments call as the source table's owner: checks and errors
		'attachment_ready', 'refuse_source_row', 'refuse_statement'];
	installer CONSTANT regrole := (SELECT extowner FROM pg_extension WHERE extname = 'achieve');
	schema_owner CONSTANT regrole := (SELECT nspowner FROM pg_namespace WHERE nspname = 'achieve');
	signature regprocedure;
BEGIN
	FOR signature IN
		SELECT p.oid
		FROM pg_depend d
		JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
		JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
		WHERE e.extname = 'achieve' AND d.deptype = 'e'
			AND p.provolatile <> 'i' AND p.proname <> ALL (open_to_all)
			AND NOT EXISTS (
				SELECT FROM pg_init_privs i WHERE i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid AND i.privtype = 'e')
		ORDER BY p.oid
	LOOP
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', signature);
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s, %s WITH GRANT OPTION', signature, installer, schema_owner);
	END LOOP;
	IF to_regclass('achieve.installation') IS NULL THEN
		RAISE INFO 'achieve is loaded; to make its tables, run: SELECT achieve.install();';
	ELSE
		RAISE INFO 'achieve is updated; to bring its tables along, run: SELECT achieve.install();';
	END IF;
END
$$;
