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
