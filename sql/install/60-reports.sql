-- Reports: views for people and for BI tools.
--
-- Plain columns, the first one a unique key, each with a comment. The views
-- read with the rights of whoever reads them, so row-level security on the
-- tables holds. A condition on event_id or learner_id reaches the tables'
-- indexes. Columns are only ever appended.

CREATE VIEW achieve.passing_rules_tab WITH (security_invoker = true) AS
SELECT e.event_id || ':passing' AS row_key,
	e.event_id,
	e.code AS event_code,
	'passing rule' AS subject,
	e.passing_rule::text AS rule,
	t.passing_rule::text AS template_rule,
	CASE
		WHEN t.template_id IS NULL THEN 'added'
		WHEN e.passing_rule_inherited AND e.passing_rule::text IS NOT DISTINCT FROM t.passing_rule::text
			THEN 'inherited'
		WHEN e.passing_rule_inherited THEN 'template_changed'
		WHEN t.passing_rule IS NULL AND e.passing_rule IS NOT NULL THEN 'added'
		WHEN e.passing_rule IS NULL AND t.passing_rule IS NOT NULL THEN 'removed'
		ELSE 'overridden'
	END AS origin
FROM achieve.event e
LEFT JOIN achieve.course_template t ON t.template_id = e.template_id
UNION ALL
SELECT a.event_id || ':' || a.achievement_type_id,
	a.event_id,
	e.code,
	y.code,
	a.award_rule::text,
	t.award_rule::text,
	CASE
		WHEN t.active AND NOT a.active THEN 'removed'
		WHEN a.inherited AND (t.award_rule::text, t.on_lapse, t.active, t.valid_for, t.valid_unit,
				t.valid_from_anchor, t.expiry_alignment, t.expires_on_day)
			IS NOT DISTINCT FROM (a.award_rule::text, a.on_lapse, a.active, a.valid_for, a.valid_unit,
				a.valid_from_anchor, a.expiry_alignment, a.expires_on_day)
			THEN 'inherited'
		WHEN a.inherited THEN 'template_changed'
		WHEN t.achievement_type_id IS NULL THEN 'added'
		ELSE 'overridden'
	END
FROM achieve.event_achievement a
JOIN achieve.event e ON e.event_id = a.event_id
JOIN achieve.achievement_type y ON y.achievement_type_id = a.achievement_type_id
LEFT JOIN achieve.template_achievement t
	ON t.template_id = e.template_id AND t.achievement_type_id = a.achievement_type_id
UNION ALL
SELECT e.event_id || ':' || t.achievement_type_id,
	e.event_id,
	e.code,
	y.code,
	NULL,
	t.award_rule::text,
	CASE WHEN t.added_at > e.template_taken_at THEN 'template_changed' ELSE 'removed' END
FROM achieve.event e
JOIN achieve.template_achievement t ON t.template_id = e.template_id AND t.active
JOIN achieve.achievement_type y ON y.achievement_type_id = t.achievement_type_id AND y.active
WHERE NOT EXISTS (SELECT FROM achieve.event_achievement a
	WHERE a.event_id = e.event_id AND a.achievement_type_id = t.achievement_type_id);
COMMENT ON VIEW achieve.passing_rules_tab IS 'The passing rule and the award rules of each event, beside those of its template, and where each comes from.';
COMMENT ON COLUMN achieve.passing_rules_tab.row_key IS 'Unique key of the row.';
COMMENT ON COLUMN achieve.passing_rules_tab.event_id IS 'The event.';
COMMENT ON COLUMN achieve.passing_rules_tab.event_code IS 'The event''s short name.';
COMMENT ON COLUMN achieve.passing_rules_tab.subject IS '"passing rule", or the code of the achievement type that the rule awards.';
COMMENT ON COLUMN achieve.passing_rules_tab.rule IS 'The event''s own copy of the rule; null: decided by hand, or not on the event.';
COMMENT ON COLUMN achieve.passing_rules_tab.template_rule IS 'The rule that the template has now; null: decided by hand, or not in the template.';
COMMENT ON COLUMN achieve.passing_rules_tab.origin IS 'inherited: as in the template. template_changed: as it was taken, and the template has changed since. overridden: changed on the event. added: only on the event. removed: in the template, and taken off the event or inactive there.';

CREATE VIEW achieve.audit_tab WITH (security_invoker = true) AS
SELECT a.audit_id,
	a.occurred_at,
	a.transaction_id,
	a.actor,
	a.database_user,
	a.action,
	a.event_id,
	e.code AS event_code,
	e.title AS event_title,
	a.learner_id,
	l.name AS learner_name,
	l.account_id,
	c.name AS account_name,
	a.object,
	coalesce(v.value ->> 'type', i.code, v.value ->> 'code', v.value ->> 'session_no', v.value ->> 'step_no')
		AS object_code,
	coalesce(t.title, i.title) AS achievement_title,
	a.old_value,
	a.new_value,
	a.evidence,
	a.reason,
	a.hash
FROM achieve.audit a
CROSS JOIN LATERAL (SELECT coalesce(a.new_value, a.old_value) AS value) v
LEFT JOIN achieve.event e ON e.event_id = a.event_id
LEFT JOIN achieve.learner l ON l.learner_id = a.learner_id
LEFT JOIN achieve.account c ON c.account_id = l.account_id
-- An achievement's values name its type by code, a row of configuration by id.
LEFT JOIN achieve.achievement_type t ON t.code = v.value ->> 'type'
LEFT JOIN achieve.achievement_type i ON i.achievement_type_id = (v.value ->> 'achievement_type_id')::bigint;
COMMENT ON VIEW achieve.audit_tab IS 'The audit with names and titles beside the ids: who changed what, when and why.';
COMMENT ON COLUMN achieve.audit_tab.audit_id IS 'Unique key of the row; later rows have higher ones within a transaction.';
COMMENT ON COLUMN achieve.audit_tab.occurred_at IS 'When it happened.';
COMMENT ON COLUMN achieve.audit_tab.transaction_id IS 'The database transaction that did it; rows with the same one happened together.';
COMMENT ON COLUMN achieve.audit_tab.actor IS 'Who was acting in the app; null when the app did not say.';
COMMENT ON COLUMN achieve.audit_tab.database_user IS 'The database role that did it.';
COMMENT ON COLUMN achieve.audit_tab.action IS 'What happened, as object and verb: result.set, achievement.issued and so on.';
COMMENT ON COLUMN achieve.audit_tab.event_id IS 'The event concerned, if any.';
COMMENT ON COLUMN achieve.audit_tab.event_code IS 'The event''s short name, as it is now.';
COMMENT ON COLUMN achieve.audit_tab.event_title IS 'The event''s title, as it is now.';
COMMENT ON COLUMN achieve.audit_tab.learner_id IS 'The learner concerned, if any.';
COMMENT ON COLUMN achieve.audit_tab.learner_name IS 'The learner''s name, as it is now.';
COMMENT ON COLUMN achieve.audit_tab.account_id IS 'The organisation that the learner belongs to now.';
COMMENT ON COLUMN achieve.audit_tab.account_name IS 'That organisation''s name.';
COMMENT ON COLUMN achieve.audit_tab.object IS 'The kind of thing that was changed: result, achievement, session and so on.';
COMMENT ON COLUMN achieve.audit_tab.object_code IS 'Which one it was: the code of the achievement type, assessment, event and so on, or the number of the session.';
COMMENT ON COLUMN achieve.audit_tab.achievement_title IS 'The title of the achievement type, where the row is about one.';
COMMENT ON COLUMN achieve.audit_tab.old_value IS 'What was there before; null when something was added.';
COMMENT ON COLUMN achieve.audit_tab.new_value IS 'What is there since; null when something was removed.';
COMMENT ON COLUMN achieve.audit_tab.evidence IS 'For a rule''s decision: the rule''s text and the facts that it saw.';
COMMENT ON COLUMN achieve.audit_tab.reason IS 'Why, as the person or the app said, or as the engine explains.';
COMMENT ON COLUMN achieve.audit_tab.hash IS 'SHA-256 of the row, in hexadecimal: verify_audit() compares.';
