-- P1, what an application developer writes: row triggers that recompute the
-- learner. They take no lock, and so race.

CREATE FUNCTION bench.p1_recompute(p_event bigint, p_learner bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	ev achieve.event;
	lim bench.event_rule;
	v_sessions bigint;
	v_absences bigint;
	v_unmarked bigint;
	v_best numeric;
	v_attempts bigint;
	v_old text;
	v_new text;
	v_balance numeric;
	v_ends date;
	v_id bigint;
BEGIN
	SELECT * INTO ev FROM achieve.event WHERE event_id = p_event;
	SELECT * INTO lim FROM bench.event_rule WHERE event_id = p_event;
	SELECT count(*) INTO v_sessions FROM achieve.session WHERE event_id = p_event AND required AND NOT cancelled;
	SELECT count(*) FILTER (WHERE t.status = 'absent'), v_sessions - count(*) INTO v_absences, v_unmarked
	FROM achieve.attendance t
	JOIN achieve.session x USING (event_id, session_no)
	WHERE t.event_id = p_event AND t.learner_id = p_learner AND x.required AND NOT x.cancelled;
	SELECT max(score), count(*) INTO v_best, v_attempts
	FROM achieve.score WHERE event_id = p_event AND learner_id = p_learner AND code = 'final';
	SELECT rule_outcome INTO v_old FROM achieve.result WHERE event_id = p_event AND learner_id = p_learner;
	IF v_absences > lim.absences_allowed OR (v_attempts >= lim.max_attempts AND v_best < lim.min_score) THEN
		v_new := 'failed';
	ELSIF v_sessions > 0 AND v_absences + v_unmarked <= lim.absences_allowed AND v_best >= lim.min_score THEN
		v_new := 'passed';
	ELSE
		v_new := 'pending';
	END IF;
	UPDATE achieve.result SET rule_outcome = v_new, rule_decided_at = now()
	WHERE event_id = p_event AND learner_id = p_learner;
	IF v_new <> v_old THEN
		INSERT INTO achieve.audit (transaction_id, actor, database_user, action, event_id, learner_id, object,
			old_value, new_value, evidence)
		VALUES (pg_current_xact_id()::text::bigint, current_setting('achieve.actor', true), session_user,
			'result.decide', p_event, p_learner, 'result', jsonb_build_object('rule_outcome', v_old),
			jsonb_build_object('rule_outcome', v_new),
			bench.evidence(ev.passing_rule::text, v_sessions, v_absences, v_unmarked, v_best));
	END IF;
	SELECT coalesce(sum(CASE WHEN i.status = 'issued' THEN l.amount - l.amount_paid - l.amount_credited ELSE 0 END), 0)
	INTO v_balance
	FROM achieve.invoice_line l
	JOIN achieve.invoice i USING (invoice_id)
	WHERE l.event_id = p_event AND l.learner_id = p_learner;
	IF v_new = 'passed' AND v_balance <= 0 THEN
		v_ends := (ev.ends_at AT TIME ZONE ev.time_zone)::date;
		IF NOT EXISTS (SELECT 1 FROM achieve.achievement WHERE event_id = p_event AND learner_id = p_learner
				AND achievement_type_id = 1 AND revoked_at IS NULL) THEN
			UPDATE achieve.achievement SET revoked_at = NULL, revoke_reason = NULL, lapse_transaction_id = NULL
			WHERE event_id = p_event AND learner_id = p_learner AND achievement_type_id = 1
			RETURNING achievement_id INTO v_id;
			IF NOT FOUND THEN
				INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at,
					valid_from, expires_on)
				VALUES (p_event, p_learner, 1, nextval('achieve.achievement_number_seq'), 'rule', now(),
					v_ends, v_ends + interval '2 years')
				RETURNING achievement_id INTO v_id;
			END IF;
			INSERT INTO achieve.audit (transaction_id, actor, database_user, action, event_id, learner_id, object,
				new_value, evidence)
			VALUES (pg_current_xact_id()::text::bigint, current_setting('achieve.actor', true), session_user,
				'achievement.issue', p_event, p_learner, 'achievement ' || v_id,
				jsonb_build_object('valid_from', v_ends, 'expires_on', (v_ends + interval '2 years')::date),
				jsonb_build_object('rule', 'passed and paid', 'facts', jsonb_build_object('passed', true, 'paid', true)));
		END IF;
	ELSE
		UPDATE achieve.achievement SET revoked_at = now(), revoke_reason = 'the rule is no longer met',
			lapse_transaction_id = pg_current_xact_id()::text::bigint
		WHERE event_id = p_event AND learner_id = p_learner AND achievement_type_id = 1 AND revoked_at IS NULL
		RETURNING achievement_id INTO v_id;
		IF FOUND THEN
			INSERT INTO achieve.audit (transaction_id, actor, database_user, action, event_id, learner_id, object,
				new_value, evidence)
			VALUES (pg_current_xact_id()::text::bigint, current_setting('achieve.actor', true), session_user,
				'achievement.lapse', p_event, p_learner, 'achievement ' || v_id,
				jsonb_build_object('revoke_reason', 'the rule is no longer met'),
				jsonb_build_object('rule', 'passed and paid',
					'facts', jsonb_build_object('passed', v_new = 'passed', 'paid', v_balance <= 0)));
		END IF;
	END IF;
END $$;

CREATE FUNCTION bench.p1_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		PERFORM bench.p1_recompute(OLD.event_id, OLD.learner_id);
	ELSE
		PERFORM bench.p1_recompute(NEW.event_id, NEW.learner_id);
	END IF;
	RETURN NULL;
END $$;

CREATE FUNCTION bench.p1_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM bench.p1_recompute(event_id, learner_id)
	FROM (SELECT DISTINCT event_id, learner_id FROM achieve.invoice_line WHERE invoice_id = NEW.invoice_id) k;
	RETURN NULL;
END $$;

CREATE FUNCTION bench.p1_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM bench.p1_recompute(event_id, learner_id) FROM achieve.enrollment WHERE event_id = NEW.event_id;
	RETURN NULL;
END $$;

CREATE TRIGGER p1 AFTER INSERT OR UPDATE OR DELETE ON achieve.attendance
	FOR EACH ROW EXECUTE FUNCTION bench.p1_fact();
CREATE TRIGGER p1 AFTER INSERT OR UPDATE OR DELETE ON achieve.score
	FOR EACH ROW EXECUTE FUNCTION bench.p1_fact();
CREATE TRIGGER p1 AFTER INSERT OR UPDATE OR DELETE ON achieve.invoice_line
	FOR EACH ROW EXECUTE FUNCTION bench.p1_fact();
CREATE TRIGGER p1 AFTER UPDATE ON achieve.invoice FOR EACH ROW EXECUTE FUNCTION bench.p1_invoice();
CREATE TRIGGER p1 AFTER UPDATE ON achieve.session FOR EACH ROW EXECUTE FUNCTION bench.p1_event();
CREATE TRIGGER p1 AFTER UPDATE ON bench.event_rule FOR EACH ROW EXECUTE FUNCTION bench.p1_event();
