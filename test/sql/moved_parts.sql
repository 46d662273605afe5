-- Only the parts of a rule that a write can have moved are evaluated, where
-- they and the stored result say what the whole is. Whatever changes after
-- whatever: the result is the one of all facts.
\set VERBOSITY terse
INSERT INTO achieve.learner (learner_id, name) VALUES (9301, 'Ada');
CREATE TEMPORARY TABLE moved_rule (event_id bigint, rule text);
INSERT INTO moved_rule VALUES
	(9301, 'absences <= 0 and score(final) >= 50'),
	(9302, 'absences <= 0 and score(final) >= 50 and completed(essay) and condition(visa)'),
	(9303, 'absences <= 0 or score(final) >= 50'),
	(9304, 'absences >= 1 or score(final) < 50 or completed(essay) or not condition(visa)'),
	(9305, 'not (absences <= 0 and score(final) >= 50)'),
	(9306, 'at least 2 of (absences <= 0, score(final) >= 50, completed(essay), condition(visa))'),
	(9307, '(absences <= 0 or completed(essay)) and (score(final) >= 50 or condition(visa))'),
	(9308, '(absences <= 0 and completed(essay)) or (score(final) >= 50 and condition(visa))'),
	(9309, '40 * attended + score(final) >= 60 and completed(essay)'),
	(9310, 'condition(visa)');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	SELECT event_id, 'moved-' || event_id, 'Moved', '2030-01-01', '2030-01-02', rule::achieve.rule FROM moved_rule;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT event_id, 1, '2030-01-01 09:00+00', '2030-01-01 10:00+00' FROM moved_rule;
INSERT INTO achieve.assessment (event_id, code, title, max_score) SELECT event_id, 'final', 'Final', 100 FROM moved_rule;
INSERT INTO achieve.requirement (event_id, code, title) SELECT event_id, 'essay', 'Essay' FROM moved_rule;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT event_id, 9301 FROM moved_rule;

-- Brings one fact of all events to a value; null takes it away.
CREATE FUNCTION pg_temp.bring(fact text, level int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CASE fact
	WHEN 'attendance' THEN
		DELETE FROM achieve.attendance WHERE learner_id = 9301 AND level IS NULL;
		INSERT INTO achieve.attendance (event_id, learner_id, session_no, status)
			SELECT event_id, 9301, 1, CASE level WHEN 1 THEN 'present' ELSE 'absent' END FROM moved_rule WHERE level IS NOT NULL
			ON CONFLICT (event_id, learner_id, session_no) DO UPDATE SET status = excluded.status;
	WHEN 'score' THEN
		DELETE FROM achieve.score WHERE learner_id = 9301 AND level IS NULL;
		INSERT INTO achieve.score (event_id, learner_id, code, attempt, score)
			SELECT event_id, 9301, 'final', 1, 30 + 40 * level FROM moved_rule WHERE level IS NOT NULL
			ON CONFLICT (event_id, learner_id, code, attempt) DO UPDATE SET score = excluded.score;
	WHEN 'completion' THEN
		DELETE FROM achieve.completion WHERE learner_id = 9301 AND level IS NULL;
		INSERT INTO achieve.completion (event_id, learner_id, code, completed_at)
			SELECT event_id, 9301, 'essay', '2030-01-01' FROM moved_rule WHERE level IS NOT NULL
			ON CONFLICT (event_id, learner_id, code) DO NOTHING;
	WHEN 'condition' THEN
		DELETE FROM achieve.condition WHERE learner_id = 9301 AND level IS NULL;
		INSERT INTO achieve.condition (event_id, learner_id, name, value)
			SELECT event_id, 9301, 'visa', level FROM moved_rule WHERE level IS NOT NULL
			ON CONFLICT (event_id, learner_id, name) DO UPDATE SET value = excluded.value;
	END CASE;
END
$$;

-- One fact after another. SQL's logic of true, false and unknown is that of rules.
CREATE FUNCTION pg_temp.walk(steps int, OUT tried int, OUT outcomes text, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
	facts constant text[] := '{attendance, score, completion, condition}';
	fact int;
	level int;
	a boolean;
	s boolean;
	c boolean;
	v boolean;
	seen text[] := '{}';
BEGIN
	PERFORM setseed(0.5);
	FOR step IN 1 .. steps LOOP
		fact := 1 + floor(4 * random());
		level := nullif(floor(3 * random())::int, 2);
		CONTINUE WHEN fact = 3 AND level = 0;
		PERFORM pg_temp.bring(facts[fact], level);
		CASE fact WHEN 1 THEN a := level::boolean; WHEN 2 THEN s := level::boolean; WHEN 3 THEN c := level::boolean; ELSE v := level::boolean; END CASE;
		SELECT array_agg(DISTINCT o) INTO seen FROM (SELECT unnest(seen) UNION ALL SELECT r.rule_outcome
			FROM achieve.result AS r JOIN moved_rule USING (event_id)) AS o (o);
		SELECT concat_ws('; ', wrong, string_agg(format('step %s, event %s: %s', step, event_id, r.rule_outcome), '; ')) INTO wrong
			FROM achieve.result AS r JOIN (VALUES (9301, a AND s), (9302, a AND s AND c AND v), (9303, a OR s),
				(9304, NOT a OR NOT s OR c OR NOT v), (9305, NOT (a AND s)),
				(9306, CASE WHEN num_nonnulls(nullif(a, false), nullif(s, false), nullif(c, false), nullif(v, false)) >= 2 THEN true
					WHEN num_nonnulls(nullif(a, true), nullif(s, true), nullif(c, true), nullif(v, true)) >= 3 THEN false END),
				(9307, (a OR c) AND (s OR v)), (9308, (a AND c) OR (s AND v)),
				(9309, CASE WHEN s THEN true WHEN NOT s THEN a END AND c), (9310, v)) AS e (event_id, truth) USING (event_id)
			WHERE r.rule_outcome <> CASE truth WHEN true THEN 'passed' WHEN false THEN 'failed' ELSE 'pending' END;
		tried := step;
	END LOOP;
	outcomes := array_to_string(seen, ', ');
END
$$;
SELECT * FROM pg_temp.walk(800);
SELECT c.* FROM moved_rule AS m, achieve.check_outcomes(m.event_id) AS c;

-- Time moves "ended" without a write: the next one, of whatever kind, tells.
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	SELECT v.event_id, 'moved-' || v.event_id, 'Moved', now() - interval '1 day', now() + interval '1 s', v.rule::achieve.rule
	FROM (VALUES (9311, 'completed(essay) or (ended and condition(visa))'), (9312, 'completed(essay) and not (ended and condition(visa))'))
		AS v (event_id, rule);
INSERT INTO achieve.requirement (event_id, code, title) VALUES (9311, 'essay', 'Essay'), (9312, 'essay', 'Essay');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (9311, 9301), (9312, 9301);
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (9311, 9301, 'visa', 1), (9312, 9301, 'visa', 1);
SELECT event_id, rule_outcome FROM achieve.result WHERE event_id IN (9311, 9312) AND learner_id = 9301 ORDER BY event_id;
SELECT pg_sleep(1.02) IS NOT NULL AS ended;
INSERT INTO achieve.completion (event_id, learner_id, code, completed_at) VALUES (9311, 9301, 'essay', NULL), (9312, 9301, 'essay', NULL);
SELECT event_id, rule_outcome FROM achieve.result WHERE event_id IN (9311, 9312) AND learner_id = 9301 ORDER BY event_id;

-- What one statement writes into two tables is seen at the first evaluation as
-- a whole: nothing is decided by half of it, nor issued and taken back.
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (9320, 'moved-two', 'Two evenings');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	SELECT e, 'moved-' || e, 'Moved', '2030-01-01', '2030-01-05', 'attended >= 1 and score(final) >= 50' FROM generate_series(9320, 9321) AS e;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT e, s, timestamptz '2030-01-01' + s * interval '1 day', timestamptz '2030-01-01 01:00' + s * interval '1 day'
	FROM generate_series(9320, 9321) AS e, generate_series(1, 3) AS s;
INSERT INTO achieve.assessment (event_id, code, title, max_score) VALUES (9320, 'final', 'Final', 100), (9321, 'final', 'Final', 100);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (9321, 9320, 'passed and attended >= 2');
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (9320, 9301), (9321, 9301);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (9320, 9301, 1, 'present'), (9321, 9301, 1, 'present');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (9320, 9301, 'final', 60), (9321, 9301, 'final', 60);
WITH worse AS (UPDATE achieve.score SET score = 10 WHERE event_id = 9320)
DELETE FROM achieve.attendance WHERE event_id = 9320;
WITH worse AS (UPDATE achieve.score SET score = 10 WHERE event_id = 9321)
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES (9321, 9301, 2, 'present');
SELECT event_id, action, old_value ->> 'rule_outcome' AS was, coalesce(new_value ->> 'rule_outcome', new_value ->> 'state') AS became,
	achieve.evaluate(evidence ->> 'rule', evidence -> 'facts', false) AS by_evidence
FROM achieve.audit WHERE event_id IN (9320, 9321) AND learner_id = 9301 AND evidence IS NOT NULL ORDER BY event_id, audit_id;
