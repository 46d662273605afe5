/*-------------------------------------------------------------------------
 *
 * certificate.c
 *		Certificates follow their achievements.
 *
 * All certificates of a statement are made together: one query reads what
 * they show, each template is read once, and they are inserted at once, in
 * batches where they are large.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "certificate.h"
#include "certificate_template.h"
#include "certificate_tidings.h"
#include "facts.h"
#include "identity.h"
#include "json.h"

/* Certificates are inserted once this much of them has come together. */
#define BATCH_BYTES (8 * 1024 * 1024)

#define DAY_OF(instant) \
	"pg_catalog.to_char(pg_catalog.timezone(e.time_zone, " instant \
	"), 'YYYY-MM-DD')"
#define DATE_OF(date) \
	"pg_catalog.to_char(CAST(" date " AS timestamp), 'YYYY-MM-DD')"

/* What to make, and behind it the values in the order of Placeholder. */
static Statement read_values = {
	.sql = "SELECT a.event_id, a.achievement_id, a.learner_id,"
	" t.certificate_template_id, (SELECT pg_catalog.max(c.revision)"
	" FROM achieve.certificate AS c"
	" WHERE c.event_id OPERATOR(pg_catalog.=) a.event_id"
	" AND c.achievement_id OPERATOR(pg_catalog.=) a.achievement_id),"
	" l.name, l.reference, k.name, t.code, t.title, t.description, a.number, "
	DATE_OF("a.valid_from") ", " DATE_OF("a.expires_on") ", "
	DATE_OF("a.expires_on OPERATOR(pg_catalog.-) 1") ", "
	DAY_OF("a.issued_at") ", a.issued_by, e.code, e.title, "
	DAY_OF("e.starts_at") ", " DAY_OF("e.ends_at") ","
	" pg_catalog.concat_ws(' – ', " DAY_OF("e.starts_at") ", CASE WHEN "
	DAY_OF("e.ends_at") " OPERATOR(pg_catalog.<>) " DAY_OF("e.starts_at")
	" THEN " DAY_OF("e.ends_at") " END),"
	" i.name, i.url, i.verification_url"
	" FROM unnest($1, $2) WITH ORDINALITY"
	" AS u (event_id, achievement_id, place)"
	" JOIN achieve.achievement AS a"
	" ON a.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) u.achievement_id"
	" JOIN achieve.achievement_type AS t"
	" ON t.achievement_type_id OPERATOR(pg_catalog.=) a.achievement_type_id"
	" JOIN achieve.event AS e"
	" ON e.event_id OPERATOR(pg_catalog.=) a.event_id"
	" JOIN achieve.learner AS l"
	" ON l.learner_id OPERATOR(pg_catalog.=) a.learner_id"
	" LEFT JOIN achieve.account AS k"
	" ON k.account_id OPERATOR(pg_catalog.=) l.account_id"
	" LEFT JOIN achieve.issuer AS i ON true"
	" WHERE t.certificate_template_id IS NOT NULL"
	" ORDER BY u.place",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8ARRAYOID, INT8ARRAYOID},
};

enum
{
	READ_EVENT_ID = 1, READ_ACHIEVEMENT_ID, READ_LEARNER_ID,
	READ_TEMPLATE_ID, READ_LAST_REVISION, READ_FIRST_PLACE
};

static Statement read_template = {
	.sql = "SELECT t.body, t.media_type FROM achieve.certificate_template AS t"
	" WHERE t.certificate_template_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement insert_certificates = {
	.sql = "INSERT INTO achieve.certificate (event_id, achievement_id, number,"
	" revision, verification_code, content, media_type, shown, generated_at,"
	" generated_by)"
	" SELECT u.event_id, u.achievement_id, u.number, u.revision, u.code,"
	" u.content, u.media_type, u.shown, $9, $10"
	" FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS u (event_id,"
	" achievement_id, number, revision, code, content, media_type, shown)"
	" RETURNING certificate_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 10,
	.types = {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, INT4ARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, JSONBARRAYOID,
	TIMESTAMPTZOID, TEXTOID},
};

/* Those that change status, with what the audit says of them. */
#define SET_STATUS(status) \
	"UPDATE achieve.certificate AS c SET status = '" status "'" \
	" FROM unnest($1, $2) AS u (event_id, achievement_id)" \
	" JOIN achieve.achievement AS a" \
	" ON a.event_id OPERATOR(pg_catalog.=) u.event_id" \
	" AND a.achievement_id OPERATOR(pg_catalog.=) u.achievement_id" \
	" JOIN achieve.achievement_type AS t ON t.achievement_type_id" \
	" OPERATOR(pg_catalog.=) a.achievement_type_id" \
	" WHERE c.event_id OPERATOR(pg_catalog.=) u.event_id" \
	" AND c.achievement_id OPERATOR(pg_catalog.=) u.achievement_id"
#define RETURNING_CHANGED \
	" RETURNING c.event_id, c.certificate_id, c.achievement_id, a.learner_id," \
	" t.code, c.number, c.revision, a.revoke_reason, c.verification_code," \
	" c.generated_at"

static Statement revoke_certificates = {
	.sql = SET_STATUS("revoked")
	" AND c.status OPERATOR(pg_catalog.=) 'current'" RETURNING_CHANGED,
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8ARRAYOID, INT8ARRAYOID},
};

static Statement supersede_certificates = {
	.sql = SET_STATUS("superseded")
	" AND c.status OPERATOR(pg_catalog.=) 'current'" RETURNING_CHANGED,
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8ARRAYOID, INT8ARRAYOID},
};

static Statement reinstate_certificates = {
	.sql = SET_STATUS("current")
	" AND c.status OPERATOR(pg_catalog.=) 'revoked'"
	" AND c.revision OPERATOR(pg_catalog.=)"
	" (SELECT pg_catalog.max(o.revision) FROM achieve.certificate AS o"
	" WHERE o.event_id OPERATOR(pg_catalog.=) c.event_id"
	" AND o.achievement_id OPERATOR(pg_catalog.=) c.achievement_id)"
	RETURNING_CHANGED,
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8ARRAYOID, INT8ARRAYOID},
};

static Statement write_problems = {
	.sql = "UPDATE achieve.achievement AS a"
	" SET certificate_problem = u.problem"
	" FROM unnest($1, $2, $3) AS u (event_id, achievement_id, problem)"
	" WHERE a.event_id OPERATOR(pg_catalog.=) u.event_id"
	" AND a.achievement_id OPERATOR(pg_catalog.=) u.achievement_id"
	" AND coalesce(a.certificate_problem, '') OPERATOR(pg_catalog.<>)"
	" coalesce(u.problem, '')",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 3,
	.types = {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID},
};

/* A template, read once. */
typedef struct Template
{
	int64		id;
	char	   *body;
	char	   *media_type;
} Template;

/* Certificates that are ready to be inserted. */
typedef struct Batch
{
	MemoryContext context;		/* of the texts; reset with each batch */
	List	   *certificates;	/* Certificate; the first ones are inserted */
	int			inserted;
	Size		bytes;
	RecordList	records;
	ValueColumn numbers;
	ValueColumn revisions;
	ValueColumn codes;
	ValueColumn contents;
	ValueColumn media_types;
	ValueColumn shown;
} Batch;

void
records_init(RecordList *records)
{
	memset(records, 0, sizeof(RecordList));
	records->events.type = INT8OID;
	records->achievements.type = INT8OID;
}

void
records_add(RecordList *records, int64 event_id, int64 achievement_id)
{
	value_add(&records->events, Int64GetDatum(event_id));
	value_add(&records->achievements, Int64GetDatum(achievement_id));
}

static int64
read_id(HeapTuple row, TupleDesc desc, int column)
{
	bool		isnull;

	return DatumGetInt64(SPI_getbinval(row, desc, column, &isnull));
}

/* Those of the records that ever had a certificate. */
static RecordList
certified(const RecordList *records)
{
	RecordList	found;
	ReadSet    *set = read_begin();

	records_init(&found);
	for (int i = 0; i < records->events.count; i++)
	{
		Datum		keys[2];

		keys[0] = records->events.values[i];
		keys[1] = records->achievements.values[i];
		if (read_first(set, PATH_CERTIFICATE, 2, keys) != NULL)
			records_add(&found, DatumGetInt64(keys[0]),
						DatumGetInt64(keys[1]));
	}
	read_end(set);
	return found;
}

/*
 * Changes the status of the records' certificates. One that this very
 * transaction made and that is current again is announced again: revoking it
 * took the announcement away.
 */
static void
set_status(Statement *statement, const RecordList *records,
		   const char *action, const char *old_status,
		   const char *new_status, Tidings *tidings)
{
	bool		announce = strcmp(new_status, "current") == 0;
	RecordList	with = certified(records);
	Datum		values[2];

	if (with.events.count == 0)
		return;
	values[0] = value_array(&with.events);
	values[1] = value_array(&with.achievements);
	(void) statement_run(statement, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Certificate changed;
		bool		isnull;

		changed.event_id = read_id(row, desc, 1);
		changed.certificate_id = read_id(row, desc, 2);
		changed.achievement_id = read_id(row, desc, 3);
		changed.learner_id = read_id(row, desc, 4);
		changed.type_code = SPI_getvalue(row, desc, 5);
		changed.number = SPI_getvalue(row, desc, 6);
		changed.revision = DatumGetInt32(SPI_getbinval(row, desc, 7,
													   &isnull));
		changed.code = SPI_getvalue(row, desc, 9);
		tidings_audit(tidings, &changed, action, old_status, new_status,
					  SPI_getvalue(row, desc, 8));
		if (announce &&
			DatumGetTimestampTz(SPI_getbinval(row, desc, 10, &isnull)) ==
			facts_now())
			tidings_notify(tidings, &changed, NULL);
	}
}

static void
supersede(const RecordList *records, Tidings *tidings)
{
	set_status(&supersede_certificates, records, "certificate.superseded",
			   "current", "superseded", tidings);
}

/* The template of an id among those that are known, else read. */
static const Template *
get_template(List **templates, int64 id)
{
	ListCell   *cell;
	Template   *fresh;
	Datum		value = Int64GetDatum(id);

	foreach(cell, *templates)
	{
		Template   *known = lfirst(cell);

		if (known->id == id)
			return known;
	}
	if (statement_run(&read_template, &value, NULL) == 0)
		elog(ERROR, "certificate template " INT64_FORMAT " has vanished", id);
	fresh = palloc(sizeof(Template));
	fresh->id = id;
	fresh->body = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
							   1);
	fresh->media_type = SPI_getvalue(SPI_tuptable->vals[0],
									 SPI_tuptable->tupdesc, 2);
	*templates = lappend(*templates, fresh);
	return fresh;
}

/* What a certificate shows, each value under its placeholder's name. */
static Jsonb *
shown_json(const CertificateText *filled, const CertificateValues *values)
{
	JsonBuilder json;

	json_begin(&json);
	for (int place = 0; place < PLACE_COUNT; place++)
	{
		if (filled->shown[place])
			json_add_text(&json, placeholder_name(place),
						  values->text[place]);
	}
	return json_end(&json);
}

static void
batch_init(Batch *batch)
{
	memset(batch, 0, sizeof(Batch));
	batch->context = AllocSetContextCreate(CurrentMemoryContext,
										   "achieve certificates",
										   ALLOCSET_DEFAULT_SIZES);
}

/* Makes the columns of the batch empty. */
static void
batch_reset(Batch *batch)
{
	ValueColumn texts = {.type = TEXTOID};

	MemoryContextReset(batch->context);
	records_init(&batch->records);
	batch->numbers = batch->codes = batch->contents = batch->media_types =
		texts;
	batch->revisions = batch->shown = texts;
	batch->revisions.type = INT4OID;
	batch->shown.type = JSONBOID;
	batch->bytes = 0;
}

/* Inserts what is in the batch, superseding what was current before. */
static void
batch_write(Batch *batch, bool first, Tidings *tidings)
{
	Datum		values[10];

	if (batch->records.events.count == 0)
		return;
	if (!first)
		supersede(&batch->records, tidings);
	values[0] = value_array(&batch->records.events);
	values[1] = value_array(&batch->records.achievements);
	values[2] = value_array(&batch->numbers);
	values[3] = value_array(&batch->revisions);
	values[4] = value_array(&batch->codes);
	values[5] = value_array(&batch->contents);
	values[6] = value_array(&batch->media_types);
	values[7] = value_array(&batch->shown);
	values[8] = TimestampTzGetDatum(facts_now());
	values[9] = CStringGetTextDatum(identity_name());
	if (statement_run(&insert_certificates, values, NULL) !=
		batch->records.events.count)
		elog(ERROR, "fewer certificates were inserted than made");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Certificate *made = list_nth(batch->certificates,
									 batch->inserted++);

		made->certificate_id = read_id(SPI_tuptable->vals[i],
									   SPI_tuptable->tupdesc, 1);
		tidings_audit(tidings, made, "certificate.generated", NULL,
					  "current", NULL);
		tidings_notify(tidings, made, NULL);
	}
	batch_reset(batch);
}

/*
 * Fills a certificate in and puts it into the batch; returns the problem
 * that keeps it from that, or NULL.
 */
static char *
batch_add(Batch *batch, Certificate *certificate, const Template *from,
		  CertificateValues *values)
{
	char		code[VERIFICATION_CODE_SIZE];
	CertificateText filled;
	char	   *problem;
	MemoryContext caller = MemoryContextSwitchTo(batch->context);

	verification_code_make(code);
	values->text[PLACE_VERIFICATION_CODE] = code;
	values->text[PLACE_REVISION] = psprintf("%d", certificate->revision);
	if (values->text[PLACE_VERIFICATION_URL] != NULL)
		values->text[PLACE_VERIFICATION_URL] =
			psprintf("%s%s", values->text[PLACE_VERIFICATION_URL], code);
	problem = certificate_fill(from->body, from->media_type, values, &filled);
	if (problem != NULL)
	{
		MemoryContextSwitchTo(caller);
		return pstrdup(problem);
	}
	records_add(&batch->records, certificate->event_id,
				certificate->achievement_id);
	value_add_text(&batch->numbers, certificate->number);
	value_add(&batch->revisions, Int32GetDatum(certificate->revision));
	value_add_text(&batch->codes, code);
	value_add_text(&batch->contents, filled.content);
	value_add_text(&batch->media_types, from->media_type);
	value_add(&batch->shown, JsonbPGetDatum(shown_json(&filled, values)));
	batch->bytes += strlen(filled.content);
	MemoryContextSwitchTo(caller);
	certificate->code = pstrdup(code);
	batch->certificates = lappend(batch->certificates, certificate);
	return NULL;
}

/* Reads a row of read_values. */
static Certificate *
take_values(HeapTuple row, TupleDesc desc, CertificateValues *values)
{
	Certificate *certificate = palloc0(sizeof(Certificate));
	Datum		revision;
	bool		isnull;

	memset(values, 0, sizeof(CertificateValues));
	for (int place = 0; place < PLACE_READ_COUNT; place++)
		values->text[place] = SPI_getvalue(row, desc,
										   READ_FIRST_PLACE + place);
	certificate->event_id = read_id(row, desc, READ_EVENT_ID);
	certificate->achievement_id = read_id(row, desc, READ_ACHIEVEMENT_ID);
	certificate->learner_id = read_id(row, desc, READ_LEARNER_ID);
	certificate->type_code =
		pstrdup(values->text[PLACE_ACHIEVEMENT_CODE]);
	certificate->number = pstrdup(values->text[PLACE_NUMBER]);
	revision = SPI_getbinval(row, desc, READ_LAST_REVISION, &isnull);
	certificate->revision = isnull ? 1 : DatumGetInt32(revision) + 1;
	return certificate;
}

/*
 * Makes certificates of the records whose types have a template, and returns
 * how many. First: the records are new, so nothing is there before.
 */
static int
generate(const RecordList *records, bool first, Tidings *tidings)
{
	Datum		keys[3];
	Batch		batch;
	List	   *templates = NIL;
	RecordList	tried;
	ValueColumn problems = {.type = TEXTOID};
	SPITupleTable *found;
	uint64		count;

	keys[0] = value_array(&records->events);
	keys[1] = value_array(&records->achievements);
	count = statement_run(&read_values, keys, NULL);
	if (count == 0)
		return 0;
	found = SPI_tuptable;
	batch_init(&batch);
	batch_reset(&batch);
	records_init(&tried);
	for (uint64 i = 0; i < count; i++)
	{
		CertificateValues values;
		Certificate *certificate = take_values(found->vals[i],
											   found->tupdesc, &values);
		const Template *from = get_template(&templates,
											read_id(found->vals[i],
													found->tupdesc,
													READ_TEMPLATE_ID));
		char	   *problem = batch_add(&batch, certificate, from, &values);

		CHECK_FOR_INTERRUPTS();
		if (problem != NULL)
		{
			tidings_audit(tidings, certificate, "certificate.failed", NULL,
						  "missing", problem);
			tidings_notify(tidings, certificate, problem);
		}
		if (problem != NULL || !first)
		{
			records_add(&tried, certificate->event_id,
						certificate->achievement_id);
			value_add_text(&problems, problem);
		}
		if (batch.bytes > BATCH_BYTES)
			batch_write(&batch, first, tidings);
	}
	batch_write(&batch, first, tidings);
	if (problems.count > 0)
	{
		keys[0] = value_array(&tried.events);
		keys[1] = value_array(&tried.achievements);
		keys[2] = value_array(&problems);
		(void) statement_run(&write_problems, keys, NULL);
	}
	return batch.inserted;
}

/*
 * Lets the certificates of records follow what happened to the records, and
 * tells of it. SPI must be connected. Returns how many were made.
 */
int
certificates_follow(const RecordList *records, CertificateChange change,
					Tidings *tidings)
{
	if (records->events.count == 0)
		return 0;
	switch (change)
	{
		case CERTIFICATE_ISSUE:
			return generate(records, true, tidings);
		case CERTIFICATE_REVOKE:
			set_status(&revoke_certificates, records, "certificate.revoked",
					   "current", "revoked", tidings);
			return 0;
		case CERTIFICATE_REINSTATE:
			set_status(&reinstate_certificates, records,
					   "certificate.reinstated", "revoked", "current",
					   tidings);
			return 0;
		case CERTIFICATE_AMEND:
			supersede(records, tidings);
			return generate(records, false, tidings);
		case CERTIFICATE_REGENERATE:
			return generate(records, false, tidings);
	}
	return 0;
}

/* The same, with an audit and notifications of its own; connects to SPI. */
int
certificates_follow_now(const RecordList *records, CertificateChange change)
{
	AuditBatch	audit;
	NotifyBatch notifications;
	Tidings		tidings = {&audit, &notifications};
	int			made;

	SPI_connect();
	audit_begin(&audit);
	notify_begin(&notifications);
	made = certificates_follow(records, change, &tidings);
	audit_write(&audit);
	(void) notify_write(&notifications);
	SPI_finish();
	return made;
}

/* The same for one record. */
void
certificate_follow(int64 event_id, int64 achievement_id,
				   CertificateChange change)
{
	RecordList	record;

	records_init(&record);
	records_add(&record, event_id, achievement_id);
	(void) certificates_follow_now(&record, change);
}
