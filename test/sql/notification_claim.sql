-- Are notifications handed out, leased and ended as workers need it, to those
-- who may have them only, and are wrong arguments refused?
\set VERBOSITY terse
-- What other tests have left is not for this one.
SELECT achieve.mark_delivered(coalesce(array_agg(notification_id), '{}')) >= 0 AS cleared
	FROM achieve.notification WHERE delivered_at IS NULL;
INSERT INTO achieve.learner (learner_id, name) SELECT 1710 + i, 'Learner ' || i FROM generate_series(1, 4) AS i;
INSERT INTO achieve.event (event_id, code, title, starts_at, ends_at, passing_rule)
	VALUES (1710, 'claim-event', 'Claimed', '2030-01-01', '2030-01-02', 'condition(points) >= 10');
INSERT INTO achieve.enrollment (event_id, learner_id) SELECT 1710, 1710 + i FROM generate_series(1, 4) AS i;
INSERT INTO achieve.condition (event_id, learner_id, name, value) SELECT 1710, 1710 + i, 'points', 10 FROM generate_series(1, 4) AS i;

-- What is refused.
SELECT * FROM achieve.claim_notifications(0);
SELECT * FROM achieve.claim_notifications(-1);
SELECT * FROM achieve.claim_notifications(NULL);
SELECT * FROM achieve.claim_notifications(10, 0);
SELECT * FROM achieve.claim_notifications(10, NULL);
SELECT achieve.mark_delivered(NULL);
SELECT achieve.mark_delivered(ARRAY[1, NULL]::bigint[]);
SELECT achieve.mark_delivered('{}'), achieve.mark_delivered(ARRAY[-1, 0]);
SELECT achieve.claim_notification_rows(NULL::achieve.learner, 1, 1);

-- Oldest first, each to one; claimed, they are nobody else's until the lease ends.
SELECT learner_id, topic, claimed_until BETWEEN clock_timestamp() + interval '4 minutes' AND clock_timestamp() + interval '5 minutes' AS "for 5 minutes"
	FROM achieve.claim_notifications(3);
SELECT learner_id, claimed_until > clock_timestamp() + interval '50 minutes' AS "for an hour" FROM achieve.claim_notifications(100, lease_minutes => 60);
SELECT count(*) FROM achieve.claim_notifications(100);
-- A worker is done with two of its three and dies; its third comes back. (The clock is helped along.)
SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.notification WHERE event_id = 1710 AND learner_id IN (1711, 1712);
ALTER TABLE achieve.notification DISABLE TRIGGER USER;
UPDATE achieve.notification SET claimed_until = clock_timestamp() - interval '1 second' WHERE event_id = 1710 AND learner_id = 1713;
ALTER TABLE achieve.notification ENABLE TRIGGER USER;
SELECT learner_id FROM achieve.claim_notifications(100);
-- Ending twice, or late, counts once.
SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.notification WHERE event_id = 1710;
SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.notification WHERE event_id = 1710;
SELECT count(*) FILTER (WHERE delivered_at IS NULL) AS open, count(*) AS all FROM achieve.notification WHERE event_id = 1710;
SELECT count(*) FROM achieve.claim_notifications(100);

-- Only what is committed: not the claiming transaction's own, which may still be taken back.
BEGIN;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1710 AND learner_id = 1711;
SELECT count(*) FROM achieve.claim_notifications(100);
COMMIT;
SELECT learner_id, payload ->> 'outcome' AS outcome FROM achieve.claim_notifications(100);
-- A claim that is rolled back is none.
UPDATE achieve.condition SET value = 0 WHERE event_id = 1710 AND learner_id = 1712;
BEGIN;
SELECT learner_id FROM achieve.claim_notifications(100);
ROLLBACK;
SELECT learner_id FROM achieve.claim_notifications(100);

-- One grant each makes a worker; without, nothing.
CREATE ROLE regress_achieve_worker;
GRANT USAGE ON SCHEMA achieve TO regress_achieve_worker;
UPDATE achieve.condition SET value = 0 WHERE event_id = 1710;
SET SESSION AUTHORIZATION regress_achieve_worker;
SELECT * FROM achieve.claim_notifications(1);
SELECT * FROM achieve.claim_notification_rows(NULL::achieve.notification, 1, 5);
SELECT achieve.mark_delivered('{}');
SELECT achieve.run_due();
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION achieve.claim_notifications(integer, integer), achieve.mark_delivered(bigint[]) TO regress_achieve_worker;
SET SESSION AUTHORIZATION regress_achieve_worker;
SELECT learner_id FROM achieve.claim_notifications(100);
SELECT achieve.mark_delivered('{}');
RESET SESSION AUTHORIZATION;

-- A column that somebody adds comes along.
ALTER TABLE achieve.notification ADD COLUMN tried integer NOT NULL DEFAULT 0;
UPDATE achieve.condition SET value = 10 WHERE event_id = 1710 AND learner_id = 1711;
SELECT learner_id, tried FROM achieve.claim_notifications(1);
ALTER TABLE achieve.notification DROP COLUMN tried;
UPDATE achieve.condition SET value = 10 WHERE event_id = 1710 AND learner_id = 1712;
SELECT learner_id, topic FROM achieve.claim_notifications(1);
SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.notification WHERE delivered_at IS NULL;
REVOKE USAGE ON SCHEMA achieve FROM regress_achieve_worker;
REVOKE EXECUTE ON FUNCTION achieve.claim_notifications(integer, integer), achieve.mark_delivered(bigint[]) FROM regress_achieve_worker;
DROP ROLE regress_achieve_worker;
