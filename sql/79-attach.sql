
-- Attachments, making one: attach() checks what it is given, makes the mapping,
-- takes over the rows that are there, and makes the triggers. All of it runs
-- with the rights of its caller, who owns the source table.

CREATE FUNCTION achieve.attachment_expressions(source oid, names text[], expressions text[], filter text,
	OUT types oid[], OUT used_columns text[])
	AS 'MODULE_PATHNAME', 'attachment_expressions' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.attachment_expressions(oid, text[], text[], text) IS
	'Internal to attach(): checks expressions over a table''s rows, without evaluating them; their types and the columns they read.';

CREATE FUNCTION achieve.attachment_check_installed() RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_regclass('achieve.attachments') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database, or its tables are of an older version',
			HINT = 'Run: SELECT achieve.install();';
	END IF;
END
$$;
COMMENT ON FUNCTION achieve.attachment_check_installed() IS
	'Internal to attach(), detach() and check_attachments(): an error where install() has not made the view attachments.';

CREATE FUNCTION achieve.attachment_check_source(source oid) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source_name CONSTANT text := achieve.attachment_table_name(source);
	relation record;
BEGIN
	SELECT s.nspname, c.relkind, c.relpersistence, pg_get_userbyid(c.relowner) AS owner,
		EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
			OR c.relkind = 'r' AND c.relhassubclass AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AS inherits
	INTO relation FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = source;
	IF relation.owner <> current_user THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('must be owner of table %s', source_name),
			HINT = format('What attach() makes acts as the table''s owner. Call it as that role: SET ROLE %I.', relation.owner);
	END IF;
	IF relation.relkind NOT IN ('r', 'p') OR relation.relpersistence = 't' OR relation.nspname = 'achieve' THEN
		RAISE wrong_object_type USING
			MESSAGE = format('%s cannot be attached', source_name),
			HINT = 'Attach an ordinary or partitioned table of the app: no view, foreign or temporary table, and none of achieve''s.';
	END IF;
	IF relation.inherits THEN
		RAISE wrong_object_type USING
			MESSAGE = format('%s is a partition or takes part in inheritance', source_name),
			HINT = 'Triggers see what is written through the table itself only: attach the partitioned table.';
	END IF;
END
$$;
COMMENT ON FUNCTION achieve.attachment_check_source(oid) IS
	'Internal to attach(): an error where a table cannot be attached, or not by the caller.';

CREATE FUNCTION achieve.attachment_check_rights(source oid, fact_table text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target CONSTANT text := format('achieve.%I', fact_table);
BEGIN
	IF NOT (has_table_privilege(target, 'SELECT') AND has_table_privilege(target, 'INSERT')
		AND has_table_privilege(target, 'UPDATE') AND has_table_privilege(target, 'DELETE')) THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('permission denied for table achieve.%s', fact_table),
			HINT = format('The attachment writes it as %s, who needs SELECT, INSERT, UPDATE and DELETE.', current_user);
	END IF;
	IF row_security_active(source) OR row_security_active(target) THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('row-level security hides rows of %s or achieve.%s from %s',
				achieve.attachment_table_name(source), fact_table, current_user),
			HINT = 'The table''s owner must see all rows of both: no FORCE ROW LEVEL SECURITY on the source, and BYPASSRLS where the facts have policies.';
	END IF;
END
$$;
COMMENT ON FUNCTION achieve.attachment_check_rights(oid, text) IS
	'Internal to attach(): an error where the caller may not write the facts, or does not see all rows of both tables.';

CREATE FUNCTION achieve.attachment_mapped_columns(fact_table text, INOUT columns jsonb,
	OUT names text[], OUT expressions text[])
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- What only the engine writes.
	kept CONSTANT text[] := ARRAY['config_version', 'template_taken_at', 'passing_rule_inherited'];
	target CONSTANT regclass := to_regclass(format('achieve.%I', fact_table));
	allowed text[];
	keys text[];
	missing text;
BEGIN
	IF jsonb_typeof(columns) <> 'object' OR EXISTS (SELECT FROM jsonb_each(columns) e WHERE jsonb_typeof(e.value) <> 'string') THEN
		RAISE invalid_parameter_value USING
			MESSAGE = 'columns is not an object of texts',
			HINT = 'It maps columns of the fact table to SQL expressions, for example {"event_id": "class_id", "status": "''present''"}.';
	END IF;
	IF fact_table = 'score' AND NOT columns ? 'attempt' THEN
		columns := columns || '{"attempt": "1"}';
	END IF;
	allowed := ARRAY(SELECT a.attname FROM pg_attribute a
		WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
			AND a.attgenerated = '' AND NOT a.attname = ANY (kept) ORDER BY a.attnum);
	SELECT e.key INTO missing FROM jsonb_each(columns) e WHERE e.key <> ALL (allowed) ORDER BY e.key LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE undefined_column USING
			MESSAGE = format('achieve.%s has no column %s to map to', fact_table, quote_ident(missing)),
			HINT = format('Its columns are %s.', array_to_string(allowed, ', '));
	END IF;
	names := ARRAY(SELECT a.n FROM unnest(allowed) WITH ORDINALITY a (n, i) WHERE columns ? a.n ORDER BY a.i);
	keys := achieve.attachment_keys(fact_table, names);
	SELECT string_agg(n.n, ', ') INTO missing FROM (
		SELECT k.n FROM unnest(keys) k (n) WHERE k.n <> ALL (names)
		UNION
		SELECT a.attname FROM pg_attribute a
		WHERE a.attrelid = target AND a.attname = ANY (allowed)
			AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attname <> ALL (names) ORDER BY 1) n;
	IF missing IS NOT NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('columns does not map %s', missing),
			HINT = format('A row of achieve.%s is found by %s.', fact_table, array_to_string(keys, ', '));
	END IF;
	expressions := ARRAY(SELECT columns ->> n.n FROM unnest(names) WITH ORDINALITY n (n, i) ORDER BY n.i);
END
$$;
COMMENT ON FUNCTION achieve.attachment_mapped_columns(text, jsonb) IS
	'Internal to attach(): the columns with what goes without saying, and which fact columns they map, in the table''s order, to which expressions; an error where one is not there or is missing.';

CREATE FUNCTION achieve.attachment_name(source oid, fact_table text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source_schema oid;
	source_name text;
	name text;
	copy integer := 1;
BEGIN
	SELECT c.relnamespace, c.relname INTO source_schema, source_name FROM pg_class c WHERE c.oid = source;
	name := format('achieve_%s_of_%s', fact_table, source_name);
	WHILE octet_length(name) > 48 LOOP
		name := left(name, -1);
	END LOOP;
	WHILE EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = source_schema
			AND p.proname = name || CASE WHEN copy > 1 THEN '_' || copy ELSE '' END) LOOP
		copy := copy + 1;
	END LOOP;
	RETURN name || CASE WHEN copy > 1 THEN '_' || copy ELSE '' END;
END
$$;
COMMENT ON FUNCTION achieve.attachment_name(oid, text) IS
	'Internal to attach(): a name for an attachment of a table that no function beside it has.';

CREATE FUNCTION achieve.attachment_output_type(fact_table text, column_name text, column_type oid, given oid) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	category CONSTANT "char" := (SELECT t.typcategory FROM pg_type t WHERE t.oid = given);
	lookup record;
BEGIN
	SELECT r.* INTO lookup FROM achieve.attachment_reference(column_name) r;
	IF lookup.table_name IS NOT NULL AND category <> 'N' THEN
		IF lookup.table_name = fact_table OR category NOT IN ('S', 'E') AND given <> 'uuid'::regtype THEN
			RAISE datatype_mismatch USING
				MESSAGE = format('the expression for column %s is of type %s', column_name, format_type(given, NULL)),
				HINT = CASE WHEN lookup.table_name = fact_table
					THEN format('Map a key that is no number to %s instead; achieve then draws the %s itself.', lookup.reference, column_name)
					ELSE format('Give a number, or a text that is looked up in achieve.%s.%s.', lookup.table_name, lookup.reference) END;
		END IF;
		RETURN 'pg_catalog.text';
	END IF;
	RETURN CASE WHEN column_type IN ('text'::regtype, to_regtype('achieve.rule')) THEN 'pg_catalog.text'
		ELSE (SELECT format('%I.%I', s.nspname, t.typname) FROM pg_type t JOIN pg_namespace s ON s.oid = t.typnamespace
			WHERE t.oid = column_type) END;
END
$$;
COMMENT ON FUNCTION achieve.attachment_output_type(text, text, oid, oid) IS
	'Internal to attach(): the type in which a mapping yields a fact column, as it may stand under any search_path; text, where that is looked up. An error where the expression''s type will not do.';

CREATE FUNCTION achieve.attachment_outputs(fact_table text, names text[], expressions text[], types oid[],
	OUT declarations text, OUT outputs text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target record;
	type_name text;
BEGIN
	FOR target IN
		SELECT n.name, n.expression, n.given, a.atttypid AS type
		FROM unnest(names, expressions, types) AS n (name, expression, given)
		JOIN pg_attribute a ON a.attrelid = to_regclass(format('achieve.%I', fact_table)) AND a.attname = n.name
		ORDER BY a.attnum
	LOOP
		type_name := achieve.attachment_output_type(fact_table, target.name, target.type, target.given);
		declarations := concat(declarations, format(', %I %s', target.name, type_name));
		-- The expression may end in a comment.
		outputs := concat(outputs, ', ', CASE
			WHEN target.type = to_regtype('achieve.rule') THEN format(E'CAST(CAST((%s\n) AS achieve.rule) AS pg_catalog.text) COLLATE pg_catalog."default"', target.expression)
			WHEN type_name = 'pg_catalog.text' THEN format(E'CAST((%s\n) AS pg_catalog.text) COLLATE pg_catalog."default"', target.expression)
			ELSE format(E'CAST((%s\n) AS %s)', target.expression, type_name) END);
	END LOOP;
END
$$;
COMMENT ON FUNCTION achieve.attachment_outputs(text, text[], text[], oid[]) IS
	'Internal to attach(): what a mapping yields: the columns'' declarations and the expressions, each after a comma.';

CREATE FUNCTION achieve.attachment_row_name(columns text[]) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT coalesce('pg_catalog.concat(' || string_agg(format('%L, %I',
		CASE WHEN k.place > 1 THEN ', ' ELSE '' END || quote_ident(k.name) || ' = ', k.name), ', ' ORDER BY k.place) || ')',
	'''any''::pg_catalog.text')
FROM unnest($1) WITH ORDINALITY k (name, place)
$$;
COMMENT ON FUNCTION achieve.attachment_row_name(text[]) IS
	'Internal to attach(): an expression that says which source row it is, by the columns given.';

CREATE FUNCTION achieve.attachment_definition(source oid, fact_table text, name text, names text[], expressions text[], filter text,
	types oid[], used_columns text[]) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
SELECT format('CREATE FUNCTION %I.%I(attached_row %s) RETURNS TABLE (source_row pg_catalog.text%s)'
	' LANGUAGE sql STABLE BEGIN ATOMIC SELECT %s%s FROM (SELECT %s) AS %I%s; END',
	s.nspname, $3, achieve.attachment_table_name(c.oid), o.declarations,
	achieve.attachment_row_name(CASE k.columns WHEN '{}' THEN used_columns ELSE k.columns END), o.outputs,
	(SELECT string_agg(format('(attached_row).%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
		WHERE a.attrelid = c.oid AND a.attname = ANY (used_columns || k.columns)),
	c.relname, CASE WHEN filter IS NOT NULL THEN format(E' WHERE (%s\n)', filter) END)
FROM pg_class c
JOIN pg_namespace s ON s.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT ARRAY(SELECT a.attname::text
	FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (attnum, place), pg_attribute a
	WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum ORDER BY k.place) AS columns) k
CROSS JOIN LATERAL achieve.attachment_outputs(fact_table, names, expressions, types) o
WHERE c.oid = source
$$;
COMMENT ON FUNCTION achieve.attachment_definition(oid, text, text, text[], text[], text, oid[], text[]) IS
	'Internal to attach(): the command that makes a mapping. A source row is named by its primary key, else by all columns that are read.';

CREATE FUNCTION achieve.attachment_make_mapping(source oid, fact_table text, names text[], expressions text[], filter text,
	path text) RETURNS oid
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source_name CONSTANT text := achieve.attachment_table_name(source);
	name CONSTANT text := achieve.attachment_name(source, fact_table);
	parsed record;
	definition text;
	made regprocedure;
BEGIN
	-- Names mean what they mean to the caller, now and from now on.
	PERFORM set_config('search_path', path, true);
	parsed := achieve.attachment_expressions(source, names, expressions, filter);
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	definition := achieve.attachment_definition(source, fact_table, name, names, expressions, filter, parsed.types, parsed.used_columns);
	PERFORM set_config('search_path', path, true);
	EXECUTE definition;
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	made := format('%s.%I(%s)', (SELECT c.relnamespace::regnamespace FROM pg_class c WHERE c.oid = source), name, source_name);
	EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made);
	EXECUTE format('COMMENT ON FUNCTION %s IS %L', made,
		format('Made by achieve.attach(): what a row of %s is in achieve.%s.', source_name, fact_table));
	RETURN made;
END
$$;
COMMENT ON FUNCTION achieve.attachment_make_mapping(oid, text, text[], text[], text, text) IS
	'Internal to attach(): makes the function that takes a source row and yields its fact; names in the expressions are looked up in the path given.';

CREATE FUNCTION achieve.attachment_backfill(no_rows anyarray, mapping oid, fact_table text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
AS $$
DECLARE
	source CONSTANT text := achieve.attachment_source(mapping);
	batch_size CONSTANT integer := 10000;
	statements text[] := achieve.attachment_adoption(mapping, fact_table, source, source);
	batch no_rows%TYPE;
	one no_rows%TYPE;
	doubled text[];
	total bigint;
	done bigint := 0;
	state text; message text; detail text; hint text; violated text;
	culprit text;
BEGIN
	EXECUTE statements[1] INTO doubled;
	IF doubled IS NOT NULL THEN
		RAISE unique_violation USING
			MESSAGE = format('two source rows of %s stand for the same row of achieve.%s', source, fact_table),
			DETAIL = format('Source rows of %s: %s.', source, array_to_string(doubled, ' and ')),
			HINT = 'Let the expressions of its key tell them apart, or give attach() a filter.';
	END IF;
	EXECUTE format('SELECT count(*) FROM %s', source) INTO total;
	statements := achieve.attachment_adoption(mapping, fact_table, source, 'unnest($1)');
	FOR batch IN EXECUTE format('SELECT array_agg(b.n) FROM (SELECT CAST(n.* AS %s) AS n, (row_number() OVER () - 1) / $1 AS batch FROM %s AS n) AS b'
		' GROUP BY b.batch ORDER BY b.batch', source, source) USING batch_size
	LOOP
		BEGIN
			EXECUTE statements[2] USING batch;
			EXECUTE statements[3] USING batch;
		EXCEPTION WHEN integrity_constraint_violation OR data_exception OR object_not_in_prerequisite_state THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
				hint = PG_EXCEPTION_HINT, violated = CONSTRAINT_NAME;
			FOR place IN 1 .. CASE WHEN detail LIKE 'Source row%' THEN 0 ELSE least(cardinality(batch), 1000) END LOOP
				one := batch[place : place];
				BEGIN
					EXECUTE statements[2] USING one;
					EXECUTE statements[3] USING one;
				EXCEPTION WHEN OTHERS THEN
					EXECUTE format('SELECT n.source_row FROM (%s) AS n',
						achieve.attachment_rows(mapping, fact_table, 'unnest($1)', false)) INTO culprit USING one;
					EXIT;
				END;
			END LOOP;
			PERFORM achieve.refuse_statement('attach', source, fact_table, culprit, state, message, detail, hint, violated);
		END;
		done := done + cardinality(batch);
		RAISE NOTICE '%', format('achieve.%s takes over %s: %s of %s rows', fact_table, source, done, total);
	END LOOP;
	RETURN done;
END
$$;
COMMENT ON FUNCTION achieve.attachment_backfill(anyarray, oid, text) IS
	'Internal to attach(): makes facts of the rows that are there, in batches.';

CREATE FUNCTION achieve.attachment_check_shared(mapping oid, fact_table text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source CONSTANT text := achieve.attachment_source(mapping);
	other record;
	shared text;
BEGIN
	FOR other IN
		SELECT a.name, a.mapping::oid AS mapping, l.full_joined
		FROM achieve.attachments a
		CROSS JOIN LATERAL achieve.attachment_lists(a.mapping::oid, a.fact_table) l
		WHERE a.fact_table = $2 AND a.owner = current_user AND a.mapping IS NOT NULL
			AND l.keys = (achieve.attachment_lists($1, a.fact_table)).keys
	LOOP
		EXECUTE format('SELECT n.source_row FROM (%s) AS n JOIN (%s) AS o ON %s LIMIT 1',
			achieve.attachment_rows(mapping, fact_table, source, false),
			achieve.attachment_rows(other.mapping, fact_table, achieve.attachment_source(other.mapping), false), other.full_joined) INTO shared;
		IF shared IS NOT NULL THEN
			RAISE unique_violation USING
				MESSAGE = format('%s keeps rows of achieve.%s already that rows of %s would stand for, too', other.name, fact_table, source),
				DETAIL = format('Source row of %s: %s.', source, shared),
				HINT = 'Detach the other first, or let filters tell them apart.';
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION achieve.attachment_check_shared(oid, text) IS
	'Internal to attach(): an error where another attachment of the caller''s keeps facts that rows of this one stand for.';

CREATE FUNCTION achieve.attachment_make_triggers(mapping oid, fact_table text, columns jsonb, filter text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source CONSTANT text := achieve.attachment_source(mapping);
	name text;
	trigger_function text;
	-- What the view attachments shows of it.
	arguments CONSTANT text := format('%L, %L, %L', fact_table, columns::text, coalesce(filter, ''));
	-- Parents come first, and go last.
	rank CONSTANT integer := coalesce(array_position(ARRAY['account', 'learner', 'event', 'session', 'enrollment', 'invoice'], fact_table), 7);
	kind text[];
BEGIN
	SELECT p.proname, format('%I.%I', s.nspname, p.proname) INTO name, trigger_function
	FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace WHERE p.oid = mapping;
	EXECUTE format('CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER'
		' SET search_path = pg_catalog, pg_temp SET row_security = off AS %L',
		trigger_function, achieve.attachment_body(mapping, fact_table));
	-- Nobody else puts the function, which acts as the owner, onto a table.
	EXECUTE format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC', trigger_function);
	EXECUTE format('COMMENT ON FUNCTION %s() IS %L', trigger_function,
		format('Made by achieve.attach(): keeps achieve.%s in step with %s.', fact_table, source));
	FOREACH kind SLICE 1 IN ARRAY ARRAY[
		['insert', 'AFTER', 'REFERENCING NEW TABLE AS new_rows'],
		['update', 'AFTER', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'],
		['delete', 'AFTER', 'REFERENCING OLD TABLE AS old_rows'],
		['truncate', 'BEFORE', '']]
	LOOP
		-- Triggers fire by name: parents first where rows come, last where they go.
		EXECUTE format('CREATE TRIGGER %I %s %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %s(%s)',
			format('achieve_%s%s_%s', CASE WHEN kind[1] IN ('insert', 'update') THEN rank ELSE 8 - rank END, substr(name, 8), kind[1]),
			kind[2], kind[1], source, kind[3], trigger_function, arguments);
	END LOOP;
	IF fact_table IN ('account', 'learner', 'session', 'invoice') AND (SELECT c.relkind FROM pg_class c WHERE c.oid = source::regclass) = 'r' THEN
		EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER DELETE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION %s(%s)',
			format('achieve_9%s_late', substr(name, 8)), source, trigger_function, arguments);
	END IF;
END
$$;
COMMENT ON FUNCTION achieve.attachment_make_triggers(oid, text, jsonb, text) IS
	'Internal to attach(): makes the function that keeps a fact table in step, and the source table''s triggers that call it.';

CREATE FUNCTION achieve.attach_table(source regclass, fact text, columns jsonb, filter text, path text) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fact_table CONSTANT text := regexp_replace(fact, '^achieve\.', '');
	source_name CONSTANT text := achieve.attachment_table_name(source);
	mapped record;
	mapping oid;
BEGIN
	IF source IS NULL OR fact IS NULL OR columns IS NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = 'source_table, fact_table and columns must not be null',
			HINT = 'For example: SELECT achieve.attach(''mark'', ''attendance'', ''{"event_id": "class_id", ...}'');';
	END IF;
	PERFORM achieve.attachment_check_installed();
	IF achieve.attachment_keys(fact_table, '{}') IS NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s is not a fact table', quote_ident(fact)),
			HINT = 'Tables can be attached to account, learner, event, session, enrollment, attendance, score, completion, condition, invoice and invoice_line.';
	END IF;
	PERFORM achieve.attachment_check_source(source);
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE active_sql_transaction USING
			MESSAGE = 'attach() needs isolation level read committed',
			HINT = 'The transaction''s snapshot may be older than rows of the table.';
	END IF;
	PERFORM achieve.attachment_check_rights(source, fact_table);
	mapped := achieve.attachment_mapped_columns(fact_table, columns);

	EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', source_name);
	mapping := achieve.attachment_make_mapping(source, fact_table, mapped.names, mapped.expressions, filter, path);
	EXECUTE format('SELECT achieve.attachment_backfill(NULL::%s[], $1, $2)', source_name) USING mapping, fact_table;
	PERFORM achieve.attachment_check_shared(mapping, fact_table);
	PERFORM achieve.attachment_make_triggers(mapping, fact_table, mapped.columns, filter);
	RETURN (SELECT p.proname FROM pg_proc p WHERE p.oid = mapping);
END
$$;
COMMENT ON FUNCTION achieve.attach_table(regclass, text, jsonb, text, text) IS
	'Internal to attach(): attaches a table; names in the expressions are looked up in the path given.';

CREATE FUNCTION achieve.attach(source_table text, fact_table text, columns jsonb, filter text DEFAULT NULL) RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	AS $$SELECT achieve.attach_table(source_table::pg_catalog.regclass, fact_table, columns, filter,
		pg_catalog.current_setting('search_path'))$$;
COMMENT ON FUNCTION achieve.attach(text, text, jsonb, text) IS
	'Keeps a fact table in step with a table of the app''s: columns maps fact columns to SQL expressions over the source row. For the source table''s owner. Makes facts of the rows that are there, and returns the attachment''s name.';
