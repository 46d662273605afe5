/*-------------------------------------------------------------------------
 *
 * certificate_template.h
 *		From a certificate template and its values to the text.
 *
 * Pure: it reads no tables. A template that cannot be filled in is no error
 * but a problem, in words for its author.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_CERTIFICATE_TEMPLATE_H
#define ACHIEVE_CERTIFICATE_TEMPLATE_H

/* What a template may show. In the order of certificate_template.c's list
 * and, up to the last value that is read, of certificate.c's query. */
typedef enum Placeholder
{
	PLACE_LEARNER_NAME,
	PLACE_LEARNER_REFERENCE,
	PLACE_ACCOUNT_NAME,
	PLACE_ACHIEVEMENT_CODE,
	PLACE_ACHIEVEMENT_TITLE,
	PLACE_ACHIEVEMENT_DESCRIPTION,
	PLACE_NUMBER,
	PLACE_VALID_FROM,
	PLACE_EXPIRES_ON,
	PLACE_LAST_VALID_ON,
	PLACE_ISSUED_ON,
	PLACE_ISSUED_BY,
	PLACE_EVENT_CODE,
	PLACE_EVENT_TITLE,
	PLACE_EVENT_STARTS_ON,
	PLACE_EVENT_ENDS_ON,
	PLACE_EVENT_DATES,
	PLACE_ISSUER_NAME,
	PLACE_ISSUER_URL,
	PLACE_VERIFICATION_URL,		/* as read: what the code is appended to */
	PLACE_READ_COUNT,
	PLACE_REVISION = PLACE_READ_COUNT,
	PLACE_VERIFICATION_CODE,
	PLACE_COUNT
} Placeholder;

typedef struct CertificateValues
{
	const char *text[PLACE_COUNT];	/* NULL: none, shown as nothing */
} CertificateValues;

typedef struct CertificateText
{
	char	   *content;
	bool		shown[PLACE_COUNT];	/* what of the values it shows */
} CertificateText;

extern const char *placeholder_name(Placeholder placeholder);
extern char *certificate_fill(const char *body, const char *media_type,
							  const CertificateValues *values,
							  CertificateText *filled);

#endif							/* ACHIEVE_CERTIFICATE_TEMPLATE_H */
