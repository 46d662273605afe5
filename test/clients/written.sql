-- What a client wrote, as psql reads it: whether it is right, and what it is.
SET timezone = 'UTC';
SET search_path = achieve;
SELECT (SELECT (status, note) = ('late', :'client') FROM attendance WHERE event_id = 2 AND learner_id = 3 AND session_no = 2) IS TRUE,
	'psql reads the mark that it made';
SELECT (SELECT (manual_outcome, outcome, source, reason, decided_by) = ('passed', 'passed', 'manual', 'Oral exam: "très bien" – 100 %', :'client')
	FROM result WHERE event_id = 1 AND learner_id = 5) IS TRUE,
	'psql reads the result that it set, with reason and actor';
SELECT (SELECT count(*) = 1 AND bool_and(database_user = 'client_app') FROM audit
	WHERE event_id = 1 AND learner_id = 5 AND actor = :'client' AND reason = 'Oral exam: "très bien" – 100 %' AND action = 'result.set') IS TRUE,
	'the audit has its actor and reason once';
SELECT (SELECT passing_rule::text = 'attended >= 2 or score(final) >= 50' FROM event WHERE event_id = 2) IS TRUE,
	'psql reads the rule that it wrote, in its canonical form';
SELECT ((SELECT outcome FROM result WHERE event_id = 2 AND learner_id = 3) = 'passed') IS TRUE,
	'its rule and its mark made the learner pass';
SELECT (SELECT count(*) FROM check_outcomes()) = 0,
	'every outcome is right';
