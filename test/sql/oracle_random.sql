-- Does the engine agree with the oracle all along a random history of two
-- thousand statements that change every fact and all configuration?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor)
	SELECT 1600 + g, 'z-' || g, 'Type', 100, 'year', 'event_start' FROM generate_series(0, 4) AS g;
INSERT INTO achieve.learner (learner_id, name) SELECT 1600 + g, 'L' FROM generate_series(1, 5) AS g;
INSERT INTO achieve.invoice (invoice_id, status) SELECT 1600 + g, 'issued' FROM generate_series(1, 3) AS g;

-- Events read what earlier ones give, so that no rule depends on itself.
CREATE TEMP TABLE rules (n integer, event bigint, rule text);
INSERT INTO rules SELECT row_number() OVER (PARTITION BY event), event, rule FROM (VALUES
	(1601, 'absences <= 1 and attended >= 1'), (1601, 'attendance >= 60 or lates > 1'), (1601, 'score(s1) >= 50 and not condition(c1)'),
	(1601, 'at least 2 of (completed(q1), completed(q2), score(s2) > 40, paid)'), (1601, 'hours_attended >= 0.5 * hours'),
	(1602, 'holds(z-0) and absences + 0.5 * lates <= 0.4 * sessions'), (1602, 'mean_score >= 45'), (1602, 'not holds(z-1) and invoiced and paid'),
	(1602, 'completion >= 50 and balance <= 10'), (1602, 'score(s1) - 2 * lates < score(s2) + excused'),
	(1603, 'holds(z-2) or not holds(z-0)'), (1603, 'not ended or condition(c1) * 3 > 2'), (1603, 'not (holds(z-3) and absences = 0)'),
	(1603, 'excused >= 1 or mean_score < 70'), (1603, 'not completed(q1) and not paid')) AS v (event, rule);
CREATE TEMP TABLE awards (n integer, rule text);
INSERT INTO awards SELECT row_number() OVER (), rule FROM (VALUES
	('passed'), ('failed'), ('passed and paid'), ('not passed'), ('passed or condition(c2) >= 2'), ('not failed and attended >= 1'), (NULL)) AS v (rule);

CREATE FUNCTION pg_temp.pick(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1 + floor(n * random())::integer $$;
CREATE FUNCTION pg_temp.one(words text[]) RETURNS text LANGUAGE sql AS $$ SELECT quote_literal(words[pg_temp.pick(cardinality(words))]) $$;
-- A random statement; in it {e} is a random event, {l} a random learner.
CREATE FUNCTION pg_temp.statement() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	e bigint := 1600 + pg_temp.pick(3);
	l bigint := 1600 + pg_temp.pick(5);
	k text := format('(%s, %s', e, l);
	at text := format('WHERE event_id = %s AND learner_id = %s', e, l);
	n integer := pg_temp.pick(3);
	type bigint := 1600 + (e - 1601) * 2 + pg_temp.pick(2) - 1;
	mark text := pg_temp.one('{present,present,late,excused,absent}');
BEGIN
	type := least(type, 1604);
	RETURN CASE pg_temp.pick(36)
		WHEN 1 THEN format('INSERT INTO achieve.attendance VALUES %s, %s, %s) ON CONFLICT ON CONSTRAINT attendance_is_marked_once DO UPDATE SET status = EXCLUDED.status', k, n, mark)
		WHEN 2 THEN format('INSERT INTO achieve.attendance SELECT %s, learner_id, %s, %s FROM achieve.enrollment WHERE event_id = %s ON CONFLICT DO NOTHING', e, n, mark, e)
		WHEN 3 THEN format('UPDATE achieve.attendance SET status = %s %s', mark, at)
		WHEN 4 THEN format('UPDATE achieve.attendance SET learner_id = %s %s AND session_no = %s', 1600 + pg_temp.pick(5), at, n)
		WHEN 5 THEN format('DELETE FROM achieve.attendance %s AND random() < 0.5', at)
		WHEN 6 THEN format('INSERT INTO achieve.score VALUES %s, ''s%s'', %s, %s)', k, pg_temp.pick(2), pg_temp.pick(2), 10 * pg_temp.pick(8))
		WHEN 7 THEN format('UPDATE achieve.score SET score = %s %s', 7.5 * pg_temp.pick(10), at)
		WHEN 8 THEN format('DELETE FROM achieve.score %s AND attempt = %s', at, pg_temp.pick(2))
		WHEN 9 THEN format('INSERT INTO achieve.completion VALUES %s, ''q%s'', %s, %L)', k, pg_temp.pick(2), coalesce(nullif(pg_temp.one('{2020-01-01,none}'), '''none'''), 'NULL'), random() < 0.3)
		WHEN 10 THEN format('DELETE FROM achieve.completion %s', at)
		WHEN 11 THEN format('INSERT INTO achieve.condition VALUES %s, ''c%s'', %s) ON CONFLICT ON CONSTRAINT condition_is_recorded_once DO UPDATE SET value = EXCLUDED.value', k, pg_temp.pick(2), pg_temp.pick(4) - 1)
		WHEN 12 THEN format('DELETE FROM achieve.condition %s', at)
		WHEN 13 THEN format('INSERT INTO achieve.invoice_line VALUES %s, %s, %s, %s, %s)', k, 1600 + n, pg_temp.pick(2), 10 * pg_temp.pick(3), 10 * pg_temp.pick(3))
		WHEN 14 THEN format('UPDATE achieve.invoice_line SET amount_paid = amount - 5 * %s %s', pg_temp.pick(3) - 1, at)
		WHEN 15 THEN format('DELETE FROM achieve.invoice_line %s', at)
		WHEN 16 THEN format('UPDATE achieve.invoice SET status = %s WHERE invoice_id = %s', pg_temp.one('{draft,issued,issued,paid,void}'), 1600 + n)
		WHEN 17 THEN format('UPDATE achieve.session SET required = random() < 0.7, cancelled = random() < 0.2 WHERE event_id = %s AND session_no = %s', e, n)
		WHEN 18 THEN format('UPDATE achieve.session SET starts_at = date ''2020-01-01'' + %s, ends_at = date ''2020-01-03'' + %s WHERE event_id = %s AND session_no = %s', pg_temp.pick(9), 9, e, n)
		WHEN 19 THEN format('UPDATE achieve.assessment SET attempt_choice = %s, weight = %s, max_attempts = %s WHERE event_id = %s AND code = ''s%s''',
			pg_temp.one('{highest,latest,first,mean}'), pg_temp.pick(3) - 1, coalesce(nullif(1 + pg_temp.pick(3), 4)::text, 'NULL'), e, pg_temp.pick(2))
		WHEN 20 THEN format('UPDATE achieve.assessment SET max_score = %s WHERE event_id = %s', 60 + 20 * n, e)
		WHEN 21 THEN format('INSERT INTO achieve.session VALUES (%s, %s, ''x'', ''2020-01-05'', ''2020-01-06'')', e, n)
		WHEN 22 THEN format('DELETE FROM achieve.session WHERE event_id = %s AND session_no = %s', e, n)
		WHEN 23 THEN format('INSERT INTO achieve.requirement VALUES (%s, ''q%s'')', e, pg_temp.pick(2))
		WHEN 24 THEN format('DELETE FROM achieve.requirement WHERE event_id = %s AND code = ''q2''', e)
		WHEN 25 THEN format('UPDATE achieve.event SET passing_rule = (SELECT rule FROM rules WHERE event = %s AND n = %s) WHERE event_id = %s', e, pg_temp.pick(5), e)
		WHEN 26 THEN format('UPDATE achieve.event SET status = %s WHERE event_id = %s', pg_temp.one('{scheduled,scheduled,scheduled,closed,cancelled}'), e)
		WHEN 27 THEN format('UPDATE achieve.event SET ends_at = %s, time_zone = %s WHERE event_id = %s', pg_temp.one('{2020-03-01,2990-01-01}'), pg_temp.one('{UTC,Pacific/Auckland}'), e)
		WHEN 28 THEN format('INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, on_lapse) SELECT %s, %s, rule, %s FROM awards WHERE n = %s'
			' ON CONFLICT (event_id, achievement_type_id) DO UPDATE SET award_rule = EXCLUDED.award_rule, active = random() < 0.9', e, type, pg_temp.one('{revoke,revoke,keep}'), pg_temp.pick(7))
		WHEN 29 THEN format('DELETE FROM achieve.event_achievement WHERE event_id = %s AND achievement_type_id = %s', e, type)
		WHEN 30 THEN format('INSERT INTO achieve.enrollment (event_id, learner_id) VALUES %s)', k)
		WHEN 31 THEN format('UPDATE achieve.enrollment SET status = %s, counts_from = %s %s', pg_temp.one('{active,active,active,reserved,cancelled}'),
			CASE WHEN random() < 0.5 THEN 'NULL' ELSE format('date ''2020-01-01'' + %s', pg_temp.pick(9)) END, at)
		WHEN 32 THEN format('DELETE FROM achieve.enrollment %s', at)
		WHEN 33 THEN format('SELECT achieve.set_result%s, %s, ''x'')', k, pg_temp.one('{passed,failed,pending}'))
		WHEN 34 THEN format('SELECT achieve.clear_result%s, ''x'')', k)
		WHEN 35 THEN format('SELECT achieve.award%s, ''z-%s'', ''x'', ''2020-01-01'', ''2990-01-01'')', k, type - 1600)
		ELSE format('SELECT achieve.%s(achievement_id, ''x'') FROM achieve.achievement %s ORDER BY achievement_id DESC LIMIT 1', CASE WHEN random() < 0.5 THEN 'revoke' ELSE 'reinstate' END, at)
	END;
END $$;

SELECT setseed(0.16);
INSERT INTO achieve.event (event_id, title, starts_at, ends_at) SELECT e, 'random', '2020-01-01', '2990-02-01' FROM generate_series(1601, 1603) AS e;
INSERT INTO achieve.session SELECT e, s, 'x', '2020-01-05', '2020-01-06' FROM generate_series(1601, 1603) AS e, generate_series(1, 3) AS s;
INSERT INTO achieve.assessment (event_id, code, max_attempts) SELECT e, 's' || s, 2 FROM generate_series(1601, 1603) AS e, generate_series(1, 2) AS s;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(1601, 1603) AS e, generate_series(1601, 1605) AS l;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule)
	SELECT 1601 + t / 2, 1600 + t, CASE t % 2 WHEN 0 THEN 'passed' ELSE 'failed' END::achieve.rule FROM generate_series(0, 4) AS t;

-- Refused statements are part of it.
CREATE TEMP TABLE refused (state text);
CREATE TEMP TABLE wrong (after integer, event_id bigint, learner_id bigint, problem text, latest text[]);
CREATE PROCEDURE pg_temp.live(statements integer, at_commit boolean) LANGUAGE plpgsql AS $$
DECLARE
	latest text[];
BEGIN
	FOR i IN 1..statements LOOP
		IF i % 10 = 0 THEN
			COMMIT;
		END IF;
		PERFORM set_config('achieve.evaluation', CASE WHEN at_commit AND i / 10 % 4 = 3 THEN 'commit' ELSE 'statement' END, false);
		latest := latest || pg_temp.statement();
		BEGIN
			EXECUTE latest[cardinality(latest)];
		EXCEPTION WHEN integrity_constraint_violation OR object_not_in_prerequisite_state THEN
			INSERT INTO refused VALUES (SQLSTATE);
		END;
		IF i % 50 = 0 THEN
			COMMIT;
			INSERT INTO wrong SELECT i, c.*, latest FROM achieve.check_outcomes() AS c;
			latest := '{}';
			EXIT WHEN EXISTS (SELECT FROM wrong);
		END IF;
	END LOOP;
END $$;
CALL pg_temp.live(2000, true);
RESET achieve.evaluation;
SELECT after, event_id, learner_id, problem FROM wrong;
-- It has seen enough: all outcomes, issues, lapses, reinstatements.
SELECT action, count(*) > 5 AS several FROM achieve.audit WHERE event_id BETWEEN 1601 AND 1603 AND action ~ '^(result|achievement)' GROUP BY action ORDER BY action;
SELECT state FROM refused GROUP BY state ORDER BY state;
SELECT * FROM achieve.check_outcomes();
