-- Attachments: which of the app's tables are facts, too.

CREATE VIEW achieve.attachments WITH (security_invoker = true) AS
SELECT t.oid::bigint AS attachment_id,
	format('%I.%I', s.nspname, c.relname) AS source_table,
	a.fact_table,
	p.proname::text AS name,
	a.columns,
	a.filter,
	pg_get_userbyid(p.proowner)::text AS owner,
	t.tgenabled <> 'D' AS active,
	c.oid::bigint AS source_id,
	p.oid::bigint AS trigger_function,
	m.oid::bigint AS mapping
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace s ON s.oid = c.relnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
CROSS JOIN LATERAL achieve.attachment_arguments(t.tgargs) a
LEFT JOIN pg_proc m ON m.pronamespace = p.pronamespace AND m.proname = p.proname AND m.proargtypes[0] = c.reltype
	AND m.pronargs = 1 AND m.proowner = p.proowner
WHERE NOT t.tgisinternal
	AND t.tgname ~ '^achieve_[0-9]_.*_truncate$'
	AND achieve.attachment_keys(a.fact_table, '{}') IS NOT NULL;
COMMENT ON VIEW achieve.attachments IS 'The app''s tables that attach() keeps fact tables in step with, told from their triggers.';
COMMENT ON COLUMN achieve.attachments.attachment_id IS 'Key of the row while the database is not dumped and restored.';
COMMENT ON COLUMN achieve.attachments.source_table IS 'The app''s table.';
COMMENT ON COLUMN achieve.attachments.fact_table IS 'The fact table that follows it.';
COMMENT ON COLUMN achieve.attachments.name IS 'The attachment''s name, as attach() returned it: that of its two functions beside the source table.';
COMMENT ON COLUMN achieve.attachments.columns IS 'The expressions as they were given to attach(); renamed columns are followed, but shown here by their old names.';
COMMENT ON COLUMN achieve.attachments.filter IS 'The condition that rows must meet to be facts; null: all are.';
COMMENT ON COLUMN achieve.attachments.owner IS 'The role with whose rights the expressions run and the facts are written.';
COMMENT ON COLUMN achieve.attachments.active IS 'False where its triggers are disabled.';
COMMENT ON COLUMN achieve.attachments.source_id IS 'The source table in pg_class.';
COMMENT ON COLUMN achieve.attachments.trigger_function IS 'The function in pg_proc that writes the facts.';
COMMENT ON COLUMN achieve.attachments.mapping IS 'The function in pg_proc that yields a source row''s fact; null where it was dropped.';
