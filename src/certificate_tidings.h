/*-------------------------------------------------------------------------
 *
 * certificate_tidings.h
 *		What is told of certificates: to the audit and in notifications.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_CERTIFICATE_TIDINGS_H
#define ACHIEVE_CERTIFICATE_TIDINGS_H

#include "certificate.h"

/* A certificate, or what became of the attempt, as the audit shows it. */
typedef struct Certificate
{
	int64		event_id;
	int64		achievement_id;
	int64		learner_id;
	int64		certificate_id; /* once inserted */
	char	   *type_code;
	char	   *number;
	int			revision;
	char	   *code;			/* NULL: none was made */
} Certificate;

extern void tidings_audit(Tidings *tidings, const Certificate *certificate,
						  const char *action, const char *old_status,
						  const char *new_status, const char *reason);
extern void tidings_notify(Tidings *tidings, const Certificate *certificate,
						   const char *problem);

#endif							/* ACHIEVE_CERTIFICATE_TIDINGS_H */
