/*-------------------------------------------------------------------------
 *
 * certificate.h
 *		Certificates follow their achievements.
 *
 * A certificate is made when an achievement is issued, is revoked with it and
 * comes back with it. It never changes otherwise: what is to be shown
 * differently is a new revision. What keeps a certificate from being made
 * never keeps an achievement from being issued; it is stored with the record.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_CERTIFICATE_H
#define ACHIEVE_CERTIFICATE_H

#include "audit.h"
#include "notify.h"

/* What happened to achievements, as their certificates see it. */
typedef enum CertificateChange
{
	CERTIFICATE_ISSUE,
	CERTIFICATE_REVOKE,
	CERTIFICATE_REINSTATE,
	CERTIFICATE_AMEND,			/* the old one is wrong: superseded anyway */
	CERTIFICATE_REGENERATE		/* the old one stays where none is made */
} CertificateChange;

/* Achievements, by both parts of their key. */
typedef struct RecordList
{
	ValueColumn events;
	ValueColumn achievements;
} RecordList;

/* Where it is told what happened to certificates; the caller writes both. */
typedef struct Tidings
{
	AuditBatch *audit;
	NotifyBatch *notifications;
} Tidings;

/* A certificate that a caller may see. */
typedef struct CertificateFound
{
	int64		certificate_id;
	char	   *status;
	char	   *content;
} CertificateFound;

extern void records_init(RecordList *records);
extern void records_add(RecordList *records, int64 event_id,
						int64 achievement_id);

/* certificate.c; SPI is connected for the first */
extern int	certificates_follow(const RecordList *records,
								CertificateChange change, Tidings *tidings);
extern int	certificates_follow_now(const RecordList *records,
									CertificateChange change);
extern void certificate_follow(int64 event_id, int64 achievement_id,
							   CertificateChange change);

/* certificate_code.c */
#define VERIFICATION_CODE_SIZE 20	/* XXXX-XXXX-XXXX-XXXX and the end */

extern void verification_code_make(char *code);
extern bool verification_code_read(const char *typed, int length, char *code);

/* certificate_api.c */
extern CertificateFound certificate_find(int64 certificate_id);

#endif							/* ACHIEVE_CERTIFICATE_H */
