-- Is a verdict right whatever the open facts turn out to be, and as early as one comparison allows?
--
-- The oracle is enumeration: every way in which the unmarked sessions of a
-- small event can still be marked is evaluated as a fully marked event.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS achieve;
RESET client_min_messages;
SELECT setseed(0.5) IS NOT NULL AS seeded;

-- Every state of up to four sessions: marks that are made, the rest unmarked.
CREATE TEMPORARY TABLE state AS
	SELECT row_number() OVER () AS state_no, sessions, attended, absences, excused, lates, attended + absences + excused = sessions AS is_final,
		jsonb_build_object('sessions', sessions, 'attended', attended, 'absences', absences, 'excused', excused, 'lates', lates) AS facts
	FROM generate_series(1, 4) AS sessions, generate_series(0, 4) AS attended, generate_series(0, 4) AS absences, generate_series(0, 4) AS excused, generate_series(0, 4) AS lates
	WHERE attended + absences + excused <= sessions AND lates <= attended;
-- Which final states each can still become.
CREATE TEMPORARY TABLE completion AS
	SELECT s.state_no, f.state_no AS final_no FROM state AS s JOIN state AS f ON f.is_final AND f.sessions = s.sessions AND f.attended >= s.attended AND f.absences >= s.absences
		AND f.excused >= s.excused AND f.lates >= s.lates AND f.lates - s.lates <= f.attended - s.attended;
ANALYZE state, completion;
SELECT count(*) AS states, count(*) FILTER (WHERE is_final) AS final, (SELECT count(*) FROM completion) AS completions FROM state;

-- Comparisons: random coefficients over the attendance facts, the percentage among them in every second.
CREATE TEMPORARY TABLE comparison AS
	SELECT n, format('%s * sessions + %s * attended + %s * absences + %s * excused + %s * lates %s %s %s', k[1], k[2], k[3], k[4], k[5],
		CASE WHEN n % 2 = 0 THEN format('+ %s * attendance ', (ARRAY[0.05, 0.1, 1, 0.333333])[1 + n / 2 % 4]) END, (ARRAY['=', '<>', '<', '<=', '>', '>='])[1 + n % 6], round((random() * 8 - 2)::numeric, n % 3)) AS rule
	FROM (SELECT n, ARRAY(SELECT CASE WHEN random() < 0.4 THEN '0' ELSE (ARRAY['1', '2', '0.5', '0.25', '3'])[1 + floor(random() * 5)::int] END FROM generate_series(1, 5) AS i WHERE n > 0) AS k FROM generate_series(1, 360) AS n) AS random
	WHERE n % 2 = 0 OR k <> ARRAY['0', '0', '0', '0', '0'];
UPDATE comparison SET rule = replace(rule, ' + ', CASE n / 6 % 3 WHEN 0 THEN ' + ' WHEN 1 THEN ' - ' ELSE ' + ' END);
INSERT INTO comparison SELECT 1000 + row_number() OVER (), fact || ' ' || relation || ' ' || number
	FROM unnest(ARRAY['attended', 'absences', 'excused', 'lates', 'attendance', '-attendance + 20 * attended', 'attendance - 33.333333 * attended', 'attended - absences', 'attendance + 10 * lates - 20 * excused']) AS fact,
		unnest(ARRAY['=', '<>', '<', '<=', '>', '>=']) AS relation, unnest(ARRAY['0', '1', '1.5', '2', '40', '66.666667']) AS number;

ALTER TABLE comparison ALTER rule TYPE achieve.rule USING rule::achieve.rule;
CREATE TEMPORARY TABLE final_verdict AS SELECT n, state_no AS final_no, achieve.evaluate(rule, facts) AS verdict FROM comparison, state WHERE is_final;
ANALYZE comparison, final_verdict;
SELECT count(*) > 0 AS some, bool_and(verdict IN ('passed', 'failed')) AS decided, count(*) FILTER (WHERE verdict = 'passed') > 5000 AS many_passed, count(*) FILTER (WHERE verdict = 'failed') > 5000 AS many_failed FROM final_verdict;

-- passed exactly when every completion passes, failed exactly when every completion fails.
WITH expected AS (
	SELECT c.n, c.rule, s.facts, CASE WHEN bool_and(f.verdict = 'passed') THEN 'passed' WHEN bool_and(f.verdict = 'failed') THEN 'failed' ELSE 'pending' END AS verdict
	FROM comparison AS c CROSS JOIN state AS s JOIN completion USING (state_no) JOIN final_verdict AS f USING (n, final_no)
	GROUP BY c.n, c.rule, s.facts)
SELECT count(*) FILTER (WHERE verdict = 'passed') > 5000 AS passed, count(*) FILTER (WHERE verdict = 'failed') > 5000 AS failed, count(*) FILTER (WHERE verdict = 'pending') > 5000 AS pending,
	count(*) FILTER (WHERE verdict <> achieve.evaluate(rule, facts)
		-- "=" and "<>" go by the range: a value between two that are possible keeps them open
		AND NOT (rule::text ~ '( = | <> )' AND achieve.evaluate(rule, facts) = 'pending')) AS wrong,
	count(*) FILTER (WHERE achieve.evaluate(rule, facts, true) = 'pending') AS pending_though_closed
FROM expected;

-- Compound rules over attendance, a score and a requirement: a verdict never contradicts a completion.
CREATE FUNCTION pg_temp.random_rule(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF depth = 0 THEN
		CASE floor(random() * 5)
			WHEN 0 THEN RETURN 'completed(a)';
			WHEN 1 THEN RETURN format('score(a) %s %s', (ARRAY['<', '<=', '>', '>=', '=', '<>'])[1 + floor(random() * 6)::int], (ARRAY[0, 50, 70, 100])[1 + floor(random() * 4)::int]);
			ELSE RETURN (SELECT rule FROM comparison OFFSET floor(random() * 300)::int LIMIT 1);
		END CASE;
	END IF;
	CASE floor(random() * 4)
		WHEN 0 THEN RETURN format('(%s) and (%s)', pg_temp.random_rule(depth - 1), pg_temp.random_rule(depth - 1));
		WHEN 1 THEN RETURN format('(%s) or (%s)', pg_temp.random_rule(depth - 1), pg_temp.random_rule(depth - 1));
		WHEN 2 THEN RETURN format('not (%s)', pg_temp.random_rule(depth - 1));
		ELSE RETURN format('at least 2 of (%s, %s, %s)', pg_temp.random_rule(depth - 1), pg_temp.random_rule(depth - 1), pg_temp.random_rule(0));
	END CASE;
END $$;
CREATE TEMPORARY TABLE compound AS SELECT n, pg_temp.random_rule(1 + n % 3)::achieve.rule AS rule FROM generate_series(1, 90) AS n;
CREATE TEMPORARY TABLE partial AS
	SELECT n, state_no, score, done, achieve.evaluate(rule, facts || jsonb_build_object('score', jsonb_build_object('a', score), 'completed', jsonb_build_object('a', done))) AS verdict
	FROM compound, state, (VALUES ('null'::jsonb), ('[40, 70]'), ('70')) AS score (score), (VALUES (NULL), (true)) AS done (done) WHERE sessions = 3;
CREATE TEMPORARY TABLE final AS
	SELECT n, state_no AS final_no, score, done, achieve.evaluate(rule, facts || jsonb_build_object('score', jsonb_build_object('a', score), 'completed', jsonb_build_object('a', done))) AS verdict
	FROM compound, state, (VALUES (0), (40), (50), (70), (100)) AS score (score), (VALUES (false), (true)) AS done (done) WHERE sessions = 3 AND is_final;
ANALYZE partial, final;
SELECT count(*) > 100000 AS many, count(*) FILTER (WHERE f.verdict = 'pending') AS undecided, count(*) FILTER (WHERE p.verdict <> 'pending') > 10000 AS many_decided_early,
	count(*) FILTER (WHERE p.verdict <> 'pending' AND p.verdict <> f.verdict) AS contradicted
FROM partial AS p JOIN completion USING (state_no) JOIN final AS f USING (n, final_no)
WHERE f.score BETWEEN CASE jsonb_typeof(p.score) WHEN 'null' THEN 0 WHEN 'array' THEN 40 ELSE 70 END AND CASE jsonb_typeof(p.score) WHEN 'null' THEN 100 ELSE 70 END
	AND (p.done IS NULL OR f.done = p.done);
