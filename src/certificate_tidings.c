/*-------------------------------------------------------------------------
 *
 * certificate_tidings.c
 *		What is told of certificates: to the audit and in notifications.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "certificate_tidings.h"
#include "json.h"

static Jsonb *
certificate_json(const Certificate *certificate, const char *status)
{
	JsonBuilder json;

	json_begin(&json);
	if (certificate->certificate_id != 0)
		json_add_int(&json, "certificate_id", certificate->certificate_id);
	json_add_int(&json, "achievement_id", certificate->achievement_id);
	json_add_text(&json, "type", certificate->type_code);
	json_add_text(&json, "number", certificate->number);
	json_add_int(&json, "revision", certificate->revision);
	json_add_text(&json, "status", status);
	return json_end(&json);
}

/* One audit row; a status of NULL: there was or is no certificate. */
void
tidings_audit(Tidings *tidings, const Certificate *certificate,
			  const char *action, const char *old_status,
			  const char *new_status, const char *reason)
{
	AuditRow	row = {0};

	row.action = action;
	row.object = "certificate";
	row.has_event = row.has_learner = true;
	row.event_id = certificate->event_id;
	row.learner_id = certificate->learner_id;
	if (old_status != NULL)
		row.old_value = certificate_json(certificate, old_status);
	if (new_status != NULL)
		row.new_value = certificate_json(certificate, new_status);
	row.reason = reason;
	audit_add(tidings->audit, &row);
}

/* A notification; a problem of NULL: the certificate was made. */
void
tidings_notify(Tidings *tidings, const Certificate *certificate,
			   const char *problem)
{
	Notification notification = {
		.topic = problem == NULL ? NOTIFY_CERTIFICATE_GENERATED :
		NOTIFY_CERTIFICATE_FAILED,
		.event_id = certificate->event_id,
		.learner_id = certificate->learner_id,
		.achievement_id = certificate->achievement_id
	};
	JsonBuilder json;

	json_begin(&json);
	if (problem == NULL)
	{
		json_add_int(&json, "certificate_id", certificate->certificate_id);
		json_add_int(&json, "revision", certificate->revision);
		json_add_text(&json, "verification_code", certificate->code);
	}
	else
		json_add_text(&json, "problem", problem);
	notification.particulars = json_end(&json);
	notify_add(tidings->notifications, &notification);
}
