/*-------------------------------------------------------------------------
 *
 * terms.c
 *		How achievements of a type are issued on an event, and their dates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "engine.h"

/*
 * How a type is issued on an event: the event's own validity before the
 * type's. Locks the type, so that a rule that begins to read it is either seen
 * here or waits for us.
 */
AwardTerms
terms_read(ReadSet *set, const EventConfig *config, const ConfigAward *award)
{
	AwardTerms	terms = {0};
	TupleTableSlot *row;
	Datum		id = Int64GetDatum(award->type_id);
	char	   *anchor;
	char	   *unit;
	char	   *alignment;
	char	   *day;
	bool		has_valid_for;
	int32		valid_for;

	row = lock_row(set, PATH_ACHIEVEMENT_TYPE, 1, &id, LockTupleShare);
	if (row == NULL)
		elog(ERROR, "achievement type " INT64_FORMAT " has vanished",
			 award->type_id);
	anchor = award->valid_from_anchor ? award->valid_from_anchor :
		row_text(row, TABLE_ACHIEVEMENT_TYPE,
				 ACHIEVEMENT_TYPE_VALID_FROM_ANCHOR);
	has_valid_for = award->has_valid_for ||
		!row_is_null(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_VALID_FOR);
	valid_for = award->has_valid_for ? award->valid_for :
		row_int32(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_VALID_FOR);
	unit = award->valid_unit ? award->valid_unit :
		row_text(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_VALID_UNIT);
	alignment = award->expiry_alignment ? award->expiry_alignment :
		row_text(row, TABLE_ACHIEVEMENT_TYPE,
				 ACHIEVEMENT_TYPE_EXPIRY_ALIGNMENT);
	day = award->expires_on_day ? award->expires_on_day :
		row_text(row, TABLE_ACHIEVEMENT_TYPE,
				 ACHIEVEMENT_TYPE_EXPIRES_ON_DAY);

	terms.stale = award->renews != (anchor[0] == 'p') || award->read_by_rules !=
		row_bool(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_READ_BY_RULES) ||
		strcmp(award->type_code, row_text(row, TABLE_ACHIEVEMENT_TYPE,
										  ACHIEVEMENT_TYPE_CODE)) != 0;
	terms.event_id = config->event_id;
	terms.type_id = award->type_id;
	terms.read_by_rules = row_bool(row, TABLE_ACHIEVEMENT_TYPE,
								   ACHIEVEMENT_TYPE_READ_BY_RULES);
	terms.has_sequence = !row_is_null(row, TABLE_ACHIEVEMENT_TYPE,
									  ACHIEVEMENT_TYPE_SEQUENCE_ID);
	terms.sequence_id = row_int64(row, TABLE_ACHIEVEMENT_TYPE,
								  ACHIEVEMENT_TYPE_SEQUENCE_ID);
	terms.has_template =
		!row_is_null(row, TABLE_ACHIEVEMENT_TYPE,
					 ACHIEVEMENT_TYPE_CERTIFICATE_TEMPLATE_ID);
	terms.policy = validity_policy(anchor, has_valid_for, valid_for, unit,
								   alignment, day);
	return terms;
}

/*
 * Where a renewal starts: at the end of the latest-ending earlier achievement
 * of the type that is still valid. One that never ends counts as none.
 */
static bool
previous_expiry(const Learner *learner, int64 type_id, int64 event_id,
				DateADT issued_on, DateADT *expiry)
{
	bool		found = false;

	for (int i = 0; i < learner->holding_count; i++)
	{
		const Holding *holding = &learner->holdings[i];

		if (holding->lapsed || holding->type_id != type_id ||
			!holding->expires || holding->expires_on <= issued_on ||
			holding->event_id == event_id)
			continue;
		if (!found || holding->expires_on > *expiry)
			*expiry = holding->expires_on;
		found = true;
	}
	return found;
}

/* The dates of a record that is issued at an instant. */
Validity
terms_validity(const AwardTerms *terms, ReadSet *set,
			   const EventConfig *config, Learner *learner,
			   TimestampTz issued_at)
{
	const char *zone = config->time_zone;
	DateADT		issued_on = date_in_zone(issued_at, zone);
	DateADT		previous = 0;
	bool		has_previous = false;

	if (terms->policy.anchor == VALIDITY_PREVIOUS_EXPIRY)
	{
		learner_load(learner, set);
		has_previous = previous_expiry(learner, terms->type_id,
									   config->event_id, issued_on,
									   &previous);
	}
	return validity_compute(&terms->policy, issued_on,
							date_in_zone(config->starts_at, zone),
							date_in_zone(config->ends_at, zone),
							has_previous, previous);
}

/*
 * Refuses, at REPEATABLE READ, to issue what the foreign keys of the record
 * cannot see: they look under the transaction's snapshot, and an enrollment or
 * a type that is newer would be no row to them.
 *
 * Errors: 40001; the transaction is to be tried again.
 */
void
terms_require_seen(ReadSet *set, const EnrollmentKey *key, int64 type_id)
{
	if (read_by_enrollment(set, PATH_ENROLLMENT, key->event_id,
						   key->learner_id) == NULL ||
		read_by_id(set, PATH_ACHIEVEMENT_TYPE, type_id) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update"),
				 errdetail("Learner " INT64_FORMAT " earns an achievement on event " INT64_FORMAT " that this transaction began too early to see.",
						   key->learner_id, key->event_id),
				 errhint("The transaction might succeed if retried.")));
}
