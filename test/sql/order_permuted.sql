-- Do the same facts come to the same outcomes, whatever the order, the
-- grouping, the way of writing, the detours, and the time of evaluation?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor) VALUES
	(1400, 'o-basic', 'Basic', 100, 'year', 'event_start'), (1401, 'o-barred', 'Barred', 100, 'year', 'event_start'),
	(1402, 'o-next', 'Next', 100, 'year', 'event_start');

-- A step: one statement, or two that follow each other at once. Those of a
-- fact keep their order, facts come in any. {e} is the world's event, {f} one
-- that reads what is held, {a}, {b}, {c} learners; {p} is one in the end without facts.
CREATE TEMP TABLE step (fact integer, place integer, statements text[]);
CREATE TEMP TABLE fact (fact integer GENERATED ALWAYS AS IDENTITY, tbl text, learner text,
	key text, id text, parked text, columns text, "right" text, wrong text);
INSERT INTO fact (tbl, learner, key, id, parked, columns, "right", wrong) VALUES
	('attendance', '{a}', 'session_no', '1', '9', 'status', '''present''', '''absent'''),
	('attendance', '{a}', 'session_no', '2', '9', 'status', '''late''', '''absent'''),
	('attendance', '{a}', 'session_no', '3', '9', 'status', '''absent''', '''excused'''),
	('attendance', '{b}', 'session_no', '1', '9', 'status', '''absent''', '''present'''),
	('attendance', '{b}', 'session_no', '2', '9', 'status', '''absent''', '''late'''),
	('attendance', '{c}', 'session_no', '1', '9', 'status', '''present''', '''absent'''),
	('attendance', '{c}', 'session_no', '3', '9', 'status', '''excused''', '''absent'''),
	('attendance', '{c}', 'session_no', '4', '9', 'status', '''absent''', '''absent'''),
	('score', '{a}', 'code', '''final''', '''spare''', 'score', '60', '59.99'),
	('score', '{b}', 'code', '''final''', '''spare''', 'score', '100', '0'),
	('score', '{c}', 'code', '''final''', '''spare''', 'score', '75', '10'),
	('completion', '{a}', 'code', '''file''', '''spare''', 'waived', 'true', 'true'),
	('completion', '{b}', 'code', '''file''', '''spare''', 'waived', 'true', 'true'),
	('completion', '{c}', 'code', '''file''', '''spare''', 'waived', 'true', 'true'),
	('condition', '{a}', 'name', '''visa''', '''spare''', 'value', '90', '0'),
	('condition', '{b}', 'name', '''visa''', '''spare''', 'value', '90', '-5'),
	('condition', '{c}', 'name', '''visa''', '''spare''', 'value', '91', '1000'),
	('invoice_line', '{a}', 'invoice_id, line_no', '{e}, 1', '{f}, 2', 'amount, amount_paid, amount_credited', '100, 90, 10', '100, 0, 0'),
	('invoice_line', '{b}', 'invoice_id, line_no', '{e}, 1', '{f}, 2', 'amount, amount_paid, amount_credited', '100, 100, 0', '100, 0, 99.99'),
	('invoice_line', '{c}', 'invoice_id, line_no', '{e}, 1', '{f}, 2', 'amount, amount_paid, amount_credited', '50, 20, 0', '50, 60, 0'),
	('invoice_line', '{c}', 'invoice_id, line_no', '{f}, 1', '{f}, 2', 'amount, amount_paid, amount_credited', '0, 0, 30', '0, 0, 0');
-- Changes of configuration are steps too.
CREATE TEMP TABLE change (fact integer, place integer, step text);
INSERT INTO change VALUES
	(101, 1, 'UPDATE achieve.event SET passing_rule = ''lates >= 1 or balance > 0'' WHERE event_id = {e}'),
	(101, 2, 'UPDATE achieve.event SET passing_rule = ''absences <= 1 and score(final) >= 60 and completion >= 50 and condition(visa) >= 90'' WHERE event_id = {e}'),
	(102, 1, 'INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES ({e}, 1400, ''paid'')'),
	(102, 2, 'UPDATE achieve.event_achievement SET award_rule = ''passed and paid'' WHERE event_id = {e} AND achievement_type_id = 1400'),
	(103, 1, 'INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES ({e}, 1401, ''failed'')'),
	(104, 1, 'UPDATE achieve.invoice SET status = ''void'' WHERE invoice_id IN ({e}, {f})'),
	(104, 2, 'UPDATE achieve.invoice SET status = ''issued'' WHERE invoice_id IN ({e}, {f})'),
	(105, 1, 'UPDATE achieve.session SET cancelled = true WHERE event_id = {e} AND session_no = 1'),
	(105, 2, 'UPDATE achieve.session SET cancelled = session_no = 4 WHERE event_id = {e} AND session_no IN (1, 4)'),
	(106, 1, 'UPDATE achieve.assessment SET max_score = 200 WHERE event_id = {e}'),
	(106, 2, 'UPDATE achieve.assessment SET max_score = 100, weight = 2 WHERE event_id = {e}'),
	(107, 1, 'UPDATE achieve.enrollment SET status = ''cancelled'', counts_from = ''2020-01-04'' WHERE event_id = {e} AND learner_id = {c}'),
	(107, 2, 'UPDATE achieve.enrollment SET status = ''active'', counts_from = ''2020-01-02'' WHERE event_id = {e} AND learner_id = {c}'),
	(108, 1, 'UPDATE achieve.event SET status = ''closed'' WHERE event_id = {e}'),
	(108, 2, 'SELECT achieve.set_result({e}, {a}, ''failed'', ''a mistake'')'),
	(108, 3, 'SELECT achieve.clear_result({e}, {a}, ''the mistake'')'),
	(108, 4, 'UPDATE achieve.event SET status = ''cancelled'' WHERE event_id = {e}'),
	(108, 5, 'UPDATE achieve.event SET status = ''scheduled'' WHERE event_id = {e}'),
	(109, 1, 'INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES ({f}, 1402, ''passed'')');

-- The steps of a fact, written in one of seven ways.
CREATE FUNCTION pg_temp.steps(f fact, way integer) RETURNS SETOF step LANGUAGE plpgsql AS $$
DECLARE
	cols text := format('event_id, learner_id, %s, %s', f.key, f.columns);
	write text := format('INSERT INTO achieve.%s (%s) VALUES ({e}, %%s, %%s, %%s)', f.tbl, cols);
	same text := format('(event_id, learner_id, %s) = ({e}, %%s, %%s)', f.key);
	new text := format(write, f.learner, f.id, f."right");
	bad text := format(write, f.learner, f.id, f.wrong);
	ways text[] := ARRAY[new,
		bad || '|' || format('UPDATE achieve.%s SET (%s) = ROW (%s) WHERE ', f.tbl, f.columns, f."right") || format(same, f.learner, f.id),
		bad || '|' || format('%s ON CONFLICT (event_id, learner_id, %s%s) DO UPDATE SET (%s) = ROW (%s)', new, f.key,
			CASE f.tbl WHEN 'score' THEN ', attempt' ELSE '' END, f.columns, f."right"),
		new || '|' || format('DELETE FROM achieve.%s WHERE ', f.tbl) || format(same, f.learner, f.id) || ';' || new,
		format(write, '{p}', f.id, f."right") || ';' || format('UPDATE achieve.%s SET learner_id = %s WHERE ', f.tbl, f.learner) || format(same, '{p}', f.id),
		format(write, f.learner, f.parked, f."right") || ';' || format('UPDATE achieve.%s SET (%s) = ROW (%s) WHERE ', f.tbl, f.key, f.id) || format(same, f.learner, f.parked),
		CASE WHEN f.fact % 2 = 0 THEN bad || '|' ELSE '' END ||
			format('MERGE INTO achieve.%s AS t USING (VALUES (%s, %s, %s)) AS v (learner_id, %s, %s) ON (t.event_id, t.learner_id, %s) = ({e}, v.learner_id, %s)'
				' WHEN MATCHED THEN UPDATE SET (%s) = ROW (%s) WHEN NOT MATCHED THEN INSERT (%s) VALUES ({e}, v.learner_id, %s, %s)',
				f.tbl, f.learner, f.id, f."right", f.key, f.columns,
				regexp_replace(f.key, '\m(?=\w)', 't.', 'g'), regexp_replace(f.key, '\m(?=\w)', 'v.', 'g'),
				f.columns, f."right", cols, regexp_replace(f.key, '\m(?=\w)', 'v.', 'g'), f."right")];
BEGIN
	RETURN QUERY SELECT f.fact, s.n::integer, string_to_array(s.step, ';')
		FROM string_to_table(ways[way], '|') WITH ORDINALITY AS s (step, n);
END $$;

-- Makes a world, writes the facts in an order of its own, commits now and then.
CREATE PROCEDURE pg_temp.play(world integer, mode text) LANGUAGE plpgsql AS $$
DECLARE
	e bigint := 14000 + 10 * world;
	s record;
	statement text;
BEGIN
	PERFORM setseed(world / 100.0);
	INSERT INTO achieve.learner (learner_id, name) SELECT e + g, 'L' FROM generate_series(1, 4) AS g;
	INSERT INTO achieve.event (event_id, title, starts_at, ends_at, passing_rule)
		VALUES (e, 'order', '2020-01-01', '2020-02-01', NULL),
			(e + 1, 'reads', '2020-01-01', '2020-02-01', 'holds(o-basic) or not holds(o-barred)');
	INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at, required)
		SELECT e, g, date '2020-01-01' + g, date '2020-01-01' + g, g < 9 FROM unnest('{1,2,3,4,9}'::integer[]) AS g;
	INSERT INTO achieve.assessment (event_id, code, max_score, max_attempts) VALUES (e, 'final', 100, 1), (e, 'spare', 100, 1);
	INSERT INTO achieve.requirement (event_id, code) VALUES (e, 'file'), (e, 'spare');
	INSERT INTO achieve.invoice (invoice_id) VALUES (e), (e + 1);
	INSERT INTO achieve.enrollment (event_id, learner_id) SELECT v, e + g FROM generate_series(e, e + 1) AS v, generate_series(1, 4) AS g;
	PERFORM set_config('achieve.evaluation', CASE mode WHEN 'commit' THEN 'commit' ELSE 'statement' END, false);
	PERFORM set_config('achieve.enabled', CASE mode WHEN 'off' THEN 'off' ELSE 'on' END, false);
	TRUNCATE step;
	INSERT INTO step SELECT t.* FROM fact AS f, pg_temp.steps(f, CASE mode WHEN 'plain' THEN 1 ELSE 1 + floor(7 * random())::integer END) AS t;
	INSERT INTO step SELECT change.fact, change.place, ARRAY[change.step] FROM change WHERE mode <> 'off' OR change.step NOT LIKE 'SELECT%';
	COMMIT;
	-- a random time for each step, in order within a fact
	FOR s IN
		SELECT r.fact, r.times[t.n] AS at, t.statements
		FROM (SELECT fact, array_agg(at ORDER BY at) AS times FROM (SELECT fact, random() AS at FROM step) AS x GROUP BY fact) AS r
		JOIN (SELECT fact, statements, row_number() OVER (PARTITION BY fact ORDER BY place) AS n FROM step) AS t USING (fact)
		ORDER BY CASE mode WHEN 'plain' THEN r.fact END, at
	LOOP
		FOREACH statement IN ARRAY s.statements LOOP
			statement := replace(replace(statement, '{e}', e::text), '{f}', (e + 1)::text);
			FOR i IN 1..4 LOOP
				statement := replace(statement, format('{%s}', substr('abcp', i, 1)), (e + i)::text);
			END LOOP;
			EXECUTE statement;
		END LOOP;
		IF random() < 0.4 THEN
			COMMIT;
		END IF;
		IF mode IN ('plain', 'statement') AND EXISTS (SELECT FROM achieve.check_outcomes(e) UNION ALL SELECT FROM achieve.check_outcomes(e + 1)) THEN
			RAISE EXCEPTION 'world %: wrong after %', world, s.statements;
		END IF;
	END LOOP;
	COMMIT;
	PERFORM set_config('achieve.evaluation', 'statement', false);
	PERFORM set_config('achieve.enabled', 'on', false);
	PERFORM achieve.evaluate_event(v) FROM generate_series(e, e + 1) AS v WHERE mode = 'off';
END $$;

-- World 0 gets its facts one after the other, each as it should be.
CALL pg_temp.play(0, 'plain');
CREATE VIEW pg_temp.outcomes AS
	SELECT r.event_id / 10 - 1400 AS world, r.event_id % 10 AS event, r.learner_id % 10 AS learner, r.outcome, r.rule_outcome,
		(SELECT string_agg(t.code || ' ' || a.valid_from || ' ' || a.expires_on, ', ' ORDER BY t.code)
			FROM achieve.achievement AS a JOIN achieve.achievement_type AS t USING (achievement_type_id)
			WHERE a.event_id = r.event_id AND a.learner_id = r.learner_id AND a.revoked_at IS NULL) AS held
	FROM achieve.result AS r WHERE r.event_id BETWEEN 14000 AND 14999;
SET datestyle = ISO;
SELECT event, learner, outcome, held FROM pg_temp.outcomes WHERE world = 0 ORDER BY event, learner;

DO $$
BEGIN
	FOR world IN 1..20 LOOP
		CALL pg_temp.play(world, (ARRAY['statement', 'statement', 'commit', 'off'])[1 + world % 4]);
	END LOOP;
END $$;
-- Every world has come to the outcomes of the first.
SELECT count(*) AS worlds, count(DISTINCT outcomes) AS different FROM (
	SELECT world, string_agg(outcomes::text, '; ' ORDER BY event, learner) AS outcomes
	FROM (SELECT world, event, learner, ROW (event, learner, outcome, rule_outcome, held) AS outcomes FROM pg_temp.outcomes) AS o
	GROUP BY world) AS w;
-- One record of each, for the dates are the same, though many lapsed on the way.
SELECT count(*) = count(DISTINCT (event_id, learner_id, achievement_type_id)) AS one_of_each
	FROM achieve.achievement WHERE event_id BETWEEN 14000 AND 14999;
SELECT count(*) > 0 AS some_lapsed FROM achieve.audit WHERE event_id BETWEEN 14000 AND 14999 AND action = 'achievement.revoked';
SELECT * FROM achieve.check_outcomes();
