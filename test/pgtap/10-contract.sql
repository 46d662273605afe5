-- Does every table and view of the contract have its columns, with their types?
--
-- Tables may have further columns in any place. A view's columns are appended
-- only, so the contract's come first there and in this order. Expects a
-- database with pgTAP and achieve, after achieve.install().
BEGIN;
SELECT no_plan();

CREATE TEMPORARY TABLE contract (relation text, kind "char", columns text);

INSERT INTO contract VALUES
	('account', 'r', 'account_id bigint, name text, reference text'),
	('learner', 'r', 'learner_id bigint, account_id bigint, name text, email text, reference text'),
	('number_sequence', 'r', 'sequence_id bigint, code text, format text, start_at bigint, reset text,
		gapless boolean'),
	('certificate_template', 'r', 'certificate_template_id bigint, code text, title text, media_type text,
		body text'),
	('achievement_type', 'r', 'achievement_type_id bigint, code text, title text, description text,
		valid_for integer, valid_unit text, valid_from_anchor text, expiry_alignment text, expires_on_day text,
		sequence_id bigint, certificate_template_id bigint, active boolean'),
	('achievement_reminder', 'r', 'achievement_type_id bigint, days_before integer'),
	('course_template', 'r', 'template_id bigint, code text, title text, passing_rule achieve.rule,
		event_achievements_allowed boolean, approval_by_another boolean'),
	('template_session', 'r', 'template_id bigint, session_no integer, title text,
		starts_after_minutes integer, duration_minutes integer, required boolean'),
	('template_assessment', 'r', 'template_id bigint, code text, title text, max_score numeric, weight numeric,
		attempt_choice text, max_attempts integer'),
	('template_requirement', 'r', 'template_id bigint, code text, title text'),
	('template_achievement', 'r', 'template_id bigint, achievement_type_id bigint, award_rule achieve.rule,
		on_lapse text, active boolean, valid_for integer, valid_unit text, valid_from_anchor text,
		expiry_alignment text, expires_on_day text'),
	('learning_path', 'r', 'path_id bigint, code text, title text'),
	('learning_path_step', 'r', 'path_id bigint, step_no integer, achievement_type_id bigint, required boolean'),
	('event', 'r', 'event_id bigint, template_id bigint, code text, title text,
		starts_at timestamp with time zone, ends_at timestamp with time zone, time_zone text, status text,
		passing_rule achieve.rule, passing_rule_inherited boolean'),
	('session', 'r', 'event_id bigint, session_no integer, title text, starts_at timestamp with time zone,
		ends_at timestamp with time zone, required boolean, cancelled boolean'),
	('assessment', 'r', 'event_id bigint, code text, title text, max_score numeric, weight numeric,
		attempt_choice text, max_attempts integer'),
	('requirement', 'r', 'event_id bigint, code text, title text'),
	('event_achievement', 'r', 'event_id bigint, achievement_type_id bigint, award_rule achieve.rule,
		on_lapse text, valid_for integer, valid_unit text, valid_from_anchor text, expiry_alignment text,
		expires_on_day text, inherited boolean, active boolean'),
	('enrollment', 'r', 'event_id bigint, learner_id bigint, status text, enrolled_at timestamp with time zone,
		counts_from date'),
	('attendance', 'r', 'event_id bigint, learner_id bigint, session_no integer, status text, note text'),
	('score', 'r', 'event_id bigint, learner_id bigint, code text, attempt integer, score numeric'),
	('completion', 'r', 'event_id bigint, learner_id bigint, code text, completed_at timestamp with time zone,
		waived boolean, note text'),
	('condition', 'r', 'event_id bigint, learner_id bigint, name text, value numeric'),
	('invoice', 'r', 'invoice_id bigint, number text, account_id bigint, status text, due_on date'),
	('invoice_line', 'r', 'event_id bigint, learner_id bigint, invoice_id bigint, line_no integer,
		amount numeric, amount_paid numeric, amount_credited numeric'),
	('result', 'r', 'event_id bigint, learner_id bigint, rule_outcome text, manual_outcome text, outcome text,
		source text, reason text, decided_by text, decided_at timestamp with time zone, approved_by text,
		approved_at timestamp with time zone'),
	('achievement', 'r', 'event_id bigint, achievement_id bigint, learner_id bigint, achievement_type_id bigint,
		sequence_id bigint, number text, source text, issued_at timestamp with time zone, issued_by text,
		valid_from date, expires_on date, revoked_at timestamp with time zone, revoked_by text,
		revoke_reason text'),
	('certificate', 'r', 'event_id bigint, certificate_id bigint, achievement_id bigint, number text,
		revision integer, status text, verification_code text, content text, media_type text,
		generated_at timestamp with time zone, generated_by text'),
	('audit', 'r', 'audit_id bigint, occurred_at timestamp with time zone, transaction_id bigint, actor text,
		database_user text, action text, event_id bigint, learner_id bigint, object text, old_value jsonb,
		new_value jsonb, evidence jsonb, reason text'),
	('notification', 'r', 'notification_id bigint, transaction_id bigint, topic text, event_id bigint,
		learner_id bigint, payload jsonb, created_at timestamp with time zone,
		delivered_at timestamp with time zone'),
	('results_tab', 'v', 'row_key text, event_id bigint, event_code text, event_title text, learner_id bigint,
		learner_name text, account_id bigint, account_name text, enrollment_status text, sessions ?, marked ?,
		attended ?, absences ?, excused ?, lates ?, attendance_percent numeric, score_percent numeric,
		completion_percent numeric, paid boolean, rule_outcome text, manual_outcome text, outcome text,
		source text, reason text, decided_by text, decided_at timestamp with time zone, approved_by text,
		approved_at timestamp with time zone, waiting_for text'),
	('achievements_tab', 'v', 'row_key text, event_id bigint, event_code text, event_title text,
		learner_id bigint, learner_name text, account_id bigint, account_name text, achievement_type text,
		achievement_title text, state text, active boolean, achievement_id bigint, number text, source text,
		issued_at timestamp with time zone, valid_from date, expires_on date, last_valid_on date,
		revoked_at timestamp with time zone, revoke_reason text, certificate_id bigint, certificate_status text,
		waiting_for text'),
	('passing_rules_tab', 'v', 'row_key text, event_id bigint, event_code text, subject text, rule text,
		template_rule text, origin text'),
	('audit_tab', 'v', 'audit_id bigint'),
	('event_summary', 'v', 'event_id bigint');

-- A question mark in the list leaves a column's type open.
CREATE TEMPORARY VIEW wanted AS
SELECT relation, kind, place,
	split_part(words, ' ', 1) AS column_name,
	nullif(substr(words, strpos(words, ' ') + 1), '?') AS column_type
FROM contract
CROSS JOIN LATERAL regexp_split_to_table(columns, ',\s+') WITH ORDINALITY AS c (words, place);

CREATE TEMPORARY VIEW present AS
SELECT c.relname::text AS relation, c.relkind AS kind, a.attnum AS place, a.attname::text AS column_name,
	format_type(a.atttypid, a.atttypmod) AS column_type
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'achieve'::regnamespace;

SELECT is(
	(SELECT string_agg(w.column_name || ' ' || coalesce(w.column_type, ''), ', ' ORDER BY w.place)
	 FROM wanted w
	 WHERE w.relation = c.relation
		AND NOT EXISTS (SELECT FROM present p
			WHERE p.relation = w.relation AND p.kind = w.kind AND p.column_name = w.column_name
				AND p.column_type = coalesce(w.column_type, p.column_type)
				AND (w.kind = 'r' OR p.place = w.place))),
	NULL,
	format('achieve.%s has the columns of the contract', c.relation))
FROM contract c
ORDER BY c.kind, c.relation;

-- The further columns of audit_tab are the audit's own, so that nothing of a
-- row is missing on the tab but the salts, which are random.
SELECT is_empty(
	$$SELECT column_name, column_type FROM present WHERE relation = 'audit' AND column_name NOT LIKE '%\_salt'
	  EXCEPT SELECT column_name, column_type FROM present WHERE relation = 'audit_tab'$$,
	'achieve.audit_tab shows every column of the audit');

-- Public relations use types that every driver and tool handles.
SELECT is_empty(
	$$SELECT relation, column_name, column_type FROM present
	  WHERE kind IN ('r', 'v', 'm', 'p', 'f')
		AND column_type NOT IN ('bigint', 'integer', 'text', 'boolean', 'date',
			'timestamp with time zone', 'numeric', 'jsonb', 'uuid', 'achieve.rule')$$,
	'every column has a plain type, or is a rule');
SELECT is_empty(
	$$SELECT relation, column_name FROM present WHERE kind = 'v' AND column_type = 'achieve.rule'$$,
	'views show rules as text');
SELECT is_empty(
	$$SELECT typname FROM pg_type WHERE typnamespace = 'achieve'::regnamespace AND typtype IN ('e', 'd')$$,
	'closed sets of words are text with a CHECK: there is no enum and no domain');

-- A tool can take the first column of a view for its key.
SELECT is_empty(
	$$SELECT relation, column_name FROM present
	  WHERE kind = 'v' AND place = 1 AND column_name <> 'row_key' AND column_name NOT LIKE '%\_id'
		AND (relation, column_name) <> ('health', 'name')$$,
	'the first column of every view is a key');

SELECT * FROM finish();
ROLLBACK;
