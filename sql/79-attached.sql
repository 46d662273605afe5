
-- Attachments that are made: what their triggers call, and what ends and
-- compares them.

CREATE FUNCTION achieve.attachment_ready(source oid) RETURNS boolean
	AS 'MODULE_PATHNAME', 'attachment_ready' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.attachment_ready(oid) IS
	'Internal to attachments: whether they have to follow just now; asks that they run as the source table''s owner.';

CREATE FUNCTION achieve.compare_attachment(mapping oid, fact_table text)
	RETURNS TABLE (problem text, fact jsonb, source_row text)
	AS 'MODULE_PATHNAME', 'compare_attachment' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET row_security = off;
COMMENT ON FUNCTION achieve.compare_attachment(oid, text) IS
	'Internal to check_attachments(): compares one source table with its facts, as its owner.';

CREATE FUNCTION achieve.refuse_source_row(column_name text, value text, source text, source_row text) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found record := achieve.attachment_reference(column_name);
BEGIN
	IF value IS NULL THEN
		RAISE not_null_violation USING
			MESSAGE = format('a source row of %s has no %s', source, column_name),
			DETAIL = format('Source row of %s: %s.', source, source_row),
			HINT = 'Rows that stand for no fact are left out by a filter: attach(..., filter => ''... IS NOT NULL'').';
	END IF;
	RAISE foreign_key_violation USING
		MESSAGE = format('%s %s does not exist', replace(found.table_name, '_', ' '), quote_ident(value)),
		DETAIL = format('Source row of %s: %s.', source, source_row),
		HINT = format('It is looked up in achieve.%s.%s: insert it there first, or attach the table that it comes from.',
			found.table_name, found.reference);
END
$$;
COMMENT ON FUNCTION achieve.refuse_source_row(text, text, text, text) IS
	'Internal to attachments: the error about a source row whose key is null or names nothing.';

CREATE FUNCTION achieve.refuse_statement(operation text, source text, fact_table text, source_row text,
	state text, message text, detail text, hint text, violated text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF detail LIKE 'Source row%' THEN
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, HINT = hint;
	END IF;
	IF operation IN ('DELETE', 'TRUNCATE') AND state = '23503' THEN
		message := format('a row of achieve.%s for which a row of %s stands is still referred to', fact_table, source);
		hint := 'Delete what refers to it first. What achievements were issued for stays: cancel it instead.';
	END IF;
	detail := concat_ws(' ', nullif(detail, ''), format('Source row of %s: %s.', source,
		coalesce(source_row, 'one of those that the statement changed')));
	RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, CONSTRAINT = violated,
		HINT = coalesce(nullif(hint, ''), format('The row''s fact in achieve.%s is what the table''s attachment makes of it.', fact_table));
END
$$;
COMMENT ON FUNCTION achieve.refuse_statement(text, text, text, text, text, text, text, text, text) IS
	'Internal to attachments: the error of a write of facts, with the source row that it was for.';

CREATE FUNCTION achieve.attachment_arguments(arguments bytea,
	OUT fact_table text, OUT columns jsonb, OUT filter text)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text[] := '{}';
	stop integer;
BEGIN
	LOOP
		stop := position('\x00'::bytea IN arguments);
		EXIT WHEN stop = 0;
		parts := parts || convert_from(substring(arguments FROM 1 FOR stop - 1), getdatabaseencoding());
		arguments := substring(arguments FROM stop + 1);
	END LOOP;
	columns := parts[2]::jsonb;
	fact_table := parts[1];
	filter := nullif(parts[3], '');
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex THEN
	-- A trigger that attach() has not made.
	fact_table := NULL;
END
$$;
COMMENT ON FUNCTION achieve.attachment_arguments(bytea) IS
	'Internal to the view attachments: reads what attach() was given from the trigger that it made.';

CREATE FUNCTION achieve.attachment_is_made(source oid, function oid, mapping oid) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
-- Anybody makes triggers on a table of his own that call anybody's function. The
-- mapping, where it is there, says that the function's owner meant this table.
SELECT p.prosecdef AND position('achieve.attachment_ready(TG_RELID)' IN p.prosrc) > 0
	AND ($3 IS NOT NULL OR p.proowner = c.relowner)
FROM pg_proc p, pg_class c
WHERE p.oid = $2 AND c.oid = $1
$$;
COMMENT ON FUNCTION achieve.attachment_is_made(oid, oid, oid) IS
	'Internal to detach(): whether attach() has made a trigger function for this table, and not somebody a trigger that looks like it.';

CREATE FUNCTION achieve.detach_table(source regclass, fact text, name text) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attachment record;
	a_trigger record;
	made oid;
	count integer := 0;
BEGIN
	PERFORM achieve.attachment_check_installed();
	FOR attachment IN
		SELECT DISTINCT a.trigger_function::oid AS function, a.mapping, quote_ident(a.owner) AS owner,
			achieve.attachment_is_made(source, a.trigger_function::oid, a.mapping::oid) AS is_made
		FROM achieve.attachments a
		WHERE a.source_id = source AND (fact IS NULL OR a.fact_table = regexp_replace(fact, '^achieve\.', ''))
			AND ($3 IS NULL OR a.name = $3)
	LOOP
		IF NOT attachment.is_made THEN
			RAISE NOTICE '%', format('triggers of %s that call %s stay: attach() has not made them', source, attachment.function::regprocedure);
			CONTINUE;
		END IF;
		FOR a_trigger IN SELECT t.tgname FROM pg_trigger t WHERE t.tgrelid = source AND t.tgfoid = attachment.function LOOP
			EXECUTE format('DROP TRIGGER %I ON %s', a_trigger.tgname, source);
		END LOOP;
		-- Where the table has changed hands, they are its former owner's: without the trigger they do nothing.
		FOREACH made IN ARRAY array_remove(ARRAY[attachment.function, attachment.mapping::oid], NULL) LOOP
			BEGIN
				EXECUTE format('DROP FUNCTION %s', made::regprocedure);
			EXCEPTION WHEN insufficient_privilege THEN
				RAISE NOTICE '%', format('function %s stays: %s may drop it', made::regprocedure, attachment.owner);
			END;
		END LOOP;
		count := count + 1;
	END LOOP;
	IF count = 0 THEN
		RAISE undefined_object USING
			MESSAGE = format('%s is not attached%s%s', coalesce(source::text, 'null'),
				' to achieve.' || quote_ident(regexp_replace(fact, '^achieve\.', '')), ' as ' || quote_ident(name)),
			HINT = 'The view achieve.attachments shows what is.';
	END IF;
	RETURN count;
END
$$;
COMMENT ON FUNCTION achieve.detach_table(regclass, text, text) IS
	'Internal to detach(): ends attachments of a table.';

CREATE FUNCTION achieve.detach(source_table text, fact_table text DEFAULT NULL, name text DEFAULT NULL) RETURNS integer
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	AS $$SELECT achieve.detach_table(source_table::pg_catalog.regclass, fact_table, name)$$;
COMMENT ON FUNCTION achieve.detach(text, text, text) IS
	'Ends the attachments of a table, to one fact table or of one name where given; the facts stay. For the source table''s owner. Returns how many it ended.';

CREATE FUNCTION achieve.check_attachments()
	RETURNS TABLE (source_table text, fact_table text, name text, problem text, fact jsonb, source_row text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM achieve.attachment_check_installed();
	RETURN QUERY
	WITH attached AS MATERIALIZED (
		-- Whoever may not write facts has no attachment that works.
		SELECT a.source_table, a.fact_table, a.name, a.mapping, pg_get_userbyid(c.relowner) = a.owner AS is_owners
		FROM achieve.attachments a
		JOIN pg_class c ON c.oid = a.source_id
		WHERE a.mapping IS NOT NULL AND has_table_privilege(a.owner, format('achieve.%I', a.fact_table), 'SELECT')
			AND has_table_privilege(a.owner, format('achieve.%I', a.fact_table), 'INSERT')
	), compared AS MATERIALIZED (
		SELECT a.source_table, a.fact_table, a.name, d.problem, d.fact, d.source_row
		FROM attached a
		CROSS JOIN LATERAL achieve.compare_attachment(a.mapping::oid, a.fact_table) d
		WHERE a.is_owners
	)
	SELECT c.source_table, c.fact_table, c.name, c.problem, c.fact, c.source_row
	FROM compared c
	WHERE c.problem <> 'only in facts'
	UNION ALL
	SELECT a.source_table, a.fact_table, a.name, 'owner changed', NULL, NULL
	FROM attached a
	WHERE NOT a.is_owners
	UNION ALL
	-- Not told where there is a table that could not be compared.
	SELECT NULL, c.fact_table, NULL, c.problem, c.fact, NULL
	FROM compared c
	WHERE c.problem = 'only in facts'
	GROUP BY c.fact_table, c.problem, c.fact
	HAVING count(*) = (SELECT count(*) FROM attached a WHERE a.fact_table = c.fact_table)
	ORDER BY 2, 1, 3, 4, 5, 6;
END
$$;
COMMENT ON FUNCTION achieve.check_attachments() IS
	'Compares every attached table with its facts; no rows means that they are in step. Problems: unresolved, doubled, missing, different; owner changed, where a table is another''s now than the one who attached it, and is not compared; and only in facts, where no attached table has a row for a fact.';
