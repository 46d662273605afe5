
-- Attachments, the SQL that they run: attach() makes functions of these texts.
--
-- An attachment is two functions of one name beside the source table, owned by
-- its owner: the mapping, which takes a source row and yields the columns of
-- its fact, and the trigger function, which runs as that owner. Names in the
-- texts are qualified and quoted; operators are pg_catalog's, because whatever
-- runs the texts has search_path = pg_catalog, pg_temp. In all of them m is
-- what the mapping yields, n the facts that source rows stand for, f the fact
-- table, o the facts that they stood for.

CREATE FUNCTION achieve.attachment_keys(fact_table text, columns text[]) RETURNS text[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE fact_table
	WHEN 'account' THEN CASE WHEN 'account_id' = ANY (columns) THEN '{account_id}' ELSE '{reference}' END
	WHEN 'learner' THEN CASE WHEN 'learner_id' = ANY (columns) THEN '{learner_id}' ELSE '{reference}' END
	WHEN 'event' THEN CASE WHEN 'event_id' = ANY (columns) THEN '{event_id}' ELSE '{code}' END
	WHEN 'invoice' THEN CASE WHEN 'invoice_id' = ANY (columns) THEN '{invoice_id}' ELSE '{number}' END
	WHEN 'session' THEN '{event_id, session_no}'
	WHEN 'enrollment' THEN '{event_id, learner_id}'
	WHEN 'attendance' THEN '{event_id, learner_id, session_no}'
	WHEN 'score' THEN '{event_id, learner_id, code, attempt}'
	WHEN 'completion' THEN '{event_id, learner_id, code}'
	WHEN 'condition' THEN '{event_id, learner_id, name}'
	WHEN 'invoice_line' THEN '{event_id, learner_id, invoice_id, line_no}'
END::text[]
$$;
COMMENT ON FUNCTION achieve.attachment_keys(text, text[]) IS
	'Internal to attach(): the columns by which a source row finds its fact; null for a table that nothing can be attached to.';

CREATE FUNCTION achieve.attachment_reference(column_name text, OUT table_name text, OUT reference text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT r.table_name, r.reference
FROM (VALUES ('account_id', 'account', 'reference'), ('learner_id', 'learner', 'reference'),
	('event_id', 'event', 'code'), ('invoice_id', 'invoice', 'number'),
	('template_id', 'course_template', 'code')) AS r (column_name, table_name, reference)
WHERE r.column_name = $1
$$;
COMMENT ON FUNCTION achieve.attachment_reference(text) IS
	'Internal to attach(): where a text is looked up that stands for an id.';

CREATE FUNCTION achieve.attachment_columns(mapping oid, fact_table text)
	RETURNS TABLE (place bigint, column_name text, column_type text, is_key boolean, by_reference boolean, is_rule boolean)
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
WITH outputs AS (
	SELECT o.place, o.name, o.type
	FROM pg_proc p, unnest(p.proargnames, p.proallargtypes, p.proargmodes) WITH ORDINALITY AS o (name, type, mode, place)
	WHERE p.oid = $1 AND o.mode = 't' AND o.name <> 'source_row'
)
SELECT o.place, o.name, format_type(a.atttypid, NULL),
	o.name = ANY (achieve.attachment_keys($2, ARRAY(SELECT k.name FROM outputs k))),
	a.atttypid = 'bigint'::regtype AND o.type = 'text'::regtype,
	a.atttypid = to_regtype('achieve.rule')
FROM outputs o
JOIN pg_attribute a ON a.attrelid = to_regclass(format('achieve.%I', $2)) AND a.attname = o.name
ORDER BY o.place
$$;
COMMENT ON FUNCTION achieve.attachment_columns(oid, text) IS
	'Internal to attach(): the fact columns that a mapping yields.';

CREATE FUNCTION achieve.attachment_table_name(relation oid) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT format('%I.%I', s.nspname, c.relname)
FROM pg_class c
JOIN pg_namespace s ON s.oid = c.relnamespace
WHERE c.oid = $1
$$;
COMMENT ON FUNCTION achieve.attachment_table_name(oid) IS
	'Internal to attachments: a table''s name as it may stand in a statement under any search_path.';

CREATE FUNCTION achieve.attachment_source(mapping oid) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT achieve.attachment_table_name(t.typrelid)
FROM pg_proc p
JOIN pg_type t ON t.oid = p.proargtypes[0]
WHERE p.oid = $1
$$;
COMMENT ON FUNCTION achieve.attachment_source(oid) IS
	'Internal to attach(): the name of the table whose rows a mapping takes.';

CREATE FUNCTION achieve.attachment_rows(mapping oid, fact_table text, source_rows text, strict boolean, paired boolean DEFAULT false) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT format('SELECT m.source_row, '
	|| CASE WHEN paired
		THEN 'm.place AS source_key, %1$s FROM (SELECT row_number() OVER () AS place, m.* FROM %2$s AS n LEFT JOIN LATERAL %3$I.%4$I(n.*) AS m ON true) AS m'
			'%5$s WHERE m.source_row IS NOT NULL'
		ELSE '%1$s FROM %2$s AS n CROSS JOIN LATERAL %3$I.%4$I(n.*) AS m%5$s' END,
	string_agg(format(
		CASE
			WHEN c.by_reference AND NOT strict THEN 'r_%1$s.%1$s'
			WHEN c.by_reference AND c.is_key THEN
				'CASE WHEN r_%1$s.%1$s IS NOT NULL THEN r_%1$s.%1$s'
				' ELSE achieve.refuse_source_row(%1$L, m.%1$I, %3$L, m.source_row)::bigint END'
			WHEN c.by_reference THEN
				'CASE WHEN r_%1$s.%1$s IS NOT NULL OR m.%1$I IS NULL THEN r_%1$s.%1$s'
				' ELSE achieve.refuse_source_row(%1$L, m.%1$I, %3$L, m.source_row)::bigint END'
			WHEN c.is_key AND strict THEN
				'CASE WHEN m.%1$I IS NOT NULL THEN m.%1$I'
				' ELSE achieve.refuse_source_row(%1$L, NULL, %3$L, m.source_row)::%2$s END'
			ELSE 'm.%1$I'
		END || ' AS %1$I', c.column_name, c.column_type, achieve.attachment_source(mapping)), ', ' ORDER BY c.place),
	source_rows, s.nspname, p.proname,
	coalesce(string_agg(format(' LEFT JOIN achieve.%1$s AS r_%2$s ON r_%2$s.%3$s = m.%2$I',
		r.table_name, c.column_name, r.reference), '' ORDER BY c.place) FILTER (WHERE c.by_reference), ''))
FROM pg_proc p
JOIN pg_namespace s ON s.oid = p.pronamespace
CROSS JOIN LATERAL achieve.attachment_columns(p.oid, fact_table) c
CROSS JOIN LATERAL achieve.attachment_reference(c.column_name) r
WHERE p.oid = mapping
GROUP BY s.nspname, p.proname
$$;
COMMENT ON FUNCTION achieve.attachment_rows(oid, text, text, boolean, boolean) IS
	'Internal to attach(): a query of the facts that source rows stand for, with ids. Strict: a key that is null or not found is an error, else it is null. Paired: with the row''s place, by which an update''s old and new rows belong together.';

CREATE FUNCTION achieve.attachment_lists(mapping oid, fact_table text,
	OUT keys text, OUT columns text, OUT joined text, OUT known text, OUT old_joined text, OUT new_joined text,
	OUT full_joined text, OUT sets text, OUT changes text, OUT rekeys text, OUT present text, OUT wanted text,
	OUT old_values text, OUT new_values text, OUT old_named text, OUT new_named text, OUT new_columns text,
	OUT record_columns text, OUT record_joined text, OUT key_object text, OUT first_key text, OUT first_place text)
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT string_agg(format('%I', c.column_name), ', ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('%I', c.column_name), ', ' ORDER BY c.place),
	string_agg(format('f.%1$I = n.%1$I', c.column_name), ' AND ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('n.%I IS NOT NULL', c.column_name), ' AND ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('f.%I = d.o%s', c.column_name, c.place), ' AND ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('f.%I = d.n%s', c.column_name, c.place), ' AND ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('o.%1$I = n.%1$I', c.column_name), ' AND ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('%1$I = n.%1$I', c.column_name), ', ' ORDER BY c.place) FILTER (WHERE NOT c.is_key),
	string_agg(format('%1$I = CASE WHEN d.o%2$s IS DISTINCT FROM d.n%2$s THEN d.n%2$s%3$s ELSE f.%1$I END',
		c.column_name, c.place, CASE WHEN c.is_rule THEN '::achieve.rule' END), ', ' ORDER BY c.place) FILTER (WHERE NOT c.is_key),
	string_agg(format('%I = d.n%s', c.column_name, c.place), ', ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('f.%I%s', c.column_name, CASE WHEN c.is_rule THEN '::text' END), ', ' ORDER BY c.place) FILTER (WHERE NOT c.is_key),
	string_agg(format('n.%I', c.column_name), ', ' ORDER BY c.place) FILTER (WHERE NOT c.is_key),
	string_agg(format('d.o%s', c.place), ', ' ORDER BY c.place) FILTER (WHERE NOT c.is_key),
	string_agg(format('d.n%s', c.place), ', ' ORDER BY c.place) FILTER (WHERE NOT c.is_key),
	string_agg(format('o.%I AS o%s', c.column_name, c.place), ', ' ORDER BY c.place),
	string_agg(format('n.%I AS n%s', c.column_name, c.place), ', ' ORDER BY c.place),
	string_agg(format('d.n%s', c.place), ', ' ORDER BY c.place),
	string_agg(format('r.%I', c.column_name), ', ' ORDER BY c.place),
	string_agg(format('f.%1$I = r.%1$I', c.column_name), ' AND ' ORDER BY c.place) FILTER (WHERE c.is_key),
	string_agg(format('%1$L, n.%1$I', c.column_name), ', ' ORDER BY c.place) FILTER (WHERE c.is_key),
	min(format('%I', c.column_name)) FILTER (WHERE c.is_key AND c.place = c.first_place),
	min(c.first_place)::text
FROM (SELECT a.*, min(a.place) FILTER (WHERE a.is_key) OVER () AS first_place
	FROM achieve.attachment_columns(mapping, fact_table) a) c
$$;
COMMENT ON FUNCTION achieve.attachment_lists(oid, text) IS
	'Internal to attach(): lists of columns, assignments and conditions of which its statements are made.';

CREATE FUNCTION achieve.attachment_adoption(mapping oid, fact_table text, source text, source_rows text) RETURNS text[]
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[
	-- Two source rows, anywhere in the table, that stand for one of these facts.
	format('SELECT (array_agg(n.source_row ORDER BY n.source_row))[1:2] FROM (%s) AS n WHERE %s%s GROUP BY %s HAVING count(*) > 1 LIMIT 1',
		achieve.attachment_rows(mapping, fact_table, source, false), l.known,
		CASE WHEN source_rows <> source THEN
			format(' AND (%s) IN (SELECT %s FROM (%s) AS n)', l.keys, l.keys,
				achieve.attachment_rows(mapping, fact_table, source_rows, true)) END, l.keys),
	-- Facts that are there already take the source's values.
	CASE WHEN l.sets IS NULL THEN 'SELECT' ELSE
		format('UPDATE achieve.%I AS f SET %s FROM (%s) AS n WHERE %s AND (%s) IS DISTINCT FROM (%s)', fact_table, l.sets,
			achieve.attachment_rows(mapping, fact_table, source_rows, true), l.joined, l.present, l.wanted) END,
	format('INSERT INTO achieve.%I (%s) SELECT %s FROM (%s) AS n ON CONFLICT (%s) DO NOTHING', fact_table, l.columns, l.columns,
		achieve.attachment_rows(mapping, fact_table, source_rows, true), l.keys)]
FROM achieve.attachment_lists(mapping, fact_table) l
$$;
COMMENT ON FUNCTION achieve.attachment_adoption(oid, text, text, text) IS
	'Internal to attach(): statements that find two source rows for one fact, update the facts of source rows, and insert those that are missing.';

CREATE FUNCTION achieve.attachment_comparison(mapping oid, fact_table text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT format($query$
WITH n AS MATERIALIZED (%1$s)
SELECT 'unresolved', NULL::jsonb, n.source_row FROM n WHERE NOT (%2$s)
UNION ALL
SELECT 'doubled', jsonb_build_object(%3$s), string_agg(n.source_row, ' and ' ORDER BY n.source_row)
FROM n WHERE %2$s GROUP BY %4$s HAVING count(*) > 1
UNION ALL
SELECT CASE WHEN f.%5$s IS NULL THEN 'missing' ELSE 'different' END, jsonb_build_object(%3$s), n.source_row
FROM n LEFT JOIN achieve.%6$I AS f ON %7$s
WHERE %2$s AND (f.%5$s IS NULL%8$s)
UNION ALL
SELECT 'only in facts', jsonb_build_object(%9$s), NULL::text
FROM achieve.%6$I AS f LEFT JOIN n ON %7$s WHERE n.%5$s IS NULL
$query$,
	achieve.attachment_rows(mapping, fact_table, achieve.attachment_source(mapping), false),
	l.known, l.key_object, l.keys, l.first_key, fact_table, l.joined,
	CASE WHEN l.present IS NOT NULL THEN format(' OR (%s) IS DISTINCT FROM (%s)', l.present, l.wanted) END,
	regexp_replace(l.key_object, '\mn\.', 'f.', 'g'))
FROM achieve.attachment_lists(mapping, fact_table) l
WHERE l.keys IS NOT NULL
$$;
COMMENT ON FUNCTION achieve.attachment_comparison(oid, text) IS
	'Internal to check_attachments(): a query of the differences between a source table and its facts.';

CREATE FUNCTION achieve.attachment_on_update(mapping oid, fact_table text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT format($body$
		-- Most updates keep keys, and many keep the facts as well.
		WITH o AS MATERIALIZED (SELECT * FROM (%2$s) AS n WHERE %3$s),
		n AS MATERIALIZED (%1$s)
		SELECT (SELECT count(*) FROM o) <> (SELECT count(*) FROM n)
				OR coalesce(bool_or(d.o%7$s IS NULL OR d.n%7$s IS NULL), false), count(*) FILTER (WHERE true%8$s)
		INTO keys_move, expected FROM (SELECT %4$s, %5$s FROM o FULL JOIN n ON %6$s) AS d;
		IF NOT keys_move THEN
			IF expected = 0 THEN
				RETURN NULL;
			END IF;
			WITH matched AS MATERIALIZED (SELECT %4$s, %5$s FROM (%2$s) AS o FULL JOIN (%1$s) AS n ON %6$s),
			changed AS (%9$s)
			SELECT count(*) INTO done FROM changed;
		ELSE
			WITH old_facts AS MATERIALIZED (SELECT * FROM (%10$s) AS n WHERE %3$s),
			new_facts AS MATERIALIZED (%11$s),
			gone AS MATERIALIZED (SELECT source_key, %12$s FROM old_facts EXCEPT SELECT source_key, %12$s FROM new_facts),
			came AS MATERIALIZED (SELECT source_key, %12$s FROM new_facts EXCEPT SELECT source_key, %12$s FROM old_facts),
			matched AS MATERIALIZED (
				SELECT o.source_key AS o_key, %4$s, n.source_key AS n_key, %5$s FROM gone AS o FULL JOIN came AS n ON %6$s),
			moved AS MATERIALIZED (
				SELECT o.*, n.* FROM (SELECT o_key, %13$s FROM matched WHERE n%7$s IS NULL) AS o
				FULL JOIN (SELECT n_key, %14$s FROM matched WHERE o%7$s IS NULL) AS n ON o.o_key = n.n_key),
			removed AS (DELETE FROM achieve.%16$I AS f USING moved AS d WHERE d.n%7$s IS NULL AND %15$s RETURNING 1),
			changed AS (%9$s),
			rekeyed AS (UPDATE achieve.%16$I AS f SET %17$s FROM moved AS d
				WHERE d.o%7$s IS NOT NULL AND d.n%7$s IS NOT NULL AND %15$s RETURNING 1),
			written AS (INSERT INTO achieve.%16$I (%12$s) SELECT %14$s FROM moved WHERE o%7$s IS NULL
				ON CONFLICT (%18$s) DO NOTHING RETURNING 1)
			SELECT (SELECT count(*) FROM moved WHERE n%7$s IS NOT NULL)
					+ (SELECT count(*) FROM matched AS d WHERE d.o%7$s IS NOT NULL AND d.n%7$s IS NOT NULL%8$s)
					+ (SELECT count(*) FROM (SELECT FROM came GROUP BY %18$s HAVING count(*) > 1) AS t),
				(SELECT count(*) FROM changed) + (SELECT count(*) FROM rekeyed) + (SELECT count(*) FROM written),
				(SELECT min(o.source_row) FROM old_facts AS o WHERE o.source_key IN (
					SELECT d.o_key FROM moved AS d WHERE d.n%7$s IS NULL AND d.o_key IN (SELECT source_key FROM came)))
			INTO expected, done, passed_on;
			IF passed_on IS NOT NULL AND %16$L IN ('event', 'session', 'enrollment') THEN
				RAISE feature_not_supported USING
					MESSAGE = %19$L,
					DETAIL = %20$L || passed_on || '.',
					HINT = 'What depends on them could not follow. Change them one after the other, beginning with the one whose new key is free.';
			END IF;
		END IF;
$body$,
	achieve.attachment_rows(mapping, fact_table, 'new_rows', true), achieve.attachment_rows(mapping, fact_table, 'old_rows', false),
	l.known, l.old_named, l.new_named, l.full_joined, l.first_place,
	CASE WHEN l.changes IS NULL THEN ' AND false' ELSE format(' AND (%s) IS DISTINCT FROM (%s)', l.old_values, l.new_values) END,
	CASE WHEN l.changes IS NULL THEN 'SELECT 1 WHERE false' ELSE
		format('UPDATE achieve.%I AS f SET %s FROM matched AS d WHERE d.o%s IS NOT NULL AND %s AND (%s) IS DISTINCT FROM (%s) RETURNING 1',
			fact_table, l.changes, l.first_place, l.new_joined, l.old_values, l.new_values) END,
	achieve.attachment_rows(mapping, fact_table, 'old_rows', false, true), achieve.attachment_rows(mapping, fact_table, 'new_rows', true, true),
	l.columns, replace(l.new_columns, 'd.n', 'o'), replace(l.new_columns, 'd.', ''), l.old_joined, fact_table,
	concat_ws(', ', l.rekeys, l.changes), l.keys,
	format('source rows of %s pass on what they stand for to one another', s.source),
	format('Source rows of %s: ', s.source))
FROM achieve.attachment_lists(mapping, fact_table) l
CROSS JOIN LATERAL (SELECT achieve.attachment_source(mapping) AS source) s
$$;
COMMENT ON FUNCTION achieve.attachment_on_update(oid, text) IS
	'Internal to attach(): the part of the trigger function that takes an update of the source.';

CREATE FUNCTION achieve.attachment_on_failure(mapping oid, fact_table text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT format($body$
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT, violated = CONSTRAINT_NAME;
	-- Which source row was it? Each alone would fail in the same way.
	IF left(state, 2) NOT IN ('22', '23', '55', '0A') THEN
		RAISE;
	END IF;
	-- Where the app's own foreign keys cascade, the children have gone, but their triggers are yet to fire.
	IF state = '23503' AND TG_OP = 'DELETE' AND TG_LEVEL = 'STATEMENT'
		AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = TG_RELID AND t.tgname LIKE 'achieve%%\_late' AND t.tginitdeferred)
		AND EXISTS (SELECT FROM pg_constraint k WHERE k.confrelid = TG_RELID AND k.contype = 'f' AND k.confdeltype = 'c')
	THEN
		PERFORM set_config('achieve_attachment.postponed', 'on', true);
		RETURN NULL;
	END IF;
	IF state = '23505' AND TG_OP IN ('INSERT', 'UPDATE') THEN
		EXECUTE format(source, TG_RELID::regclass) || %1$L INTO doubled;
		IF doubled IS NOT NULL THEN
			message := %2$L;
			detail := %3$L || array_to_string(doubled, ' and ') || '.';
			hint := 'Let the expressions of its key tell them apart, or give attach() a filter.';
		END IF;
	END IF;
	IF TG_OP IN ('INSERT', 'UPDATE') AND detail NOT LIKE 'Source row%%' THEN
		FOR r IN %4$s LOOP
			tried := tried + 1;
			EXIT WHEN tried > 1000;
			BEGIN
				INSERT INTO achieve.%5$I (%6$s) VALUES (%7$s) ON CONFLICT (%8$s) DO NOTHING;
				RAISE SQLSTATE 'ZA000';
			EXCEPTION WHEN SQLSTATE 'ZA000' THEN
				NULL;
			WHEN OTHERS THEN
				culprit := r.source_row;
				EXIT;
			END;
		END LOOP;
	END IF;
	IF culprit IS NULL AND TG_OP IN ('UPDATE', 'DELETE') AND detail NOT LIKE 'Source row%%' THEN
		FOR r IN EXECUTE CASE TG_OP WHEN 'UPDATE' THEN %9$L ELSE %10$L END LOOP
			tried := tried + 1;
			EXIT WHEN tried > 1000;
			BEGIN
				DELETE FROM achieve.%5$I AS f WHERE %11$s;
				RAISE SQLSTATE 'ZA000';
			EXCEPTION WHEN SQLSTATE 'ZA000' THEN
				NULL;
			WHEN OTHERS THEN
				culprit := r.source_row;
				EXIT;
			END;
		END LOOP;
	END IF;
	PERFORM achieve.refuse_statement(TG_OP, %12$L, %5$L, culprit, state, message, detail, hint, violated);
$body$,
	w.new_rows[1],
	format('two source rows of %s stand for the same row of achieve.%s', s.source, fact_table),
	format('Source rows of %s: ', s.source),
	achieve.attachment_rows(mapping, fact_table, 'new_rows', true), fact_table, l.columns, l.record_columns, l.keys,
	format('SELECT * FROM (%s) AS n WHERE %s EXCEPT SELECT * FROM (%s) AS n',
		achieve.attachment_rows(mapping, fact_table, 'old_rows', false), l.known,
		achieve.attachment_rows(mapping, fact_table, 'new_rows', true)),
	achieve.attachment_rows(mapping, fact_table, 'old_rows', false), l.record_joined, s.source)
FROM achieve.attachment_lists(mapping, fact_table) l
CROSS JOIN LATERAL (SELECT achieve.attachment_source(mapping) AS source) s
CROSS JOIN LATERAL (SELECT achieve.attachment_adoption(mapping, fact_table, 'all_rows', 'new_rows') AS new_rows) w
$$;
COMMENT ON FUNCTION achieve.attachment_on_failure(oid, text) IS
	'Internal to attach(): the part of the trigger function that makes an error say which source row it is about.';

CREATE FUNCTION achieve.attachment_body(mapping oid, fact_table text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT format($body$
#variable_conflict use_column
DECLARE
	-- The table's rows: it may have another name by now.
	source CONSTANT text := 'WITH all_rows AS (SELECT * FROM %%s) ';
	expected bigint := 0;
	done bigint := 0;
	keys_move boolean;
	passed_on text;
	doubled text[];
	r record;
	state text; message text; detail text; hint text; violated text;
	tried integer := 0;
	culprit text;
BEGIN
	IF NOT achieve.attachment_ready(TG_RELID) THEN
		RETURN NULL;
	END IF;
	IF TG_LEVEL = 'ROW' THEN
		-- What could not go with the statement, unless a row has come back for it.
		SELECT n.source_row INTO culprit FROM (%5$s) AS n JOIN achieve.%2$I AS f ON %6$s;
		IF culprit IS NOT NULL THEN
			EXECUTE format(source, TG_RELID::regclass) || %7$L USING OLD;
		END IF;
		RETURN NULL;
	ELSIF TG_OP = 'INSERT' THEN
		WITH n AS MATERIALIZED (%1$s),
		written AS (INSERT INTO achieve.%2$I (%3$s) SELECT %3$s FROM n ON CONFLICT (%4$s) DO NOTHING RETURNING 1)
		SELECT (SELECT count(*) FROM n), (SELECT count(*) FROM written) INTO expected, done;
	ELSIF TG_OP = 'UPDATE' THEN%8$s	ELSIF TG_OP = 'DELETE' THEN
		DELETE FROM achieve.%2$I AS f USING (%9$s) AS n WHERE %6$s;
		IF current_setting('achieve_attachment.postponed', true) = 'on' THEN
			-- Parents whose rows went before: now, or if still referred to, at commit. Somebody else's
			-- trigger of such a name would run here with the rights of this function's owner.
			FOR r IN SELECT format('SET CONSTRAINTS %%I.%%I ', s.nspname, k.conname) AS command
				FROM pg_constraint k JOIN pg_namespace s ON s.oid = k.connamespace
				LEFT JOIN pg_trigger t ON t.tgconstraint = k.oid AND k.contype = 't'
				LEFT JOIN pg_proc p ON p.oid = t.tgfoid
				WHERE k.conname ~ '^achieve_9_(account|learner|session|invoice)_.*_late$'
				GROUP BY s.nspname, k.conname
				HAVING bool_and(p.oid IS NOT NULL AND p.prosecdef AND pg_get_userbyid(p.proowner) = current_user)
				ORDER BY k.conname ~ '^achieve_9_account', k.conname
			LOOP
				BEGIN
					EXECUTE r.command || 'IMMEDIATE';
					EXECUTE r.command || 'DEFERRED';
				EXCEPTION WHEN foreign_key_violation THEN
					NULL;
				END;
			END LOOP;
		END IF;
	ELSIF TG_OP = 'TRUNCATE' THEN
		EXECUTE format(source, TG_RELID::regclass) || %10$L;
	END IF;
	IF done < expected THEN
		EXECUTE format(source, TG_RELID::regclass) || %11$L INTO doubled;
		IF doubled IS NOT NULL THEN
			RAISE unique_violation;
		END IF;
		%12$s;
		%13$s;
	END IF;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN%14$s	RETURN NULL;
END
$body$,
	achieve.attachment_rows(mapping, fact_table, 'new_rows', true), fact_table, l.columns, l.keys,
	achieve.attachment_rows(mapping, fact_table, '(SELECT OLD.*)', false), l.joined,
	format('DELETE FROM achieve.%I AS f USING (%s) AS n WHERE %s AND (%s) NOT IN (SELECT %s FROM (%s) AS n WHERE %s)', fact_table,
		achieve.attachment_rows(mapping, fact_table, '(SELECT $1.*)', false), l.joined,
		regexp_replace(l.keys, '(^|, )', '\1n.', 'g'), l.keys, achieve.attachment_rows(mapping, fact_table, 'all_rows', false), l.known),
	achieve.attachment_on_update(mapping, fact_table),
	achieve.attachment_rows(mapping, fact_table, 'old_rows', false),
	format('DELETE FROM achieve.%I AS f USING (%s) AS n WHERE %s', fact_table,
		achieve.attachment_rows(mapping, fact_table, 'all_rows', false), l.joined),
	w.new_rows[1], CASE WHEN l.sets IS NULL THEN 'NULL' ELSE w.new_rows[2] END, w.new_rows[3],
	achieve.attachment_on_failure(mapping, fact_table))
FROM achieve.attachment_lists(mapping, fact_table) l
CROSS JOIN LATERAL (SELECT achieve.attachment_adoption(mapping, fact_table, 'all_rows', 'new_rows') AS new_rows) w
$$;
COMMENT ON FUNCTION achieve.attachment_body(oid, text) IS
	'Internal to attach(): the body of the trigger function that keeps a fact table in step with its source.';
