-- From when to when is an achievement valid, under every policy?
SET timezone = 'Pacific/Kiritimati';
SET datestyle = 'ISO, DMY';

-- What a statement is refused with, or that it is not.
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	EXECUTE statement;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN format('%s %s | %s', SQLSTATE, SQLERRM, hint);
END $$;

-- Wrong arguments, each refused with what is wrong and what to do.
SELECT pg_temp.refusal('SELECT achieve.validity(' || arguments || ')') AS refused
FROM (VALUES
	(1, $$'2026-01-01', NULL, NULL, NULL, 'Issued', 1, 'year', NULL, NULL$$),
	(2, $$'2026-01-01', NULL, NULL, NULL, '', 1, 'year', NULL, NULL$$),
	(3, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'years', NULL, NULL$$),
	(4, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL$$),
	(5, $$'2026-01-01', NULL, NULL, NULL, NULL, NULL, 'year', NULL, NULL$$),
	(6, $$'2026-01-01', NULL, NULL, NULL, NULL, 0, 'year', NULL, NULL$$),
	(7, $$'2026-01-01', NULL, NULL, NULL, NULL, -2147483648, 'day', NULL, NULL$$),
	(8, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', 'week', NULL$$),
	(9, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '2-29'$$),
	(10, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '02-30'$$),
	(11, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '13-01'$$),
	(12, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '00-10'$$),
	(13, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '04-31'$$),
	(14, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '10-00'$$),
	(15, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '+1-01'$$),
	(16, $$'2026-01-01', NULL, NULL, NULL, NULL, 1, 'year', NULL, '01/01'$$),
	(17, $$NULL, '2026-01-01', '2026-01-01', NULL, NULL, 1, 'year', NULL, NULL$$),
	(18, $$'2026-01-01', NULL, '2026-01-01', NULL, 'event_start', 1, 'year', NULL, NULL$$),
	(19, $$'2026-01-01', '2026-01-01', NULL, NULL, 'event_end', 1, 'year', NULL, NULL$$),
	(20, $$NULL, NULL, NULL, '2026-01-01', 'previous_expiry', 1, 'year', NULL, NULL$$),
	(21, $$'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL$$),
	(22, $$'-infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL$$),
	(23, $$'0001-12-31 BC', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL$$),
	(24, $$'10000-01-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL$$),
	(25, $$'2026-01-01', NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL$$),
	(26, $$'2026-01-01', NULL, NULL, NULL, NULL, 7974, 'year', NULL, NULL$$),
	(27, $$'9999-12-01', NULL, NULL, NULL, NULL, 1, 'month', NULL, NULL$$),
	(28, $$'9999-12-31', NULL, NULL, NULL, NULL, 1, 'day', NULL, NULL$$),
	(29, $$'9999-12-01', NULL, NULL, NULL, NULL, 2, 'day', 'month', NULL$$),
	(30, $$'9999-12-30', NULL, NULL, NULL, NULL, 1, 'day', NULL, '01-01'$$),
	(31, $$'9999-12-31', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '12-31'$$),
	(32, $$'0001-01-01', NULL, NULL, NULL, NULL, 2147483647, 'year', NULL, NULL$$),
	(33, $$'0001-01-01', NULL, NULL, NULL, NULL, 2147483647, 'month', NULL, NULL$$),
	(34, $$'0001-01-01', NULL, NULL, NULL, NULL, 2147483647, 'week', NULL, NULL$$),
	(35, $$'0001-01-01', NULL, NULL, NULL, NULL, 2147483647, 'day', 'year', '02-29'$$)
) AS wrong (n, arguments) ORDER BY n;

-- Checked by hand: what the contract says about each part of a policy.
SELECT note, v.valid_from, v.expires_on, (v.valid_from, v.expires_on) IS NOT DISTINCT FROM (wanted_from, wanted_to) AS ok
FROM (VALUES
	(1, 'never expires', date '2026-03-10', NULL::date, 'issued', NULL::int, NULL, NULL, NULL, date '2026-03-10', NULL::date),
	(2, 'no anchor means issued', '2026-03-10', '2026-05-01', NULL, 1, 'year', NULL, NULL, '2026-03-10', '2027-03-10'),
	(3, '31 January + 1 month', '2026-01-31', NULL, 'issued', 1, 'month', NULL, NULL, '2026-01-31', '2026-02-28'),
	(4, 'the same in a leap year', '2028-01-31', NULL, 'issued', 1, 'month', NULL, NULL, '2028-01-31', '2028-02-29'),
	(5, '29 February + 1 year', '2028-02-29', NULL, 'issued', 1, 'year', NULL, NULL, '2028-02-29', '2029-02-28'),
	(6, '29 February + 4 years', '2028-02-29', NULL, 'issued', 4, 'year', NULL, NULL, '2028-02-29', '2032-02-29'),
	(7, 'no leap day in 2100', '2096-02-29', NULL, 'issued', 4, 'year', NULL, NULL, '2096-02-29', '2100-02-28'),
	(8, 'over the new year', '2026-12-31', NULL, 'issued', 2, 'month', NULL, NULL, '2026-12-31', '2027-02-28'),
	(9, 'weeks', '2026-12-28', NULL, 'issued', 2, 'week', NULL, NULL, '2026-12-28', '2027-01-11'),
	(10, 'event start', '2026-03-10', NULL, 'event_start', 1, 'day', NULL, NULL, '2026-02-01', '2026-02-02'),
	(11, 'event end', '2026-03-10', NULL, 'event_end', 1, 'day', NULL, NULL, '2026-02-03', '2026-02-04'),
	(12, 'renewal of a valid one', '2026-03-10', '2026-05-01', 'previous_expiry', 1, 'year', NULL, NULL, '2026-05-01', '2027-05-01'),
	(13, 'first one', '2026-03-10', NULL, 'previous_expiry', 1, 'year', NULL, NULL, '2026-03-10', '2027-03-10'),
	(14, 'renewal of a lapsed one', '2026-03-10', '2026-03-09', 'previous_expiry', 1, 'year', NULL, NULL, '2026-03-10', '2027-03-10'),
	(15, 'to the day', '2026-03-10', NULL, 'issued', 1, 'year', 'day', NULL, '2026-03-10', '2027-03-10'),
	(16, 'to the month', '2026-03-10', NULL, 'issued', 1, 'year', 'month', NULL, '2026-03-10', '2027-04-01'),
	(17, '1 March stays 1 March', '2026-03-01', NULL, 'issued', 1, 'year', 'month', NULL, '2026-03-01', '2027-03-01'),
	(18, 'to the quarter', '2026-04-01', NULL, 'issued', 1, 'day', 'quarter', NULL, '2026-04-01', '2026-07-01'),
	(19, 'a quarter that is over stays', '2026-01-01', NULL, 'issued', 3, 'month', 'quarter', NULL, '2026-01-01', '2026-04-01'),
	(20, 'to the year', '2026-03-10', NULL, 'issued', 1, 'year', 'year', NULL, '2026-03-10', '2028-01-01'),
	(21, 'a year that is over stays', '2026-01-01', NULL, 'issued', 1, 'year', 'year', NULL, '2026-01-01', '2027-01-01'),
	(22, 'never, in spite of an alignment', '2026-03-10', NULL, 'issued', NULL, NULL, 'year', NULL, '2026-03-10', NULL),
	(23, 'day still to come', '2026-03-10', NULL, 'issued', 1, 'year', NULL, '09-30', '2026-03-10', '2027-09-30'),
	(24, 'day itself included', '2026-03-10', NULL, 'issued', 1, 'year', NULL, '03-10', '2026-03-10', '2027-03-10'),
	(25, 'day of the next year', '2026-03-10', NULL, 'issued', 1, 'year', NULL, '03-09', '2026-03-10', '2028-03-09'),
	(26, 'day after the alignment', '2026-03-10', NULL, 'issued', 1, 'month', 'quarter', '07-01', '2026-03-10', '2026-07-01'),
	(27, 'last of February', '2026-03-10', NULL, 'issued', 1, 'month', NULL, '02-29', '2026-03-10', '2027-02-28'),
	(28, 'last of February, leap year', '2028-01-28', NULL, 'issued', 1, 'month', NULL, '02-29', '2028-01-28', '2028-02-29'),
	(29, '28 February is another day', '2028-01-29', NULL, 'issued', 1, 'month', NULL, '02-28', '2028-01-29', '2029-02-28'),
	(30, 'only a day', '2026-03-10', NULL, 'issued', NULL, NULL, NULL, '01-01', '2026-03-10', '2027-01-01'),
	(31, 'only a day: never the first', '2026-01-01', NULL, 'issued', NULL, NULL, NULL, '01-01', '2026-01-01', '2027-01-01'),
	(32, 'only a day: the alignment is moot', '2026-03-10', NULL, 'issued', NULL, NULL, 'year', '04-01', '2026-03-10', '2026-04-01'),
	(33, 'first day of all', '0001-01-01', NULL, 'issued', 1, 'day', 'year', NULL, '0001-01-01', '0002-01-01'),
	(34, 'last day of all', '9999-11-30', NULL, 'issued', 1, 'month', NULL, '12-31', '9999-11-30', '9999-12-31'),
	(35, 'the longest validity', '0001-01-01', NULL, 'issued', 3652058, 'day', NULL, NULL, '0001-01-01', '9999-12-31')
) AS c (n, note, issued_on, previous, anchor, valid_for, unit, alignment, day, wanted_from, wanted_to),
LATERAL achieve.validity(c.issued_on, '2026-02-01', '2026-02-03', c.previous, c.anchor, c.valid_for, c.unit, c.alignment, c.day) AS v
ORDER BY n;

-- Recomputed with PostgreSQL's own dates: every alignment and several days,
-- beside a few lengths, from days around month ends in leap and other years.
WITH policy AS (
	SELECT *
	FROM (VALUES (1, 'day'), (30, 'day'), (1, 'week'), (52, 'week'), (1, 'month'), (3, 'month'), (11, 'month'), (12, 'month'),
			(18, 'month'), (1, 'year'), (2, 'year'), (5, 'year'), (NULL, NULL)) AS l (valid_for, unit),
		(VALUES (NULL), ('day'), ('month'), ('quarter'), ('year')) AS a (alignment),
		(VALUES (NULL), ('01-01'), ('02-28'), ('02-29'), ('03-31'), ('12-31')) AS d (expires_on_day)
), issue AS (
	SELECT d::date AS issued_on
	FROM generate_series(timestamp '2027-11-28', '2032-03-03', interval '1 day') AS d
	WHERE extract(day FROM d) IN (1, 2, 28, 29, 30, 31)
), lengthened AS (
	SELECT *, (issued_on + (valid_for || ' ' || unit)::interval)::date AS raw
	FROM policy, issue
), aligned AS (
	SELECT *, CASE
		WHEN alignment IN ('month', 'quarter', 'year')
			THEN (date_trunc(alignment, (raw - 1)::timestamp) + ('1 ' || replace(alignment, 'quarter', 'month'))::interval
				* CASE alignment WHEN 'quarter' THEN 3 ELSE 1 END)::date
		ELSE raw END AS period_end
	FROM lengthened
), expected AS (
	SELECT *, CASE
		WHEN expires_on_day IS NULL THEN period_end
		ELSE (SELECT min(day)
			FROM generate_series(2027, 2040) AS y,
				LATERAL (SELECT CASE expires_on_day
					WHEN '02-29' THEN make_date(y, 3, 1) - 1
					ELSE to_date(y || '-' || expires_on_day, 'YYYY-MM-DD') END) AS candidate (day)
			WHERE day >= coalesce(period_end, issued_on + 1)) END AS expires_on
	FROM aligned
)
SELECT count(*) AS cases,
	count(*) FILTER (WHERE v.expires_on IS NOT NULL) AS that_expire,
	count(*) FILTER (WHERE v.expires_on IS DISTINCT FROM e.expires_on) AS that_differ,
	count(*) FILTER (WHERE v.valid_from <> e.issued_on OR v.expires_on <= v.valid_from) AS impossible
FROM expected e,
LATERAL achieve.validity(e.issued_on, NULL, NULL, NULL, 'issued', e.valid_for, e.unit, e.alignment, e.expires_on_day) AS v;

-- A date is that of a zone, and never the session's: this one is UTC+14.
SELECT achieve.today() = (now() AT TIME ZONE 'UTC')::date AS utc,
	achieve.today(NULL) = achieve.today('UTC') AS null_is_utc,
	achieve.today('Pacific/Kiritimati') = (now() AT TIME ZONE 'Pacific/Kiritimati')::date AS kiritimati,
	achieve.today('europe/berlin') = (now() AT TIME ZONE 'Europe/Berlin')::date AS any_case,
	achieve.today('Pacific/Kiritimati') > achieve.today('Pacific/Niue') AS east_is_later;
SELECT pg_temp.refusal(format('SELECT achieve.today(%L)', name)) AS refused
FROM unnest(ARRAY['Europe/Berlim', 'XYZ5', '', '+02:00']) WITH ORDINALITY AS n (name, n) ORDER BY n;

-- Every name that the server lists is a time zone; typing errors are not.
SELECT count(*) > 300 AS listed, bool_and(achieve.is_time_zone(name)) AS all_are_zones
FROM pg_timezone_names WHERE name NOT LIKE 'right/%';
SELECT left(name, 20) AS name, achieve.is_time_zone(name)
FROM unnest(ARRAY['UTC', 'Europe/Berlin', 'EUROPE/BERLIN', 'Etc/GMT+5', 'EST5EDT', 'GMT0', 'Europe/Berlim', 'Europe', 'PDT', 'XYZ',
	'XYZ5', 'Foo/Bar+5', 'EST+5EDT', '<+02>-2', '+02', '02:00', '', ' UTC', '../etc/passwd', repeat('x', 300), NULL])
	WITH ORDINALITY AS n (name, n) ORDER BY n;
