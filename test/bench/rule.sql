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
SELECT n.event_id, n.learner_id, d.outcome, d.outcome = 'passed' AND coalesce(p.balance, 0) <= 0 AS awarded
FROM achieve.enrollment n
JOIN bench.event_rule g USING (event_id)
LEFT JOIN (
	SELECT event_id, count(*) AS sessions FROM achieve.session WHERE required AND NOT cancelled GROUP BY event_id) x
	USING (event_id)
LEFT JOIN (
	SELECT t.event_id, t.learner_id, count(*) AS marked, count(*) FILTER (WHERE t.status = 'absent') AS absences
	FROM achieve.attendance t
	JOIN achieve.session USING (event_id, session_no)
	WHERE required AND NOT cancelled
	GROUP BY t.event_id, t.learner_id) a USING (event_id, learner_id)
LEFT JOIN (
	SELECT event_id, learner_id, max(score) AS best, count(*) AS attempts
	FROM achieve.score
	WHERE code = 'final'
	GROUP BY event_id, learner_id) s USING (event_id, learner_id)
LEFT JOIN (
	SELECT l.event_id, l.learner_id, sum(l.amount - l.amount_paid - l.amount_credited) AS balance
	FROM achieve.invoice_line l
	JOIN achieve.invoice i USING (invoice_id)
	WHERE i.status = 'issued'
	GROUP BY l.event_id, l.learner_id) p USING (event_id, learner_id)
CROSS JOIN LATERAL (
	SELECT coalesce(a.absences, 0) AS absences, coalesce(x.sessions, 0) AS sessions,
		coalesce(x.sessions, 0) - coalesce(a.marked, 0) AS unmarked) c
CROSS JOIN LATERAL (
	SELECT CASE
		WHEN c.absences > g.absences_allowed OR (s.attempts >= g.max_attempts AND s.best < g.min_score) THEN 'failed'
		WHEN c.sessions > 0 AND c.absences + c.unmarked <= g.absences_allowed AND s.best >= g.min_score THEN 'passed'
		ELSE 'pending' END AS outcome) d
WHERE n.status = 'active';

CREATE FUNCTION bench.mismatches() RETURNS TABLE (kind text, mismatches bigint)
LANGUAGE sql AS $$
	WITH truth AS MATERIALIZED (
		SELECT * FROM bench.truth
	)
	SELECT 'result', count(*)
	FROM truth t
	FULL JOIN achieve.result r USING (event_id, learner_id)
	WHERE t.outcome IS DISTINCT FROM r.rule_outcome
	UNION ALL
	SELECT 'achievement', count(*)
	FROM truth t
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
