-- A worker that sends mails has kept up so far: it claims what is in the
-- outbox, sends, and marks it as delivered.

\echo 'Outbox: a mail worker takes what is there'

SELECT achieve.mark_delivered(array_agg(notification_id)) FROM achieve.claim_notifications(1000000);
