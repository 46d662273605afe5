/*-------------------------------------------------------------------------
 *
 * certificate_api.c
 *		regenerate_certificates, render_certificate, verify_certificate.
 *
 * A verification code is the right to ask about its certificate: whoever may
 * call verify_certificate need not see the enrollment, and learns no more of
 * the person than the certificate shows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "access.h"
#include "api.h"
#include "certificate.h"

PG_FUNCTION_INFO_V1(regenerate_certificates);
PG_FUNCTION_INFO_V1(render_certificate);
PG_FUNCTION_INFO_V1(verify_certificate);

static Statement find_certificate = {
	.sql = "SELECT c.event_id, a.learner_id, c.status, c.content"
	" FROM achieve.certificate AS c JOIN achieve.achievement AS a"
	" ON a.event_id OPERATOR(pg_catalog.=) c.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) c.achievement_id"
	" WHERE c.certificate_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement find_records = {
	.sql = "SELECT a.achievement_id FROM achieve.achievement AS a"
	" WHERE a.event_id OPERATOR(pg_catalog.=) $1"
	" AND a.learner_id OPERATOR(pg_catalog.=) ANY ($2)"
	" AND a.revoked_at IS NULL ORDER BY a.learner_id, a.achievement_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8OID, INT8ARRAYOID},
};

/* The answer to a code; whose achievement it is counts before its dates. */
static Statement find_verified = {
	.sql = "SELECT s.status OPERATOR(pg_catalog.=) 'valid', c.number,"
	" coalesce(c.shown OPERATOR(pg_catalog.->>) 'achievement_title', t.title),"
	" c.shown OPERATOR(pg_catalog.->>) 'learner_name',"
	" a.valid_from, a.expires_on, s.status"
	" FROM achieve.certificate AS c JOIN achieve.achievement AS a"
	" ON a.event_id OPERATOR(pg_catalog.=) c.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) c.achievement_id"
	" JOIN achieve.achievement_type AS t ON t.achievement_type_id"
	" OPERATOR(pg_catalog.=) a.achievement_type_id"
	" JOIN achieve.event AS e ON e.event_id OPERATOR(pg_catalog.=) c.event_id,"
	" LATERAL (SELECT CAST(pg_catalog.timezone(e.time_zone, $2)"
	" AS pg_catalog.date) AS today) AS d,"
	" LATERAL (SELECT CASE WHEN a.revoked_at IS NOT NULL THEN 'revoked'"
	" WHEN c.status OPERATOR(pg_catalog.<>) 'current' THEN c.status"
	" WHEN d.today OPERATOR(pg_catalog.<) a.valid_from THEN 'upcoming'"
	" WHEN d.today OPERATOR(pg_catalog.>=) a.expires_on THEN 'expired'"
	" ELSE 'valid' END AS status) AS s"
	" WHERE c.verification_code OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {TEXTOID, TIMESTAMPTZOID},
};

/*
 * The certificate of an id, in the caller's context.
 *
 * Errors: 23503 / 42501 no such certificate.
 */
CertificateFound
certificate_find(int64 certificate_id)
{
	CertificateFound found = {.certificate_id = certificate_id};
	MemoryContext caller = CurrentMemoryContext;
	Datum		value = Int64GetDatum(certificate_id);
	int64		event_id = 0;
	int64		learner_id = 0;

	SPI_connect();
	if (statement_run(&find_certificate, &value, NULL) > 0)
	{
		HeapTuple	row = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;

		event_id = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
		learner_id = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
		found.status = MemoryContextStrdup(caller,
										   SPI_getvalue(row, desc, 3));
		found.content = MemoryContextStrdup(caller,
											SPI_getvalue(row, desc, 4));
	}
	SPI_finish();
	if (found.status == NULL)
	{
		access_refuse_hidden("certificate", certificate_id);
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("certificate " INT64_FORMAT " does not exist",
						certificate_id),
				 errhint("The ids are in achieve.certificates_tab.")));
	}
	access_check_record("certificate", certificate_id, event_id, learner_id);
	return found;
}

/*
 * render_certificate(certificate_id bigint) RETURNS text
 *
 * The text as it was made, also of one that is superseded or revoked.
 * Errors: 22004 null, 23503 / 42501 no such certificate.
 */
Datum
render_certificate(PG_FUNCTION_ARGS)
{
	CertificateFound found = certificate_find(api_id(fcinfo, 0,
													 "certificate_id"));

	PG_RETURN_TEXT_P(cstring_to_text(found.content));
}

/*
 * regenerate_certificates(event_id bigint, learner_ids bigint[] DEFAULT NULL)
 *		RETURNS integer
 *
 * Makes the next revision for each unrevoked achievement, or the first where
 * there is none, and returns how many were made. Errors: 22004 null, 23503 /
 * 42501 event or enrollment, 55000 finalized.
 */
Datum
regenerate_certificates(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	LockedEnrollment *locked;
	int			count;
	Work	   *work = api_lock_learners(fcinfo, 1, event_id, &locked, &count);
	ReadSet    *set = read_begin();
	const EventConfig *config = api_event(set, event_id);
	RecordList	records;
	Datum		values[2];
	int			made;

	if (config->status == EVENT_FINALIZED)
		api_require_open_outcomes(config);
	read_end(set);
	SPI_connect();
	records_init(&records);
	values[0] = Int64GetDatum(event_id);
	values[1] = api_learners(work);
	(void) statement_run(&find_records, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		records_add(&records, event_id,
					DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i],
												SPI_tuptable->tupdesc, 1,
												&isnull)));
	}
	made = certificates_follow_now(&records, CERTIFICATE_REGENERATE);
	SPI_finish();
	PG_RETURN_INT32(made);
}

/*
 * verify_certificate(verification_code text) RETURNS TABLE (is_valid boolean,
 *		number text, achievement text, learner_name text, valid_from date,
 *		expires_on date, status text)
 *
 * One row always; that of a code that nobody has says 'unknown'.
 */
Datum
verify_certificate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char		code[VERIFICATION_CODE_SIZE];
	Datum		values[7];
	bool		nulls[7] = {false, true, true, true, true, true, false};
	Datum		keys[2];

	InitMaterializedSRF(fcinfo, 0);
	values[0] = BoolGetDatum(false);
	values[6] = CStringGetTextDatum("unknown");
	SPI_connect();
	if (!PG_ARGISNULL(0) &&
		verification_code_read(VARDATA_ANY(PG_GETARG_TEXT_PP(0)),
							   VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)), code))
	{
		keys[0] = CStringGetTextDatum(code);
		keys[1] = TimestampTzGetDatum(facts_now());
		if (statement_run(&find_verified, keys, NULL) > 0)
			heap_deform_tuple(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
							  values, nulls);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	SPI_finish();
	return (Datum) 0;
}
