/*-------------------------------------------------------------------------
 *
 * api_award.c
 *		award, revoke and reinstate: achievements by people.
 *
 * What a person awards never lapses; what a person revokes blocks the rule
 * until a person awards or reinstates it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access.h"
#include "api.h"
#include "identity.h"
#include "json.h"
#include "numbers.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(award_achievement);
PG_FUNCTION_INFO_V1(revoke_achievement);
PG_FUNCTION_INFO_V1(reinstate_achievement);

static Statement insert_award = {
	.sql = "INSERT INTO achieve.achievement (event_id, learner_id,"
	" achievement_type_id, sequence_id, number, source, issued_at, issued_by,"
	" valid_from, expires_on)"
	" VALUES ($1, $2, $3, $4, $5, 'manual', $6, $7, $8, $9)"
	" RETURNING achievement_id",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 9,
	.types = {INT8OID, INT8OID, INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID,
	TEXTOID, DATEOID, DATEOID},
};

static Statement find_record = {
	.sql = "SELECT a.event_id, a.learner_id, t.code, a.revoked_at IS NOT NULL,"
	" t.achievement_type_id, a.number"
	" FROM achieve.achievement AS a JOIN achieve.achievement_type AS t"
	" ON t.achievement_type_id OPERATOR(pg_catalog.=) a.achievement_type_id"
	" WHERE a.achievement_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement revoke_record = {
	.sql = "UPDATE achieve.achievement AS a SET revoked_at = $3,"
	" revoked_by = $4, revoke_reason = $5, lapse_transaction_id = NULL"
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

static Jsonb *
record_json(const Record *record, bool revoked)
{
	JsonBuilder json;

	json_begin(&json);
	json_add_int(&json, "achievement_id", record->id);
	json_add_text(&json, "type", record->type_code);
	json_add_text(&json, "number", record->number);
	json_add_text(&json, "state", revoked ? "revoked" : "issued");
	return json_end(&json);
}

/* The event's award of a type; NULL where the event has none. */
static const ConfigAward *
find_type(const EventConfig *config, const char *code)
{
	for (int i = 0; i < config->award_count; i++)
	{
		if (config->awards[i].type_code_len == strlen(code) &&
			memcmp(config->awards[i].type_code, code, strlen(code)) == 0)
			return &config->awards[i];
	}
	return NULL;
}

/*
 * Takes the type's and the learner's lock, so that whoever's rules read the
 * type sees the change or waits for it. Returns what to evaluate afterwards.
 */
static ConfigAward
lock_type(ReadSet *set, const EventConfig *config, const ConfigAward *award,
		  int64 learner_id, AwardTerms *terms)
{
	ConfigAward changed = *award;

	*terms = terms_read(set, config, award);
	changed.read_by_rules = terms->read_by_rules;
	if (changed.read_by_rules)
		lock_learner(set, learner_id, LockTupleNoKeyExclusive);
	return changed;
}

/* A finite date argument of the years 1 to 9999; 22008 otherwise. */
static DateADT
date_argument(FunctionCallInfo fcinfo, int argument)
{
	DateADT		date = PG_GETARG_DATEADT(argument);

	date_check(date);
	return date;
}

/* The dates of a manual award: as given, else by the type's policy. */
static Validity
award_dates(FunctionCallInfo fcinfo, ReadSet *set, const AwardTerms *terms,
			const EventConfig *config, Learner *learner,
			TimestampTz issued_at)
{
	AwardTerms	counted = *terms;
	Validity	validity;

	if (PG_ARGISNULL(4))
		validity = terms_validity(terms, set, config, learner, issued_at);
	else
	{
		DateADT		from = date_argument(fcinfo, 4);

		/* what is given takes the anchor's place */
		counted.policy.anchor = VALIDITY_ISSUED;
		validity = validity_compute(&counted.policy, from, from, from, false,
									0);
	}
	if (!PG_ARGISNULL(5))
	{
		validity.expires_on = date_argument(fcinfo, 5);
		validity.never_expires = false;
	}
	if (!validity.never_expires && validity.expires_on <= validity.valid_from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expires_on must be after valid_from"),
				 errdetail("It would be valid from %s and not be any more on %s.",
						   date_to_cstring(validity.valid_from),
						   date_to_cstring(validity.expires_on)),
				 errhint("expires_on is the first day on which it is no longer valid.")));
	return validity;
}

/* The issued_at argument, now where it is null. */
static TimestampTz
issued_argument(FunctionCallInfo fcinfo)
{
	TimestampTz issued_at;

	if (PG_ARGISNULL(7))
		return facts_now();
	issued_at = PG_GETARG_TIMESTAMPTZ(7);
	if (TIMESTAMP_NOT_FINITE(issued_at) || issued_at > facts_now())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("issued_at must not be in the future"),
				 errhint("Give it only for records that come from an older system.")));
	return issued_at;
}

static int64
insert_record(FunctionCallInfo fcinfo, const LockedEnrollment *locked,
			  const EventConfig *config, const char *code,
			  const AwardTerms *terms, TimestampTz issued_at,
			  const Validity *validity, char **number)
{
	Datum		values[9];
	char		nulls[10] = "         ";
	MemoryContext caller = CurrentMemoryContext;
	bool		isnull;
	int64		id;

	SPI_connect();
	if (PG_ARGISNULL(6))
	{
		NumberRequest request = {
			.terms = terms,
			.type_code = code,
			.event_code = config->code,
			.issued_on = date_in_zone(issued_at, config->time_zone)
		};

		numbers_assign(&request, 1);
		*number = MemoryContextStrdup(caller, request.number);
	}
	else
		*number = MemoryContextStrdup(caller,
									  text_to_cstring(PG_GETARG_TEXT_PP(6)));
	values[0] = Int64GetDatum(locked->key.event_id);
	values[1] = Int64GetDatum(locked->key.learner_id);
	values[2] = Int64GetDatum(terms->type_id);
	values[3] = Int64GetDatum(terms->sequence_id);
	if (!terms->has_sequence)
		nulls[3] = 'n';
	values[4] = CStringGetTextDatum(*number);
	values[5] = TimestampTzGetDatum(issued_at);
	values[6] = CStringGetTextDatum(identity_name());
	values[7] = DateADTGetDatum(validity->valid_from);
	values[8] = DateADTGetDatum(validity->expires_on);
	if (validity->never_expires)
		nulls[8] = 'n';
	(void) statement_run(&insert_award, values, nulls);
	id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
									 SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return id;
}

/* Whether the enrollment holds an unrevoked record of the type. */
static bool
is_held(ReadSet *set, const EnrollmentKey *key, int64 type_id)
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

static void
refuse_second(const EnrollmentKey *key, const char *type_code)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("learner " INT64_FORMAT " already holds \"%s\" on event " INT64_FORMAT,
					key->learner_id, type_code, key->event_id),
			 errhint("An enrollment has one achievement of a type at a time: revoke the other one first.")));
}

/* The active award of a code on the event, or an error that says why not. */
static const ConfigAward *
require_type(const EventConfig *config, const char *code)
{
	const ConfigAward *award = find_type(config, code);

	if (award == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("event " INT64_FORMAT " has no achievement of type \"%s\"",
						config->event_id, code),
				 errhint("Insert it into achieve.event_achievement; the types are in achieve.achievement_type.")));
	if (!award->active)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("achievement \"%s\" of event " INT64_FORMAT " is not active",
						code, config->event_id),
				 errhint("Set achieve.event_achievement.active first.")));
	return award;
}

/*
 * award(event_id bigint, learner_id bigint, achievement_type text,
 *		 reason text, valid_from date, expires_on date, number text,
 *		 issued_at timestamptz) RETURNS bigint
 *
 * Errors: 22023 reason, dates or number, 22008 dates out of range, 23503 /
 * 42501 enrollment or type, 23505 held already, 55000 not active or finalized.
 */
Datum
award_achievement(PG_FUNCTION_ARGS)
{
	int64		event_id = api_id(fcinfo, 0, "event_id");
	int64		learner_id = api_id(fcinfo, 1, "learner_id");
	char	   *code = PG_ARGISNULL(2) ? "" :
		text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *reason = api_reason(fcinfo, 3);
	TimestampTz issued_at = issued_argument(fcinfo);
	LockedEnrollment locked;
	ReadSet    *set;
	const EventConfig *config;
	ConfigAward changed;
	AwardTerms	terms;
	Learner		learner = {.learner_id = learner_id};
	Validity	validity;
	JsonBuilder json;
	AuditRow	row = {0};
	char	   *number;
	int64		id;

	if (!PG_ARGISNULL(6) && VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(6)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number must not be empty"),
				 errhint("Leave it null to draw the next one.")));
	locked = api_lock(event_id, learner_id);
	set = read_begin();
	config = api_event(set, event_id);
	api_require_active(&locked, config);
	changed = lock_type(set, config, require_type(config, code), learner_id,
						&terms);
	read_refresh(set);
	if (is_held(set, &locked.key, terms.type_id))
		refuse_second(&locked.key, code);
	validity = award_dates(fcinfo, set, &terms, config, &learner, issued_at);
	read_end(set);
	id = insert_record(fcinfo, &locked, config, code, &terms, issued_at,
					   &validity, &number);

	json_begin(&json);
	json_add_int(&json, "achievement_id", id);
	json_add_text(&json, "type", code);
	json_add_text(&json, "number", number);
	json_add_date(&json, "valid_from", validity.valid_from);
	if (validity.never_expires)
		json_add_null(&json, "expires_on");
	else
		json_add_date(&json, "expires_on", validity.expires_on);
	json_add_text(&json, "state", "issued");
	row.action = "achievement.issued";
	row.object = "achievement";
	row.has_event = row.has_learner = true;
	row.event_id = event_id;
	row.learner_id = learner_id;
	row.new_value = json_end(&json);
	row.reason = reason;
	api_audit(&row);
	api_evaluate(event_id, learner_id, &changed);
	PG_RETURN_INT64(id);
}

/* Writes the change of a record's state, audits it and evaluates. */
static void
change_record(Statement *statement, const Datum *values, Record *record,
			  const ConfigAward *changed, bool revoked, const char *reason)
{
	AuditRow	row = {0};

	SPI_connect();
	(void) statement_run(statement, values, NULL);
	SPI_finish();
	row.action = revoked ? "achievement.revoked" : "achievement.reinstated";
	row.object = "achievement";
	row.has_event = row.has_learner = true;
	row.event_id = record->event_id;
	row.learner_id = record->learner_id;
	row.old_value = record_json(record, !revoked);
	row.new_value = record_json(record, revoked);
	row.reason = reason;
	api_audit(&row);
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

	*locked = api_lock(record->event_id, record->learner_id);
	*record = get_record(record->id);
	set = read_begin();
	*config = api_event(set, record->event_id);
	award = find_type(*config, record->type_code);
	if (award == NULL)
	{
		stand_in.type_id = record->type_id;
		stand_in.type_code = record->type_code;
		stand_in.type_code_len = strlen(record->type_code);
		award = &stand_in;
	}
	stand_in = lock_type(set, *config, award, record->learner_id, &terms);
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
	change_record(&revoke_record, values, &record, &changed, true, reason);
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
	held = is_held(set, &locked.key, record.type_id);
	read_end(set);
	if (held)
		refuse_second(&locked.key, record.type_code);
	values[0] = Int64GetDatum(record.event_id);
	values[1] = Int64GetDatum(record.id);
	change_record(&reinstate_record, values, &record, &changed, false,
				  reason);
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
