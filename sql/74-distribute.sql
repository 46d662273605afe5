-- Past one machine: events spread over the nodes of Citus.

CREATE FUNCTION achieve.distribute() RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Where the extension keeps its functions and the list of what it distributes.
	home name := (SELECT n.nspname
		FROM pg_extension x
		JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
		JOIN pg_proc p ON p.oid = d.objid AND p.proname = 'create_distributed_table'
		JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE x.extname = 'citus');
	first_table CONSTANT text := 'event';
	relation record;
	command text;
	distributed boolean;
	reference_tables integer := 0;
	distributed_tables integer := 0;
	left_alone integer := 0;
BEGIN
	IF to_regclass('achieve.event') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database',
			HINT = 'Run: SELECT achieve.install();';
	END IF;
	IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = 'achieve.event'::regclass), 'USAGE') THEN
		RAISE insufficient_privilege USING
			MESSAGE = format('role %I may not distribute the tables of achieve', current_user),
			HINT = 'Call achieve.distribute() as their owner.';
	END IF;
	IF home IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'extension citus is not installed in this database',
			DETAIL = 'Tables are spread over several machines by Citus.',
			HINT = 'Put citus into shared_preload_libraries, run CREATE EXTENSION citus and add the workers; on one machine, partition the large tables instead (docs/scale.md).';
	END IF;
	EXECUTE 'SET LOCAL citus.enable_unsafe_triggers = on';

	-- What concerns no event lies with event 0.
	FOR relation IN
		SELECT c.relname
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'event_id' AND NOT a.attnotnull
		WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		ORDER BY c.relname
	LOOP
		PERFORM achieve.begin_restore();
		EXECUTE format('UPDATE achieve.%I SET event_id = 0 WHERE event_id IS NULL', relation.relname);
		EXECUTE format('ALTER TABLE achieve.%I ALTER COLUMN event_id SET DEFAULT 0, ALTER COLUMN event_id SET NOT NULL', relation.relname);
		-- writes to the audit itself, and knows then that it takes no null
		PERFORM achieve.end_restore();
	END LOOP;

	-- A key that is unique over all machines holds event_id.
	FOR command IN
		SELECT format('ALTER TABLE achieve.%I DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s', c.relname, o.conname,
			CASE o.contype WHEN 'p' THEN 'PRIMARY KEY (event_id, ' ELSE CASE WHEN i.indnullsnotdistinct THEN 'UNIQUE NULLS NOT DISTINCT (event_id, ' ELSE 'UNIQUE (event_id, ' END END
			|| (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
				FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, place)
				JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) || ')')
		FROM pg_constraint o
		JOIN pg_class c ON c.oid = o.conrelid
		JOIN pg_index i ON i.indexrelid = o.conindid
		JOIN pg_attribute e ON e.attrelid = c.oid AND e.attname = 'event_id'
		WHERE c.relnamespace = 'achieve'::regnamespace AND o.contype IN ('p', 'u') AND NOT e.attnum = ANY (o.conkey)
		ORDER BY c.relname, o.conname
	LOOP
		EXECUTE command;
	END LOOP;

	-- Events don't move from one machine to another, nor do keys that name them.
	FOR command IN
		SELECT format('ALTER TABLE achieve.%I DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s', c.relname, o.conname,
			replace(pg_get_constraintdef(o.oid), ' ON UPDATE CASCADE', ''))
		FROM pg_constraint o
		JOIN pg_class c ON c.oid = o.conrelid
		JOIN pg_attribute e ON e.attrelid = c.oid AND e.attname = 'event_id' AND e.attnum = ANY (o.conkey)
		WHERE c.relnamespace = 'achieve'::regnamespace AND o.contype = 'f' AND o.confupdtype = 'c' AND o.conparentid = 0
		ORDER BY c.relname, o.conname
	LOOP
		EXECUTE command;
	END LOOP;

	-- The catalogue goes to every machine, then events with all that is theirs to one each. What others refer to goes first.
	FOR relation IN
		WITH RECURSIVE ours AS (
			SELECT c.oid, c.relname::text AS name,
				EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'event_id') AS of_an_event
			FROM pg_class c
			WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
				AND c.relpersistence = 'p'
		), depth AS (
			SELECT o.oid, 0 AS level FROM ours o
			UNION
			SELECT f.conrelid, d.level + 1
			FROM depth d
			JOIN pg_constraint f ON f.confrelid = d.oid AND f.contype = 'f' AND f.conrelid <> f.confrelid AND d.level < 20
		)
		SELECT o.oid::regclass AS id, o.name, o.of_an_event
		FROM ours o JOIN depth d USING (oid)
		GROUP BY o.oid, o.name, o.of_an_event
		ORDER BY o.of_an_event, o.name <> first_table, max(d.level), o.name
	LOOP
		EXECUTE format('SELECT EXISTS (SELECT FROM %I.pg_dist_partition p WHERE p.logicalrelid = $1)', home) INTO distributed USING relation.id;
		IF distributed THEN
			left_alone := left_alone + 1;
		ELSIF relation.of_an_event THEN
			EXECUTE format('SELECT %I.create_distributed_table($1, ''event_id'', colocate_with => $2)', home)
				USING relation.id, CASE relation.name WHEN first_table THEN 'none' ELSE 'achieve.' || first_table END;
			distributed_tables := distributed_tables + 1;
		ELSE
			EXECUTE format('SELECT %I.create_reference_table($1)', home) USING relation.id;
			reference_tables := reference_tables + 1;
		END IF;
	END LOOP;
	RETURN format('made %s reference tables and distributed %s tables by event_id; %s were spread already', reference_tables, distributed_tables, left_alone);
END
$$;
COMMENT ON FUNCTION achieve.distribute() IS
	'Spreads events over the nodes of Citus: tables of an event by event_id, the catalogue on every node. For the tables'' owner; says what it did. Calling it again distributes what is new.';
