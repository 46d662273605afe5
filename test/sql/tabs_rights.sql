-- Do the tabs show what a role may see and no more, also of what it cannot
-- read itself, and do they leave nothing open, however a query ends?
\set regress_database :DBNAME
CREATE DATABASE regress_achieve_rights;
\connect regress_achieve_rights
CREATE EXTENSION achieve;
SELECT achieve.install() IS NOT NULL AS installed;

INSERT INTO achieve.account (account_id, name) VALUES (1, 'Acme'), (2, 'Zeta');
INSERT INTO achieve.learner (learner_id, account_id, name) SELECT l, 1 + l % 2, 'Learner ' || l FROM generate_series(1, 6) l;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1, 'card', 'Card');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES (1, 'E', 'Event', '2030-01-01', '2030-01-02', 'score(final) >= 60');
INSERT INTO achieve.assessment (event_id, code) VALUES (1, 'final');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES (1, 1, 'passed and paid');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1, l FROM generate_series(1, 6) l;
INSERT INTO achieve.invoice (invoice_id, number, status) VALUES (1, 'INV-1', 'issued');
INSERT INTO achieve.invoice_line (event_id, learner_id, invoice_id, line_no, amount) VALUES (1, 1, 1, 1, 50), (1, 2, 1, 2, 50);
INSERT INTO achieve.score (event_id, learner_id, code, score) SELECT 1, l, 'final', 70 FROM generate_series(1, 4) l;

CREATE ROLE regress_achieve_reader;
CREATE ROLE regress_achieve_stranger;
SELECT achieve.grant_access('regress_achieve_reader', 'reader');
GRANT USAGE ON SCHEMA achieve TO regress_achieve_stranger;
GRANT SELECT ON achieve.results_tab TO regress_achieve_stranger;

-- A reader has no right to the invoices, and still sees who has paid.
SET ROLE regress_achieve_reader;
SELECT has_table_privilege('achieve.invoice', 'SELECT') AS may_read_invoices;
SELECT learner_id, outcome, paid FROM achieve.results_tab ORDER BY learner_id;
SELECT learner_id, state, waiting_for FROM achieve.achievements_tab ORDER BY learner_id;
RESET ROLE;

-- Row-level security on the enrollments: nothing of those of another account,
-- neither in the views nor through the functions.
ALTER TABLE achieve.enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON achieve.enrollment FOR SELECT TO regress_achieve_reader
	USING (EXISTS (SELECT FROM achieve.learner l WHERE l.learner_id = enrollment.learner_id AND l.account_id = 2));
SET ROLE regress_achieve_reader;
SELECT learner_id, account_name, outcome, paid, waiting_for FROM achieve.results_tab ORDER BY learner_id;
SELECT learner_id, state, waiting_for FROM achieve.achievements_tab ORDER BY learner_id;
SELECT enrolled, passed, pending, issued, blocked_by_payment, awaiting_approval FROM achieve.event_summary;
SELECT achieve.waiting_for(1, 5), achieve.facts(1, 1) -> 'paid' AS paid;
SELECT achieve.waiting_for(1, 6);
SELECT achieve.facts(1, 2);
SELECT achieve.facts(1, 99);
SELECT achieve.enrollment_facts(1, 1), achieve.enrollment_facts(1, 2), achieve.award_outlook(1, 1, 1), achieve.award_outlook(1, 2, 1);
RESET ROLE;
-- The owner sees all of it still.
SELECT count(*) FROM achieve.results_tab;

-- Without rights.
SET ROLE regress_achieve_stranger;
SELECT count(*) FROM achieve.results_tab;
SELECT achieve.waiting_for(1, 1);
SELECT achieve.enrollment_facts(1, 1);
RESET ROLE;
GRANT EXECUTE ON FUNCTION achieve.enrollment_facts(bigint, bigint), achieve.waiting_for(bigint, bigint), achieve.facts(bigint, bigint) TO regress_achieve_stranger;
SET ROLE regress_achieve_stranger;
SELECT achieve.enrollment_facts(1, 1);
SELECT achieve.waiting_for(1, 1);
SELECT achieve.facts(1, 1);
RESET ROLE;

-- A query that fails halfway, one that is not read to its end, a cursor over
-- savepoints and one held beyond its transaction: no warning of what is left open.
SELECT learner_id / (learner_id - 3) FROM (SELECT learner_id, waiting_for FROM achieve.results_tab WHERE waiting_for IS DISTINCT FROM '' OFFSET 0) r;
SELECT count(*) FROM (SELECT waiting_for FROM achieve.results_tab LIMIT 2) r;
BEGIN;
DECLARE c CURSOR FOR SELECT learner_id, outcome, waiting_for FROM achieve.results_tab ORDER BY learner_id DESC;
FETCH 1 FROM c;
SAVEPOINT s;
DECLARE d CURSOR FOR SELECT learner_id, waiting_for FROM achieve.results_tab WHERE learner_id < 3;
FETCH 1 FROM d;
SELECT 1 / 0;
ROLLBACK TO s;
INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 5, 'final', 80);
FETCH 1 FROM c;
CLOSE c;
SELECT outcome, waiting_for FROM achieve.results_tab WHERE learner_id = 5;
DECLARE h CURSOR WITH HOLD FOR SELECT learner_id, waiting_for FROM achieve.results_tab WHERE learner_id = 6;
COMMIT;
FETCH 1 FROM h;
CLOSE h;
DO $$
DECLARE
	r record;
	seen text[];
BEGIN
	FOR r IN SELECT learner_id, waiting_for FROM achieve.results_tab ORDER BY learner_id LOOP
		BEGIN
			seen := seen || achieve.waiting_for(1, 6);
			INSERT INTO achieve.score (event_id, learner_id, code, score) VALUES (1, 6, 'final', 10 * r.learner_id);
			seen := seen || achieve.waiting_for(1, 6);
			PERFORM 1 / (r.learner_id - r.learner_id);
		EXCEPTION WHEN division_by_zero THEN NULL;
		END;
	END LOOP;
	RAISE NOTICE '%', (SELECT array_agg(DISTINCT s ORDER BY s) FROM unnest(seen) s);
END
$$;

-- What a new session reads of a configuration that is then undone is forgotten.
\connect regress_achieve_rights
BEGIN;
SET LOCAL achieve.evaluation = commit;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (1, 1, '2030-01-01', '2030-01-01');
SELECT sessions FROM achieve.results_tab WHERE learner_id = 1;
ROLLBACK;
SELECT sessions FROM achieve.results_tab WHERE learner_id = 1;
\connect regress_achieve_rights
BEGIN;
SET LOCAL achieve.evaluation = commit;
SAVEPOINT s;
INSERT INTO achieve.session (event_id, session_no, starts_at, ends_at) VALUES (1, 1, '2030-01-01', '2030-01-01');
SELECT sessions FROM achieve.results_tab WHERE learner_id = 1;
ROLLBACK TO s;
COMMIT;
SELECT sessions FROM achieve.results_tab WHERE learner_id = 1;

SELECT * FROM achieve.check_outcomes();
\connect :regress_database
DROP DATABASE regress_achieve_rights;
DROP ROLE regress_achieve_reader;
DROP ROLE regress_achieve_stranger;
