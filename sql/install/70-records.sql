-- Records: what learners have, and handing out what is to be told of it.

-- Returns rows of a table of ours, so it cannot be the extension's. Its body is
-- text: a parsed one would tie down the table's columns.
CREATE FUNCTION achieve.claim_notifications(max_rows integer, lease_minutes integer DEFAULT 5)
	RETURNS SETOF achieve.notification
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT * FROM achieve.claim_notification_rows(NULL::achieve.notification, max_rows, lease_minutes)';
REVOKE EXECUTE ON FUNCTION achieve.claim_notifications(integer, integer) FROM PUBLIC;
COMMENT ON FUNCTION achieve.claim_notifications(integer, integer) IS 'Hands undelivered notifications, oldest first, to the worker that asks; no other gets them until the lease ends. End them with mark_delivered().';

CREATE VIEW achieve.learner_record WITH (security_invoker = true) AS
SELECT a.event_id || ':' || a.achievement_id AS row_key,
	a.learner_id,
	l.name AS learner_name,
	l.account_id,
	c.name AS account_name,
	t.code AS achievement_type,
	t.title AS achievement_title,
	CASE
		WHEN a.revoked_at IS NOT NULL THEN 'revoked'
		WHEN d.today < a.valid_from THEN 'upcoming'
		WHEN a.expires_on <= d.today THEN 'expired'
		WHEN a.expires_on - d.today <= coalesce((SELECT max(m.days_before)
				FROM achieve.achievement_reminder m
				WHERE m.achievement_type_id = a.achievement_type_id), 30) THEN 'expiring'
		ELSE 'valid'
	END AS state,
	a.event_id,
	e.code AS event_code,
	e.title AS event_title,
	a.achievement_id,
	a.number,
	a.source,
	a.issued_at,
	a.valid_from,
	a.expires_on,
	a.expires_on - 1 AS last_valid_on,
	CASE WHEN a.revoked_at IS NULL AND a.expires_on IS NOT NULL
		THEN greatest(a.expires_on - greatest(d.today, a.valid_from), 0) END AS days_left,
	CASE WHEN a.revoked_at IS NULL THEN (
		SELECT s.achievement_id
		FROM achieve.achievement s
		WHERE s.learner_id = a.learner_id
			AND s.achievement_type_id = a.achievement_type_id
			AND s.revoked_at IS NULL
			AND (coalesce(s.expires_on, 'infinity'), s.achievement_id) > (coalesce(a.expires_on, 'infinity'), a.achievement_id)
		ORDER BY coalesce(s.expires_on, 'infinity'), s.achievement_id
		LIMIT 1
	) END AS superseded_by,
	a.revoked_at,
	a.revoke_reason
FROM achieve.achievement a
JOIN achieve.achievement_type t ON t.achievement_type_id = a.achievement_type_id
JOIN achieve.event e ON e.event_id = a.event_id
JOIN achieve.learner l ON l.learner_id = a.learner_id
LEFT JOIN achieve.account c ON c.account_id = l.account_id
CROSS JOIN LATERAL (SELECT achieve.today(e.time_zone) AS today) d;
COMMENT ON VIEW achieve.learner_record IS 'Each learner''s achievements over all events, with what has become of them.';
COMMENT ON COLUMN achieve.learner_record.row_key IS 'Key of the row.';
COMMENT ON COLUMN achieve.learner_record.learner_id IS 'The learner.';
COMMENT ON COLUMN achieve.learner_record.learner_name IS 'The learner''s name.';
COMMENT ON COLUMN achieve.learner_record.account_id IS 'The organisation that the learner belongs to, if any.';
COMMENT ON COLUMN achieve.learner_record.account_name IS 'That organisation''s name.';
COMMENT ON COLUMN achieve.learner_record.achievement_type IS 'The code of what was earned.';
COMMENT ON COLUMN achieve.learner_record.achievement_title IS 'The title of what was earned.';
COMMENT ON COLUMN achieve.learner_record.state IS 'upcoming (not valid yet), valid, expiring (valid, but within its type''s longest reminder, or 30 days where it has none), expired or revoked; today being the event''s date.';
COMMENT ON COLUMN achieve.learner_record.event_id IS 'The event at which it was earned.';
COMMENT ON COLUMN achieve.learner_record.event_code IS 'The event''s short name.';
COMMENT ON COLUMN achieve.learner_record.event_title IS 'The event''s title.';
COMMENT ON COLUMN achieve.learner_record.achievement_id IS 'The achievement.';
COMMENT ON COLUMN achieve.learner_record.number IS 'Its number.';
COMMENT ON COLUMN achieve.learner_record.source IS 'Whether a rule or a person awarded it: rule or manual.';
COMMENT ON COLUMN achieve.learner_record.issued_at IS 'When it was issued.';
COMMENT ON COLUMN achieve.learner_record.valid_from IS 'The first day on which it is valid.';
COMMENT ON COLUMN achieve.learner_record.expires_on IS 'The first day on which it is no longer valid; null is for ever.';
COMMENT ON COLUMN achieve.learner_record.last_valid_on IS 'The last day on which it is valid; null is for ever.';
COMMENT ON COLUMN achieve.learner_record.days_left IS 'On how many days, today included, it is still valid: 0 once expired, null for ever or where it is revoked.';
COMMENT ON COLUMN achieve.learner_record.superseded_by IS 'Its renewal: the next record of the same learner and type that lasts longer and is not revoked, from whatever event. Null where there is none.';
COMMENT ON COLUMN achieve.learner_record.revoked_at IS 'When it was taken back; null while it stands.';
COMMENT ON COLUMN achieve.learner_record.revoke_reason IS 'Why it was taken back.';

CREATE VIEW achieve.learning_path_progress WITH (security_invoker = true) AS
SELECT g.path_id || ':' || g.learner_id AS row_key,
	g.learner_id,
	g.learner_name,
	g.account_id,
	g.account_name,
	g.path_id,
	g.path_code,
	g.path_title,
	g.steps_required,
	count(*) FILTER (WHERE g.required AND g.done)::integer AS steps_done,
	CASE WHEN g.steps_required > 0
		THEN round(100.0 * count(*) FILTER (WHERE g.required AND g.done) / g.steps_required, 2) END AS percent,
	CASE WHEN g.steps_required > 0 AND count(*) FILTER (WHERE g.required AND g.done) = g.steps_required
		THEN max(g.earned_on) FILTER (WHERE g.required) END AS completed_on
FROM (
	SELECT l.learner_id,
		l.name AS learner_name,
		l.account_id,
		c.name AS account_name,
		p.path_id,
		p.code AS path_code,
		p.title AS path_title,
		(SELECT count(*)::integer FROM achieve.learning_path_step r WHERE r.path_id = p.path_id AND r.required) AS steps_required,
		s.required,
		bool_or(a.valid_from <= achieve.today(e.time_zone)
			AND (a.expires_on IS NULL OR achieve.today(e.time_zone) < a.expires_on)) AS done,
		min(a.valid_from) AS earned_on
	FROM achieve.learner l
	LEFT JOIN achieve.account c ON c.account_id = l.account_id
	JOIN achieve.achievement a ON a.learner_id = l.learner_id AND a.revoked_at IS NULL
	JOIN achieve.event e ON e.event_id = a.event_id
	JOIN achieve.learning_path_step s ON s.achievement_type_id = a.achievement_type_id
	JOIN achieve.learning_path p ON p.path_id = s.path_id
	GROUP BY l.learner_id, c.account_id, p.path_id, s.path_id, s.step_no
) g
GROUP BY g.learner_id, g.learner_name, g.account_id, g.account_name, g.path_id, g.path_code, g.path_title, g.steps_required;
COMMENT ON VIEW achieve.learning_path_progress IS 'How far each learner is on each learning path: a row where the learner has an achievement of one of its steps, valid or expired. A step is done while a valid one is held, from whatever event.';
COMMENT ON COLUMN achieve.learning_path_progress.row_key IS 'Key of the row.';
COMMENT ON COLUMN achieve.learning_path_progress.learner_id IS 'The learner.';
COMMENT ON COLUMN achieve.learning_path_progress.learner_name IS 'The learner''s name.';
COMMENT ON COLUMN achieve.learning_path_progress.account_id IS 'The organisation that the learner belongs to, if any.';
COMMENT ON COLUMN achieve.learning_path_progress.account_name IS 'That organisation''s name.';
COMMENT ON COLUMN achieve.learning_path_progress.path_id IS 'The learning path.';
COMMENT ON COLUMN achieve.learning_path_progress.path_code IS 'The path''s short name.';
COMMENT ON COLUMN achieve.learning_path_progress.path_title IS 'The path''s title.';
COMMENT ON COLUMN achieve.learning_path_progress.steps_required IS 'How many steps it takes; optional ones are not counted.';
COMMENT ON COLUMN achieve.learning_path_progress.steps_done IS 'How many of those are done today.';
COMMENT ON COLUMN achieve.learning_path_progress.percent IS 'Steps done in percent of those required; null where none is.';
COMMENT ON COLUMN achieve.learning_path_progress.completed_on IS 'While all required steps are done: the first day on which each had been earned. Renewals do not move it.';
