-- P3, the nightly batch: nothing on write, a set-based recomputation of one
-- event or of all; CALL bench.p3_recompute(event or null).

CREATE PROCEDURE bench.p3_recompute(p_event bigint) LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMPORARY TABLE p3_fact ON COMMIT DROP AS
	SELECT n.event_id, n.learner_id, r.rule_outcome AS old_outcome, d.outcome,
		d.outcome = 'passed' AND coalesce(p.balance, 0) <= 0 AS awarded,
		(e.ends_at AT TIME ZONE e.time_zone)::date AS ends_on,
		h.achievement_id, h.achievement_id IS NOT NULL AND h.revoked_at IS NULL AS held,
		e.passing_rule::text AS rule, q.sessions, coalesce(a.absences, 0) AS absences,
		q.sessions - coalesce(a.marked, 0) AS unmarked, s.best
	FROM achieve.enrollment n
	JOIN achieve.event e USING (event_id)
	JOIN bench.event_rule g USING (event_id)
	JOIN achieve.result r USING (event_id, learner_id)
	LEFT JOIN (
		SELECT event_id, count(*) AS sessions FROM achieve.session
		WHERE required AND NOT cancelled AND (p_event IS NULL OR event_id = p_event)
		GROUP BY 1) q USING (event_id)
	LEFT JOIN (
		SELECT t.event_id, t.learner_id, count(*) AS marked, count(*) FILTER (WHERE t.status = 'absent') AS absences
		FROM achieve.attendance t
		JOIN achieve.session x USING (event_id, session_no)
		WHERE x.required AND NOT x.cancelled AND (p_event IS NULL OR t.event_id = p_event)
		GROUP BY 1, 2) a USING (event_id, learner_id)
	LEFT JOIN (
		SELECT event_id, learner_id, max(score) AS best, count(*) AS attempts
		FROM achieve.score
		WHERE code = 'final' AND (p_event IS NULL OR event_id = p_event)
		GROUP BY 1, 2) s USING (event_id, learner_id)
	LEFT JOIN (
		SELECT l.event_id, l.learner_id, sum(l.amount - l.amount_paid - l.amount_credited) AS balance
		FROM achieve.invoice_line l
		JOIN achieve.invoice i USING (invoice_id)
		WHERE i.status = 'issued' AND (p_event IS NULL OR l.event_id = p_event)
		GROUP BY 1, 2) p USING (event_id, learner_id)
	LEFT JOIN achieve.achievement h
		ON h.event_id = n.event_id AND h.learner_id = n.learner_id AND h.achievement_type_id = 1
	CROSS JOIN LATERAL (
		SELECT CASE
			WHEN coalesce(a.absences, 0) > g.absences_allowed OR (s.attempts >= g.max_attempts AND s.best < g.min_score) THEN 'failed'
			WHEN q.sessions > 0 AND coalesce(a.absences, 0) + q.sessions - coalesce(a.marked, 0) <= g.absences_allowed
				AND s.best >= g.min_score THEN 'passed'
			ELSE 'pending' END AS outcome) d
	WHERE p_event IS NULL OR n.event_id = p_event;
	ANALYZE p3_fact;  -- without it the joins below can go quadratic on a fresh database

	UPDATE achieve.result r SET rule_outcome = f.outcome, rule_decided_at = now()
	FROM p3_fact f
	WHERE r.event_id = f.event_id AND r.learner_id = f.learner_id AND f.outcome <> f.old_outcome;
	INSERT INTO achieve.audit (transaction_id, actor, database_user, action, event_id, learner_id, object,
		old_value, new_value, evidence)
	SELECT pg_current_xact_id()::text::bigint, current_setting('achieve.actor', true), session_user,
		'result.decide', event_id, learner_id, 'result', jsonb_build_object('rule_outcome', old_outcome),
		jsonb_build_object('rule_outcome', outcome), bench.evidence(rule, sessions, absences, unmarked, best)
	FROM p3_fact
	WHERE outcome <> old_outcome;

	WITH lapsed AS (
		UPDATE achieve.achievement h SET revoked_at = now(), revoke_reason = 'the rule is no longer met',
			lapse_transaction_id = pg_current_xact_id()::text::bigint
		FROM p3_fact f
		WHERE h.event_id = f.event_id AND h.achievement_id = f.achievement_id AND f.held AND NOT f.awarded
		RETURNING h.event_id, h.learner_id, h.achievement_id, h.valid_from, h.expires_on, f.outcome = 'passed' AS passed,
			CASE WHEN f.outcome = 'passed' THEN false END AS paid
	), reinstated AS (
		UPDATE achieve.achievement h SET revoked_at = NULL, revoke_reason = NULL, lapse_transaction_id = NULL
		FROM p3_fact f
		WHERE h.event_id = f.event_id AND h.achievement_id = f.achievement_id AND f.awarded AND NOT f.held
		RETURNING h.event_id, h.learner_id, h.achievement_id, h.valid_from, h.expires_on, true AS passed, true AS paid
	), issued AS (
		INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at,
			valid_from, expires_on)
		SELECT event_id, learner_id, 1, nextval('achieve.achievement_number_seq'), 'rule', now(),
			ends_on, ends_on + interval '2 years'
		FROM p3_fact
		WHERE awarded AND achievement_id IS NULL
		RETURNING event_id, learner_id, achievement_id, valid_from, expires_on, true AS passed, true AS paid
	)
	INSERT INTO achieve.audit (transaction_id, actor, database_user, action, event_id, learner_id, object,
		new_value, evidence)
	SELECT pg_current_xact_id()::text::bigint, current_setting('achieve.actor', true), session_user,
		u.action, u.event_id, u.learner_id, 'achievement ' || u.achievement_id,
		jsonb_build_object('valid_from', u.valid_from, 'expires_on', u.expires_on),
		jsonb_build_object('rule', 'passed and paid',
			'facts', jsonb_build_object('passed', u.passed, 'paid', u.paid))
	FROM (
		SELECT 'achievement.lapse' AS action, * FROM lapsed
		UNION ALL SELECT 'achievement.reinstate', * FROM reinstated
		UNION ALL SELECT 'achievement.issue', * FROM issued) u;
	DROP TABLE p3_fact;
END $$;
