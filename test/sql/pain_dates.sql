-- What users saw with dates, zones, expiry and renewal: does it come right here?
\set VERBOSITY terse
SET datestyle = ISO;
INSERT INTO achieve.certificate_template (certificate_template_id, code, title, media_type, body) VALUES
	(3201, 'pd-plain', 'Plain', 'text/plain', '{{valid_from}} to {{last_valid_on}}');
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit, valid_from_anchor, certificate_template_id) VALUES
	(3201, 'pd-year', 'For a year', 1, 'year', 'event_end', 3201),
	(3202, 'pd-day', 'From the first day', 10, 'day', 'event_start', NULL),
	(3203, 'pd-renewed', 'Renewed', 2, 'year', 'previous_expiry', NULL);
INSERT INTO achieve.learner (learner_id, name) VALUES (3201, 'Ada'), (3202, 'Ben');
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(3201, 'pd-2028', 'Course', '2028-01-10 09:00+00', '2028-01-11 17:00+00', 'condition(done)'),
	(3202, 'pd-2029', 'Retake', '2029-01-10 09:00+00', '2029-01-11 17:00+00', 'condition(done)'),
	(3203, 'pd-hand', 'By hand', '2020-01-01', '2020-01-02', NULL),
	(3204, 'pd-next', 'Renewal', '2020-01-01', '2020-01-02', NULL);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(3201, 3201, 'passed'), (3202, 3201, 'passed'), (3203, 3201, NULL), (3203, 3203, NULL), (3204, 3203, NULL);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (3201, 3201), (3202, 3201), (3203, 3201), (3203, 3202), (3204, 3201);
CREATE VIEW pg_temp.dates AS
	SELECT e.code AS event, a.valid_from, a.expires_on, a.expires_on - 1 AS last_day, c.content, c.status
	FROM achieve.achievement a JOIN achieve.event e USING (event_id)
	LEFT JOIN achieve.certificate c USING (event_id, achievement_id) WHERE event_id IN (3201, 3202) ORDER BY a.valid_from, revision;

-- "Retaken next year, it kept the old date." Each has its own.
INSERT INTO achieve.condition (event_id, learner_id, name, value) VALUES (3201, 3201, 'done', 1), (3202, 3201, 'done', 1);
TABLE pg_temp.dates;
-- "Enrolling again changed the date on old certificates": they are stored, and come back as they were ...
UPDATE achieve.enrollment SET status = 'cancelled' WHERE event_id = 3201;
TABLE pg_temp.dates;
UPDATE achieve.enrollment SET status = 'active' WHERE event_id = 3201;
TABLE pg_temp.dates;
-- ... whatever becomes of the event and the type: "the expiry was worked out when it was printed".
UPDATE achieve.event SET ends_at = '2028-06-30' WHERE event_id = 3201;
UPDATE achieve.achievement_type SET valid_for = 5 WHERE achievement_type_id = 3201;
TABLE pg_temp.dates;
-- "Reinstating what was cancelled could not keep its dates."
SELECT achievement_id AS id FROM achieve.achievement WHERE event_id = 3201 \gset
SELECT achieve.revoke(:id, 'by mistake'), achieve.reinstate(:id, 'it was right');
TABLE pg_temp.dates;
-- "Moving old records over gave them today's date", or 1970.
SELECT achieve.award(3203, 3202, 'pd-year', 'from the old system', '2019-05-06', '2021-05-06', 'PD-OLD-1', '2019-05-07 12:00+00') AS old \gset
SELECT number, issued_at AT TIME ZONE 'UTC' AS issued_at, valid_from, expires_on FROM achieve.achievement WHERE achievement_id = :old;

-- "11 January at midnight was stored as 10 January": in every zone, whatever the session's zone is.
CREATE FUNCTION pg_temp.first_days(session_zone text, base bigint) RETURNS TABLE (zone text, valid_from date, expires_on date) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('TimeZone', session_zone, true);
	INSERT INTO achieve.event (event_id, title, starts_at, ends_at, time_zone, passing_rule)
		SELECT base + n, z, timestamp '2030-01-11 00:00' AT TIME ZONE z, timestamp '2030-01-11 23:59:59' AT TIME ZONE z, z, 'condition(done)'
		FROM unnest(ARRAY['Pacific/Pago_Pago', 'America/New_York', 'UTC', 'Asia/Kathmandu', 'Pacific/Kiritimati']) WITH ORDINALITY AS u (z, n);
	INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) SELECT base + n, 3202, 'passed' FROM generate_series(1, 5) n;
	INSERT INTO achieve.enrollment (event_id, learner_id) SELECT base + n, 3201 FROM generate_series(1, 5) n;
	INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT base + n, 3201, 'done', 1 FROM generate_series(1, 5) n;
	RETURN QUERY SELECT e.time_zone, a.valid_from, a.expires_on FROM achieve.achievement a JOIN achieve.event e USING (event_id)
		WHERE a.event_id BETWEEN base + 1 AND base + 5 ORDER BY a.event_id;
END $$;
SELECT * FROM pg_temp.first_days('Pacific/Pago_Pago', 3210);
SELECT count(*) AS as_well FROM pg_temp.first_days('Pacific/Kiritimati', 3220) WHERE valid_from = '2030-01-11' AND expires_on = '2030-01-21';

-- "29 February broke it, every four years." A year later is the last of February, four years later the 29th.
SELECT d.*, v.* FROM (VALUES (1, 'year'), (4, 'year'), (12, 'month'), (1, 'month'), (1, 'day')) AS d (n, unit),
	achieve.validity('2028-02-29', '2028-02-29', '2028-02-29', NULL, 'event_end', d.n, d.unit, NULL, NULL) AS v ORDER BY d.n DESC, d.unit;
SELECT * FROM achieve.validity('2030-01-05', '2030-01-05', '2030-01-05', NULL, 'issued', NULL, NULL, NULL, '02-29');
-- "Bought on 31 December: a day, or a year?" As the type says: to the year's end, for a year, or to the end of the year in which a year is over.
SELECT v.expires_on - 1 AS last_day, v.expires_on - v.valid_from AS days
	FROM (VALUES (1, NULL, NULL, NULL, '01-01'), (2, 1, 'year', NULL, NULL), (3, 1, 'year', 'year', NULL)) AS p (no, n, unit, alignment, day),
	achieve.validity('2030-12-31', '2030-12-31', '2030-12-31', NULL, 'issued', p.n, p.unit, p.alignment, p.day) AS v ORDER BY p.no;
-- "A reset after so many days cannot do 'every January'."
SELECT (achieve.validity(d, d, d, NULL, 'issued', 1, 'year', NULL, '01-01')).expires_on
	FROM unnest(ARRAY['2030-01-01', '2030-01-02', '2030-12-31']::date[]) AS d;

-- "A renewal came out one day short." It begins on the first day without the former one: no gap, no day twice.
SELECT achieve.award(3203, 3201, 'pd-renewed', 'first', '2988-03-01', '2990-03-01') AS first, achieve.award(3204, 3201, 'pd-renewed', 'renewed') AS renewal \gset
SELECT valid_from, expires_on, valid_from - (SELECT expires_on - 1 FROM achieve.achievement WHERE achievement_id = :first) AS days_after_the_last
	FROM achieve.achievement WHERE achievement_id = :renewal;
SELECT achievement_id = :first AS first, superseded_by = :renewal AS superseded_by_renewal FROM achieve.learner_record
	WHERE learner_id = 3201 AND achievement_type = 'pd-renewed' ORDER BY achievement_id;
-- Corrected where it was wrong, by hand, with a reason.
SELECT achieve.amend_achievement(:renewal, '2990-03-01', '2993-03-01', 'for three years');
SELECT valid_from, expires_on FROM achieve.achievement WHERE achievement_id = :renewal;
SELECT * FROM achieve.check_outcomes() WHERE event_id BETWEEN 3201 AND 3225;
