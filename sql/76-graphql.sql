-- Comments that GraphQL servers read. A view has neither key nor foreign key;
-- PostGraphile and pg_graphql take them from its comment, and then lead from
-- the tabs to events and learners, and back.

CREATE FUNCTION achieve.without_graphql_comment(comment text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	AS $$SELECT pg_catalog.regexp_replace(
		pg_catalog.regexp_replace($1, '^(@(primaryKey|unique|foreignKey|pgGraphql) [^\n]*(\n|$))+', ''),
		'\n@graphql\([^\n]*\)$', '')$$;
COMMENT ON FUNCTION achieve.without_graphql_comment(text) IS
	'Internal to add_graphql_comments(): a view''s comment without what that function adds.';

CREATE FUNCTION achieve.graphql_comment(relation regclass) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said text;
	tags text;
	directive text;
BEGIN
	WITH views AS (
		SELECT a.attrelid, min(a.attname) FILTER (WHERE a.attnum = 1) AS key_column, array_agg(a.attname::text) AS columns
		FROM pg_attribute a
		WHERE a.attrelid = graphql_comment.relation AND a.attnum > 0 AND NOT a.attisdropped
		GROUP BY a.attrelid
	), targets (place, local_columns, target) AS (VALUES
		(1, '{event_id}'::text[], 'event'), (2, '{learner_id}', 'learner'), (3, '{account_id}', 'account'),
		(4, '{event_id,learner_id}', 'results_tab'), (5, '{event_id,achievement_id}', 'achievement'),
		(6, '{event_id,certificate_id}', 'certificate'), (7, '{path_id}', 'learning_path')
	), links AS (
		SELECT t.place, t.local_columns, t.target
		FROM targets t
		JOIN views v ON v.columns @> t.local_columns
		WHERE format('achieve.%I', t.target)::regclass <> graphql_comment.relation
	)
	SELECT concat('@primaryKey ', v.key_column, E'\n',
			CASE WHEN graphql_comment.relation = 'achieve.results_tab'::regclass THEN E'@unique event_id,learner_id\n' END,
			(SELECT string_agg(format(E'@foreignKey (%s) references achieve.%s (%1$s)\n', array_to_string(k.local_columns, ', '), k.target), ''
				ORDER BY k.place) FROM links k)),
		format('@graphql(%s)', jsonb_build_object(
			'primary_key_columns', jsonb_build_array(v.key_column),
			'totalCount', jsonb_build_object('enabled', true),
			'foreign_keys', coalesce((SELECT jsonb_agg(jsonb_build_object(
					'local_name', c.relname, 'local_columns', k.local_columns, 'foreign_name', k.target,
					'foreign_schema', 'achieve', 'foreign_table', k.target, 'foreign_columns', k.local_columns) ORDER BY k.place)
				FROM links k), '[]')))
		INTO STRICT tags, directive
		FROM views v
		JOIN pg_class c ON c.oid = v.attrelid;
	said := coalesce(achieve.without_graphql_comment(obj_description(graphql_comment.relation, 'pg_class')), '');
	-- pg_graphql reads up to the last parenthesis of the whole comment.
	-- PostGraphile shows people what does not stand on a tag's line.
	RETURN tags || CASE WHEN position(')' IN said) = 0 THEN '@pgGraphql ' || directive || E'\n' || said
		ELSE said || E'\n' || directive END;
END
$$;
COMMENT ON FUNCTION achieve.graphql_comment(regclass) IS
	'Internal to add_graphql_comments(): a view''s comment with its key and its foreign keys.';

CREATE FUNCTION achieve.set_graphql_comments(added boolean) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	view record;
	changed integer := 0;
BEGIN
	IF to_regclass('achieve.results_tab') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = 'achieve is not installed in this database',
			HINT = 'Run: SELECT achieve.install();';
	END IF;
	FOR view IN
		SELECT c.oid::regclass AS relation, c.relname, c.relowner, d.comment,
			CASE WHEN added THEN achieve.graphql_comment(c.oid) ELSE achieve.without_graphql_comment(d.comment) END AS wanted
		FROM pg_class c
		CROSS JOIN LATERAL (SELECT obj_description(c.oid, 'pg_class') AS comment) d
		WHERE c.relnamespace = 'achieve'::regnamespace AND c.relkind = 'v'
			AND c.relname = ANY ('{results_tab,achievements_tab,passing_rules_tab,certificates_tab,audit_tab,
				learner_record,learning_path_progress,event_summary,rule_problems}'::text[])
		ORDER BY c.relname
	LOOP
		IF NOT pg_has_role(view.relowner, 'USAGE') THEN
			RAISE insufficient_privilege USING
				MESSAGE = format('must be owner of view %s', view.relname),
				HINT = format('Call it as the owner: SET ROLE %I.', pg_get_userbyid(view.relowner));
		END IF;
		IF view.comment IS DISTINCT FROM view.wanted THEN
			EXECUTE format('COMMENT ON VIEW %s IS %L', view.relation, view.wanted);
			changed := changed + 1;
		END IF;
	END LOOP;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION achieve.set_graphql_comments(boolean) IS
	'Internal to add_graphql_comments() and remove_graphql_comments(): how many views got another comment.';

CREATE FUNCTION achieve.add_graphql_comments() RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	AS $$SELECT pg_catalog.format('comments for PostGraphile and pg_graphql: changed on %s views', achieve.set_graphql_comments(true))$$;
COMMENT ON FUNCTION achieve.add_graphql_comments() IS
	'Adds keys and foreign keys to the comments of the tabs and records, as PostGraphile and pg_graphql read them, so that GraphQL leads from the tabs to events, learners and accounts, and back. For the views'' owner; calling it again is safe, and needed after an upgrade that makes views anew.';

CREATE FUNCTION achieve.remove_graphql_comments() RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	AS $$SELECT pg_catalog.format('comments for PostGraphile and pg_graphql: removed from %s views', achieve.set_graphql_comments(false))$$;
COMMENT ON FUNCTION achieve.remove_graphql_comments() IS
	'Takes back what add_graphql_comments() added. For the views'' owner.';
