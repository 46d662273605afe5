
-- Attachments: facts that follow a table the app has.

CREATE FUNCTION achieve.attachment_expressions(source oid, names text[], expressions text[], filter text,
	OUT types oid[], OUT used_columns text[])
	AS 'MODULE_PATHNAME', 'attachment_expressions' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION achieve.attachment_expressions(oid, text[], text[], text) IS
	'Internal to attach(): checks expressions over a table''s rows, without evaluating them; their types and the columns they read.';

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

CREATE FUNCTION achieve.attach_table(source regclass, fact text, columns jsonb, filter text, path text) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fact_table CONSTANT text := regexp_replace(fact, '^achieve\.', '');
	-- What only the engine writes.
	kept CONSTANT text[] := ARRAY['config_version', 'template_taken_at', 'passing_rule_inherited'];
	-- Parents come first, and go last.
	rank CONSTANT integer := coalesce(array_position(ARRAY['account', 'learner', 'event', 'session', 'enrollment', 'invoice'], fact_table), 7);
	relation record;
	source_name text;
	allowed text[];
	keys text[];
	missing text;
	names text[];
	expressions text[];
	parsed record;
	name text;
	declared text := '';
	type_name text;
	key_columns text[];
	outputs text[];
	target record;
	made oid;
	mapping_name text;
	definition text;
	copy integer := 1;
	kind text[];
BEGIN
	IF source IS NULL OR fact IS NULL OR columns IS NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = 'source_table, fact_table and columns must not be null',
			HINT = 'For example: SELECT achieve.attach(''mark'', ''attendance'', ''{"event_id": "class_id", ...}'');';
	END IF;
	IF to_regclass('achieve.attachments') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database, or its tables are of an older version',
			HINT = 'Run: SELECT achieve.install();';
	END IF;
	SELECT c.relname, s.nspname, c.relkind, c.relpersistence, c.relispartition, c.relowner, c.relhassubclass,
		EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AS inherits
	INTO relation FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = source;
	source_name := format('%I.%I', relation.nspname, relation.relname);
	keys := achieve.attachment_keys(fact_table, '{}');
	IF keys IS NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('%s is not a fact table', quote_ident(fact)),
			HINT = 'Tables can be attached to account, learner, event, session, enrollment, attendance, score, completion, condition, invoice and invoice_line.';
	END IF;
	IF pg_get_userbyid(relation.relowner) <> current_user THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('must be owner of table %s', source_name),
			HINT = format('What attach() makes acts as the table''s owner. Call it as that role: SET ROLE %I.', pg_get_userbyid(relation.relowner));
	END IF;
	IF relation.relkind NOT IN ('r', 'p') OR relation.relpersistence = 't' OR relation.nspname = 'achieve' THEN
		RAISE wrong_object_type USING
			MESSAGE = format('%s cannot be attached', source_name),
			HINT = 'Attach an ordinary or partitioned table of the app: no view, foreign or temporary table, and none of achieve''s.';
	END IF;
	IF relation.inherits OR relation.relkind = 'r' AND relation.relhassubclass AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = source) THEN
		RAISE wrong_object_type USING
			MESSAGE = format('%s is a partition or takes part in inheritance', source_name),
			HINT = 'Triggers see what is written through the table itself only: attach the partitioned table.';
	END IF;
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE active_sql_transaction USING
			MESSAGE = 'attach() needs isolation level read committed',
			HINT = 'The transaction''s snapshot may be older than rows of the table.';
	END IF;
	IF NOT (has_table_privilege(format('achieve.%I', fact_table), 'SELECT') AND has_table_privilege(format('achieve.%I', fact_table), 'INSERT')
		AND has_table_privilege(format('achieve.%I', fact_table), 'UPDATE') AND has_table_privilege(format('achieve.%I', fact_table), 'DELETE')) THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('permission denied for table achieve.%s', fact_table),
			HINT = format('The attachment writes it as %s, who needs SELECT, INSERT, UPDATE and DELETE.', current_user);
	END IF;
	IF row_security_active(source) OR row_security_active(format('achieve.%I', fact_table)) THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('row-level security hides rows of %s or achieve.%s from %s', source_name, fact_table, current_user),
			HINT = 'The table''s owner must see all rows of both: no FORCE ROW LEVEL SECURITY on the source, and BYPASSRLS where the facts have policies.';
	END IF;

	-- Which columns?
	IF jsonb_typeof(columns) <> 'object' OR EXISTS (SELECT FROM jsonb_each(columns) e WHERE jsonb_typeof(e.value) <> 'string') THEN
		RAISE invalid_parameter_value USING
			MESSAGE = 'columns is not an object of texts',
			HINT = 'It maps columns of the fact table to SQL expressions, for example {"event_id": "class_id", "status": "''present''"}.';
	END IF;
	IF fact_table = 'score' AND NOT columns ? 'attempt' THEN
		columns := columns || '{"attempt": "1"}';
	END IF;
	allowed := ARRAY(SELECT a.attname FROM pg_attribute a
		WHERE a.attrelid = to_regclass(format('achieve.%I', fact_table)) AND a.attnum > 0 AND NOT a.attisdropped
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
		WHERE a.attrelid = to_regclass(format('achieve.%I', fact_table)) AND a.attname = ANY (allowed)
			AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attname <> ALL (names) ORDER BY 1) n;
	IF missing IS NOT NULL THEN
		RAISE invalid_parameter_value USING
			MESSAGE = format('columns does not map %s', missing),
			HINT = format('A row of achieve.%s is found by %s.', fact_table, array_to_string(keys, ', '));
	END IF;
	expressions := ARRAY(SELECT columns ->> n.n FROM unnest(names) WITH ORDINALITY n (n, i) ORDER BY n.i);

	-- Names mean what they mean to the caller, now and from now on.
	EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', source_name);
	PERFORM set_config('search_path', path, true);
	parsed := achieve.attachment_expressions(source::pg_catalog.oid, names, expressions, filter);
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

	key_columns := ARRAY(SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (attnum, place), pg_attribute a
		WHERE i.indrelid = source AND i.indisprimary AND a.attrelid = source AND a.attnum = k.attnum ORDER BY k.place);
	outputs := ARRAY[
		'pg_catalog.concat(' || (SELECT string_agg(format('%L, %I', CASE WHEN k.i > 1 THEN ', ' ELSE '' END || quote_ident(k.n) || ' = ', k.n), ', ' ORDER BY k.i)
			FROM unnest(CASE key_columns WHEN '{}' THEN parsed.used_columns ELSE key_columns END) WITH ORDINALITY k (n, i)) || ')'];
	outputs[1] := coalesce(outputs[1], '''any''::pg_catalog.text');
	FOR target IN
		SELECT n.n, n.expression, a.atttypid, format_type(a.atttypid, NULL) AS type, t.typcategory, t.oid AS given, r.table_name
		FROM unnest(names, expressions, parsed.types) AS n (n, expression, given)
		JOIN pg_attribute a ON a.attrelid = to_regclass(format('achieve.%I', fact_table)) AND a.attname = n.n
		JOIN pg_type t ON t.oid = n.given
		LEFT JOIN LATERAL achieve.attachment_reference(n.n) r ON true
		ORDER BY a.attnum
	LOOP
		type_name := CASE WHEN target.atttypid = to_regtype('achieve.rule') THEN 'text' ELSE target.type END;
		IF target.table_name IS NOT NULL AND target.typcategory <> 'N' THEN
			IF target.table_name = fact_table OR target.typcategory NOT IN ('S', 'E') AND target.given <> 'uuid'::regtype THEN
				RAISE datatype_mismatch USING
					MESSAGE = format('the expression for column %s is of type %s', target.n, format_type(target.given, NULL)),
					HINT = CASE WHEN target.table_name = fact_table
						THEN format('Map a key that is no number to %s instead; achieve then draws the %s itself.', (achieve.attachment_reference(target.n)).reference, target.n)
						ELSE format('Give a number, or a text that is looked up in achieve.%s.%s.', target.table_name, (achieve.attachment_reference(target.n)).reference) END;
			END IF;
			type_name := 'text';
		END IF;
		declared := declared || format(', %I %s', target.n, CASE type_name WHEN 'text' THEN 'pg_catalog.text' ELSE type_name END);
		outputs := outputs || CASE
			WHEN target.atttypid = to_regtype('achieve.rule') THEN format(E'CAST(CAST((%s\n) AS achieve.rule) AS pg_catalog.text) COLLATE pg_catalog."default"', target.expression)
			WHEN type_name = 'text' THEN format(E'CAST((%s\n) AS pg_catalog.text) COLLATE pg_catalog."default"', target.expression)
			ELSE format(E'CAST((%s\n) AS %s)', target.expression, type_name) END;
	END LOOP;

	name := format('achieve_%s_of_%s', fact_table, relation.relname);
	WHILE octet_length(name) > 48 LOOP
		name := left(name, -1);
	END LOOP;
	WHILE EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = quote_ident(relation.nspname)::regnamespace
			AND p.proname = name || CASE WHEN copy > 1 THEN '_' || copy ELSE '' END) LOOP
		copy := copy + 1;
	END LOOP;
	name := name || CASE WHEN copy > 1 THEN '_' || copy ELSE '' END;
	mapping_name := format('%I.%I(%s)', relation.nspname, name, source_name);
	definition := format('CREATE FUNCTION %I.%I(attached_row %s) RETURNS TABLE (source_row pg_catalog.text%s)'
		' LANGUAGE sql STABLE BEGIN ATOMIC SELECT %s FROM (SELECT %s) AS %I%s; END',
		relation.nspname, name, source_name, declared, array_to_string(outputs, ', '),
		(SELECT string_agg(format('(attached_row).%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
			WHERE a.attrelid = source AND a.attname = ANY (parsed.used_columns || key_columns)),
		relation.relname, CASE WHEN filter IS NOT NULL THEN format(E' WHERE (%s\n)', filter) END);
	PERFORM set_config('search_path', path, true);
	EXECUTE definition;
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);

	made := mapping_name::regprocedure;
	EXECUTE format('CREATE FUNCTION %I.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER'
		' SET search_path = pg_catalog, pg_temp SET row_security = off AS %L',
		relation.nspname, name, achieve.attachment_body(made, fact_table));
	-- Nobody else puts the function, which acts as the owner, onto a table.
	EXECUTE format('REVOKE ALL ON FUNCTION %s, %I.%I() FROM PUBLIC', mapping_name, relation.nspname, name);
	EXECUTE format('COMMENT ON FUNCTION %s IS %L', mapping_name,
		format('Made by achieve.attach(): what a row of %s is in achieve.%s.', source_name, fact_table));
	EXECUTE format('COMMENT ON FUNCTION %I.%I() IS %L', relation.nspname, name,
		format('Made by achieve.attach(): keeps achieve.%s in step with %s.', fact_table, source_name));
	EXECUTE format('SELECT achieve.attachment_backfill(NULL::%s[], $1, $2)', source_name) USING made, fact_table;
	FOR target IN
		SELECT a.name, a.mapping::oid AS mapping, l.full_joined
		FROM achieve.attachments a
		CROSS JOIN LATERAL achieve.attachment_lists(a.mapping::oid, a.fact_table) l
		WHERE a.fact_table = regexp_replace($2, '^achieve\.', '') AND a.owner = current_user AND a.mapping IS NOT NULL
			AND l.keys = (achieve.attachment_lists(made, a.fact_table)).keys
	LOOP
		EXECUTE format('SELECT n.source_row FROM (%s) AS n JOIN (%s) AS o ON %s LIMIT 1',
			achieve.attachment_rows(made, fact_table, source_name, false),
			achieve.attachment_rows(target.mapping, fact_table, achieve.attachment_source(target.mapping), false), target.full_joined) INTO missing;
		IF missing IS NOT NULL THEN
			RAISE unique_violation USING
				MESSAGE = format('%s keeps rows of achieve.%s already that rows of %s would stand for, too', target.name, fact_table, source_name),
				DETAIL = format('Source row of %s: %s.', source_name, missing),
				HINT = 'Detach the other first, or let filters tell them apart.';
		END IF;
	END LOOP;
	FOREACH kind SLICE 1 IN ARRAY ARRAY[
		['insert', 'AFTER', 'REFERENCING NEW TABLE AS new_rows'],
		['update', 'AFTER', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'],
		['delete', 'AFTER', 'REFERENCING OLD TABLE AS old_rows'],
		['truncate', 'BEFORE', '']]
	LOOP
		-- Triggers fire by name: parents first where rows come, last where they go.
		EXECUTE format('CREATE TRIGGER %I %s %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION %I.%I(%L, %L, %L)',
			format('achieve_%s%s_%s', CASE WHEN kind[1] IN ('insert', 'update') THEN rank ELSE 8 - rank END, substr(name, 8), kind[1]),
			kind[2], kind[1], source_name, kind[3], relation.nspname, name, fact_table, columns::text, coalesce(filter, ''));
	END LOOP;
	IF fact_table IN ('account', 'learner', 'session', 'invoice') AND relation.relkind = 'r' THEN
		EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER DELETE ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION %I.%I(%L, %L, %L)',
			format('achieve_9%s_late', substr(name, 8)), source_name, relation.nspname, name, fact_table, columns::text, coalesce(filter, ''));
	END IF;
	RETURN name;
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
	IF to_regclass('achieve.attachments') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database, or its tables are of an older version',
			HINT = 'Run: SELECT achieve.install();';
	END IF;
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
	IF to_regclass('achieve.attachments') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database, or its tables are of an older version',
			HINT = 'Run: SELECT achieve.install();';
	END IF;
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
