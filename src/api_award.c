/*-------------------------------------------------------------------------
 *
 * api_award.c
 *		award: achievements that people issue. They never lapse.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "api_record.h"
#include "certificate.h"
#include "identity.h"
#include "notify.h"
#include "numbers.h"

PG_FUNCTION_INFO_V1(award_achievement);

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
		DateADT		from = record_date_argument(fcinfo, 4);

		/* what is given takes the anchor's place */
		counted.policy.anchor = VALIDITY_ISSUED;
		validity = validity_compute(&counted.policy, from, from, from, false,
									0);
	}
	if (!PG_ARGISNULL(5))
	{
		validity.expires_on = record_date_argument(fcinfo, 5);
		validity.never_expires = false;
	}
	record_check_dates(&validity);
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

/* Inserts the record, with the number as given, else the next; its id. */
static int64
insert_record(FunctionCallInfo fcinfo, const LockedEnrollment *locked,
			  NumberRequest *request, const AwardTerms *terms,
			  TimestampTz issued_at, const Validity *validity, char **number)
{
	Datum		values[9];
	char		nulls[10] = "         ";
	MemoryContext caller = CurrentMemoryContext;
	bool		isnull;
	int64		id;

	SPI_connect();
	if (PG_ARGISNULL(6))
	{
		numbers_assign(request, 1);
		*number = MemoryContextStrdup(caller, request->number);
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

/* The active award of a code on the event, or an error that says why not. */
static const ConfigAward *
require_type(const EventConfig *config, const char *code)
{
	const ConfigAward *award = config_find_award(config, code);

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
	char	   *code = api_text(fcinfo, 2, "achievement_type");
	char	   *reason = api_reason(fcinfo, 3);
	TimestampTz issued_at = issued_argument(fcinfo);
	LockedEnrollment locked;
	ReadSet    *set;
	const EventConfig *config;
	ConfigAward changed;
	AwardTerms	terms;
	Learner		learner = {.learner_id = learner_id};
	Validity	validity;
	NumberRequest request = {0};
	AuditRow	row = {0};
	NotifyBatch notifications;
	char	   *number;
	int64		id;

	if (!PG_ARGISNULL(6) &&
		api_is_blank(text_to_cstring(PG_GETARG_TEXT_PP(6))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number must not be empty"),
				 errhint("Leave it null to draw the next one.")));
	locked = api_lock(event_id, learner_id);
	set = read_begin();
	config = api_event(set, event_id);
	api_require_active(&locked, config);
	changed = record_lock_type(set, config, require_type(config, code),
							   learner_id, &terms);
	read_refresh(set);
	if (record_is_held(set, &locked.key, terms.type_id))
		record_refuse_second(&locked.key, code);
	validity = award_dates(fcinfo, set, &terms, config, &learner, issued_at);
	read_end(set);
	if (IsolationUsesXactSnapshot())
	{
		set = read_begin_as_transaction();
		terms_require_seen(set, &locked.key, terms.type_id);
		read_end(set);
	}
	/* the configuration may be gone once something is written */
	request.terms = &terms;
	request.type_code = code;
	request.event_code = config->code == NULL ? NULL : pstrdup(config->code);
	request.issued_on = date_in_zone(issued_at, config->time_zone);
	record_unblock_rule(&locked.key, terms.type_id);
	id = insert_record(fcinfo, &locked, &request, &terms, issued_at,
					   &validity, &number);

	row.action = "achievement.issued";
	row.object = "achievement";
	row.has_event = row.has_learner = true;
	row.event_id = event_id;
	row.learner_id = learner_id;
	row.new_value = record_to_jsonb(id, code, number, &validity, false);
	row.reason = reason;
	api_audit(&row);
	notify_begin(&notifications);
	notify_issued(&notifications, &locked.key, id);
	notify_write_now(&notifications);
	if (terms.has_template)
		certificate_follow(event_id, id, CERTIFICATE_ISSUE);
	api_evaluate(event_id, learner_id, &changed);
	PG_RETURN_INT64(id);
}
