-- Problems of rules: a view to look at before a course is delivered.
--
-- Rules of events that are still open to decisions, and of templates. Each
-- branch finds one kind of problem; row_key says which.

CREATE VIEW achieve.rule_problems WITH (security_invoker = true) AS
WITH rules AS NOT MATERIALIZED (
	SELECT 'event ' || e.event_id || ' passing rule' AS rule_key,
		e.event_id, e.code AS event_code, NULL::bigint AS template_id, NULL::text AS template_code,
		'passing rule' AS subject, NULL::text AS awards, e.passing_rule AS rule, e.starts_at <= now() AS begun,
		NULL::text AS passing_rule_key
	FROM achieve.event e
	WHERE e.status IN ('scheduled', 'closed', 'reopened') AND e.passing_rule IS NOT NULL
	UNION ALL
	SELECT 'event ' || a.event_id || ' type ' || a.achievement_type_id,
		a.event_id, e.code, NULL AS template_id, NULL AS template_code, y.code, y.code, a.award_rule,
		e.starts_at <= now() AS begun, 'event ' || a.event_id || ' passing rule' AS passing_rule_key
	FROM achieve.event_achievement a
	JOIN achieve.event e ON e.event_id = a.event_id
	JOIN achieve.achievement_type y ON y.achievement_type_id = a.achievement_type_id
	WHERE e.status IN ('scheduled', 'closed', 'reopened') AND a.active AND a.award_rule IS NOT NULL
	UNION ALL
	SELECT 'template ' || t.template_id || ' passing rule',
		NULL AS event_id, NULL AS event_code, t.template_id, t.code, 'passing rule' AS subject, NULL AS awards,
		t.passing_rule, false AS begun, NULL AS passing_rule_key
	FROM achieve.course_template t
	WHERE t.passing_rule IS NOT NULL
	UNION ALL
	SELECT 'template ' || a.template_id || ' type ' || a.achievement_type_id,
		NULL AS event_id, NULL AS event_code, a.template_id, t.code, y.code, y.code, a.award_rule, false AS begun,
		'template ' || a.template_id || ' passing rule' AS passing_rule_key
	FROM achieve.template_achievement a
	JOIN achieve.course_template t ON t.template_id = a.template_id
	JOIN achieve.achievement_type y ON y.achievement_type_id = a.achievement_type_id
	WHERE a.active AND a.award_rule IS NOT NULL
), depends AS (
	-- A type depends on those that its award rule reads, and on those that the
	-- passing rule reads where the award waits for the result. On itself it may:
	-- that is a renewal.
	SELECT r.rule_key, r.awards AS type_code, f.code AS reads
	FROM rules r
	CROSS JOIN LATERAL achieve.rule_facts(r.rule) f
	WHERE f.fact = 'holds' AND f.code <> r.awards
	UNION
	SELECT r.rule_key, r.awards, f.code
	FROM rules r
	JOIN rules p ON p.rule_key = r.passing_rule_key
	CROSS JOIN LATERAL achieve.rule_facts(p.rule) f
	WHERE f.fact = 'holds' AND f.code <> r.awards
		AND EXISTS (SELECT FROM achieve.rule_facts(r.rule) w WHERE w.fact IN ('passed', 'failed', 'approved'))
), problems AS (
	-- Codes that name nothing
	SELECT r.rule_key || ' score ' || f.code AS row_key,
		r.event_id, r.event_code, r.template_id, r.template_code, r.subject, 'error' AS severity,
		format('score(%s) names no assessment', f.code) AS problem,
		coalesce('Correct the rule, or add what it names; there are: ' || (
			SELECT string_agg(c.code, ', ' ORDER BY c.code)
			FROM (
				SELECT s.code FROM achieve.assessment s WHERE s.event_id = r.event_id
				UNION ALL
				SELECT s.code FROM achieve.template_assessment s WHERE s.template_id = r.template_id
			) c
		) || '.', 'Correct the rule, or add what it names; there are none.') AS hint,
		r.rule::text AS rule
	FROM rules r
	CROSS JOIN LATERAL achieve.rule_facts(r.rule) f
	WHERE f.fact = 'score'
		AND NOT EXISTS (SELECT FROM achieve.assessment s WHERE s.event_id = r.event_id AND s.code = f.code)
		AND NOT EXISTS (SELECT FROM achieve.template_assessment s
			WHERE s.template_id = r.template_id AND s.code = f.code)
	UNION ALL
	SELECT r.rule_key || ' completed ' || f.code,
		r.event_id, r.event_code, r.template_id, r.template_code, r.subject, 'error' AS severity,
		format('completed(%s) names no requirement', f.code),
		coalesce('Correct the rule, or add what it names; there are: ' || (
			SELECT string_agg(c.code, ', ' ORDER BY c.code)
			FROM (
				SELECT q.code FROM achieve.requirement q WHERE q.event_id = r.event_id
				UNION ALL
				SELECT q.code FROM achieve.template_requirement q WHERE q.template_id = r.template_id
			) c
		) || '.', 'Correct the rule, or add what it names; there are none.'),
		r.rule::text
	FROM rules r
	CROSS JOIN LATERAL achieve.rule_facts(r.rule) f
	WHERE f.fact = 'completed'
		AND NOT EXISTS (SELECT FROM achieve.requirement q WHERE q.event_id = r.event_id AND q.code = f.code)
		AND NOT EXISTS (SELECT FROM achieve.template_requirement q
			WHERE q.template_id = r.template_id AND q.code = f.code)
	UNION ALL
	SELECT r.rule_key || ' holds ' || f.code,
		r.event_id, r.event_code, r.template_id, r.template_code, r.subject, 'error' AS severity,
		format('holds(%s) names no achievement type', f.code),
		'Add the type to achieve.achievement_type, or correct the rule.' AS hint,
		r.rule::text
	FROM rules r
	CROSS JOIN LATERAL achieve.rule_facts(r.rule) f
	WHERE f.fact = 'holds'
		AND NOT EXISTS (SELECT FROM achieve.achievement_type y WHERE y.code = f.code)
	UNION ALL
	-- Facts about nothing: they stay open for ever
	SELECT r.rule_key || ' nothing for ' || m.what,
		r.event_id, r.event_code, r.template_id, r.template_code, r.subject, 'warning' AS severity,
		format('reads %s, and there %s', m.facts, m.missing), m.hint, r.rule::text
	FROM rules r
	CROSS JOIN LATERAL (
		SELECT 'attendance' AS what,
			string_agg(f.fact, ', ' ORDER BY f.fact) AS facts,
			'is no session that counts' AS missing,
			'Plan sessions: until then the attendance stays open, also when the event is closed.' AS hint
		FROM achieve.rule_facts(r.rule) f
		WHERE f.fact IN ('sessions', 'attended', 'absences', 'excused', 'lates', 'attendance', 'hours', 'hours_attended')
			AND NOT EXISTS (SELECT FROM achieve.session s
				WHERE s.event_id = r.event_id AND s.required AND NOT s.cancelled)
			AND NOT EXISTS (SELECT FROM achieve.template_session s
				WHERE s.template_id = r.template_id AND s.required)
		UNION ALL
		SELECT 'mean_score' AS what, min(f.fact), 'is no assessment with a weight' AS missing,
			'Add assessments, or weights: until then the mean stays open, also when the event is closed.' AS hint
		FROM achieve.rule_facts(r.rule) f
		WHERE f.fact = 'mean_score'
			AND NOT EXISTS (SELECT FROM achieve.assessment s WHERE s.event_id = r.event_id AND s.weight > 0)
			AND NOT EXISTS (SELECT FROM achieve.template_assessment s
				WHERE s.template_id = r.template_id AND s.weight > 0)
		UNION ALL
		SELECT 'completion' AS what, min(f.fact), 'is no requirement' AS missing,
			'Add requirements: until then the completion stays open, also when the event is closed.' AS hint
		FROM achieve.rule_facts(r.rule) f
		WHERE f.fact = 'completion'
			AND NOT EXISTS (SELECT FROM achieve.requirement q WHERE q.event_id = r.event_id)
			AND NOT EXISTS (SELECT FROM achieve.template_requirement q WHERE q.template_id = r.template_id)
	) m
	WHERE m.facts IS NOT NULL
	UNION ALL
	-- Clauses that the facts don't decide
	SELECT r.rule_key || ' clause ' || c.number,
		r.event_id, r.event_code, r.template_id, r.template_code, r.subject,
		CASE WHEN c.is_whole_rule AND c.verdict = 'never' THEN 'error' ELSE 'warning' END,
		CASE WHEN c.is_whole_rule THEN format('the rule is %s met', c.verdict)
			ELSE format('"%s" is %s met', c.clause, c.verdict) END,
		CASE c.verdict WHEN 'never' THEN 'Percentages end at 100, counts at the number of sessions.'
			ELSE 'It asks for nothing that can fail. Add what must have happened, for example attended >= 1.' END,
		r.rule::text
	FROM rules r
	CROSS JOIN LATERAL (
		SELECT count(*)::integer AS planned FROM (
			SELECT FROM achieve.session s WHERE s.event_id = r.event_id AND s.required AND NOT s.cancelled
			UNION ALL
			SELECT FROM achieve.template_session s WHERE s.template_id = r.template_id AND s.required
		) p
	) s
	CROSS JOIN LATERAL achieve.rule_certain_clauses(r.rule, s.planned)
		WITH ORDINALITY c (clause, is_whole_rule, verdict, number)
	UNION ALL
	-- Gates on invoices that are not there
	SELECT r.rule_key || ' invoices',
		r.event_id, r.event_code, NULL AS template_id, NULL AS template_code, r.subject,
		CASE WHEN g.invoiced AND r.begun THEN 'warning' ELSE 'info' END,
		format('%s of %s active enrollments have no invoice, so %s', n.missing, n.enrolled,
			CASE WHEN g.invoiced THEN '"invoiced" is not met' ELSE 'nothing is owed and "paid" is met' END),
		CASE WHEN g.invoiced THEN 'Issue the invoices, or take "invoiced" out of the rule.'
			ELSE 'Where billing comes later, write: invoiced and paid.' END,
		r.rule::text
	FROM rules r
	CROSS JOIN LATERAL (
		SELECT bool_or(f.fact = 'invoiced') AS invoiced
		FROM achieve.rule_facts(r.rule) f
		WHERE f.fact IN ('invoiced', 'paid', 'balance')
	) g
	CROSS JOIN LATERAL (
		SELECT count(*) AS enrolled,
			count(*) FILTER (WHERE NOT i.invoiced) AS missing
		FROM achieve.enrollment n
		CROSS JOIN LATERAL achieve.enrollment_invoiced(n.event_id, n.learner_id) i (invoiced)
		WHERE n.event_id = r.event_id AND n.status = 'active'
	) n
	WHERE g.invoiced IS NOT NULL AND n.missing > 0
	UNION ALL
	-- Awards that wait for each other
	SELECT r.rule_key || ' cycle ' || d.reads,
		r.event_id, r.event_code, r.template_id, r.template_code, r.subject, 'warning' AS severity,
		format('depends on holds(%s), which depends on %s itself', d.reads, d.type_code),
		'Break the circle: one of the two must be earned without the other.' AS hint, r.rule::text
	FROM (SELECT array_agg(a.type_code) AS types, array_agg(a.reads) AS reads FROM depends a) a
	CROSS JOIN LATERAL achieve.rule_circles(a.types, a.reads) c
	JOIN depends d ON d.type_code = c.type_code AND d.reads = c.reads
	JOIN rules r ON r.rule_key = d.rule_key
	UNION ALL
	-- Achievements that only people award
	SELECT 'event ' || a.event_id || ' type ' || a.achievement_type_id || ' by hand',
		a.event_id, e.code, NULL AS template_id, NULL AS template_code, y.code, 'info' AS severity,
		'has no award rule' AS problem,
		'It is awarded by hand: achieve.award(). Give it an award_rule such as: passed.' AS hint, NULL AS rule
	FROM achieve.event_achievement a
	JOIN achieve.event e ON e.event_id = a.event_id
	JOIN achieve.achievement_type y ON y.achievement_type_id = a.achievement_type_id
	WHERE e.status IN ('scheduled', 'closed', 'reopened') AND a.active AND a.award_rule IS NULL
	UNION ALL
	SELECT 'template ' || a.template_id || ' type ' || a.achievement_type_id || ' by hand',
		NULL AS event_id, NULL AS event_code, a.template_id, t.code, y.code, 'info' AS severity,
		'has no award rule' AS problem,
		'It is awarded by hand: achieve.award(). Give it an award_rule such as: passed.' AS hint, NULL AS rule
	FROM achieve.template_achievement a
	JOIN achieve.course_template t ON t.template_id = a.template_id
	JOIN achieve.achievement_type y ON y.achievement_type_id = a.achievement_type_id
	WHERE a.active AND a.award_rule IS NULL
	UNION ALL
	-- A constraint refuses these; one that was loaded around it is found here
	SELECT 'sequence ' || q.sequence_id, NULL AS event_id, NULL AS event_code, NULL AS template_id,
		NULL AS template_code, q.code, 'error' AS severity,
		format('format "%s" has no place for the number', q.format),
		'Write {number}, or {number:6} for leading zeros, into the format.' AS hint, NULL AS rule
	FROM achieve.number_sequence q
	WHERE q.format !~ '\{number(:[0-9]+)?\}'
)
SELECT p.row_key, p.event_id, p.event_code, p.subject, p.severity, p.problem, p.hint,
	p.template_id, p.template_code, p.rule
FROM problems p;
COMMENT ON VIEW achieve.rule_problems IS 'What is wrong or doubtful about the rules of templates and of events that are not finalized or cancelled; no rows means that nothing is known against them.';
COMMENT ON COLUMN achieve.rule_problems.row_key IS 'Unique key of the row.';
COMMENT ON COLUMN achieve.rule_problems.event_id IS 'The event; null where the problem is a template''s or a number sequence''s.';
COMMENT ON COLUMN achieve.rule_problems.event_code IS 'The event''s short name.';
COMMENT ON COLUMN achieve.rule_problems.subject IS '"passing rule", or the code of the achievement type that the rule awards, or of the number sequence.';
COMMENT ON COLUMN achieve.rule_problems.severity IS 'error: cannot work as it is. warning: hardly what was meant. info: good to know.';
COMMENT ON COLUMN achieve.rule_problems.problem IS 'What is wrong.';
COMMENT ON COLUMN achieve.rule_problems.hint IS 'What to do about it.';
COMMENT ON COLUMN achieve.rule_problems.template_id IS 'The course template, where the problem is a template''s.';
COMMENT ON COLUMN achieve.rule_problems.template_code IS 'The template''s short name.';
COMMENT ON COLUMN achieve.rule_problems.rule IS 'The rule, where there is one.';
