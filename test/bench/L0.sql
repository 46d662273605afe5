-- L0, the floor: the same tables, keys, checks and indexes, and nothing
-- maintained. Every trigger of achieve's goes; those of foreign keys stay.
DO $$
DECLARE
	t record;
BEGIN
	FOR t IN
		SELECT tgname, tgrelid::regclass AS relation
		FROM pg_trigger g
		JOIN pg_class c ON c.oid = g.tgrelid
		WHERE c.relnamespace = 'achieve'::regnamespace AND NOT g.tgisinternal
	LOOP
		EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relation);
	END LOOP;
END $$;
