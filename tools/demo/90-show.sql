-- What the tabs show for one event, and the events around today in numbers.

\pset format wrapped
\pset columns 140
\pset linestyle unicode
\pset null ''
\pset footer off

\echo
\echo 'PASSING RULES of FL-203: what decides, and what was changed on this event against its template'
\echo
SELECT subject, origin, rule, nullif(template_rule, rule) AS template_says
FROM passing_rules_tab
WHERE event_code = 'FL-203'
ORDER BY subject = 'passing rule' DESC, subject;

\echo 'RESULTS of FL-203: each learner against the passing rule, and what people decided on top of it'
\echo
SELECT learner_name AS learner, enrollment_status AS enrolled, attended || '/' || sessions AS attended,
	round(score_percent, 1) AS "score %", paid, rule_outcome AS by_rule, outcome, source, coalesce(reason, waiting_for) AS reason_or_waiting_for
FROM results_tab
WHERE event_code = 'FL-203'
ORDER BY learner_name;

\echo 'ACHIEVEMENTS of FL-203: what was issued and until when it is valid, and what the others wait for (without forklift-theory)'
\echo
SELECT learner_name AS learner, achievement_type AS achievement, state, number, valid_from, last_valid_on,
	coalesce(revoke_reason, waiting_for) AS reason_or_waiting_for
FROM achievements_tab
WHERE event_code = 'FL-203' AND achievement_type <> 'forklift-theory'
	AND (achievement_type <> 'reach-truck' OR achievement_id IS NOT NULL)
ORDER BY achievement_type, state, learner_name;

\echo 'AUDIT of FL-203, the last twelve entries: who did what, when and why'
\echo
SELECT coalesce(actor, database_user) AS who, action, learner_name AS learner,
	coalesce(new_value ->> 'type', (old_value ->> 'outcome') || ' -> ' || (new_value ->> 'outcome')) AS what, reason
FROM (SELECT * FROM audit_tab WHERE event_code = 'FL-203' ORDER BY audit_id DESC LIMIT 12) AS last
ORDER BY audit_id;

\echo 'EVIDENCE: the audit keeps what a rule saw when it decided, here when Anna Müller passed'
\echo
SELECT evidence ->> 'rule' AS rule, evidence ->> 'facts' AS facts
FROM audit_tab
WHERE event_code = 'FL-203' AND learner_name = 'Anna Müller' AND action LIKE 'result.%'
ORDER BY audit_id DESC
LIMIT 1 \gx

\echo 'EVENTS of the last month and to come, in numbers'
\echo
SELECT event_code AS event, event_title AS title, (s.starts_at AT TIME ZONE e.time_zone)::date AS starts, s.status,
	enrolled, passed, failed, pending, issued, blocked_by_payment AS unpaid, awaiting_approval AS to_approve
FROM event_summary s
JOIN event e ON e.event_id = s.event_id
WHERE s.starts_at > now() - interval '1 month'
ORDER BY s.starts_at;
