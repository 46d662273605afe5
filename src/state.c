/*-------------------------------------------------------------------------
 *
 * state.c
 *		What is stored of an enrollment, as decisions begin with it.
 *
 * Shared by those who decide and by those who only show how things stand;
 * nothing is locked or written here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "engine.h"

/* The row of an enrollment, as PATH_ENROLLMENT returns it. */
void
enrollment_from_row(TupleTableSlot *row, LockedEnrollment *enrollment)
{
	int			length;

	enrollment->key.event_id = row_int64(row, TABLE_ENROLLMENT,
										 ENROLLMENT_EVENT_ID);
	enrollment->key.learner_id = row_int64(row, TABLE_ENROLLMENT,
										   ENROLLMENT_LEARNER_ID);
	enrollment->learner = LEARNER_UNLOCKED;
	enrollment->active = row_bytes(row, TABLE_ENROLLMENT, ENROLLMENT_STATUS,
								   &length)[0] == 'a';
	enrollment->joined_late = !row_is_null(row, TABLE_ENROLLMENT,
										   ENROLLMENT_COUNTS_FROM);
	enrollment->counts_from = row_int32(row, TABLE_ENROLLMENT,
										ENROLLMENT_COUNTS_FROM);
}

/* An instant of the result's row; DT_NOEND for null. */
static TimestampTz
read_instant(TupleTableSlot *row, int column)
{
	return row_is_null(row, TABLE_RESULT, column) ? DT_NOEND :
		row_int64(row, TABLE_RESULT, column);
}

/* The stored result. */
static void
read_result(EnrollmentState *state, ReadSet *set)
{
	TupleTableSlot *row = read_by_enrollment(set, PATH_RESULT,
											 state->key.event_id,
											 state->key.learner_id);
	const char *bytes;
	int			length;

	state->stored_rule_outcome = OUTCOME_PENDING;
	state->rule_decided_at = state->decided_at = DT_NOEND;
	if (row == NULL)
		return;
	state->has_result = true;
	bytes = row_bytes(row, TABLE_RESULT, RESULT_RULE_OUTCOME, &length);
	state->stored_rule_outcome = outcome_from_bytes(bytes, length);
	bytes = row_bytes(row, TABLE_RESULT, RESULT_MANUAL_OUTCOME, &length);
	state->manual_outcome = outcome_from_bytes(bytes, length);
	state->rule_decided_at = read_instant(row, RESULT_RULE_DECIDED_AT);
	state->decided_at = read_instant(row, RESULT_DECIDED_AT);
	state->approved = !row_is_null(row, TABLE_RESULT, RESULT_APPROVED_AT);
	state->approved_by = row_text(row, TABLE_RESULT, RESULT_APPROVED_BY);
	state->approved_at = row_int64(row, TABLE_RESULT, RESULT_APPROVED_AT);
}

/*
 * Begins the state of an enrollment: its result is read, of its facts nothing
 * is gathered yet. The memory is zeroed.
 */
void
state_read(EnrollmentState *state, ReadSet *set, const EventConfig *config,
		   const LockedEnrollment *enrollment)
{
	state->key = enrollment->key;
	state->config = config;
	state->active = enrollment->active && config->status != EVENT_CANCELLED;
	facts_init(&state->facts, set, config, enrollment->key.learner_id);
	state->facts.joined_late = enrollment->joined_late;
	state->facts.counts_from = enrollment->counts_from;
	read_result(state, set);
	state->rule_outcome = state->stored_rule_outcome;
}

static AwardState *
find_award(EnrollmentState *state, int64 type_id)
{
	for (int i = 0; i < state->config->award_count; i++)
	{
		if (state->config->awards[i].type_id == type_id)
			return &state->awards[i];
	}
	return NULL;
}

/* Adds one stored record to what is known of its type. */
static void
note_record(AwardState *award, TupleTableSlot *row, int64 transaction_id)
{
	int64		id = row_int64(row, TABLE_ACHIEVEMENT,
							   ACHIEVEMENT_ACHIEVEMENT_ID);
	int			length;

	if (row_is_null(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_REVOKED_AT))
	{
		award->held_id = id;
		award->held_by_rule = row_bytes(row, TABLE_ACHIEVEMENT,
										ACHIEVEMENT_SOURCE,
										&length)[0] == 'r';
		award->held_issued_at = row_int64(row, TABLE_ACHIEVEMENT,
										  ACHIEVEMENT_ISSUED_AT);
	}
	else if (row_is_null(row, TABLE_ACHIEVEMENT,
						 ACHIEVEMENT_LAPSE_TRANSACTION_ID))
		award->blocked |= row_bool(row, TABLE_ACHIEVEMENT,
								   ACHIEVEMENT_BLOCKS_RULE);
	else
	{
		/* one that lapsed in this very transaction before any other */
		bool		here = row_int64(row, TABLE_ACHIEVEMENT,
									 ACHIEVEMENT_LAPSE_TRANSACTION_ID) ==
			transaction_id;

		if (here == award->lapsed_here ? id < award->lapsed_id :
			award->lapsed_here)
			return;
		award->lapsed_id = id;
		award->lapsed_here = here;
		award->lapsed_validity.valid_from =
			row_int32(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_VALID_FROM);
		award->lapsed_validity.never_expires =
			row_is_null(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_EXPIRES_ON);
		award->lapsed_validity.expires_on =
			row_int32(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_EXPIRES_ON);
	}
}

/*
 * What is stored of each achievement of the event: config->award_count states.
 * A record that lapsed in the given transaction is noted as lapsed here.
 */
void
state_read_awards(EnrollmentState *state, int64 transaction_id)
{
	const EventConfig *config = state->config;
	ReadSet    *set = state->facts.set;
	TupleTableSlot *row;

	if (config->award_count == 0)
		return;
	state->awards = palloc0(config->award_count * sizeof(AwardState));
	for (int i = 0; i < config->award_count; i++)
		state->awards[i].config = &config->awards[i];
	for (row = read_by_enrollment(set, PATH_ACHIEVEMENT,
								  state->key.event_id, state->key.learner_id);
		 row != NULL; row = read_next(set, PATH_ACHIEVEMENT))
	{
		AwardState *award = find_award(state,
			row_int64(row, TABLE_ACHIEVEMENT,
					  ACHIEVEMENT_ACHIEVEMENT_TYPE_ID));

		if (award != NULL)
			note_record(award, row, transaction_id);
	}
}

/* A truth of the result as award rules see it. */
static Truth
outcome_is(Outcome outcome, Outcome wanted)
{
	return outcome == wanted ? TRUTH_YES :
		outcome == OUTCOME_PENDING ? TRUTH_OPEN : TRUTH_NO;
}

/* Lets award rules see a result. */
void
state_show_result(EnrollmentState *state, Outcome outcome, bool approved)
{
	state->facts.passed = outcome_is(outcome, OUTCOME_PASSED);
	state->facts.failed = outcome_is(outcome, OUTCOME_FAILED);
	state->facts.approved = approved ? TRUTH_YES : TRUTH_OPEN;
}
