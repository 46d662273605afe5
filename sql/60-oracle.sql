-- The oracle: check_outcomes() recomputes every stored outcome from the facts.
--
-- It goes another way than the engine: plain SQL over whole tables, where the
-- engine follows single enrollments in C. The two share evaluate() and nothing
-- else, so that a fault of one shows against the other.
--
-- The functions named oracle_* are its parts and not for use by apps. Those
-- that return tables are plain SQL without settings of their own, because only
-- then does the planner see through them. They run under the search_path that
-- check_outcomes() sets.

CREATE FUNCTION achieve.oracle_quotient(numerator numeric, denominator numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sign(numerator) * div(2000000 * abs(numerator) + denominator, 2 * denominator) * 0.000001;
COMMENT ON FUNCTION achieve.oracle_quotient(numeric, numeric) IS
'Internal to check_outcomes: the exact quotient by a positive denominator, rounded half away from zero to six digits. Integer division leaves no digit to be rounded twice.';

CREATE FUNCTION achieve.oracle_range(low numeric, high numeric, denominator numeric) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN low = high THEN to_jsonb(achieve.oracle_quotient(low, denominator))
	ELSE jsonb_build_array(achieve.oracle_quotient(low, denominator), achieve.oracle_quotient(high, denominator)) END;
COMMENT ON FUNCTION achieve.oracle_range(numeric, numeric, numeric) IS
'Internal to check_outcomes: a number as rules take it in JSON, or [low, high] while it is open; both ends are over the denominator.';

CREATE AGGREGATE achieve.oracle_product(numeric) (
	SFUNC = pg_catalog.numeric_mul,
	STYPE = numeric,
	INITCOND = '1',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE achieve.oracle_product(numeric) IS 'Internal to check_outcomes: the product of all values, a common denominator.';

CREATE AGGREGATE achieve.oracle_merge(jsonb) (
	SFUNC = pg_catalog.jsonb_concat,
	STYPE = jsonb,
	INITCOND = '{}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE achieve.oracle_merge(jsonb) IS 'Internal to check_outcomes: all keys in one object; what comes later replaces what was there.';

CREATE FUNCTION achieve.oracle_enrollments(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, counts_from date, time_zone text, ended boolean, closed boolean)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT n.event_id, n.learner_id, n.counts_from, e.time_zone,
		e.ends_at <= now(), e.status IN ('closed', 'finalized')
	FROM achieve.enrollment n
	JOIN achieve.event e ON e.event_id = n.event_id
	WHERE n.status = 'active'
		AND e.status <> 'cancelled'
		AND (only_event IS NULL OR n.event_id = only_event)
$$;
COMMENT ON FUNCTION achieve.oracle_enrollments(bigint) IS
'Internal to check_outcomes: the enrollments that rules judge, those that are active on an event that is not cancelled; of one event, or of all when null.';

CREATE FUNCTION achieve.oracle_attendance(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT c.event_id, c.learner_id,
		jsonb_build_object(
			'sessions', c.sessions,
			'attended', c.attended,
			'absences', c.absences,
			'excused', c.excused,
			'lates', c.lates,
			'hours', CASE WHEN c.sessions > 0 THEN achieve.oracle_quotient(c.seconds, 3600) END,
			'hours_attended',
			CASE WHEN c.sessions > 0
				THEN achieve.oracle_range(c.seconds_attended,
					c.seconds_attended + CASE WHEN c.closed THEN 0 ELSE c.seconds_unmarked END, 3600)
				ELSE '[0, null]' END)
	FROM (
		SELECT n.event_id, n.learner_id, n.closed,
			count(s.session_no) AS sessions,
			count(*) FILTER (WHERE a.status IN ('present', 'late')) AS attended,
			count(*) FILTER (WHERE a.status = 'absent') AS absences,
			count(*) FILTER (WHERE a.status = 'excused') AS excused,
			count(*) FILTER (WHERE a.status = 'late') AS lates,
			coalesce(sum(s.seconds), 0) AS seconds,
			coalesce(sum(s.seconds) FILTER (WHERE a.status IN ('present', 'late')), 0) AS seconds_attended,
			coalesce(sum(s.seconds) FILTER (WHERE a.status IS NULL), 0) AS seconds_unmarked
		FROM achieve.oracle_enrollments(only_event) n
		LEFT JOIN (
			SELECT t.event_id, t.session_no, t.starts_at,
				extract(epoch FROM t.ends_at) - extract(epoch FROM t.starts_at) AS seconds
			FROM achieve.session t
			WHERE t.required AND NOT t.cancelled
		) s ON s.event_id = n.event_id
			AND (n.counts_from IS NULL OR (s.starts_at AT TIME ZONE n.time_zone)::date >= n.counts_from)
		LEFT JOIN achieve.attendance a
			ON a.event_id = n.event_id AND a.learner_id = n.learner_id AND a.session_no = s.session_no
		GROUP BY n.event_id, n.learner_id, n.closed
	) c
$$;
COMMENT ON FUNCTION achieve.oracle_attendance(bigint) IS
'Internal to check_outcomes: sessions that count, marks on them, and hours. With no session that counts, hours are open whatever the event''s status.';

CREATE FUNCTION achieve.oracle_shares(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, code text, weight numeric,
	low numeric, high numeric, denominator numeric)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT p.event_id, p.learner_id, p.code, p.weight,
		p.unit * CASE
			WHEN p.attempts IS NULL THEN 0
			WHEN p.attempt_choice = 'highest' THEN p.best
			WHEN p.attempt_choice = 'first' THEN p.first
			WHEN p.attempt_choice = 'latest' AND p.open THEN 0
			WHEN p.attempt_choice = 'latest' THEN p.last
			WHEN p.open AND p.max_attempts IS NULL THEN 0
			ELSE p.total END,
		p.unit * CASE
			WHEN p.attempts IS NULL AND p.open THEN p.max_score
			WHEN p.attempts IS NULL THEN 0
			WHEN p.attempt_choice = 'first' THEN p.first
			WHEN p.attempt_choice = 'mean' AND p.open AND p.max_attempts IS NOT NULL
				THEN p.total + p.max_score * (p.max_attempts - p.attempts)
			WHEN p.open THEN p.max_score
			WHEN p.attempt_choice = 'highest' THEN p.best
			WHEN p.attempt_choice = 'latest' THEN p.last
			ELSE p.total END,
		p.unit * p.max_score * CASE
			WHEN p.attempts IS NULL OR p.attempt_choice <> 'mean' THEN 1
			WHEN NOT p.open THEN p.attempts
			WHEN p.max_attempts IS NULL THEN 1
			ELSE p.max_attempts END
	FROM (
		SELECT n.event_id, n.learner_id, s.code, s.weight, s.max_score, s.attempt_choice, s.max_attempts,
			10::numeric ^ scale(s.max_score) AS unit,
			r.attempts, r.total, r.best, r.first, r.last,
			NOT n.closed
				AND (r.attempts IS NULL
					OR (s.attempt_choice <> 'first' AND coalesce(r.attempts < s.max_attempts, true))) AS open
		FROM achieve.oracle_enrollments(only_event) n
		JOIN achieve.assessment s ON s.event_id = n.event_id
		LEFT JOIN (
			SELECT m.event_id, m.learner_id, m.code,
				count(*) AS attempts, sum(m.score) AS total, max(m.score) AS best,
				(array_agg(m.score ORDER BY m.attempt))[1] AS first,
				(array_agg(m.score ORDER BY m.attempt DESC))[1] AS last
			FROM achieve.score m
			WHERE only_event IS NULL OR m.event_id = only_event
			GROUP BY m.event_id, m.learner_id, m.code
		) r ON r.event_id = n.event_id AND r.learner_id = n.learner_id AND r.code = s.code
	) p
$$;
COMMENT ON FUNCTION achieve.oracle_shares(bigint) IS
'Internal to check_outcomes: for each assessment, which share of its maximum the learner has and can still reach: low and high over an integer denominator.';

CREATE FUNCTION achieve.oracle_scores(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT p.event_id, p.learner_id,
		jsonb_build_object(
			'score', jsonb_object_agg(p.code, achieve.oracle_range(100 * p.low, 100 * p.high, p.denominator)),
			'mean_score',
			CASE WHEN sum(p.weight) > 0
				THEN achieve.oracle_range(
					100 * sum(p.weight * p.low * div(p.common, p.denominator)),
					100 * sum(p.weight * p.high * div(p.common, p.denominator)),
					sum(p.weight) * min(p.common))
				ELSE '[0, 100]' END)
	FROM (
		SELECT s.*, achieve.oracle_product(s.denominator) OVER (PARTITION BY s.event_id, s.learner_id) AS common
		FROM achieve.oracle_shares(only_event) s
	) p
	GROUP BY p.event_id, p.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_scores(bigint) IS
'Internal to check_outcomes: scores in percent and their weighted mean, computed over a common denominator and rounded once.';

CREATE FUNCTION achieve.oracle_completions(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT r.event_id, r.learner_id,
		jsonb_build_object(
			'completed', jsonb_object_agg(r.code, true) FILTER (WHERE r.done),
			'completion', achieve.oracle_range(
				100 * count(*) FILTER (WHERE r.done),
				100 * count(*) FILTER (WHERE r.done OR NOT r.closed),
				count(*)))
	FROM (
		SELECT n.event_id, n.learner_id, n.closed, q.code,
			coalesce(c.completed_at IS NOT NULL OR c.waived, false) AS done
		FROM achieve.oracle_enrollments(only_event) n
		JOIN achieve.requirement q ON q.event_id = n.event_id
		LEFT JOIN achieve.completion c
			ON c.event_id = n.event_id AND c.learner_id = n.learner_id AND c.code = q.code
	) r
	GROUP BY r.event_id, r.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_completions(bigint) IS
'Internal to check_outcomes: which requirements are done or waived, and how many of them in percent.';

CREATE FUNCTION achieve.oracle_payments(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT l.event_id, l.learner_id,
		jsonb_build_object('invoiced', true, 'balance', l.balance, 'paid', CASE WHEN l.balance <= 0 THEN true END)
	FROM (
		SELECT b.event_id, b.learner_id,
			-- beyond what rules can count it makes no difference any more
			greatest(least(round(sum(CASE WHEN i.status = 'issued' THEN b.amount - b.amount_paid - b.amount_credited ELSE 0 END), 6),
				999999999999.999999), -999999999999.999999) AS balance
		FROM achieve.oracle_enrollments(only_event) n
		JOIN achieve.invoice_line b ON b.event_id = n.event_id AND b.learner_id = n.learner_id
		JOIN achieve.invoice i ON i.invoice_id = b.invoice_id
		WHERE i.status IN ('issued', 'paid')
		GROUP BY b.event_id, b.learner_id
	) l
$$;
COMMENT ON FUNCTION achieve.oracle_payments(bigint) IS
'Internal to check_outcomes: what is outstanding on the lines of issued and paid invoices.';

CREATE FUNCTION achieve.oracle_conditions(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT c.event_id, c.learner_id,
		jsonb_build_object('condition', jsonb_object_agg(c.name,
			greatest(least(round(c.value, 6), 999999999999.999999), -999999999999.999999)))
	FROM achieve.oracle_enrollments(only_event) n
	JOIN achieve.condition c ON c.event_id = n.event_id AND c.learner_id = n.learner_id
	GROUP BY c.event_id, c.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_conditions(bigint) IS
'Internal to check_outcomes: the conditions that were recorded.';

CREATE FUNCTION achieve.oracle_facts(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, facts jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT part.event_id, part.learner_id, jsonb_strip_nulls(achieve.oracle_merge(part.facts ORDER BY part.kind))
	FROM (
		SELECT 0 AS kind, e.event_id, e.learner_id,
			jsonb_build_object('balance', 0, 'paid', true,
				'mean_score', '[0, 100]'::jsonb, 'completion', '[0, 100]'::jsonb,
				'ended', CASE WHEN e.ended THEN true END) AS facts
		FROM achieve.oracle_enrollments(only_event) e
		UNION ALL SELECT 1, * FROM achieve.oracle_attendance(only_event)
		UNION ALL SELECT 2, * FROM achieve.oracle_scores(only_event)
		UNION ALL SELECT 3, * FROM achieve.oracle_completions(only_event)
		UNION ALL SELECT 4, * FROM achieve.oracle_payments(only_event)
		UNION ALL SELECT 5, * FROM achieve.oracle_conditions(only_event)
	) part
	GROUP BY part.event_id, part.learner_id
$$;
COMMENT ON FUNCTION achieve.oracle_facts(bigint) IS
'Internal to check_outcomes: all facts of each judged enrollment as evaluate() takes them, except what the learner holds and, for award rules, the result.';

CREATE FUNCTION achieve.oracle_holds(judged achieve.rule, of_learner bigint, on_event bigint, own_type bigint,
	zone text, on_day date, decided_on date)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT jsonb_build_object('holds', coalesce(jsonb_object_agg(t.code, true), '{}'))
	FROM achieve.achievement a
	JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
	WHERE judged::text LIKE '%holds%'
		AND a.learner_id = of_learner
		AND a.revoked_at IS NULL
		AND (a.event_id = on_event AND a.achievement_type_id = own_type) IS NOT TRUE
		AND (
			a.valid_from <= greatest(on_day, (a.issued_at AT TIME ZONE zone)::date)
			AND (a.expires_on > greatest(on_day, (a.issued_at AT TIME ZONE zone)::date)) IS NOT FALSE
			OR a.valid_from <= decided_on
			AND (a.expires_on > decided_on) IS NOT FALSE)
$$;
COMMENT ON FUNCTION achieve.oracle_holds(achieve.rule, bigint, bigint, bigint, text, date, date) IS
'Internal to check_outcomes: what the learner holds on a day in the event''s time zone, and what was held on the day of the decision and has only expired since. An award rule of own_type does not see this enrollment''s own. On a day in the past, what was issued later counts as it did when it was issued: only time is turned back.';

CREATE FUNCTION achieve.oracle_earlier(judged achieve.rule, facts jsonb, closed boolean,
	of_learner bigint, on_event bigint, own_type bigint, zone text, since timestamptz, decided_on date)
RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT achieve.evaluate(judged,
		CASE WHEN moment.ended THEN facts ELSE facts - 'ended' END
			|| achieve.oracle_holds(judged, of_learner, on_event, own_type, zone, moment.day, decided_on),
		closed)
	FROM (
		SELECT d.day, e.ended
		FROM (
			SELECT (now() AT TIME ZONE zone)::date AS day
			UNION
			SELECT turn.day - 1
			FROM achieve.achievement a
			CROSS JOIN LATERAL (VALUES (a.valid_from), (a.expires_on)) turn (day)
			WHERE a.learner_id = of_learner
				AND a.revoked_at IS NULL
				AND turn.day > (since AT TIME ZONE zone)::date
				AND turn.day <= (now() AT TIME ZONE zone)::date
		) d
		CROSS JOIN LATERAL (
			SELECT true AS ended
			UNION ALL
			SELECT false
			FROM achieve.event v
			WHERE v.event_id = on_event AND v.ends_at > since AND v.ends_at <= now()
		) e
	) moment
	WHERE NOT (moment.ended AND moment.day = (now() AT TIME ZONE zone)::date)
$$;
COMMENT ON FUNCTION achieve.oracle_earlier(achieve.rule, jsonb, boolean, bigint, bigint, bigint, text, timestamptz, date) IS
'Internal to check_outcomes: what the rule said of these facts at earlier moments since the given one. A stored outcome that was right at one of them is wrong through time alone.';

CREATE FUNCTION achieve.oracle_result_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT f.event_id, f.learner_id,
		CASE WHEN r.rule_outcome IN (
				SELECT achieve.oracle_earlier(e.passing_rule, f.facts, judged.closed, f.learner_id, f.event_id, NULL, e.time_zone,
					coalesce(r.rule_decided_at, n.enrolled_at), judged.decided_on))
			THEN 'due: ' ELSE '' END
		|| format('rule_outcome is %s, but by the facts it is %s', r.rule_outcome, verdict.outcome)
	FROM achieve.oracle_facts(only_event) f
	JOIN achieve.event e ON e.event_id = f.event_id
	JOIN achieve.enrollment n ON n.event_id = f.event_id AND n.learner_id = f.learner_id
	JOIN achieve.result r ON r.event_id = f.event_id AND r.learner_id = f.learner_id
	CROSS JOIN LATERAL (
		SELECT e.status = 'closed' AS closed,
			CASE WHEN r.rule_outcome <> 'pending' THEN (r.rule_decided_at AT TIME ZONE e.time_zone)::date END AS decided_on
	) judged
	CROSS JOIN LATERAL (
		SELECT CASE WHEN e.passing_rule IS NULL THEN 'pending'
			ELSE achieve.evaluate(e.passing_rule,
				f.facts
					-- what had ended by then stays so when the clock is set back
					|| CASE WHEN r.rule_outcome <> 'pending' AND e.ends_at <= r.rule_decided_at THEN '{"ended": true}'::jsonb ELSE '{}' END
					|| achieve.oracle_holds(e.passing_rule, f.learner_id, f.event_id, NULL, e.time_zone,
					(now() AT TIME ZONE e.time_zone)::date, judged.decided_on),
				judged.closed) END AS outcome
	) verdict
	WHERE e.status IN ('scheduled', 'reopened', 'closed')
		AND r.rule_outcome <> verdict.outcome
$$;
COMMENT ON FUNCTION achieve.oracle_result_problems(bigint) IS
'Internal to check_outcomes: rule outcomes that the facts do not give. Those of finalized events do not move, and those of enrollments that are not active are history.';

CREATE FUNCTION achieve.oracle_verdicts(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, achievement_type_id bigint, code text, on_lapse text,
	event_status text, enrollment_status text, time_zone text, award_rule achieve.rule, facts jsonb, closed boolean,
	stands boolean, blocked boolean, issued_by_rule_at timestamptz, since timestamptz, outcome text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT n.event_id, n.learner_id, o.achievement_type_id, t.code, o.on_lapse,
		e.status, n.status, e.time_zone, o.award_rule, seen.facts, e.status IN ('closed', 'finalized'),
		coalesce(record.stands, false), coalesce(record.blocked, false), record.issued_by_rule_at,
		coalesce(record.issued_by_rule_at, n.enrolled_at),
		CASE WHEN f.facts IS NOT NULL
			THEN achieve.evaluate(o.award_rule,
				seen.facts
					|| CASE WHEN e.ends_at <= record.issued_by_rule_at THEN '{"ended": true}'::jsonb ELSE '{}' END
					|| achieve.oracle_holds(o.award_rule, n.learner_id, n.event_id, o.achievement_type_id,
					e.time_zone, (now() AT TIME ZONE e.time_zone)::date,
					(record.issued_by_rule_at AT TIME ZONE e.time_zone)::date),
				e.status IN ('closed', 'finalized')) END
	FROM achieve.event e
	JOIN achieve.event_achievement o ON o.event_id = e.event_id
	JOIN achieve.achievement_type t ON t.achievement_type_id = o.achievement_type_id
	JOIN achieve.enrollment n ON n.event_id = e.event_id
	LEFT JOIN achieve.oracle_facts(only_event) f ON f.event_id = n.event_id AND f.learner_id = n.learner_id
	LEFT JOIN achieve.result r ON r.event_id = n.event_id AND r.learner_id = n.learner_id
	LEFT JOIN (
		SELECT a.event_id, a.learner_id, a.achievement_type_id,
			bool_or(a.revoked_at IS NULL) AS stands,
			bool_or(a.revoked_at IS NOT NULL AND a.blocks_rule) AS blocked,
			max(a.issued_at) FILTER (WHERE a.revoked_at IS NULL AND a.source = 'rule') AS issued_by_rule_at
		FROM achieve.achievement a
		WHERE only_event IS NULL OR a.event_id = only_event
		GROUP BY a.event_id, a.learner_id, a.achievement_type_id
	) record ON record.event_id = n.event_id AND record.learner_id = n.learner_id
		AND record.achievement_type_id = o.achievement_type_id
	CROSS JOIN LATERAL (
		SELECT f.facts
			|| CASE r.outcome
				WHEN 'passed' THEN '{"passed": true, "failed": false}'::jsonb
				WHEN 'failed' THEN '{"passed": false, "failed": true}'
				ELSE '{}' END
			|| CASE WHEN r.approved_at IS NOT NULL THEN '{"approved": true}'::jsonb ELSE '{}' END AS facts
	) seen
	WHERE o.active
		AND o.award_rule IS NOT NULL
		AND (only_event IS NULL OR e.event_id = only_event)
$$;
COMMENT ON FUNCTION achieve.oracle_verdicts(bigint) IS
'Internal to check_outcomes: for each enrollment and award rule in force what the rule says (null where the enrollment is not judged), and what is recorded: whether one stands, whether a person revoked one, when the rule issued the one that stands.';

CREATE FUNCTION achieve.oracle_award_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT v.event_id, v.learner_id,
		CASE WHEN EXISTS (
				SELECT
				FROM achieve.oracle_earlier(v.award_rule, v.facts, v.closed, v.learner_id, v.event_id, v.achievement_type_id,
					v.time_zone, v.since, (v.issued_by_rule_at AT TIME ZONE v.time_zone)::date) earlier (outcome)
				WHERE (earlier.outcome = 'passed' OR v.event_status = 'reopened' AND earlier.outcome = 'pending')
					<> (v.outcome = 'passed'))
			THEN 'due: ' ELSE '' END
		|| CASE
			WHEN v.outcome = 'passed' THEN format('should hold "%s": its award rule is met', v.code)
			ELSE format('should no longer hold "%s", which the rule issued: ', v.code)
				|| CASE
					WHEN v.outcome IS NOT NULL THEN 'its award rule is ' || v.outcome
					WHEN v.event_status = 'cancelled' THEN 'the event is cancelled'
					ELSE 'the enrollment is ' || v.enrollment_status END
			END
	FROM achieve.oracle_verdicts(only_event) v
	WHERE CASE
		WHEN v.outcome = 'passed' THEN NOT v.stands AND NOT v.blocked
		WHEN v.issued_by_rule_at IS NULL OR v.on_lapse <> 'revoke' THEN false
		WHEN v.event_status = 'finalized' THEN false
		WHEN v.event_status = 'reopened' AND v.outcome = 'pending' THEN false
		ELSE true END
$$;
COMMENT ON FUNCTION achieve.oracle_award_problems(bigint) IS
'Internal to check_outcomes: achievements that their award rule asks for and nobody took back, and those that the rule issued and should have taken back.';

CREATE FUNCTION achieve.oracle_record_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
	SELECT coalesce(n.event_id, r.event_id), coalesce(n.learner_id, r.learner_id),
		CASE WHEN r.event_id IS NULL THEN 'the enrollment has no result row'
			ELSE 'the result row has no enrollment' END
	FROM (SELECT * FROM achieve.enrollment m WHERE only_event IS NULL OR m.event_id = only_event) n
	FULL JOIN (SELECT * FROM achieve.result m WHERE only_event IS NULL OR m.event_id = only_event) r
		ON r.event_id = n.event_id AND r.learner_id = n.learner_id
	WHERE n.event_id IS NULL OR r.event_id IS NULL
UNION ALL
	SELECT r.event_id, r.learner_id,
		format('outcome is %s by %s, but by its parts it is %s by %s', r.outcome, r.source, parts.outcome, parts.source)
	FROM achieve.result r
	CROSS JOIN LATERAL (
		SELECT coalesce(r.manual_outcome, r.rule_outcome) AS outcome,
			CASE WHEN r.manual_outcome IS NULL THEN 'rule' ELSE 'manual' END AS source
	) parts
	WHERE (only_event IS NULL OR r.event_id = only_event)
		AND (r.outcome, r.source) IS DISTINCT FROM (parts.outcome, parts.source)
UNION ALL
	SELECT r.event_id, r.learner_id, 'a pending outcome is approved'
	FROM achieve.result r
	WHERE (only_event IS NULL OR r.event_id = only_event)
		AND r.outcome = 'pending'
		AND (r.approved_at IS NOT NULL OR r.approved_by IS NOT NULL)
UNION ALL
	SELECT a.event_id, a.learner_id, format('holds "%s" %s times', t.code, count(*))
	FROM achieve.achievement a
	JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
	WHERE (only_event IS NULL OR a.event_id = only_event)
		AND a.revoked_at IS NULL
	GROUP BY a.event_id, a.learner_id, t.code
	HAVING count(*) > 1
UNION ALL
	SELECT a.event_id, a.learner_id,
		format('achievement %s ("%s") expires on %s, not after it is valid from %s',
			a.number, t.code, a.expires_on, a.valid_from)
	FROM achieve.achievement a
	JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
	WHERE (only_event IS NULL OR a.event_id = only_event)
		AND a.expires_on <= a.valid_from
$$;
COMMENT ON FUNCTION achieve.oracle_record_problems(bigint) IS
'Internal to check_outcomes: outcome rows that contradict themselves or each other, whatever the facts.';

CREATE FUNCTION achieve.oracle_problems(only_event bigint)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
-- Right after a load the planner believes in tables of a few rows.
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM achieve.event e WHERE e.event_id = only_event) AND only_event IS NOT NULL THEN
		RAISE EXCEPTION 'event % does not exist', only_event
			USING ERRCODE = 'foreign_key_violation',
				HINT = 'Without an argument, check_outcomes() checks every event.';
	END IF;
	RETURN QUERY SELECT * FROM achieve.oracle_record_problems(only_event);
	RETURN QUERY SELECT * FROM achieve.oracle_result_problems(only_event);
	RETURN QUERY SELECT * FROM achieve.oracle_award_problems(only_event);
END
$$;
COMMENT ON FUNCTION achieve.oracle_problems(bigint) IS
'Internal to check_outcomes: all problems. In PL/pgSQL so that each query is planned for the event given or for all events; stable, so that all of them see one snapshot.';

CREATE FUNCTION achieve.check_outcomes(event_id bigint DEFAULT NULL)
RETURNS TABLE (event_id bigint, learner_id bigint, problem text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.event_id, p.learner_id, p.problem
	FROM achieve.oracle_problems($1) p
	ORDER BY p.event_id, p.learner_id, p.problem
$$;
COMMENT ON FUNCTION achieve.check_outcomes(bigint) IS
'Recomputes every outcome of an event, or of all events, from the facts, by another way than the engine. No row: every stored outcome is right. A problem that starts with "due: " came about through time alone; run_due() ends it.';
