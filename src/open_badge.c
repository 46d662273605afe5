/*-------------------------------------------------------------------------
 *
 * open_badge.c
 *		open_badge: a certificate as an Open Badges 3.0 credential.
 *
 * An AchievementCredential with every field that the specification requires,
 * unsigned: the empty array "proof" is where the app puts its signature. Ids
 * are URLs of the issuer where it has told them, else urn:uuid made from what
 * identifies the thing, so that the same thing always has the same id.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "api.h"
#include "certificate.h"

PG_FUNCTION_INFO_V1(open_badge);

/* A text as a UUID of version 8: the same text gives the same one. */
#define UUID_OF(text) \
	"CAST(pg_catalog.overlay(pg_catalog.overlay(pg_catalog.md5(" text ")," \
	" '8', 13), '8', 17) AS pg_catalog.uuid)"
#define URN_OF(text) "pg_catalog.concat('urn:uuid:', " UUID_OF(text) ")"
#define INSTANT(instant) \
	"pg_catalog.to_char(pg_catalog.timezone('UTC', " instant ")," \
	" 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
/* Where a day begins at the event. */
#define DAY_BEGINS(date) \
	INSTANT("pg_catalog.timezone(e.time_zone, CAST(" date " AS timestamp))")
#define TITLE \
	"coalesce(c.shown OPERATOR(pg_catalog.->>) 'achievement_title', t.title)"

/* $1: the certificate; $2, $3: who issues where nobody has said it */
static Statement make_badge = {
	.sql = "SELECT CAST(pg_catalog.json_strip_nulls("
	"pg_catalog.json_build_object("
	"'@context', pg_catalog.json_build_array("
	"'https://www.w3.org/ns/credentials/v2',"
	" 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'),"
	" 'id', coalesce(i.verification_url OPERATOR(pg_catalog.||)"
	" c.verification_code, " URN_OF("c.verification_code") "),"
	" 'type', pg_catalog.json_build_array("
	"'VerifiableCredential', 'AchievementCredential'),"
	" 'issuer', pg_catalog.json_build_object("
	"'id', s.id, 'type', pg_catalog.json_build_array('Profile'),"
	" 'name', s.name, 'url', i.url),"
	" 'validFrom', " DAY_BEGINS("a.valid_from") ","
	" 'validUntil', " DAY_BEGINS("a.expires_on") ","
	" 'awardedDate', " INSTANT("a.issued_at") ","
	" 'name', " TITLE ","
	" 'credentialSubject', pg_catalog.json_build_object("
	"'type', pg_catalog.json_build_array('AchievementSubject'),"
	" 'id', CASE WHEN n.name IS NULL THEN "
	URN_OF("pg_catalog.concat(s.id, ' learner ', a.learner_id)") " END,"
	" 'identifier', CASE WHEN n.name IS NOT NULL THEN"
	" pg_catalog.json_build_array(pg_catalog.json_build_object("
	"'type', 'IdentityObject', 'hashed', false,"
	" 'identityHash', n.name, 'identityType', 'name')) END,"
	" 'licenseNumber', c.number,"
	" 'achievement', pg_catalog.json_build_object("
	"'id', " URN_OF("pg_catalog.concat(s.id, ' achievement ', t.code)") ","
	" 'type', pg_catalog.json_build_array('Achievement'),"
	" 'criteria', pg_catalog.json_build_object('narrative',"
	" pg_catalog.concat(e.title, ': ', coalesce("
	"'awarded by the rule ' OPERATOR(pg_catalog.||) r.rule,"
	" 'awarded by a person'))),"
	" 'description', CASE WHEN t.description OPERATOR(pg_catalog.<>) ''"
	" THEN t.description ELSE " TITLE " END,"
	" 'humanCode', t.code, 'name', " TITLE ")),"
	" 'credentialSchema', pg_catalog.json_build_array("
	"pg_catalog.json_build_object('id',"
	" 'https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json',"
	" 'type', '1EdTechJsonSchemaValidator2019')),"
	" 'proof', pg_catalog.json_build_array()))"
	" AS pg_catalog.text)"
	" FROM achieve.certificate AS c JOIN achieve.achievement AS a"
	" ON a.event_id OPERATOR(pg_catalog.=) c.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) c.achievement_id"
	" JOIN achieve.achievement_type AS t ON t.achievement_type_id"
	" OPERATOR(pg_catalog.=) a.achievement_type_id"
	" JOIN achieve.event AS e ON e.event_id OPERATOR(pg_catalog.=) c.event_id"
	" LEFT JOIN achieve.issuer AS i ON true"
	" LEFT JOIN LATERAL (SELECT"
	" u.evidence OPERATOR(pg_catalog.->>) 'rule' AS rule"
	" FROM achieve.audit AS u"
	" WHERE u.event_id OPERATOR(pg_catalog.=) a.event_id"
	" AND u.learner_id OPERATOR(pg_catalog.=) a.learner_id"
	" AND u.action OPERATOR(pg_catalog.=) 'achievement.issued'"
	" AND u.new_value OPERATOR(pg_catalog.->>) 'achievement_id'"
	" OPERATOR(pg_catalog.=) CAST(a.achievement_id AS pg_catalog.text)"
	" LIMIT 1) AS r ON true,"
	" LATERAL (SELECT c.shown OPERATOR(pg_catalog.->>) 'learner_name'"
	" AS name) AS n,"
	" LATERAL (SELECT coalesce(i.url, " URN_OF("$2") ") AS id,"
	" coalesce(i.name, $3) AS name) AS s"
	" WHERE c.certificate_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 3,
	.types = {INT8OID, TEXTOID, TEXTOID},
};

/*
 * open_badge(certificate_id bigint) RETURNS json
 *
 * Errors: 22004 null, 23503 / 42501 no such certificate, 55000 superseded or
 * revoked.
 */
Datum
open_badge(PG_FUNCTION_ARGS)
{
	CertificateFound found = certificate_find(api_id(fcinfo, 0,
													 "certificate_id"));
	char	   *database = get_database_name(MyDatabaseId);
	Datum		values[3];
	MemoryContext caller = CurrentMemoryContext;
	char	   *badge;

	if (strcmp(found.status, "current") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("certificate " INT64_FORMAT " is %s",
						found.certificate_id, found.status),
				 errhint("A badge is made of a current certificate: see achieve.certificates_tab.")));
	values[0] = Int64GetDatum(found.certificate_id);
	values[1] = CStringGetTextDatum(psprintf(UINT64_FORMAT " %s",
											 GetSystemIdentifier(),
											 database));
	values[2] = CStringGetTextDatum(database);
	SPI_connect();
	if (statement_run(&make_badge, values, NULL) != 1)
		elog(ERROR, "certificate " INT64_FORMAT " has vanished",
			 found.certificate_id);
	badge = MemoryContextStrdup(caller,
								SPI_getvalue(SPI_tuptable->vals[0],
											 SPI_tuptable->tupdesc, 1));
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(badge));
}
