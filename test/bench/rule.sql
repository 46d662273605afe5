-- What the benchmark's rule means, for the peers and for the oracle.
--
-- Every event has the passing rule "absences <= N and score(final) >= 50" and
-- awards achievement type 1 by "passed and paid". The peers keep N and the
-- other limits in event_rule, as an application would in its event table.
-- They know less than achieve does (no late joiners, closed events, manual
-- results, other attempt choices, maxima other than 100): less work for them.

CREATE SCHEMA bench;

CREATE TABLE bench.event_rule (
	event_id bigint PRIMARY KEY REFERENCES achieve.event,
	absences_allowed integer NOT NULL,
	min_score numeric NOT NULL,
	max_attempts integer NOT NULL
);

-- The oracle: every outcome from scratch. A learner has failed when there are
-- too many absences already, or when the last attempt was not good enough; has
-- passed when the sessions still unmarked cannot make too many absences; and
-- is pending otherwise.
CREATE VIEW bench.truth AS
SELECT n.event_id, n.learner_id, d.outcome, d.outcome = 'passed' AND p.balance <= 0 AS awarded
FROM achieve.enrollment n
JOIN bench.event_rule g USING (event_id)
CROSS JOIN LATERAL (
	SELECT count(*) AS sessions, count(*) FILTER (WHERE t.status = 'absent') AS absences,
		count(*) FILTER (WHERE t.status IS NULL) AS unmarked
	FROM achieve.session x
	LEFT JOIN achieve.attendance t
		ON t.event_id = x.event_id AND t.learner_id = n.learner_id AND t.session_no = x.session_no
	WHERE x.event_id = n.event_id AND x.required AND NOT x.cancelled) a
CROSS JOIN LATERAL (
	SELECT max(c.score) AS best, count(*) AS attempts
	FROM achieve.score c
	WHERE c.event_id = n.event_id AND c.learner_id = n.learner_id AND c.code = 'final') s
CROSS JOIN LATERAL (
	SELECT coalesce(sum(CASE WHEN i.status = 'issued' THEN l.amount - l.amount_paid - l.amount_credited ELSE 0 END), 0)
		AS balance
	FROM achieve.invoice_line l
	JOIN achieve.invoice i USING (invoice_id)
	WHERE l.event_id = n.event_id AND l.learner_id = n.learner_id) p
CROSS JOIN LATERAL (
	SELECT CASE
		WHEN a.absences > g.absences_allowed OR (s.attempts >= g.max_attempts AND s.best < g.min_score) THEN 'failed'
		WHEN a.sessions > 0 AND a.absences + a.unmarked <= g.absences_allowed AND s.best >= g.min_score THEN 'passed'
		ELSE 'pending' END AS outcome) d
WHERE n.status = 'active';

CREATE FUNCTION bench.mismatches() RETURNS TABLE (kind text, mismatches bigint)
LANGUAGE sql AS $$
	SELECT 'result', count(*)
	FROM bench.truth t
	FULL JOIN achieve.result r USING (event_id, learner_id)
	WHERE t.outcome IS DISTINCT FROM r.rule_outcome
	UNION ALL
	SELECT 'achievement', count(*)
	FROM bench.truth t
	FULL JOIN (SELECT * FROM achieve.achievement WHERE revoked_at IS NULL) h USING (event_id, learner_id)
	WHERE coalesce(t.awarded, false) IS DISTINCT FROM (h.achievement_id IS NOT NULL)
	UNION ALL
	SELECT 'audit', count(*)
	FROM achieve.result r
	JOIN (
		SELECT DISTINCT ON (event_id, learner_id) event_id, learner_id, new_value
		FROM achieve.audit
		WHERE new_value ? 'rule_outcome'
		ORDER BY event_id, learner_id, audit_id DESC) u USING (event_id, learner_id)
	WHERE u.new_value ->> 'rule_outcome' <> r.rule_outcome
$$;
