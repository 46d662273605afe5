/*-------------------------------------------------------------------------
 *
 * decide.c
 *		Decides enrollments in memory; nothing is written here.
 *
 * Each enrollment is read, then decided. What a decision changes in what a
 * learner holds is seen at once by the learner's other enrollments whose
 * rules read it: they are decided again until nothing moves, so one statement
 * writes each (enrollment, type) at most once. Rules that contradict
 * themselves through "not holds" never settle; MAX_ROUNDS ends that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "access.h"
#include "approvals.h"
#include "engine.h"

#define MAX_ROUNDS 16

typedef struct TermsKey
{
	int64		event_id;
	int64		type_id;
} TermsKey;

typedef struct StateEntry
{
	EnrollmentKey key;			/* hash key; must be first */
	EnrollmentState *state;
} StateEntry;

static HTAB *
make_hash(Evaluation *evaluation, const char *name, Size key, Size entry)
{
	HASHCTL		control = {0};

	control.keysize = key;
	control.entrysize = entry;
	control.hcxt = evaluation->context;
	return hash_create(name, 64, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static Learner *
get_learner(Evaluation *evaluation, int64 learner_id)
{
	Learner    *learner;
	bool		found;

	if (evaluation->learners == NULL)
		evaluation->learners = make_hash(evaluation, "achieve learners",
										 sizeof(int64), sizeof(Learner));
	learner = hash_search(evaluation->learners, &learner_id, HASH_ENTER,
						  &found);
	if (!found)
	{
		memset(learner, 0, sizeof(Learner));
		learner->learner_id = learner_id;
	}
	return learner;
}

/* The terms of a type on an event, read and locked at the first use. */
static const AwardTerms *
get_terms(Evaluation *evaluation, const EventConfig *config,
		  const ConfigAward *award)
{
	TermsKey	key = {config->event_id, award->type_id};
	AwardTerms *terms;
	bool		found;

	if (evaluation->terms == NULL)
		evaluation->terms = make_hash(evaluation, "achieve terms",
									  sizeof(TermsKey), sizeof(AwardTerms));
	terms = hash_search(evaluation->terms, &key, HASH_FIND, NULL);
	if (terms == NULL)
	{
		AwardTerms	fresh = terms_read(evaluation->set, config, award);

		if (fresh.stale)
		{
			evaluation->stale = true;
			config_forget(config->event_id);
		}
		terms = hash_search(evaluation->terms, &key, HASH_ENTER, &found);
		*terms = fresh;
	}
	return terms;
}

/*
 * Whether what was written cannot move an outcome of this enrollment.
 *
 * No rule of the event reads it; or it was open, is recorded now, and the
 * result that it bears on is decided already: verdicts are sound. On a closed
 * event nothing was open, invoices never were, nor is a first attempt that is
 * recorded after the second; an award rule that reads the fact itself may wait
 * for it.
 */
static bool
cannot_move(const Work *work, const EnrollmentState *state)
{
	const EventConfig *config = state->config;

	if (work->touched == FACTS_ALL)
		return false;
	if ((work->touched & config->facts_read) == 0)
		return true;
	return work->only_records && !config->closed &&
		(work->touched & (FACTS_OF_INVOICES | FACTS_OF_SCORES)) == 0 &&
		state->stored_rule_outcome != OUTCOME_PENDING &&
		(work->touched & config->facts_awarding) == 0;
}

/*
 * Reads what is stored of a locked enrollment. NULL where there is nothing to
 * decide: its event is gone, or what was written cannot move it; and where the
 * run has to start over, since the learner is not locked as it must be.
 */
static EnrollmentState *
make_state(Evaluation *evaluation, const LockedEnrollment *locked,
		   bool rippled)
{
	const EventConfig *config = config_get(evaluation->set,
										   locked->key.event_id);
	EnrollmentState *state;
	bool		found;

	if (config == NULL)
		return NULL;
	if (locked->learner < learner_lock_needed(config))
	{
		evaluation->stale = true;
		return NULL;
	}
	state = palloc0(sizeof(EnrollmentState));
	state_read(state, evaluation->set, config, locked);
	if (evaluation->work->check_scores && !rippled)
		facts_check_scores(&state->facts);
	if (!rippled && state->has_result && cannot_move(evaluation->work, state))
		return NULL;
	state->rippled = rippled;

	if (config->reads_holds || config->issues_read_types || config->renews)
	{
		StateEntry *entry;

		state->learner = get_learner(evaluation, locked->key.learner_id);
		state->facts.learner = state->learner;
		state->facts.today = date_in_zone(facts_now(), config->time_zone);
		state->learner->states = lappend(state->learner->states, state);
		if (evaluation->by_key == NULL)
			evaluation->by_key = make_hash(evaluation, "achieve enrollments",
										   sizeof(EnrollmentKey),
										   sizeof(StateEntry));
		entry = hash_search(evaluation->by_key, &state->key, HASH_ENTER,
							&found);
		entry->state = state;
	}
	evaluation->states = lappend(evaluation->states, state);
	return state;
}

/*
 * Points holds() and ended at what is being decided, the passing rule or an
 * award: is it decided already, and when?
 */
void
decide_subject(EnrollmentState *state, const AwardState *award)
{
	bool		decided = award == NULL ?
		state->stored_rule_outcome != OUTCOME_PENDING &&
		!TIMESTAMP_IS_NOEND(state->rule_decided_at) :
		award->held_id != 0 && award->held_by_rule;

	state->facts.award_type_id = award == NULL ? 0 : award->config->type_id;
	state->facts.decided = decided;
	if (!decided)
		return;
	state->facts.decided_at = award == NULL ? state->rule_decided_at :
		award->held_issued_at;
	if (state->learner != NULL)
		state->facts.decided_on = date_in_zone(state->facts.decided_at,
											   state->config->time_zone);
}

static Truth
state_evaluate(EnrollmentState *state, const Rule *rule)
{
	facts_gather(&state->facts, rule_fact_mask(rule) & FACTS_OF_ATTENDANCE);
	return rule_evaluate(rule, &state->facts.asked);
}

/*
 * Whether the facts that have moved leave the stored result as it is, whatever
 * the others are; false where it takes all facts to know. The flags of
 * FACTS_OF_TIME move with the hour, and with other enrollments.
 *
 * The statement may have moved others, too, of which their tables' triggers
 * are still to tell. So nothing is written by this: neither a result, whose
 * evidence would say something else, nor what an award rule makes of it.
 */
static bool
result_stands(const Evaluation *evaluation, EnrollmentState *state)
{
	const Rule *rule = state->config->passing_rule;
	uint32		moved = evaluation->work->touched;

	if (moved == FACTS_ALL || !state->has_result || state->rippled ||
		(moved & state->config->facts_awarding) != 0 ||
		(rule_fact_mask(rule) & FACTS_OF_TIME) != 0)
		return false;
	facts_gather(&state->facts,
				 rule_moved_fact_mask(rule, moved) & FACTS_OF_ATTENDANCE);
	return rule_stands(rule, &state->facts.asked, moved,
					   truth_of_outcome(state->stored_rule_outcome));
}

/* The rule's own outcome of the result. */
static void
decide_result(const Evaluation *evaluation, EnrollmentState *state)
{
	const EventConfig *config = state->config;

	if (!state->active || config->status == EVENT_FINALIZED)
		return;
	if (config->passing_rule == NULL)
	{
		state->rule_outcome = OUTCOME_PENDING;
		return;
	}
	decide_subject(state, NULL);
	state->rule_outcome = result_stands(evaluation, state) ?
		state->stored_rule_outcome :
		outcome_of_truth(state_evaluate(state, config->passing_rule));
}

static bool
same_validity(const Validity *a, const Validity *b)
{
	return a->valid_from == b->valid_from &&
		a->never_expires == b->never_expires &&
		(a->never_expires || a->expires_on == b->expires_on);
}

/* A met rule of a type not held: a new record, or the lapsed one again. */
static AwardChange
decide_issue(Evaluation *evaluation, EnrollmentState *state,
			 AwardState *award)
{
	Learner    *learner;

	award->terms = get_terms(evaluation, state->config, award->config);
	if (award->lapsed_id != 0 && award->lapsed_here)
	{
		award->validity = award->lapsed_validity;
		return AWARD_REINSTATE;
	}
	learner = state->learner != NULL ? state->learner :
		get_learner(evaluation, state->key.learner_id);
	award->validity = terms_validity(award->terms, evaluation->set,
									 state->config, learner, facts_now());
	if (award->lapsed_id != 0 &&
		same_validity(&award->validity, &award->lapsed_validity))
		return AWARD_REINSTATE;
	return AWARD_ISSUE;
}

static AwardChange
decide_award(Evaluation *evaluation, EnrollmentState *state,
			 AwardState *award)
{
	const EventConfig *config = state->config;
	bool		by_rule = award->held_id != 0 && award->held_by_rule;

	if (!award->config->active || award->config->rule == NULL)
		return AWARD_KEEP;
	award->truth = TRUTH_NO;
	if (!by_rule && award->config->needs_pass &&
		state->facts.passed != TRUTH_YES)
		return AWARD_KEEP;		/* it cannot be met, and none is held */
	if (state->active)
	{
		decide_subject(state, award);
		award->truth = state_evaluate(state, award->config->rule);
	}
	if (award->truth == TRUTH_YES)
	{
		if (award->held_id != 0 || award->blocked)
			return AWARD_KEEP;
		return decide_issue(evaluation, state, award);
	}
	if (!by_rule || !award->config->revokes ||
		config->status == EVENT_FINALIZED)
		return AWARD_KEEP;
	if (config->status == EVENT_REOPENED && award->truth == TRUTH_OPEN)
		return AWARD_KEEP;
	award->terms = get_terms(evaluation, config, award->config);
	return AWARD_LAPSE;
}

/* What the learner holds once this decision is written. */
static void
overlay_holding(EnrollmentState *state, const AwardState *award)
{
	Learner    *learner = state->learner;
	Holding    *holding = NULL;
	bool		held = award->change == AWARD_KEEP ? award->held_id != 0 :
		award->change != AWARD_LAPSE;

	for (int i = 0; i < learner->holding_count; i++)
	{
		if (learner->holdings[i].event_id == state->key.event_id &&
			learner->holdings[i].type_id == award->config->type_id)
			holding = &learner->holdings[i];
	}
	if (holding == NULL)
	{
		Holding    *holdings;

		if (!held)
			return;
		holdings = palloc0((learner->holding_count + 1) * sizeof(Holding));
		if (learner->holding_count > 0)
			memcpy(holdings, learner->holdings,
				   learner->holding_count * sizeof(Holding));
		learner->holdings = holdings;
		holding = &holdings[learner->holding_count++];
		holding->event_id = state->key.event_id;
		holding->type_id = award->config->type_id;
	}
	holding->lapsed = !held;
	if (award->change == AWARD_ISSUE || award->change == AWARD_REINSTATE)
	{
		holding->issued_at = facts_now();
		holding->valid_from = award->validity.valid_from;
		holding->expires = !award->validity.never_expires;
		holding->expires_on = award->validity.expires_on;
	}
}

typedef struct HoldsSearch
{
	const char *code;
	int			code_len;
	bool		found;
} HoldsSearch;

/* RuleFactVisitor */
static void
search_holds(void *arg, RuleFact fact, const char *code, int code_len)
{
	HoldsSearch *search = arg;

	if (fact == RULE_FACT_HOLDS && code_len == search->code_len &&
		memcmp(code, search->code, code_len) == 0)
		search->found = true;
}

/* Whether a rule reads holds(code); NULL is no rule. */
bool
rule_reads_holds(const Rule *rule, const char *code, int code_len)
{
	HoldsSearch search = {code, code_len, false};

	if (rule != NULL)
		rule_visit_facts(rule, search_holds, &search);
	return search.found;
}

/* Whether some rule in force of an event reads holds(code). */
static bool
config_reads_type(const EventConfig *config, const ConfigAward *type)
{
	bool		found;

	if (!config->reads_holds)
		return false;
	found = rule_reads_holds(config->passing_rule, type->type_code,
							 type->type_code_len);
	for (int i = 0; i < config->award_count && !found; i++)
		found = config->awards[i].active &&
			rule_reads_holds(config->awards[i].rule, type->type_code,
							 type->type_code_len);
	return found;
}

static List *
enqueue(List *queue, EnrollmentState *state)
{
	if (state->queued || state->rounds >= MAX_ROUNDS)
		return queue;
	state->queued = true;
	return lappend(queue, state);
}

/*
 * Brings in the learner's enrollments that are not part of this evaluation
 * yet and whose rules read the type, in key order. Each is locked; what others committed
 * meanwhile must be seen, so the view is refreshed.
 */
static List *
bring_in_readers(Evaluation *evaluation, Learner *learner,
				 const ConfigAward *type, List *queue)
{
	Work		enrollments;
	TupleTableSlot *row;

	work_init(&enrollments, evaluation->context);
	for (row = read_by_id(evaluation->set, PATH_ENROLLMENT_OF_LEARNER,
						  learner->learner_id);
		 row != NULL;
		 row = read_next(evaluation->set, PATH_ENROLLMENT_OF_LEARNER))
	{
		work_add_key(&enrollments,
					 row_int64(row, TABLE_ENROLLMENT, ENROLLMENT_EVENT_ID),
					 learner->learner_id);
	}
	work_sort(&enrollments);
	for (int i = 0; i < enrollments.key_count; i++)
	{
		EnrollmentKey key = enrollments.keys[i];
		const EventConfig *config;
		LockedEnrollment locked;
		EnrollmentState *state;

		if (hash_search(evaluation->by_key, &key, HASH_FIND, NULL) != NULL)
			continue;
		config = config_get(evaluation->set, key.event_id);
		if (config == NULL || !config_reads_type(config, type) ||
			!lock_enrollment(evaluation->set, &key, &locked))
			continue;
		locked.learner = LEARNER_EXCLUSIVE; /* by whom it is brought in */
		read_refresh(evaluation->set);
		state = make_state(evaluation, &locked, true);
		if (state != NULL)
			queue = enqueue(queue, state);
	}
	return queue;
}

/* Everybody of this learner whose rules read what has just been decided. */
static List *
ripple(Evaluation *evaluation, EnrollmentState *state, AwardState *award,
	   List *queue)
{
	ListCell   *cell;
	bool		read_by_rules = award->terms->read_by_rules;

	if (state->learner == NULL)
		return queue;
	learner_load(state->learner, evaluation->set);
	overlay_holding(state, award);
	foreach(cell, state->learner->states)
	{
		EnrollmentState *other = lfirst(cell);

		if (config_reads_type(other->config, award->config))
			queue = enqueue(queue, other);
	}
	if (read_by_rules)
		queue = bring_in_readers(evaluation, state->learner, award->config,
								 queue);
	return queue;
}

/*
 * Whether the awards are as they were: neither the result nor any fact that
 * award rules read has moved.
 */
static bool
awards_stand(const Evaluation *evaluation, const EnrollmentState *state,
			 Outcome stored, Outcome outcome)
{
	const Work *work = evaluation->work;

	return state->awards == NULL && state->has_result && !state->rippled &&
		state->rounds == 1 && outcome == stored &&
		state->approval_returns == NULL &&
		work->touched != FACTS_ALL &&
		(work->touched & state->config->facts_awarding) == 0;
}

/* Decides one enrollment as things stand; returns the queue, grown. */
static List *
decide(Evaluation *evaluation, EnrollmentState *state, List *queue)
{
	Outcome		stored = effective_outcome(state->manual_outcome,
										   state->stored_rule_outcome);
	Outcome		outcome;

	state->rounds++;
	decide_result(evaluation, state);
	outcome = effective_outcome(state->manual_outcome, state->rule_outcome);
	state->approval_ends = state->approved && outcome != stored;
	if (!state->has_result)
		approval_forget(&state->key);	/* it was another enrollment's */
	state->approval_returns = state->approved ? NULL :
		approval_recall(&state->key, outcome);
	state_show_result(state, outcome,
					  (state->approved && !state->approval_ends) ||
					  state->approval_returns != NULL);

	if (awards_stand(evaluation, state, stored, outcome))
		return queue;
	if (state->awards == NULL)
		state_read_awards(state, evaluation->transaction_id);
	for (int i = 0; i < state->config->award_count; i++)
	{
		AwardState *award = &state->awards[i];
		AwardChange change = decide_award(evaluation, state, award);

		if (evaluation->stale)
			return NIL;
		if (change == award->change)
			continue;
		award->change = change;
		queue = ripple(evaluation, state, award, queue);
	}
	return queue;
}

/*
 * Error context: which enrollment is being decided. Not said to a caller from
 * whom row-level security hides enrollments.
 */
static void
name_enrollment(void *arg)
{
	const EnrollmentKey *key = *(const EnrollmentKey *const *) arg;

	if (key != NULL)
		errcontext("evaluation of learner " INT64_FORMAT " on event " INT64_FORMAT,
				   key->learner_id, key->event_id);
}

/*
 * Reads and decides the given enrollments, and whom they move. Ends early, with
 * evaluation->stale, where a configuration turned out to know an achievement
 * type as it no longer is: locks were taken, or not taken, by that.
 */
void
decide_all(Evaluation *evaluation, const LockedEnrollment *locked, int count)
{
	List	   *queue = NIL;
	const EnrollmentKey *current = NULL;
	ErrorContextCallback context;

	context.callback = name_enrollment;
	context.arg = &current;
	context.previous = error_context_stack;
	if (!access_is_row_secured(TABLE_ENROLLMENT))
		error_context_stack = &context;

	evaluation->transaction_id =
		(int64) U64FromFullTransactionId(GetTopFullTransactionId());
	for (int i = 0; i < count && !evaluation->stale; i++)
	{
		EnrollmentState *state;

		current = &locked[i].key;
		state = make_state(evaluation, &locked[i], false);
		if (state != NULL)
			queue = enqueue(queue, state);
	}
	while (queue != NIL && !evaluation->stale)
	{
		List	   *round = queue;
		ListCell   *cell;

		queue = NIL;
		foreach(cell, round)
		{
			EnrollmentState *state = lfirst(cell);

			current = &state->key;
			state->queued = false;
			queue = decide(evaluation, state, queue);
			if (evaluation->stale)
				break;
		}
	}
	error_context_stack = context.previous;
}
