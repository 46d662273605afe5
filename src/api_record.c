/*-------------------------------------------------------------------------
 *
 * api_record.c
 *		revoke, reinstate and amend_achievement: records that people change.
 *
 * What a person revokes blocks the rule until a person awards or reinstates
 * it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access.h"
#include "api_record.h"
#include "certificate.h"
#include "identity.h"
#include "json.h"
#include "notify.h"

PG_FUNCTION_INFO_V1(revoke_achievement);
PG_FUNCTION_INFO_V1(reinstate_achievement);
PG_FUNCTION_INFO_V1(amend_achievement);

static Statement find_record = {
	.sql = "SELECT a.event_id, a.learner_id, t.code, a.revoked_at IS NOT NULL,"
	" t.achievement_type_id, a.number, a.valid_from, a.expires_on,"
	" t.read_by_rules"
	" FROM achieve.achievement AS a JOIN achieve.achievement_type AS t"
	" ON t.achievement_type_id OPERATOR(pg_catalog.=) a.achievement_type_id"
	" WHERE a.achievement_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement revoke_record = {
	.sql = "UPDATE achieve.achievement AS a SET revoked_at = $3,"
	" revoked_by = $4, revoke_reason = $5, lapse_transaction_id = NULL,"
	" blocks_rule = true"
	" WHERE a.event_id OPERATOR(pg_catalog.=) $1"
	" AND a.achievement_id OPERATOR(pg_catalog.=) $2",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 5,
	.types = {INT8OID, INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID},
};

static Statement reinstate_record = {
	.sql = "UPDATE achieve.achievement AS a SET revoked_at = NULL,"
	" revoked_by = NULL, revoke_reason = NULL, lapse_transaction_id = NULL"
	" WHERE a.event_id OPERATOR(pg_catalog.=) $1"
	" AND a.achievement_id OPERATOR(pg_catalog.=) $2",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8OID, INT8OID},
};

static Statement unblock = {
	.sql = "UPDATE achieve.achievement AS a SET blocks_rule = false"
	" WHERE a.event_id OPERATOR(pg_catalog.=) $1"
	" AND a.learner_id OPERATOR(pg_catalog.=) $2"
	" AND a.achievement_type_id OPERATOR(pg_catalog.=) $3 AND a.blocks_rule",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 3,
	.types = {INT8OID, INT8OID, INT8OID},
};

static Statement amend_record = {
	.sql = "UPDATE achieve.achievement AS a SET valid_from = $3,"
	" expires_on = $4"
	" WHERE a.event_id OPERATOR(pg_catalog.=) $1"
	" AND a.achievement_id OPERATOR(pg_catalog.=) $2",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 4,
	.types = {INT8OID, INT8OID, DATEOID, DATEOID},
};

/* A record as find_record returns it. */
typedef struct Record
{
	int64		id;
	int64		event_id;
	int64		learner_id;
	int64		type_id;
	char	   *type_code;
	char	   *number;
	bool		revoked;
	bool		read_by_rules;
	Validity	validity;
} Record;

/*
 * The record of an id, in the caller's context. Where row-level security
 * applies to the caller an unknown id looks like a hidden one.
 */
static Record
get_record(int64 id)
{
	Record		record = {0};
	MemoryContext caller = CurrentMemoryContext;
	Datum		value = Int64GetDatum(id);
	bool		isnull;

	record.id = id;
	SPI_connect();
	if (statement_run(&find_record, &value, NULL) > 0)
	{
		HeapTuple	row = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		record.event_id = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
		record.learner_id = DatumGetInt64(SPI_getbinval(row, desc, 2,
														&isnull));
		record.type_code = MemoryContextStrdup(caller,
											   SPI_getvalue(row, desc, 3));
		record.revoked = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull));
		record.type_id = DatumGetInt64(SPI_getbinval(row, desc, 5, &isnull));
		record.number = MemoryContextStrdup(caller,
											SPI_getvalue(row, desc, 6));
		record.validity.valid_from =
			DatumGetDateADT(SPI_getbinval(row, desc, 7, &isnull));
		record.validity.expires_on =
			DatumGetDateADT(SPI_getbinval(row, desc, 8, &isnull));
		record.validity.never_expires = isnull;
		record.read_by_rules = DatumGetBool(SPI_getbinval(row, desc, 9,
														  &isnull));
	}
	SPI_finish();
	if (record.type_code == NULL)
	{
		access_refuse_hidden("achievement", id);
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("achievement " INT64_FORMAT " does not exist", id),
				 errhint("The ids are in achieve.achievements_tab.")));
	}
	return record;
}

/* A record as the audit shows it. */
Jsonb *
record_to_jsonb(int64 id, const char *type_code, const char *number,
				const Validity *validity, bool revoked)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_int(&json, "achievement_id", id);
	json_add_text(&json, "type", type_code);
	json_add_text(&json, "number", number);
	json_add_date(&json, "valid_from", validity->valid_from);
	json_add_date_or_null(&json, "expires_on", validity->never_expires,
						  validity->expires_on);
	json_add_text(&json, "state", revoked ? "revoked" : "issued");
	return json_end(&json);
}

static Jsonb *
record_json(const Record *record, bool revoked)
{
	return record_to_jsonb(record->id, record->type_code, record->number,
						   &record->validity, revoked);
}

/*
 * Takes the type's and the learner's lock, so that whoever's rules read the
 * type sees the change or waits for it. Returns what to evaluate afterwards.
 */
ConfigAward
record_lock_type(ReadSet *set, const EventConfig *config,
				 const ConfigAward *award, int64 learner_id,
				 AwardTerms *terms)
{
	ConfigAward changed = *award;

	*terms = terms_read(set, config, award);
	changed.read_by_rules = terms->read_by_rules;
	if (changed.read_by_rules)
		lock_learner(set, learner_id, LockTupleNoKeyExclusive);
	return changed;
}

/* A finite date argument of the years 1 to 9999; 22008 otherwise. */
DateADT
record_date_argument(FunctionCallInfo fcinfo, int argument)
{
	DateADT		date = PG_GETARG_DATEADT(argument);

	date_check(date);
	return date;
}

/* A person has decided anew: records revoked before do not block the rule. */
void
record_unblock_rule(const EnrollmentKey *key, int64 type_id)
{
	Datum		values[3];

	values[0] = Int64GetDatum(key->event_id);
	values[1] = Int64GetDatum(key->learner_id);
	values[2] = Int64GetDatum(type_id);
	SPI_connect();
	(void) statement_run(&unblock, values, NULL);
	SPI_finish();
}

/* Errors: 22023 unless the record would be valid for a day at least. */
void
record_check_dates(const Validity *validity)
{
	if (!validity->never_expires &&
		validity->expires_on <= validity->valid_from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expires_on must be after valid_from"),
				 errdetail("It would be valid from %s and not be any more on %s.",
						   date_to_cstring(validity->valid_from),
						   date_to_cstring(validity->expires_on)),
				 errhint("expires_on is the first day on which it is no longer valid.")));
}

/* Whether the enrollment holds an unrevoked record of the type. */
bool
record_is_held(ReadSet *set, const EnrollmentKey *key, int64 type_id)
{
	TupleTableSlot *row;

	for (row = read_by_enrollment(set, PATH_ACHIEVEMENT, key->event_id,
								  key->learner_id);
		 row != NULL; row = read_next(set, PATH_ACHIEVEMENT))
	{
		if (row_int64(row, TABLE_ACHIEVEMENT,
					  ACHIEVEMENT_ACHIEVEMENT_TYPE_ID) == type_id &&
			row_is_null(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_REVOKED_AT))
			return true;
	}
	return false;
}

/* Errors: 23505, always: the enrollment holds one of the type. */
void
record_refuse_second(const EnrollmentKey *key, const char *type_code)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("learner " INT64_FORMAT " already holds \"%s\" on event " INT64_FORMAT,
					key->learner_id, type_code, key->event_id),
			 errhint("An enrollment has one achievement of a type at a time: revoke the other one first.")));
}

/* Writes a change of a record, audits it and evaluates. */
static void
change_record(Statement *statement, const Datum *values, const char *nulls,
			  const char *action, Jsonb *old_value, Jsonb *new_value,
			  const Record *record, const ConfigAward *changed,
			  const char *reason, CertificateChange certificate)
{
	EnrollmentKey key = {record->event_id, record->learner_id};
	NotifyBatch notifications;
	AuditRow	row = {0};

	SPI_connect();
	(void) statement_run(statement, values, nulls);
	SPI_finish();
	row.action = action;
	row.object = "achievement";
	row.has_event = row.has_learner = true;
	row.event_id = record->event_id;
	row.learner_id = record->learner_id;
	row.old_value = old_value;
	row.new_value = new_value;
	row.reason = reason;
	api_audit(&row);
	notify_begin(&notifications);
	if (certificate == CERTIFICATE_REVOKE)
		notify_achievement(&notifications, NOTIFY_REVOKED, &key, record->id);
	else if (certificate == CERTIFICATE_REINSTATE)
		notify_achievement(&notifications, NOTIFY_ISSUED, &key, record->id);
	notify_write_now(&notifications);
	certificate_follow(record->event_id, record->id, certificate);
	api_evaluate(record->event_id, record->learner_id, changed);
}

/*
 * Locks what a change of a record needs. The event may not list the type any
 * more; then a stand-in carries its id.
 */
static ConfigAward
lock_record(Record *record, LockedEnrollment *locked,
			const EventConfig **config)
{
	ReadSet    *set;
	const ConfigAward *award;
	ConfigAward stand_in = {0};
	AwardTerms	terms;

	access_check_record("achievement", record->id, record->event_id,
						record->learner_id);
	if (record->read_by_rules)
	{
		/* the event may not list the type any more: learners come first */
		set = read_begin();
		lock_learner(set, record->learner_id, LockTupleNoKeyExclusive);
		read_end(set);
	}
	*locked = api_lock(record->event_id, record->learner_id);
	*record = get_record(record->id);
	set = read_begin();
	*config = api_event(set, record->event_id);
	award = config_find_award(*config, record->type_code);
	if (award == NULL)
	{
		stand_in.type_id = record->type_id;
		stand_in.type_code = record->type_code;
		stand_in.type_code_len = strlen(record->type_code);
		award = &stand_in;
	}
	stand_in = record_lock_type(set, *config, award, record->learner_id,
								&terms);
	read_end(set);
	return stand_in;
}

/*
 * revoke(achievement_id bigint, reason text)
 *
 * Errors: 22023 reason, 23503 / 42501 no such achievement, 55000 revoked
 * already.
 */
Datum
revoke_achievement(PG_FUNCTION_ARGS)
{
	Record		record;
	char	   *reason = api_reason(fcinfo, 1);
	LockedEnrollment locked;
	const EventConfig *config;
	ConfigAward changed;
	Datum		values[5];

	record = get_record(api_id(fcinfo, 0, "achievement_id"));
	changed = lock_record(&record, &locked, &config);
	if (record.revoked)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("achievement " INT64_FORMAT " is revoked already",
						record.id),
				 errhint("achieve.achievements_tab shows when and why.")));
	values[0] = Int64GetDatum(record.event_id);
	values[1] = Int64GetDatum(record.id);
	values[2] = TimestampTzGetDatum(facts_now());
	values[3] = CStringGetTextDatum(identity_name());
	values[4] = CStringGetTextDatum(reason);
	change_record(&revoke_record, values, NULL, "achievement.revoked",
				  record_json(&record, false), record_json(&record, true),
				  &record, &changed, reason, CERTIFICATE_REVOKE);
	PG_RETURN_VOID();
}

/*
 * reinstate(achievement_id bigint, reason text)
 *
 * Errors: 22023 reason, 23503 / 42501 no such achievement, 23505 another one
 * is held, 55000 not revoked, not active, finalized, or the rule would take it
 * back at once.
 */
Datum
reinstate_achievement(PG_FUNCTION_ARGS)
{
	Record		record;
	char	   *reason = api_reason(fcinfo, 1);
	LockedEnrollment locked;
	const EventConfig *config;
	ConfigAward changed;
	ReadSet    *set;
	bool		held;
	Datum		values[2];

	record = get_record(api_id(fcinfo, 0, "achievement_id"));
	changed = lock_record(&record, &locked, &config);
	api_require_active(&locked, config);
	if (!record.revoked)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("achievement " INT64_FORMAT " is not revoked",
						record.id),
				 errhint("There is nothing to reinstate.")));
	set = read_begin();
	held = record_is_held(set, &locked.key, record.type_id);
	read_end(set);
	if (held)
		record_refuse_second(&locked.key, record.type_code);
	record_unblock_rule(&locked.key, record.type_id);
	values[0] = Int64GetDatum(record.event_id);
	values[1] = Int64GetDatum(record.id);
	change_record(&reinstate_record, values, NULL, "achievement.reinstated",
				  record_json(&record, true), record_json(&record, false),
				  &record, &changed, reason, CERTIFICATE_REINSTATE);
	if (get_record(record.id).revoked)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("achievement " INT64_FORMAT " does not meet its award rule",
						record.id),
				 errhint("Award it by hand instead: achieve.award(" INT64_FORMAT ", " INT64_FORMAT ", %s, reason).",
						 record.event_id, record.learner_id,
						 quote_literal_cstr(record.type_code))));
	PG_RETURN_VOID();
}

/*
 * amend_achievement(achievement_id bigint, valid_from date, expires_on date,
 *					 reason text)
 *
 * Corrects the dates of a record; a null expires_on is no end. Errors: 22004
 * valid_from, 22008 / 22023 dates, 22023 reason, 23503 / 42501 no such
 * achievement, 55000 revoked, not active or finalized.
 */
Datum
amend_achievement(PG_FUNCTION_ARGS)
{
	Record		record;
	Record		amended;
	char	   *reason = api_reason(fcinfo, 3);
	LockedEnrollment locked;
	const EventConfig *config;
	ConfigAward changed;
	Datum		values[4];
	char		nulls[5] = "    ";

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("valid_from must not be null"),
				 errhint("Give both dates; a null expires_on is no end.")));
	record = get_record(api_id(fcinfo, 0, "achievement_id"));
	changed = lock_record(&record, &locked, &config);
	api_require_active(&locked, config);
	if (record.revoked)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("achievement " INT64_FORMAT " is revoked",
						record.id),
				 errhint("Reinstate it first: achieve.reinstate(achievement_id, reason).")));
	amended = record;
	amended.validity.valid_from = record_date_argument(fcinfo, 1);
	amended.validity.never_expires = PG_ARGISNULL(2);
	if (!amended.validity.never_expires)
		amended.validity.expires_on = record_date_argument(fcinfo, 2);
	record_check_dates(&amended.validity);
	values[0] = Int64GetDatum(record.event_id);
	values[1] = Int64GetDatum(record.id);
	values[2] = DateADTGetDatum(amended.validity.valid_from);
	values[3] = DateADTGetDatum(amended.validity.expires_on);
	if (amended.validity.never_expires)
		nulls[3] = 'n';
	change_record(&amend_record, values, nulls, "achievement.amended",
				  record_json(&record, false), record_json(&amended, false),
				  &record, &changed, reason, CERTIFICATE_AMEND);
	PG_RETURN_VOID();
}
