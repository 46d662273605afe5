-- Does run_due() do what only time brings about, each once, and nothing else?
\set VERBOSITY terse
-- The past of other tests is done, and what they have left is told.
SELECT achieve.run_due() >= 0 AS past;
SELECT achieve.mark_delivered(coalesce(array_agg(notification_id), '{}')) >= 0 AS cleared
	FROM achieve.notification WHERE delivered_at IS NULL;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title, valid_for, valid_unit) VALUES
	(1720, 'd-licence', 'Licence', 1, 'year'), (1721, 'd-suspended', 'Suspended', NULL, NULL), (1722, 'd-done', 'Done', NULL, NULL);
INSERT INTO achieve.learner (learner_id, name) SELECT 1720 + i, 'Learner ' || i FROM generate_series(1, 4) AS i;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule) VALUES
	(1720, 'd-end', 'Passed when it is over', now() - interval '1 day', now() + interval '1 hour', 'ended'),
	(1721, 'd-award', 'Awards when it is over', now() - interval '1 day', now() + interval '1 hour', NULL),
	(1722, 'd-other', 'Reads no clock', now() - interval '1 day', now() + interval '1 hour', 'condition(x)'),
	(1723, 'd-source', 'Gives licences', '2020-01-01', '2020-01-02', NULL),
	(1724, 'd-holds', 'For who holds one', '2020-01-01', '2020-01-02', 'holds(d-licence)'),
	(1725, 'd-not', 'For who is not suspended', '2020-01-01', '2020-01-02', NULL),
	(1726, 'd-final', 'Finalized before its end', now() - interval '1 day', now() + interval '1 hour', 'ended'),
	(1727, 'd-cancelled', 'Cancelled', now() - interval '1 day', now() + interval '1 hour', 'ended');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id, award_rule) VALUES
	(1721, 1722, 'ended'), (1723, 1720, NULL), (1723, 1721, NULL), (1725, 1722, 'not holds(d-suspended)'), (1726, 1722, 'ended');
INSERT INTO achieve.enrollment (event_id, learner_id, enrolled_at) SELECT e, l, now() - interval '3 days'
	FROM generate_series(1720, 1727) AS e, generate_series(1721, 1722) AS l;
UPDATE achieve.event SET status = 'cancelled' WHERE event_id = 1727;
SELECT achieve.finalize_event(1726, 'early');
CREATE FUNCTION pg_temp.stored() RETURNS TABLE (event text, outcome text, holds text) LANGUAGE sql AS $$
	SELECT e.code, string_agg(r.outcome, ' ' ORDER BY r.learner_id), string_agg(t.code, ' ' ORDER BY r.learner_id)
	FROM achieve.event AS e JOIN achieve.result AS r USING (event_id)
	LEFT JOIN achieve.achievement AS a ON a.event_id = r.event_id AND a.learner_id = r.learner_id AND a.revoked_at IS NULL AND a.source = 'rule'
	LEFT JOIN achieve.achievement_type AS t USING (achievement_type_id)
	WHERE e.event_id BETWEEN 1720 AND 1727 GROUP BY e.event_id, e.code ORDER BY e.event_id
$$;
CREATE FUNCTION pg_temp.due() RETURNS TABLE (event_id bigint, learner_id bigint, problem text) LANGUAGE sql AS $$
	SELECT * FROM achieve.check_outcomes() AS c WHERE c.event_id BETWEEN 1720 AND 1728
$$;
-- Time passes: dates move, and nothing is evaluated.
CREATE PROCEDURE pg_temp.time_passes(statement text) LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE statement;
	SET LOCAL session_replication_role = origin;
END $$;

-- Before the time there is nothing to do.
SELECT achieve.run_due();
SELECT * FROM pg_temp.stored();
-- The events end: results, awards, also where results are frozen, once; not where it is cancelled.
CALL pg_temp.time_passes($$UPDATE achieve.event SET starts_at = starts_at - interval '1 day', ends_at = now() - interval '1 minute',
	config_version = config_version + 1 WHERE ends_at > now() AND event_id BETWEEN 1720 AND 1727$$);
SELECT * FROM pg_temp.due();
SELECT achieve.run_due();
SELECT * FROM pg_temp.stored();
SELECT * FROM pg_temp.due();
SELECT achieve.run_due();
SELECT event_id, topic, count(*) FROM achieve.notification
	WHERE delivered_at IS NULL AND event_id BETWEEN 1720 AND 1727 AND learner_id IN (1721, 1722) GROUP BY 1, 2 ORDER BY 1, 2;

-- A licence that begins tomorrow is not held today. Tomorrow comes.
SELECT achieve.award(1723, 1721, 'd-licence', 'early', achieve.today('UTC') + 1) > 0 AS awarded;
SELECT achieve.run_due();
CREATE PROCEDURE pg_temp.a_day_passes() LANGUAGE plpgsql AS $$
BEGIN
	CALL pg_temp.time_passes('UPDATE achieve.achievement SET valid_from = valid_from - 1, expires_on = expires_on - 1,
		issued_at = issued_at - interval ''1 day'' WHERE event_id = 1723');
	CALL pg_temp.time_passes('UPDATE achieve.result SET rule_decided_at = rule_decided_at - interval ''1 day'' WHERE event_id IN (1724, 1725)');
	CALL pg_temp.time_passes('UPDATE achieve.enrollment SET enrolled_at = enrolled_at - interval ''1 day'' WHERE event_id IN (1724, 1725)');
	CALL pg_temp.time_passes('UPDATE achieve.due SET done_until = done_until - interval ''1 day''');
END $$;
CALL pg_temp.a_day_passes();
SELECT * FROM pg_temp.due();
SELECT achieve.run_due();
SELECT * FROM pg_temp.stored() WHERE event = 'd-holds';
SELECT * FROM pg_temp.due();
SELECT achieve.run_due();
-- It expires: what it decided stands.
CALL pg_temp.time_passes('UPDATE achieve.achievement SET expires_on = achieve.today(''UTC'') + 1 WHERE event_id = 1723');
CALL pg_temp.a_day_passes();
SELECT achieve.run_due();
SELECT * FROM pg_temp.stored() WHERE event = 'd-holds';
SELECT * FROM pg_temp.due();

-- A suspension ends: the award that it took back is made again.
SELECT achieve.award(1723, 1722, 'd-suspended', 'suspended', achieve.today('UTC') - 10, achieve.today('UTC') + 1) > 0 AS awarded;
SELECT * FROM pg_temp.stored() WHERE event = 'd-not';
CALL pg_temp.a_day_passes();
SELECT * FROM pg_temp.due();
SELECT achieve.run_due();
SELECT * FROM pg_temp.stored() WHERE event = 'd-not';
SELECT * FROM pg_temp.due();
SELECT achieve.run_due();

-- Expiry notices. Lead times of 60, 30 and 0 days; a record is announced once at each.
SELECT achieve.mark_delivered(array_agg(notification_id)) > 0 AS cleared FROM achieve.notification WHERE delivered_at IS NULL;
INSERT INTO achieve.achievement_type (achievement_type_id, code, title) VALUES (1723, 'd-card', 'Card');
INSERT INTO achieve.achievement_reminder (achievement_type_id, days_before) VALUES (1723, 60), (1723, 30), (1723, 0);
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (1723, 1723);
CREATE FUNCTION pg_temp.announced() RETURNS TABLE (learner_id bigint, days_before text) LANGUAGE sql AS $$
	SELECT n.learner_id, n.payload ->> 'days_before' FROM achieve.notification AS n
	WHERE n.topic = 'achievement.expiring' AND n.event_id IN (1723, 1728) AND n.delivered_at IS NULL
	ORDER BY n.notification_id
$$;
CREATE PROCEDURE pg_temp.days_pass(days integer) LANGUAGE plpgsql AS $$
BEGIN
	CALL pg_temp.time_passes(format('UPDATE achieve.achievement SET expires_on = expires_on - %1$s,
		announced_expiry = announced_expiry - %1$s, issued_at = issued_at - interval ''%1$s days''
		WHERE event_id = 1723 AND achievement_type_id = 1723', days));
END $$;
SELECT achieve.award(1723, 1721, 'd-card', 'x', achieve.today('UTC') - 300, achieve.today('UTC') + 81) > 0 AS awarded;
SELECT achieve.run_due();
CALL pg_temp.days_pass(20);
SELECT achieve.run_due();
CALL pg_temp.days_pass(1);
SELECT achieve.run_due(), achieve.run_due() AS again;
CALL pg_temp.days_pass(29);
SELECT achieve.run_due();
CALL pg_temp.days_pass(1);
SELECT achieve.run_due(), achieve.run_due() AS again;
-- Nothing ran on the day itself: two days late is still told.
CALL pg_temp.days_pass(32);
SELECT achieve.run_due(), achieve.run_due() AS again;
SELECT * FROM pg_temp.announced();
SELECT jsonb_object_agg(key, value) FROM achieve.notification, jsonb_each(payload)
	WHERE topic = 'achievement.expiring' AND event_id = 1723 AND payload ->> 'days_before' = '0'
		AND key IN ('achievement_type', 'achievement_title', 'learner_name', 'days_before');
SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.notification WHERE delivered_at IS NULL;
-- A corrected date is announced anew, with the lead time that has come.
SELECT achieve.amend_achievement(achievement_id, valid_from, achieve.today('UTC') + 20, 'extended')
	FROM achieve.achievement WHERE event_id = 1723 AND achievement_type_id = 1723;
SELECT achieve.run_due(), achieve.run_due() AS again;
SELECT * FROM pg_temp.announced();
-- Not one that is renewed, revoked, or no longer than the lead time.
SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.notification WHERE delivered_at IS NULL;
INSERT INTO achieve.event (event_id, title, starts_at, ends_at) VALUES (1728, 'Renewal', '2020-01-01', '2020-01-02');
INSERT INTO achieve.event_achievement (event_id, achievement_type_id) VALUES (1728, 1723);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1728, 1721), (1723, 1723), (1723, 1724);
SELECT achieve.amend_achievement(achievement_id, valid_from, achieve.today('UTC') + 19, 'again')
	FROM achieve.achievement WHERE event_id = 1723 AND achievement_type_id = 1723;
SELECT achieve.award(1728, 1721, 'd-card', 'renewed', achieve.today('UTC'), achieve.today('UTC') + 400) > 0 AS renewed;
SELECT achieve.award(1723, 1723, 'd-card', 'short', achieve.today('UTC'), achieve.today('UTC') + 10) > 0 AS short;
SELECT achieve.award(1723, 1724, 'd-card', 'forged', achieve.today('UTC') - 100, achieve.today('UTC') + 10, issued_at => now() - interval '100 days') AS forged \gset
SELECT achieve.revoke(:forged, 'forged');
SELECT achieve.run_due();
SELECT * FROM pg_temp.announced();
SELECT achieve.reinstate(:forged, 'genuine');
SELECT achieve.run_due();
SELECT * FROM pg_temp.announced();
SELECT achieve.mark_delivered(array_agg(notification_id)) > 0 AS cleared FROM achieve.notification WHERE delivered_at IS NULL;
-- One issued within the shortest lead time is announced all the same; a lead time that begins on the day of issue has not passed.
DELETE FROM achieve.achievement_reminder WHERE achievement_type_id = 1723 AND days_before = 0;
SELECT achieve.run_due(), achieve.run_due() AS again;
SELECT * FROM pg_temp.announced();
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1728, 1722), (1728, 1724);
SELECT achieve.award(1728, 1722, 'd-card', 'longer', achieve.today('UTC'), achieve.today('UTC') + 59) > 0 AS longer;
INSERT INTO achieve.achievement_reminder (achievement_type_id, days_before) VALUES (1723, 0);
INSERT INTO achieve.enrollment (event_id, learner_id) VALUES (1728, 1723);
SELECT achieve.award(1728, 1723, 'd-card', 'expired before it was issued', achieve.today('UTC') - 9, achieve.today('UTC')) > 0 AS expired;
SELECT achieve.award(1728, 1724, 'd-card', 'to the day', achieve.today('UTC'), achieve.today('UTC') + 60) > 0 AS to_the_day;
SELECT achieve.run_due(), achieve.run_due() AS again;
SELECT * FROM pg_temp.announced();
SELECT achieve.mark_delivered(array_agg(notification_id)) > 0 AS cleared FROM achieve.notification WHERE delivered_at IS NULL;
SELECT * FROM pg_temp.due();
