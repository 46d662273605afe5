-- Is evaluate(rule, facts(...), closed) what the engine decides, for passing
-- and award rules, whatever the facts are?
\set regress_database :DBNAME
CREATE DATABASE regress_achieve_facts;
\connect regress_achieve_facts
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;
SET TimeZone = 'UTC';

-- The same numbers on every machine: 0 to n - 1, by a hash of what is asked.
CREATE FUNCTION pg_temp.pick(n integer, VARIADIC asked text[]) RETURNS integer LANGUAGE sql IMMUTABLE AS
	$$ SELECT (('x' || left(md5(array_to_string(asked, '/')), 7))::bit(28)::integer) % n $$;

INSERT INTO achieve.learner (learner_id, name) SELECT l, 'Learner ' || l FROM generate_series(1, 40) l;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit)
	VALUES (1, 'base', 'Base', NULL, NULL), (2, 'top', 'Top', 1, 'year'), (3, 'renewed', 'Renewed', 2, 'year');
-- Every fact is read by some rule; events 7 to 12 are closed later on.
CREATE TABLE rules (n integer, passing achieve.rule, award achieve.rule);
INSERT INTO rules VALUES
	(1, 'absences <= 2 and score(final) >= 60', 'passed and paid'),
	(2, 'attendance >= 75 or mean_score >= 70', 'passed and approved'),
	(3, 'at least 2 of (completed(form), score(quiz) >= 50, attended + 0.5 * excused >= 4)', 'failed or balance > 100'),
	(4, 'condition(points) >= 5 and not condition(barred)', 'holds(base) and passed'),
	(5, 'hours_attended >= 6 and completion >= 50 and lates <= 1', 'passed and invoiced and paid and ended'),
	(6, 'holds(base) and not (absences > 3)', 'not holds(top) and hours > 5');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	SELECT e, 'E' || e, 'Event ' || e, '2020-01-01', CASE WHEN e % 2 = 0 THEN '2020-01-05' ELSE '2990-01-05' END::timestamptz, passing
	FROM generate_series(1, 12) e JOIN rules ON n = (e - 1) % 6 + 1;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at, required, cancelled)
	SELECT e, s, date '2020-01-01' + s / 2, date '2020-01-01' + s / 2 + interval '90 minutes', s <> 7, s = 3
	FROM generate_series(1, 12) e, generate_series(1, 7) s WHERE e <> 6;
INSERT INTO achieve.assessment (event_id, code, max_score, weight, attempt_choice, max_attempts)
	SELECT e, c, 70, pg_temp.pick(3, 'weight', c, e::text), (ARRAY['highest', 'latest', 'first', 'mean'])[1 + pg_temp.pick(4, 'choice', c, e::text)],
		nullif(pg_temp.pick(4, 'attempts', c, e::text), 0)
	FROM generate_series(1, 12) e, unnest(ARRAY['final', 'quiz']) c;
INSERT INTO achieve.requirement (event_id, code) SELECT e, c FROM generate_series(1, 12) e, unnest(ARRAY['form', 'photo']) c;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT e, t, CASE t WHEN 1 THEN 'passed' WHEN 2 THEN award ELSE 'passed and not holds(renewed)' END::achieve.rule
	FROM generate_series(1, 12) e JOIN rules ON n = (e - 1) % 6 + 1, generate_series(1, 3) t;
INSERT INTO achieve.enrollment (event_id, learner_id, status, counts_from)
	SELECT e, l, CASE WHEN pg_temp.pick(12, 'status', e::text, l::text) = 0 THEN 'reserved' ELSE 'active' END,
		CASE WHEN pg_temp.pick(5, 'from', e::text, l::text) = 0 THEN date '2020-01-03' END
	FROM generate_series(1, 12) e, generate_series(1, 40) l WHERE pg_temp.pick(3, 'enrolled', e::text, l::text) > 0;
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
	SELECT event_id, learner_id, session_no, (ARRAY['present', 'present', 'late', 'absent', 'excused'])[1 + pg_temp.pick(5, 'mark', event_id::text, learner_id::text, session_no::text)]
	FROM achieve.enrollment JOIN achieve.session USING (event_id) WHERE pg_temp.pick(5, 'marked', event_id::text, learner_id::text, session_no::text) > 0;
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score)
	SELECT event_id, learner_id, code, a, pg_temp.pick(71, 'score', event_id::text, learner_id::text, code, a::text)
	FROM achieve.enrollment JOIN achieve.assessment USING (event_id), generate_series(1, 3) a
	WHERE a <= coalesce(max_attempts, 3) AND pg_temp.pick(2, 'scored', event_id::text, learner_id::text, code, a::text) = 0;
INSERT INTO achieve.completion (event_id, learner_id, code, completed_at, waived)
	SELECT event_id, learner_id, code, CASE WHEN pg_temp.pick(2, 'done', event_id::text, learner_id::text, code) = 0 THEN timestamptz '2020-01-04' END,
		pg_temp.pick(4, 'waived', event_id::text, learner_id::text, code) = 0
	FROM achieve.enrollment JOIN achieve.requirement USING (event_id) WHERE pg_temp.pick(3, 'completion', event_id::text, learner_id::text, code) > 0;
INSERT INTO achieve.condition (event_id, learner_id, name, value)
	SELECT event_id, learner_id, name, pg_temp.pick(CASE name WHEN 'barred' THEN 2 ELSE 10 END, 'value', event_id::text, learner_id::text, name)
	FROM achieve.enrollment, unnest(ARRAY['points', 'barred']) name WHERE pg_temp.pick(3, 'condition', event_id::text, learner_id::text, name) > 0;
INSERT INTO achieve.invoice (invoice_id, status) SELECT i, (ARRAY['draft', 'issued', 'issued', 'paid', 'void'])[1 + i % 5] FROM generate_series(1, 10) i;
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount, amount_paid, amount_credited)
	SELECT event_id, learner_id, 1 + pg_temp.pick(10, 'invoice', event_id::text, learner_id::text, n::text), n, 120.5,
		(ARRAY[0, 60, 120.5])[1 + pg_temp.pick(3, 'paid', event_id::text, learner_id::text, n::text)], pg_temp.pick(2, 'credit', event_id::text, learner_id::text, n::text) * 60.5
	FROM achieve.enrollment, generate_series(1, 2) n WHERE pg_temp.pick(3, 'charged', event_id::text, learner_id::text, n::text) = 0;
SELECT achieve.approve_results(event_id) > 0 AS approved FROM achieve.event WHERE event_id IN (2, 8) ORDER BY event_id;

-- What evaluate() says beside what is stored. An award's own record is none
-- of its rule's business; records that do not stand were never issued here.
CREATE VIEW compared AS
SELECT e.status, 'passing' AS kind, r.rule_outcome AS stored,
	achieve.evaluate(e.passing_rule, achieve.facts(n.event_id, n.learner_id), e.status = 'closed') AS evaluated
FROM achieve.enrollment n JOIN achieve.event e USING (event_id) JOIN achieve.result r USING (event_id, learner_id) WHERE n.status = 'active'
UNION ALL
SELECT e.status, y.code, CASE WHEN a.achievement_id IS NULL THEN 'not issued' ELSE 'passed' END,
	CASE achieve.evaluate(x.award_rule, achieve.facts(n.event_id, n.learner_id), e.status = 'closed') WHEN 'passed' THEN 'passed' ELSE 'not issued' END
FROM achieve.enrollment n JOIN achieve.event e USING (event_id) JOIN achieve.event_achievement x USING (event_id)
JOIN achieve.achievement_type y USING (achievement_type_id)
LEFT JOIN achieve.achievement a ON a.event_id = n.event_id AND a.learner_id = n.learner_id AND a.achievement_type_id = y.achievement_type_id AND a.revoked_at IS NULL
WHERE n.status = 'active';
CREATE VIEW states AS
SELECT t.state, achieve.evaluate(x.award_rule, achieve.facts(t.event_id, t.learner_id), e.status = 'closed') AS evaluated
FROM achieve.achievements_tab t JOIN achieve.event e USING (event_id) JOIN achieve.achievement_type y ON y.code = t.achievement_type
JOIN achieve.event_achievement x ON x.event_id = t.event_id AND x.achievement_type_id = y.achievement_type_id
WHERE t.achievement_id IS NULL;

SELECT kind, stored, count(*) > 5 AS some, count(*) FILTER (WHERE stored <> evaluated) AS different FROM compared GROUP BY kind, stored ORDER BY kind COLLATE "C", stored COLLATE "C";
SELECT state, evaluated, count(*) > 5 AS some FROM states GROUP BY state, evaluated ORDER BY state, evaluated;
SELECT count(*) AS different FROM achieve.results_tab WHERE waiting_for IS DISTINCT FROM achieve.waiting_for(event_id, learner_id);
UPDATE achieve.event SET status = 'closed' WHERE event_id > 6;
SELECT kind, stored, count(*) > 5 AS some, count(*) FILTER (WHERE stored <> evaluated) AS different FROM compared WHERE status = 'closed'
	GROUP BY kind, stored ORDER BY kind COLLATE "C", stored COLLATE "C";
SELECT state, evaluated, count(*) > 5 AS some FROM states GROUP BY state, evaluated ORDER BY state, evaluated;
SELECT count(*) FROM achieve.check_outcomes();

-- The facts serve any rule, also one that no rule of the event is like.
SELECT count(*) FILTER (WHERE held) > 20 AS some, count(*) FILTER (WHERE held <> (asked = 'passed')) AS different
FROM (
	SELECT EXISTS (SELECT FROM achieve.achievement a WHERE a.learner_id = n.learner_id AND a.achievement_type_id = 1 AND a.revoked_at IS NULL) AS held,
		achieve.evaluate('holds(base)', achieve.facts(n.event_id, n.learner_id)) AS asked
	FROM achieve.enrollment n) AS enrollments;

-- One of them as it is, and what cannot be asked.
SELECT jsonb_pretty(achieve.facts(event_id, learner_id)) AS facts FROM achieve.enrollment WHERE event_id = 4 ORDER BY learner_id LIMIT 1;
SELECT achieve.facts(4, 99);
SELECT achieve.facts(99, 4);
SELECT achieve.facts(NULL, 4);
\connect :regress_database
DROP DATABASE regress_achieve_facts;
