-- Do explanations tell each clause as the engine sees it, and what else decides?
\set VERBOSITY terse
-- wrong inputs
SELECT * FROM achieve.explain_result(NULL, 1);
SELECT * FROM achieve.explain_result(1, NULL);
SELECT * FROM achieve.explain_result(650199, 650101);
SELECT * FROM achieve.explain_award(650199, 650101, 'ex-first');

SET timezone = 'UTC';
SELECT achieve.set_context('registrar') \g /dev/null
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES
	(650101, 'ex-first', 'First aid'), (650102, 'ex-hand', 'By hand'), (650103, 'ex-keep', 'Kept'), (650104, 'ex-off', 'Switched off');
INSERT INTO achieve.learner (learner_id, name) VALUES (650101, 'Ada'), (650102, 'Ben'), (650103, 'Cleo');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(650101, 'ex-1', 'Rules', '2030-01-01', '2030-01-31', 'absences <= 1 and (score(final) >= 60 or completed(portfolio)) and paid'),
	(650102, 'ex-2', 'By hand', '2030-01-01', '2030-01-31', NULL);
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at)
	SELECT 650101, g, '2030-01-01 09:00+00', '2030-01-01 10:00+00' FROM generate_series(1, 3) AS g;
INSERT INTO achieve.assessment (event_id, code) VALUES (650101, 'final');
INSERT INTO achieve.requirement (event_id, code) VALUES (650101, 'portfolio');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule, on_lapse, active) VALUES
	(650101, 650101, 'passed', 'revoke', true), (650101, 650102, NULL, 'revoke', true),
	(650101, 650103, 'passed', 'keep', true), (650101, 650104, 'passed', 'revoke', false);
INSERT INTO achieve.enrollment (event_id, learner_id, status) VALUES
	(650101, 650101, 'active'), (650101, 650102, 'active'), (650101, 650103, 'reserved'), (650102, 650101, 'active');
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (650101, 'EX-7', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (650101, 650101, 650101, 1, 120);
INSERT INTO achieve.attendance (event_id, learner_id, session_no, status) VALUES
	(650101, 650101, 1, 'present'), (650101, 650101, 2, 'absent'), (650101, 650102, 1, 'absent'), (650101, 650102, 2, 'absent');
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (650101, 650101, 'final', 40);

-- pending: what is observed, and what is still needed, to the invoice
SELECT * FROM achieve.explain_result(650101, 650101);
-- failed: what can no longer be met
SELECT * FROM achieve.explain_result(650101, 650102);
-- the tabs wait for it in the same words
SELECT achieve.waiting_for(650101, 650101);
-- the clauses are those of explain() over facts()
SELECT count(*) AS differences FROM (
	(SELECT clause_no, depth, clause, outcome FROM achieve.explain_result(650101, 650101)
		EXCEPT SELECT clause_no, depth, clause, outcome
			FROM achieve.explain('absences <= 1 and (score(final) >= 60 or completed(portfolio)) and paid', achieve.facts(650101, 650101)))
	UNION ALL
	(SELECT clause_no, depth, clause, outcome
		FROM achieve.explain('absences <= 1 and (score(final) >= 60 or completed(portfolio)) and paid', achieve.facts(650101, 650101))
		EXCEPT SELECT clause_no, depth, clause, outcome FROM achieve.explain_result(650101, 650101))) AS d;

-- an award that waits for the result
SELECT * FROM achieve.explain_award(650101, 650101, 'ex-first');
-- no award rule; not active on the event; not on the event
SELECT * FROM achieve.explain_award(650101, 650101, 'ex-hand');
SELECT * FROM achieve.explain_award(650101, 650101, 'ex-off');
SELECT * FROM achieve.explain_award(650101, 650101, 'ex-none');
SELECT * FROM achieve.explain_award(650101, 650101, NULL);
-- no passing rule; an enrollment that is not active
SELECT * FROM achieve.explain_result(650102, 650101);
SELECT * FROM achieve.explain_result(650101, 650103);
SELECT * FROM achieve.explain_award(650101, 650103, 'ex-first');

-- set by hand: the person's row first, the rule's clauses beside it
BEGIN;
SELECT achieve.set_context('registrar') \g /dev/null
SELECT achieve.set_result(650101, 650102, 'passed', 'hardship') \g /dev/null
SELECT achieve.award(650101, 650101, 'ex-hand', 'oral exam', number => 'OLD-1') AS awarded \gset
COMMIT;
SELECT clause_no, clause, regexp_replace(observed, '\d{4}-\d\d-\d\d', 'DAY') AS observed, outcome, needed
	FROM achieve.explain_result(650101, 650102) WHERE clause_no <= 1;
SELECT clause_no, clause, regexp_replace(observed, '\d{4}-\d\d-\d\d', 'DAY') AS observed, outcome, needed
	FROM achieve.explain_award(650101, 650101, 'ex-hand');
-- a rule-issued record whose rule is met needs no row of its own
SELECT * FROM achieve.explain_award(650101, 650102, 'ex-first');
-- kept by on_lapse, taken back by the other
SELECT achieve.clear_result(650101, 650102, 'appeal withdrawn') \g /dev/null
SELECT clause_no, clause, regexp_replace(observed, 'as \S+ by \S+ on \d{4}-\d\d-\d\d', 'as NUMBER by WHOM on DAY') AS observed, outcome, needed
	FROM achieve.explain_award(650101, 650102, 'ex-keep');
SELECT * FROM achieve.explain_award(650101, 650102, 'ex-first');
-- revoked by a person: the rule is blocked
SELECT achieve.revoke(:awarded, 'entered by mistake') \g /dev/null
SELECT clause_no, clause, regexp_replace(observed, 'by \S+ on \d{4}-\d\d-\d\d', 'by WHOM on DAY') AS observed, outcome, needed
	FROM achieve.explain_award(650101, 650101, 'ex-hand');
-- finalized: the result stands, the clauses tell what the facts have come to
SELECT achieve.finalize_event(650101, 'done') \g /dev/null
INSERT INTO achieve.score (event_id, learner_id, code, attempt, score) VALUES (650101, 650102, 'final', 1, 100);
SELECT * FROM achieve.explain_result(650101, 650102);
-- cancelled
UPDATE achieve.event SET status = 'cancelled' WHERE event_id = 650102;
SELECT * FROM achieve.explain_result(650102, 650101);
-- also in a read-only transaction
BEGIN READ ONLY;
SELECT count(*) AS rows FROM achieve.explain_result(650101, 650101);
ROLLBACK;
-- a caller without SELECT on enrollments gets nothing
CREATE ROLE regress_explain;
GRANT USAGE ON SCHEMA achieve TO regress_explain;
GRANT EXECUTE ON FUNCTION achieve.explain_result(bigint, bigint) TO regress_explain;
SET ROLE regress_explain;
SELECT * FROM achieve.explain_result(650101, 650101);
SELECT * FROM achieve.explain_award(650101, 650101, 'ex-first');
RESET ROLE;
DROP OWNED BY regress_explain;
DROP ROLE regress_explain;
