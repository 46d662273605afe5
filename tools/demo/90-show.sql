-- What the tabs show for one event, and whether everything stored is right.

\pset format wrapped
\pset columns 140
\pset border 1
\pset null ''
\pset footer off

\echo
\echo 'PASSING RULES of FL-203: what decides, and what was changed on this event against its template'
\echo
SELECT subject, rule, template_rule, origin
FROM passing_rules_tab
WHERE event_code = 'FL-203'
ORDER BY subject = 'passing rule' DESC, subject;

\echo 'RESULTS of FL-203: each learner against the passing rule, and what people decided on top'
\echo
SELECT learner_name AS learner, enrollment_status AS enrolled, attended || '/' || sessions AS attended, absences AS absent,
	round(score_percent, 1) AS "score %", paid, rule_outcome AS by_rule, outcome, source, coalesce(waiting_for, reason) AS waiting_for_or_reason
FROM results_tab
WHERE event_code = 'FL-203'
ORDER BY learner_name;

\echo 'ACHIEVEMENTS of FL-203: what was issued, until when it is valid, and what the others wait for'
\echo
SELECT learner_name AS learner, achievement_type AS achievement, state, number, valid_from, last_valid_on,
	coalesce(waiting_for, revoke_reason) AS waiting_for_or_reason
FROM achievements_tab
WHERE event_code = 'FL-203' AND achievement_type <> 'reach-truck' OR event_code = 'FL-203' AND state = 'issued'
ORDER BY learner_name, achievement_type;

\echo 'AUDIT of FL-203, the last twenty entries: who did what, when and why; evidence keeps the facts that a rule saw'
\echo
SELECT to_char(occurred_at, 'HH24:MI:SS') AS at, coalesce(actor, database_user) AS who, action, learner_name AS learner, object, reason
FROM (SELECT * FROM audit_tab WHERE event_code = 'FL-203' ORDER BY audit_id DESC LIMIT 20) AS last
ORDER BY audit_id;

\echo 'EVIDENCE: what the rule saw when Anna Müller passed'
\echo
SELECT action, evidence ->> 'rule' AS rule, evidence -> 'facts' AS facts
FROM audit_tab
WHERE event_code = 'FL-203' AND learner_name = 'Anna Müller' AND action LIKE 'result.%'
ORDER BY audit_id DESC
LIMIT 1;

\echo 'ALL EVENTS in numbers'
\echo
SELECT * FROM event_summary ORDER BY event_code;

\echo 'CHECK: every outcome recomputed from the facts by another way than the engine does; no row means that all are right'
\echo
SELECT * FROM achieve.check_outcomes();
