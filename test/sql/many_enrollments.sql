-- Is everybody found when one statement touches many enrollments of an event:
-- all of them, few with many others between, with gaps in what is recorded,
-- and on several events?
\set VERBOSITY terse
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (5100, 'me', 'T');
INSERT INTO achieve.learner (learner_id, name) SELECT l, 'L' || l FROM generate_series(51001, 51600) l;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	SELECT e, 'ME' || e, 'Many', '2030-01-01', '2030-01-05', 'absences <= 1 and score(test) >= 50' FROM generate_series(5101, 5103) e;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) SELECT e, s, '2030-01-01', '2030-01-02' FROM generate_series(5101, 5103) e, generate_series(1, 4) s;
INSERT INTO achieve.assessment (event_id, code) SELECT e, 'test' FROM generate_series(5101, 5103) e;
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT e, 5100, 'passed and paid and not condition(hold)' FROM generate_series(5101, 5103) e;
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT e, l FROM generate_series(5101, 5103) e, generate_series(51001, 51600) l WHERE e = 5101 OR l % 7 = 0 OR l > 51500;
CREATE VIEW pg_temp.now_is AS
	SELECT event_id, outcome, count(*), count(a.number) FILTER (WHERE a.revoked_at IS NULL) AS held, sum(learner_id) AS who
	FROM achieve.result r LEFT JOIN achieve.achievement a USING (event_id, learner_id) WHERE event_id BETWEEN 5101 AND 5103 GROUP BY 1, 2 ORDER BY 1, 2;
CREATE VIEW pg_temp.wrong AS SELECT count(*) AS wrong FROM generate_series(5101, 5103) e, achieve.check_outcomes(e);

-- Gaps in every table: not everybody has marks, scores, invoices, conditions.
INSERT INTO achieve.score (event_id, learner_id, code, score) SELECT event_id, learner_id, 'test', learner_id % 100 FROM achieve.enrollment
	WHERE event_id BETWEEN 5101 AND 5103 AND learner_id % 5 <> 0;
INSERT INTO achieve.invoice (invoice_id, status) VALUES (5100, 'issued'), (5101, 'paid');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) SELECT event_id, learner_id, 5100 + (learner_id / 3) % 2, 1, 10 FROM achieve.enrollment
	WHERE event_id BETWEEN 5101 AND 5103 AND learner_id % 3 = 0;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT event_id, learner_id, 'hold', learner_id % 2 FROM achieve.enrollment
	WHERE event_id BETWEEN 5101 AND 5103 AND learner_id % 11 = 0;
-- Everybody at once, most of whom pass or fail.
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) SELECT event_id, learner_id, s, CASE WHEN (learner_id + s) % 9 < 2 THEN 'absent' ELSE 'present' END
	FROM achieve.enrollment, generate_series(1, 4) s WHERE event_id BETWEEN 5101 AND 5103 AND (learner_id + s) % 13 <> 0;
TABLE pg_temp.now_is;
TABLE pg_temp.wrong;

-- Few of many: every fortieth, so that more than a hundred rows lie between; then their neighbours, backwards.
UPDATE achieve.attendance SET status = CASE status WHEN 'absent' THEN 'present' ELSE 'absent' END WHERE event_id BETWEEN 5101 AND 5103 AND learner_id % 40 = 21;
TABLE pg_temp.now_is;
UPDATE achieve.score SET score = 100 - score FROM (SELECT event_id AS e, learner_id AS l FROM achieve.enrollment WHERE learner_id % 40 = 22 ORDER BY learner_id DESC) x WHERE event_id = e AND learner_id = l AND e BETWEEN 5101 AND 5103;
TABLE pg_temp.now_is;
TABLE pg_temp.wrong;
-- A dense run, a long gap, a dense run again.
DELETE FROM achieve.attendance WHERE event_id = 5101 AND session_no = 2 AND (learner_id < 51020 OR learner_id > 51580);
UPDATE achieve.invoice SET status = CASE status WHEN 'paid' THEN 'issued' ELSE 'paid' END WHERE invoice_id IN (5100, 5101);
TABLE pg_temp.now_is;
TABLE pg_temp.wrong;
-- All of an event, by its rule; what the tabs say is what is stored.
UPDATE achieve.event SET passing_rule = 'absences <= 2 and score(test) >= 20' WHERE event_id IN (5101, 5102);
TABLE pg_temp.now_is;
TABLE pg_temp.wrong;
SELECT t.event_id, count(*), sum(attended) AS attended, sum(absences) AS absences, (SELECT count(*) FROM achieve.attendance a WHERE a.event_id = t.event_id AND status = 'absent') AS marked_absent,
	count(*) FILTER (WHERE paid) AS paid, count(score_percent) AS scored FROM achieve.results_tab t WHERE event_id BETWEEN 5101 AND 5103 GROUP BY 1 ORDER BY 1;
