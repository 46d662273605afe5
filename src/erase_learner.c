/*-------------------------------------------------------------------------
 *
 * erase_learner.c
 *		erase_learner: takes a learner's personal data away.
 *
 * What is erased is what is committed, at every isolation level: an older
 * snapshot must not be a hiding place.
 *
 * The learner's row, outcomes and audit stay, without what tells who it was:
 * name, e-mail address, the app's key, what people have written about the
 * learner, and the texts of the certificates. Of what is erased from the
 * audit the digest is kept (audit_erasure.c), so that hashes and seals still
 * verify.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"

#include "access.h"
#include "api.h"
#include "audit.h"
#include "audit_erasure.h"
#include "json.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(erase_learner);

/* What stands where there must be a text. */
#define ERASED "'erased'"

/* $1: the learner */
static Statement lock_names = {
	.sql = "SELECT l.name, l.email, l.reference FROM achieve.learner AS l"
	" WHERE l.learner_id OPERATOR(pg_catalog.=) $1 FOR UPDATE",
	.table = TABLE_LEARNER,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement find_enrollments = {
	.sql = "SELECT 1 FROM achieve.enrollment AS n"
	" WHERE n.learner_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_LEARNER,
	.argument_count = 1,
	.types = {INT8OID},
	.latest = true,
};

/*
 * All that follow may take: $1 the learner; $2 the learner's events; $3 name,
 * e-mail address and reference, which an actor may be.
 */
#define ERASURE_ARGUMENTS \
	.argument_count = 3, .types = {INT8OID, INT8ARRAYOID, TEXTARRAYOID}, \
	.latest = true
#define IS_LEARNER(column) "(" column " OPERATOR(pg_catalog.=) ANY ($3))"
#define WITHOUT_LEARNER(column) \
	column " = CASE WHEN " IS_LEARNER("t." column) " THEN " ERASED \
	" ELSE t." column " END"
#define OF_LEARNER \
	" WHERE t.event_id OPERATOR(pg_catalog.=) ANY ($2)" \
	" AND t.learner_id OPERATOR(pg_catalog.=) $1"
#define IS_TEXT(column) \
	"coalesce(" column " OPERATOR(pg_catalog.<>) " ERASED ", false)"

static Statement erase_identity = {
	.sql = "UPDATE achieve.learner AS t SET name = " ERASED ", email = NULL,"
	" reference = NULL WHERE t.learner_id OPERATOR(pg_catalog.=) $1"
	" AND (t.name OPERATOR(pg_catalog.<>) " ERASED " OR t.email IS NOT NULL"
	" OR t.reference IS NOT NULL)",
	.table = TABLE_LEARNER,
	ERASURE_ARGUMENTS,
};

static Statement erase_attendance_notes = {
	.sql = "UPDATE achieve.attendance AS t SET note = NULL" OF_LEARNER
	" AND t.note IS NOT NULL",
	.table = TABLE_LEARNER,
	ERASURE_ARGUMENTS,
};

static Statement erase_completion_notes = {
	.sql = "UPDATE achieve.completion AS t SET note = NULL" OF_LEARNER
	" AND t.note IS NOT NULL",
	.table = TABLE_LEARNER,
	ERASURE_ARGUMENTS,
};

static Statement erase_results = {
	.sql = "UPDATE achieve.result AS t SET reason = CASE WHEN t.reason IS NULL"
	" THEN NULL ELSE " ERASED " END, " WITHOUT_LEARNER("decided_by") ", "
	WITHOUT_LEARNER("approved_by") OF_LEARNER
	" AND (" IS_TEXT("t.reason") " OR " IS_LEARNER("t.decided_by")
	" OR " IS_LEARNER("t.approved_by") ")",
	.table = TABLE_LEARNER,
	ERASURE_ARGUMENTS,
};

/* Why a rule took a record back is the engine's own text. */
static Statement erase_achievements = {
	.sql = "UPDATE achieve.achievement AS t SET revoke_reason ="
	" CASE WHEN t.revoke_reason IS NULL OR t.lapse_transaction_id IS NOT NULL"
	" THEN t.revoke_reason ELSE " ERASED " END, "
	WITHOUT_LEARNER("issued_by") ", " WITHOUT_LEARNER("revoked_by")
	", certificate_problem = CASE WHEN t.certificate_problem IS NULL"
	" THEN NULL ELSE " ERASED " END" OF_LEARNER
	" AND ((" IS_TEXT("t.revoke_reason") " AND t.lapse_transaction_id IS NULL)"
	" OR " IS_TEXT("t.certificate_problem") " OR " IS_LEARNER("t.issued_by")
	" OR " IS_LEARNER("t.revoked_by") ")",
	.table = TABLE_LEARNER,
	ERASURE_ARGUMENTS,
};

#define SHOWN_WITHOUT_LEARNER \
	"(t.shown OPERATOR(pg_catalog.-) ARRAY['learner_name'," \
	" 'learner_reference', 'account_name'])"

static Statement erase_certificates = {
	.sql = "UPDATE achieve.certificate AS t SET content = '',"
	" shown = " SHOWN_WITHOUT_LEARNER ", " WITHOUT_LEARNER("generated_by")
	" FROM achieve.achievement AS a"
	" WHERE t.event_id OPERATOR(pg_catalog.=) ANY ($2)"
	" AND a.event_id OPERATOR(pg_catalog.=) t.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) t.achievement_id"
	" AND a.learner_id OPERATOR(pg_catalog.=) $1"
	" AND (t.content OPERATOR(pg_catalog.<>) ''"
	" OR t.shown OPERATOR(pg_catalog.<>) " SHOWN_WITHOUT_LEARNER
	" OR " IS_LEARNER("t.generated_by") ")",
	.table = TABLE_LEARNER,
	ERASURE_ARGUMENTS,
};

/* Keys that all payloads have are null afterwards, others go. */
#define PAYLOAD_WITHOUT_LEARNER \
	"((t.payload OPERATOR(pg_catalog.-) ARRAY['reason', 'problem'])" \
	" OPERATOR(pg_catalog.||) '{\"learner_name\": null," \
	" \"learner_email\": null, \"learner_reference\": null}'::pg_catalog.jsonb)"

static Statement erase_notifications = {
	.sql = "UPDATE achieve.notification AS t SET payload = "
	PAYLOAD_WITHOUT_LEARNER
	" WHERE t.learner_id OPERATOR(pg_catalog.=) $1"
	" AND t.payload OPERATOR(pg_catalog.<>) " PAYLOAD_WITHOUT_LEARNER,
	.table = TABLE_LEARNER,
	ERASURE_ARGUMENTS,
};

/* What is erased outside the audit, and what the audit calls it. */
typedef struct ErasedPlace
{
	const char *name;
	Statement  *statement;
} ErasedPlace;

static const ErasedPlace places[] = {
	{"learner", &erase_identity},
	{"attendance_notes", &erase_attendance_notes},
	{"completion_notes", &erase_completion_notes},
	{"results", &erase_results},
	{"achievements", &erase_achievements},
	{"certificates", &erase_certificates},
	{"notifications", &erase_notifications},
};

/*
 * What goes from the audit: the reasons of the learner's rows, and all that
 * mention the learner by e-mail address or full name; the actors of the
 * learner's rows who are the learner, and all who are so by e-mail address.
 * $1: the learner; $2: name, e-mail address, reference; $3: e-mail address;
 * $4: e-mail address and full name.
 */
static Statement find_audit_values = {
	.sql = "SELECT f.audit_id, CASE WHEN f.goes_actor THEN f.actor END,"
	" f.actor_salt, CASE WHEN f.goes_reason THEN f.reason END, f.reason_salt"
	" FROM (SELECT a.audit_id, a.actor, a.actor_salt, a.reason, a.reason_salt,"
	" coalesce(a.actor OPERATOR(pg_catalog.=) ANY ($3)"
	" OR (a.learner_id OPERATOR(pg_catalog.=) $1"
	" AND a.actor OPERATOR(pg_catalog.=) ANY ($2)), false) AS goes_actor,"
	" a.reason IS NOT NULL"
	" AND a.action OPERATOR(pg_catalog.<>) '" ERASURE_ACTION "'"
	" AND (coalesce(a.learner_id OPERATOR(pg_catalog.=) $1, false)"
	" OR EXISTS (SELECT FROM pg_catalog.unnest($4) AS m (word)"
	" WHERE pg_catalog.strpos(pg_catalog.lower(a.reason),"
	" pg_catalog.lower(m.word))"
	" OPERATOR(pg_catalog.>) 0)) AS goes_reason"
	" FROM achieve.audit AS a) AS f WHERE f.goes_actor OR f.goes_reason"
	" ORDER BY f.audit_id",
	.table = TABLE_AUDIT,
	.argument_count = 4,
	.types = {INT8OID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID},
	.latest = true,
};

static Statement erase_audit_actors = {
	.sql = "UPDATE achieve.audit AS a SET actor = NULL, actor_salt = NULL"
	" WHERE a.audit_id OPERATOR(pg_catalog.=) ANY ($1)",
	.table = TABLE_AUDIT,
	.argument_count = 1,
	.types = {INT8ARRAYOID},
	.latest = true,
};

static Statement erase_audit_reasons = {
	.sql = "UPDATE achieve.audit AS a SET reason = NULL, reason_salt = NULL"
	" WHERE a.audit_id OPERATOR(pg_catalog.=) ANY ($1)",
	.table = TABLE_AUDIT,
	.argument_count = 1,
	.types = {INT8ARRAYOID},
	.latest = true,
};

static Statement insert_erasures = {
	.sql = "INSERT INTO achieve.audit_erasure"
	" (audit_id, column_name, digest, erasure_id)"
	" SELECT u.audit_id, u.column_name, u.digest, $1"
	" FROM unnest($2, $3, $4) AS u (audit_id, column_name, digest)",
	.table = TABLE_AUDIT,
	.argument_count = 4,
	.types = {INT8OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID},
};

/* What tells who the learner is. */
typedef struct LearnerNames
{
	ValueColumn all;			/* name, e-mail address, reference */
	ValueColumn emails;			/* the e-mail address, if any */
	ValueColumn words;			/* what no text has by chance */
} LearnerNames;

/* What is erased from the audit. */
typedef struct AuditValues
{
	ValueColumn ids;
	ValueColumn columns;
	ValueColumn digests;
	ValueColumn actors;			/* ids of rows that lose their actor */
	ValueColumn reasons;
	Digest	   *digest;
} AuditValues;

/*
 * Locks the learner, and then the enrollments; adds their events. From then on
 * nobody enrolls the learner.
 *
 * Errors: 40001 when the learner was enrolled since a snapshot that is kept.
 */
static void
lock_all(int64 learner_id, LearnerNames *names, ValueColumn *events)
{
	Datum		value = Int64GetDatum(learner_id);
	Work		work;
	int			count;

	if (statement_run(&lock_names, &value, NULL) > 0)
	{
		for (int column = 1; column <= 3; column++)
		{
			char	   *name = SPI_getvalue(SPI_tuptable->vals[0],
											SPI_tuptable->tupdesc, column);

			if (name == NULL || name[0] == '\0' ||
				strcmp(name, "erased") == 0)
				continue;
			value_add_text(&names->all, name);
			if (column == 2)
				value_add_text(&names->emails, name);
			if (column == 2 || (column == 1 && strchr(name, ' ') != NULL))
				value_add_text(&names->words, name);
		}
	}
	work_init(&work, CurrentMemoryContext);
	api_add_enrollments(&work, learner_id);
	for (int i = 0; i < work.key_count; i++)
		value_add(events, Int64GetDatum(work.keys[i].event_id));
	(void) locks_take(&work, &count);
	if (statement_run(&find_enrollments, &value, NULL) != events->count)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: learner " INT64_FORMAT " was enrolled meanwhile",
						learner_id),
				 errhint("The transaction might succeed if retried.")));
}

/* Remembers a value of a row that find_audit_values has found, if it goes. */
static void
take_audit_value(AuditValues *values, HeapTuple row, TupleDesc desc,
				 int column, const char *name, ValueColumn *ids)
{
	bool		isnull;
	bool		no_salt;
	Datum		value = SPI_getbinval(row, desc, column, &isnull);
	Datum		salt = SPI_getbinval(row, desc, column + 1, &no_salt);
	int64		audit_id;
	char		kept[DIGEST_SIZE] = "";

	if (isnull)
		return;
	audit_id = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	if (!no_salt)
		audit_text_digest(values->digest, salt, value, kept);
	value_add(&values->ids, Int64GetDatum(audit_id));
	value_add_text(&values->columns, name);
	value_add_text(&values->digests, kept);
	value_add(ids, Int64GetDatum(audit_id));
}

static void
find_in_audit(int64 learner_id, const LearnerNames *names,
			  AuditValues *values)
{
	Datum		arguments[4];
	uint64		count;

	arguments[0] = Int64GetDatum(learner_id);
	arguments[1] = value_array(&names->all);
	arguments[2] = value_array(&names->emails);
	arguments[3] = value_array(&names->words);
	count = statement_run(&find_audit_values, arguments, NULL);
	for (uint64 i = 0; i < count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		take_audit_value(values, row, desc, 2, "actor", &values->actors);
		take_audit_value(values, row, desc, 4, "reason", &values->reasons);
	}
}

/* The digest over all that is erased from the audit. */
static void
digest_values(const AuditValues *values, char *hex)
{
	digest_begin_lines(values->digest);
	for (int i = 0; i < values->ids.count; i++)
		erasure_add_line(values->digest,
						 DatumGetInt64(values->ids.values[i]),
						 TextDatumGetCString(values->columns.values[i]),
						 TextDatumGetCString(values->digests.values[i]));
	digest_end_lines(values->digest, hex);
}

/* The only updates of the audit that its guard lets through. */
static void
erase_from_audit(Statement *statement, const ValueColumn *ids)
{
	Datum		value = value_array(ids);

	if (ids->count == 0)
		return;
	audit_erasing = true;
	PG_TRY();
	{
		(void) statement_run(statement, &value, NULL);
	}
	PG_FINALLY();
	{
		audit_erasing = false;
	}
	PG_END_TRY();
}

/* Writes the audit row of the erasure, and erases from the others. */
static void
write_erasure(int64 learner_id, const char *reason, JsonBuilder *json,
			  const AuditValues *values)
{
	AuditBatch	batch;
	AuditRow	row = {0};
	Datum		arguments[4];
	char		entries[DIGEST_SIZE];

	json_add_int(json, "audit_values", values->ids.count);
	if (values->ids.count > 0)
	{
		digest_values(values, entries);
		json_add_text(json, ERASURE_ENTRIES, entries);
	}
	row.action = ERASURE_ACTION;
	row.object = "learner";
	row.has_learner = true;
	row.learner_id = learner_id;
	row.new_value = json_end(json);
	row.reason = reason;
	audit_begin(&batch);
	audit_add(&batch, &row);
	arguments[0] = Int64GetDatum(audit_write(&batch));
	if (values->ids.count == 0)
		return;
	arguments[1] = value_array(&values->ids);
	arguments[2] = value_array(&values->columns);
	arguments[3] = value_array(&values->digests);
	(void) statement_run(&insert_erasures, arguments, NULL);
	erase_from_audit(&erase_audit_actors, &values->actors);
	erase_from_audit(&erase_audit_reasons, &values->reasons);
}

/*
 * erase_learner(learner_id bigint, reason text) RETURNS integer
 *
 * Returns how many rows and audit values it erased something of: 0 where there
 * was nothing left to erase, and then nothing is written. Waits for another
 * erasure that is under way. Errors: 22004 null, 22023 reason, 23503 / 42501 no
 * such learner.
 */
Datum
erase_learner(PG_FUNCTION_ARGS)
{
	int64		learner_id = api_id(fcinfo, 0, "learner_id");
	char	   *reason = api_reason(fcinfo, 1);
	LearnerNames names = {
		.all.type = TEXTOID, .emails.type = TEXTOID, .words.type = TEXTOID
	};
	AuditValues values = {
		.ids.type = INT8OID, .columns.type = TEXTOID, .digests.type = TEXTOID,
		.actors.type = INT8OID, .reasons.type = INT8OID
	};
	ValueColumn events = {.type = INT8OID};
	Datum		arguments[3];
	JsonBuilder json;
	int64		erased = 0;

	PreventCommandIfReadOnly("erase_learner()");
	access_check_learner(learner_id);
	audit_require_hashes();
	/* One at a time: a reason may mention two learners. */
	LockRelationOid(catalog_relation("audit_erasure"), ShareRowExclusiveLock);
	pending_flush();
	SPI_connect();
	lock_all(learner_id, &names, &events);
	arguments[0] = Int64GetDatum(learner_id);
	arguments[1] = value_array(&events);
	arguments[2] = value_array(&names.all);
	json_begin(&json);
	for (int i = 0; i < lengthof(places); i++)
	{
		uint64		count = statement_run(places[i].statement, arguments, NULL);

		json_add_int(&json, places[i].name, count);
		erased += count;
	}
	values.digest = digest_create();
	find_in_audit(learner_id, &names, &values);
	erased += values.ids.count;
	if (erased > 0)
		write_erasure(learner_id, reason, &json, &values);
	digest_free(values.digest);
	SPI_finish();
	PG_RETURN_INT32((int32) erased);
}
