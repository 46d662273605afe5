-- The outcomes of loaded facts, from the oracle, so that all sides start from
-- the same rows, whoever would have written them.

SET session_replication_role = replica;

INSERT INTO achieve.result (event_id, learner_id, rule_outcome, rule_decided_at)
SELECT event_id, learner_id, outcome, CASE WHEN outcome <> 'pending' THEN now() END FROM bench.truth;
INSERT INTO achieve.achievement (event_id, learner_id, achievement_type_id, number, source, issued_at, valid_from, expires_on)
SELECT event_id, learner_id, 1, nextval('achieve.achievement_number_seq'), 'rule', now(), ends_on, ends_on + interval '2 years'
FROM bench.truth
JOIN achieve.event e USING (event_id)
CROSS JOIN LATERAL (SELECT (e.ends_at AT TIME ZONE e.time_zone)::date AS ends_on) d
WHERE awarded;

VACUUM ANALYZE;
