/*-------------------------------------------------------------------------
 *
 * notify.h
 *		Notifications: what is to be told to learners and others.
 *
 * A writer collects them while it works and writes them together, as the
 * tables' owner, after the rows that they are about:
 *
 *		NotifyBatch batch;
 *
 *		notify_begin(&batch);
 *		notify_issued(&batch, ...);
 *		notify_add(&batch, &(Notification) {.topic = ...});
 *		notify_write(&batch);
 *
 * SPI must be connected for notify_write. What a mail needs to say about the
 * event, the learner and the achievement is added to each payload from the
 * tables; particulars are what the topic has beside that, and go before it.
 *
 * One transaction announces its net effects. A result that comes back to
 * where it was leaves nothing, one that moves twice leaves one row. What an
 * achievement leaves cancels out in pairs: issued and revoked, in either
 * order. A revocation also takes along what the transaction had to tell about
 * the record's certificate; so whoever makes certificates adds
 * certificate.generated when one is made, and again when one made in this
 * very transaction becomes current again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_NOTIFY_H
#define ACHIEVE_NOTIFY_H

#include "utils/jsonb.h"

#include "engine.h"
#include "statement.h"

#define NOTIFY_RESULT "result.changed"
#define NOTIFY_ISSUED "achievement.issued"
#define NOTIFY_REVOKED "achievement.revoked"
#define NOTIFY_EXPIRING "achievement.expiring"
#define NOTIFY_CERTIFICATE_GENERATED "certificate.generated"
#define NOTIFY_CERTIFICATE_FAILED "certificate.failed"

typedef struct Notification
{
	const char *topic;
	int64		event_id;
	int64		learner_id;
	int64		achievement_id; /* 0: it is about none */
	Jsonb	   *particulars;	/* NULL: none */
} Notification;

typedef struct NotifyBatch
{
	ValueColumn topics;
	ValueColumn events;
	ValueColumn learners;
	ValueColumn achievements;
	ValueColumn particulars;
} NotifyBatch;

/* Settings achieve.notify and achieve.notifications. */
extern bool notify_listeners;
extern bool notify_enabled;

extern void notify_begin(NotifyBatch *batch);
extern void notify_add(NotifyBatch *batch, const Notification *notification);
extern void notify_result(NotifyBatch *batch, const EnrollmentKey *key,
						  Outcome was, Outcome now, bool manual,
						  const char *reason);
extern void notify_achievement(NotifyBatch *batch, const char *topic,
							   const EnrollmentKey *key,
							   int64 achievement_id);
extern void notify_issued(NotifyBatch *batch, const EnrollmentKey *key,
						  int64 achievement_id);
extern uint64 notify_write(NotifyBatch *batch);
extern void notify_write_now(NotifyBatch *batch);

/* notify_settle.c */
extern void notify_settle(NotifyBatch *batch, int64 transaction_id);
extern void notify_remember(const NotifyBatch *batch, int64 transaction_id);

/* notify_payload.c */
extern void notify_payloads(const NotifyBatch *batch, ValueColumn *payloads);

#endif							/* ACHIEVE_NOTIFY_H */
