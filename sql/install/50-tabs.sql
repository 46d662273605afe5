-- Tabs: the views that apps show for an event.
--
-- Plain columns, the first one a unique key, each with a comment. The views
-- read with the rights of whoever reads them, so row-level security on the
-- tables holds; whoever does not see an enrollment sees nothing of it. What is stored comes from the tables, what is counted from one
-- function call for each row. A condition on event_id, learner_id or
-- account_id reaches the tables' indexes. Columns are only ever appended.

CREATE VIEW achieve.results_tab WITH (security_invoker = true) AS
SELECT n.event_id || ':' || n.learner_id AS row_key,
	n.event_id,
	e.code AS event_code,
	e.title AS event_title,
	n.learner_id,
	l.name AS learner_name,
	l.account_id,
	c.name AS account_name,
	n.status AS enrollment_status,
	f.sessions,
	f.marked,
	f.attended,
	f.absences,
	f.excused,
	f.lates,
	f.attendance_percent,
	f.score_percent,
	f.completion_percent,
	f.paid,
	r.rule_outcome,
	r.manual_outcome,
	r.outcome,
	r.source,
	r.reason,
	r.decided_by,
	r.decided_at,
	r.approved_by,
	r.approved_at,
	f.waiting_for
FROM achieve.enrollment n
JOIN achieve.event e ON e.event_id = n.event_id
JOIN achieve.learner l ON l.learner_id = n.learner_id
LEFT JOIN achieve.account c ON c.account_id = l.account_id
LEFT JOIN achieve.result r ON r.event_id = n.event_id AND r.learner_id = n.learner_id
CROSS JOIN LATERAL achieve.enrollment_facts(n.event_id, n.learner_id) f;
COMMENT ON VIEW achieve.results_tab IS 'The Results tab: a row for each enrollment, with its facts as rules see them, its result, and what the result waits for.';
COMMENT ON COLUMN achieve.results_tab.row_key IS 'Unique key of the row.';
COMMENT ON COLUMN achieve.results_tab.event_id IS 'The event.';
COMMENT ON COLUMN achieve.results_tab.event_code IS 'The event''s short name.';
COMMENT ON COLUMN achieve.results_tab.event_title IS 'The event''s title.';
COMMENT ON COLUMN achieve.results_tab.learner_id IS 'The learner.';
COMMENT ON COLUMN achieve.results_tab.learner_name IS 'The learner''s name.';
COMMENT ON COLUMN achieve.results_tab.account_id IS 'The organisation that the learner belongs to, if any.';
COMMENT ON COLUMN achieve.results_tab.account_name IS 'That organisation''s name.';
COMMENT ON COLUMN achieve.results_tab.enrollment_status IS 'interested, reserved, active or cancelled. Only active enrollments meet rules.';
COMMENT ON COLUMN achieve.results_tab.sessions IS 'Sessions that count for this learner: required, not cancelled, not before a late joiner''s first day.';
COMMENT ON COLUMN achieve.results_tab.marked IS 'How many of them are marked.';
COMMENT ON COLUMN achieve.results_tab.attended IS 'How many of them were attended, late or not.';
COMMENT ON COLUMN achieve.results_tab.absences IS 'Unexcused absences; on a closed event those not marked count as absences too.';
COMMENT ON COLUMN achieve.results_tab.excused IS 'Excused absences.';
COMMENT ON COLUMN achieve.results_tab.lates IS 'How many of those attended were attended late.';
COMMENT ON COLUMN achieve.results_tab.attendance_percent IS '100 * attended / sessions: what is certain so far, as the fact attendance has it. Null when no session counts.';
COMMENT ON COLUMN achieve.results_tab.score_percent IS 'Weighted mean, in percent of the maximum, of the scores recorded so far; on a closed event those not recorded count as 0. Null when nothing is recorded.';
COMMENT ON COLUMN achieve.results_tab.completion_percent IS 'Percent of the event''s requirements that are completed or waived. Null when it has none.';
COMMENT ON COLUMN achieve.results_tab.paid IS 'Whether nothing is outstanding, also when nothing is invoiced.';
COMMENT ON COLUMN achieve.results_tab.rule_outcome IS 'What the passing rule says: pending, passed or failed.';
COMMENT ON COLUMN achieve.results_tab.manual_outcome IS 'What a person set instead; null when nobody did.';
COMMENT ON COLUMN achieve.results_tab.outcome IS 'The outcome that counts: the one set by hand, else the rule''s.';
COMMENT ON COLUMN achieve.results_tab.source IS 'Whose outcome counts: rule or manual.';
COMMENT ON COLUMN achieve.results_tab.reason IS 'Why it was set by hand.';
COMMENT ON COLUMN achieve.results_tab.decided_by IS 'Who set it by hand.';
COMMENT ON COLUMN achieve.results_tab.decided_at IS 'When the outcome was decided.';
COMMENT ON COLUMN achieve.results_tab.approved_by IS 'Who approved the outcome; null when it is not approved.';
COMMENT ON COLUMN achieve.results_tab.approved_at IS 'When the outcome was approved.';
COMMENT ON COLUMN achieve.results_tab.waiting_for IS 'What the result still waits for, in plain words; of a failed rule, what can no longer be met. Null when nothing is missing, when a person has decided, when the enrollment is not active and when the event is cancelled or finalized.';

CREATE VIEW achieve.achievements_tab WITH (security_invoker = true) AS
SELECT a.event_id || ':' || a.learner_id || ':' || a.achievement_type_id || ':' || a.achievement_id AS row_key,
	a.event_id,
	e.code AS event_code,
	e.title AS event_title,
	a.learner_id,
	l.name AS learner_name,
	l.account_id,
	c.name AS account_name,
	y.code AS achievement_type,
	y.title AS achievement_title,
	CASE
		WHEN a.revoked_at IS NOT NULL THEN 'revoked'
		WHEN a.expires_on <= achieve.today(e.time_zone) THEN 'expired'
		ELSE 'issued'
	END AS state,
	coalesce(x.active, false) AS active,
	a.achievement_id,
	a.number,
	a.source,
	a.issued_at,
	a.valid_from,
	a.expires_on,
	a.expires_on - 1 AS last_valid_on,
	a.revoked_at,
	a.revoke_reason,
	d.certificate_id,
	d.status AS certificate_status,
	CASE
		WHEN a.revoked_at IS NOT NULL AND x.active AND NOT EXISTS (
			SELECT FROM achieve.achievement o
			WHERE o.event_id = a.event_id AND o.learner_id = a.learner_id
				AND o.achievement_type_id = a.achievement_type_id
				AND (o.achievement_id > a.achievement_id OR o.revoked_at IS NULL OR o.lapse_transaction_id IS NULL))
			THEN (SELECT w.waiting_for FROM achieve.award_outlook(a.event_id, a.learner_id, a.achievement_type_id) w)
	END AS waiting_for
FROM achieve.achievement a
JOIN achieve.enrollment n ON n.event_id = a.event_id AND n.learner_id = a.learner_id
JOIN achieve.event e ON e.event_id = a.event_id
JOIN achieve.learner l ON l.learner_id = a.learner_id
LEFT JOIN achieve.account c ON c.account_id = l.account_id
JOIN achieve.achievement_type y ON y.achievement_type_id = a.achievement_type_id
LEFT JOIN achieve.event_achievement x
	ON x.event_id = a.event_id AND x.achievement_type_id = a.achievement_type_id
LEFT JOIN LATERAL (
	SELECT t.certificate_id, t.status
	FROM achieve.certificate t
	WHERE t.event_id = a.event_id AND t.achievement_id = a.achievement_id
	ORDER BY t.revision DESC
	LIMIT 1) d ON true
UNION ALL
SELECT n.event_id || ':' || n.learner_id || ':' || x.achievement_type_id,
	n.event_id,
	e.code,
	e.title,
	n.learner_id,
	l.name,
	l.account_id,
	c.name,
	y.code,
	y.title,
	w.state,
	x.active,
	NULL::bigint,
	NULL::text,
	NULL::text,
	NULL::timestamptz,
	NULL::date,
	NULL::date,
	NULL::date,
	NULL::timestamptz,
	NULL::text,
	NULL::bigint,
	NULL::text,
	w.waiting_for
FROM achieve.enrollment n
JOIN achieve.event e ON e.event_id = n.event_id
JOIN achieve.learner l ON l.learner_id = n.learner_id
LEFT JOIN achieve.account c ON c.account_id = l.account_id
JOIN achieve.event_achievement x ON x.event_id = n.event_id AND x.active
JOIN achieve.achievement_type y ON y.achievement_type_id = x.achievement_type_id
CROSS JOIN LATERAL achieve.award_outlook(n.event_id, n.learner_id, x.achievement_type_id) w
WHERE n.status = 'active' AND NOT EXISTS (
	SELECT FROM achieve.achievement a
	WHERE a.event_id = n.event_id AND a.learner_id = n.learner_id
		AND a.achievement_type_id = x.achievement_type_id);
COMMENT ON VIEW achieve.achievements_tab IS 'The Achievements tab: every achievement ever issued on an event, and a row for each one that an active enrollment has not been issued.';
COMMENT ON COLUMN achieve.achievements_tab.row_key IS 'Unique key of the row.';
COMMENT ON COLUMN achieve.achievements_tab.event_id IS 'The event.';
COMMENT ON COLUMN achieve.achievements_tab.event_code IS 'The event''s short name.';
COMMENT ON COLUMN achieve.achievements_tab.event_title IS 'The event''s title.';
COMMENT ON COLUMN achieve.achievements_tab.learner_id IS 'The learner.';
COMMENT ON COLUMN achieve.achievements_tab.learner_name IS 'The learner''s name.';
COMMENT ON COLUMN achieve.achievements_tab.account_id IS 'The organisation that the learner belongs to, if any.';
COMMENT ON COLUMN achieve.achievements_tab.account_name IS 'That organisation''s name.';
COMMENT ON COLUMN achieve.achievements_tab.achievement_type IS 'The code of the achievement type.';
COMMENT ON COLUMN achieve.achievements_tab.achievement_title IS 'The title of the achievement type.';
COMMENT ON COLUMN achieve.achievements_tab.state IS 'issued, expired or revoked, as the record stands today in the event''s time zone. Where there is no record: pending while it may still come, not_earned when its rule can no longer be met as things stand.';
COMMENT ON COLUMN achieve.achievements_tab.active IS 'Whether the event still awards it.';
COMMENT ON COLUMN achieve.achievements_tab.achievement_id IS 'The record; null where there is none.';
COMMENT ON COLUMN achieve.achievements_tab.number IS 'The record''s number.';
COMMENT ON COLUMN achieve.achievements_tab.source IS 'Whether a rule or a person awarded it: rule or manual.';
COMMENT ON COLUMN achieve.achievements_tab.issued_at IS 'When it was issued.';
COMMENT ON COLUMN achieve.achievements_tab.valid_from IS 'The first day on which it is valid.';
COMMENT ON COLUMN achieve.achievements_tab.expires_on IS 'The first day on which it is no longer valid; null is for ever.';
COMMENT ON COLUMN achieve.achievements_tab.last_valid_on IS 'The last day on which it is valid; null is for ever.';
COMMENT ON COLUMN achieve.achievements_tab.revoked_at IS 'When it was taken back; null while it stands.';
COMMENT ON COLUMN achieve.achievements_tab.revoke_reason IS 'Why it was taken back.';
COMMENT ON COLUMN achieve.achievements_tab.certificate_id IS 'Its certificate in the latest revision; null where none was made.';
COMMENT ON COLUMN achieve.achievements_tab.certificate_status IS 'current, superseded or revoked.';
COMMENT ON COLUMN achieve.achievements_tab.waiting_for IS 'What the award still waits for, in plain words, or what of its rule can no longer be met. Null for what stands, for earlier records, and for what a person revoked.';

CREATE VIEW achieve.event_summary WITH (security_invoker = true) AS
SELECT e.event_id,
	e.code AS event_code,
	e.title AS event_title,
	e.starts_at,
	e.ends_at,
	e.status,
	p.enrolled,
	p.passed,
	p.failed,
	p.pending,
	(SELECT count(*) FROM achieve.achievement a
		JOIN achieve.enrollment n ON n.event_id = a.event_id AND n.learner_id = a.learner_id
		WHERE a.event_id = e.event_id AND a.revoked_at IS NULL) AS issued,
	(SELECT count(*) FROM achieve.enrollment n
		JOIN achieve.result r ON r.event_id = n.event_id AND r.learner_id = n.learner_id
		WHERE n.event_id = e.event_id AND n.status = 'active' AND r.outcome = 'passed' AND EXISTS (
			SELECT FROM achieve.event_achievement x
			WHERE x.event_id = n.event_id AND x.active AND x.award_rule IS NOT NULL
				AND NOT EXISTS (SELECT FROM achieve.achievement a
					WHERE a.event_id = n.event_id AND a.learner_id = n.learner_id
						AND a.achievement_type_id = x.achievement_type_id
						AND (a.revoked_at IS NULL OR a.lapse_transaction_id IS NULL))
				AND (SELECT w.blocked_by_payment
					FROM achieve.award_outlook(n.event_id, n.learner_id, x.achievement_type_id) w))) AS blocked_by_payment,
	CASE WHEN EXISTS (SELECT FROM achieve.event_achievement x
			CROSS JOIN LATERAL achieve.rule_facts(x.award_rule) f
			WHERE x.event_id = e.event_id AND x.active AND f.fact = 'approved')
		THEN p.unapproved ELSE 0 END AS awaiting_approval
FROM achieve.event e
CROSS JOIN LATERAL (
	SELECT count(*) AS enrolled,
		count(*) FILTER (WHERE r.outcome = 'passed') AS passed,
		count(*) FILTER (WHERE r.outcome = 'failed') AS failed,
		count(*) FILTER (WHERE r.outcome IS NULL OR r.outcome = 'pending') AS pending,
		count(*) FILTER (WHERE r.outcome <> 'pending' AND r.approved_at IS NULL) AS unapproved
	FROM achieve.enrollment n
	LEFT JOIN achieve.result r ON r.event_id = n.event_id AND r.learner_id = n.learner_id
	WHERE n.event_id = e.event_id AND n.status = 'active') p;
COMMENT ON VIEW achieve.event_summary IS 'Each event''s counts: how far its learners and its achievements are.';
COMMENT ON COLUMN achieve.event_summary.event_id IS 'The event; unique key of the row.';
COMMENT ON COLUMN achieve.event_summary.event_code IS 'The event''s short name.';
COMMENT ON COLUMN achieve.event_summary.event_title IS 'The event''s title.';
COMMENT ON COLUMN achieve.event_summary.starts_at IS 'When it starts.';
COMMENT ON COLUMN achieve.event_summary.ends_at IS 'When it ends.';
COMMENT ON COLUMN achieve.event_summary.status IS 'scheduled, closed, reopened, finalized or cancelled.';
COMMENT ON COLUMN achieve.event_summary.enrolled IS 'Active enrollments.';
COMMENT ON COLUMN achieve.event_summary.passed IS 'Active enrollments whose outcome is passed.';
COMMENT ON COLUMN achieve.event_summary.failed IS 'Active enrollments whose outcome is failed.';
COMMENT ON COLUMN achieve.event_summary.pending IS 'Active enrollments whose outcome is pending.';
COMMENT ON COLUMN achieve.event_summary.issued IS 'Achievements of the event that are not revoked, expired ones included.';
COMMENT ON COLUMN achieve.event_summary.blocked_by_payment IS 'Active enrollments that passed and would be issued an achievement if their invoices were paid: nothing else is missing.';
COMMENT ON COLUMN achieve.event_summary.awaiting_approval IS 'Active enrollments that passed or failed and are not approved, where an award rule of the event reads approved.';
