-- P2f, P2 with what rule-aware filters can save; run after P2.sql.
--
-- A new mark cannot move a decided result (a recorded fact never takes passed
-- or failed back), so marks of learners who are not pending end after the
-- lock; not before it, where a correction by another transaction would be
-- missed. And most of what remains moves nothing: a read-only look comes
-- before the statement with its four writes.

CREATE OR REPLACE FUNCTION bench.p2_evaluate(ev bigint[], ln bigint[]) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	IF ev IS NULL THEN
		RETURN;
	END IF;
	PERFORM bench.p2_lock(ev, ln);
	PERFORM 1 FROM bench.p2_decide(ev, ln) WHERE outcome <> old_outcome OR awarded <> held LIMIT 1;
	IF FOUND THEN
		PERFORM bench.p2_write(ev, ln);
	END IF;
END $$;

CREATE FUNCTION bench.p2f_marked() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	ev bigint[];
	ln bigint[];
BEGIN
	SELECT array_agg(event_id), array_agg(learner_id) INTO ev, ln
	FROM (SELECT DISTINCT event_id, learner_id FROM new_rows) k;
	IF ev IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM bench.p2_lock(ev, ln);
	SELECT array_agg(event_id), array_agg(learner_id) INTO ev, ln
	FROM unnest(ev, ln) AS k(event_id, learner_id)
	JOIN achieve.result USING (event_id, learner_id)
	WHERE rule_outcome = 'pending';
	PERFORM bench.p2_evaluate(ev, ln);
	RETURN NULL;
END $$;

DROP TRIGGER p2_inserted ON achieve.attendance;
CREATE TRIGGER p2_inserted AFTER INSERT ON achieve.attendance REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION bench.p2f_marked();
