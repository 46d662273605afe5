-- Twenty-six events around today, from two years ago to next month, and who
-- is enrolled in each.

\echo 'Events: 26 of them, past, running, planned and cancelled'

CREATE TEMPORARY TABLE planned_event (
	code text PRIMARY KEY, template text, starts_in_days integer, hour time, time_zone text, place text, places integer);
INSERT INTO planned_event VALUES
	('FA-101', 'first-aid', -718, '09:00', 'Europe/Amsterdam', 'Rotterdam', 16),
	('FA-102', 'first-aid', -700, '09:00', 'Europe/Berlin', 'Hamburg', 16),
	('FA-103', 'first-aid', -395, '08:30', 'America/Lima', 'Arequipa', 14),
	('FA-104', 'first-aid', -124, '09:00', 'Asia/Tokyo', 'plant 2', 18),
	('FA-105', 'first-aid', -33, '09:00', 'Europe/Dublin', 'plant 1', 18),
	('FA-106', 'first-aid', -1, '09:00', 'Europe/Amsterdam', 'Utrecht', 15),
	('FA-107', 'first-aid', 23, '09:00', 'Europe/Warsaw', 'Kraków', 14),
	('FR-301', 'first-aid-refresher', -12, '13:00', 'Europe/Amsterdam', 'Rotterdam', 14),
	('FR-302', 'first-aid-refresher', -4, '09:30', 'Europe/Berlin', 'Hamburg', 12),
	('FR-303', 'first-aid-refresher', 31, '13:00', 'Europe/Amsterdam', 'Rotterdam', 6),
	('FL-201', 'forklift', -205, '08:00', 'Africa/Lagos', 'Lagos', 14),
	('FL-202', 'forklift', -61, '08:00', 'Europe/Lisbon', 'Porto', 15),
	('FL-203', 'forklift', -9, '08:00', 'Europe/Amsterdam', 'Rotterdam', 0),
	('FL-204', 'forklift', -1, '08:00', 'Europe/Stockholm', 'Malmö', 12),
	('FL-205', 'forklift', 12, '08:00', 'Europe/Berlin', 'Bremen', 8),
	('EN-401', 'business-english', -190, '18:00', 'Asia/Kolkata', 'summer', 20),
	('EN-402', 'business-english', -38, '18:30', 'Europe/Madrid', 'autumn', 22),
	('EN-403', 'business-english', 16, '18:00', 'Asia/Dubai', 'winter', 12),
	('SI-501', 'safety-induction', -330, '07:30', 'Europe/Dublin', 'plant 1', 40),
	('SI-502', 'safety-induction', -95, '07:30', 'Asia/Tokyo', 'plant 2', 40),
	('SI-503', 'safety-induction', -15, '07:30', 'Europe/Dublin', 'plant 1', 40),
	('LD-601', 'leadership', -130, '09:00', 'Europe/Paris', 'Lyon', 12),
	('LD-602', 'leadership', -24, '09:00', 'Europe/Paris', 'Marseille', 12),
	('SV-701', 'site-supervisor', -8, '09:00', 'Europe/Dublin', 'plant 1', 18),
	('SV-702', 'site-supervisor', 15, '09:00', 'Asia/Tokyo', 'plant 2', 10),
	('TW-801', 'team-workshop', -45, '09:00', 'America/Lima', 'Cusco', 12);

BEGIN;
SELECT achieve.set_context('Marek Dvořák', 'courses planned');
SELECT achieve.create_event(p.template,
	(achieve.today(time_zone) + starts_in_days + hour) AT TIME ZONE time_zone,
	p.code, t.title || ', ' || place, time_zone)
FROM planned_event p
JOIN course_template t ON t.code = p.template
ORDER BY starts_in_days;

-- Bremen has no hall: cancelled. Stockholm's customer insists on 80 percent.
UPDATE event SET status = 'cancelled' WHERE code = 'FL-205';
UPDATE event SET passing_rule = 'absences = 0 and score(theory) >= 80 and score(practical) >= 80' WHERE code = 'FL-204';
COMMIT;

BEGIN;
SELECT achieve.set_context('Marek Dvořák', 'enrolled by the customers');

-- Customers send up to five people each to a course, ten to an induction; at
-- one place it is often the same people.
INSERT INTO enrollment (event_id, learner_id, enrolled_at)
SELECT e.event_id, chosen.learner_id, e.starts_at - interval '20 days'
FROM planned_event p
JOIN event e ON e.code = p.code
CROSS JOIN LATERAL (
	SELECT learner_id
	FROM (SELECT learner_id, account_id,
			row_number() OVER (PARTITION BY account_id ORDER BY md5(p.place || reference)) AS place_in_account
		FROM learner) AS candidate
	WHERE place_in_account <= CASE WHEN p.places > 30 THEN 10 ELSE 5 END
	ORDER BY md5(p.place || coalesce(account_id, 0)), place_in_account
	LIMIT p.places) AS chosen
WHERE p.template NOT IN ('first-aid-refresher', 'site-supervisor');

-- Refreshers: those who took first aid two years ago.
INSERT INTO enrollment (event_id, learner_id, enrolled_at)
SELECT event_id, learner_id, starts_at - interval '20 days'
FROM (SELECT e.event_id, e.starts_at, p.places, old.learner_id,
		row_number() OVER (PARTITION BY e.event_id ORDER BY md5(old.learner_id::text)) AS place
	FROM planned_event p
	JOIN event e ON e.code = p.code
	JOIN event first ON first.code = CASE p.code WHEN 'FR-302' THEN 'FA-102' ELSE 'FA-101' END
	JOIN enrollment old ON old.event_id = first.event_id
	WHERE p.template = 'first-aid-refresher') AS candidate
WHERE place <= places;

-- Site supervisors: whoever was at a safety induction lately, first aiders first.
INSERT INTO enrollment (event_id, learner_id, enrolled_at)
SELECT event_id, learner_id, starts_at - interval '20 days'
FROM (SELECT e.event_id, e.starts_at, p.places, induction.learner_id,
		row_number() OVER (PARTITION BY e.event_id ORDER BY EXISTS (
			SELECT FROM enrollment x
			JOIN event first ON first.event_id = x.event_id AND first.code LIKE 'FA-%'
			WHERE x.learner_id = induction.learner_id) DESC, md5(induction.learner_id::text)) AS place
	FROM planned_event p
	JOIN event e ON e.code = p.code
	JOIN event safety ON safety.code = CASE p.code WHEN 'SV-701' THEN 'SI-503' ELSE 'SI-502' END
	JOIN enrollment induction ON induction.event_id = safety.event_id
	WHERE p.template = 'site-supervisor') AS candidate
WHERE place <= places;

-- Late joiners: what was before their first day does not count.
UPDATE enrollment n
SET counts_from = (e.starts_at AT TIME ZONE e.time_zone)::date + CASE WHEN e.code LIKE 'EN-%' THEN 10 ELSE 1 END
FROM event e
WHERE e.event_id = n.event_id AND e.code ~ '^(FA|FL|EN)' AND pg_temp.dice('joins late', e.code, n.learner_id::text) < 7;

-- Planned courses have some who are not sure yet.
UPDATE enrollment n
SET status = CASE WHEN pg_temp.dice('unsure', e.code, n.learner_id::text) < 15 THEN 'interested' ELSE 'reserved' END
FROM event e
WHERE e.event_id = n.event_id AND e.starts_at > now() AND pg_temp.dice('unsure', e.code, n.learner_id::text) < 45;

-- A few fell ill before a course began.
UPDATE enrollment n
SET status = 'cancelled'
FROM event e
WHERE e.event_id = n.event_id AND e.starts_at < now() AND pg_temp.dice('falls ill', e.code, n.learner_id::text) < 4;
COMMIT;
