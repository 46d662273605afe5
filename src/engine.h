/*-------------------------------------------------------------------------
 *
 * engine.h
 *		The evaluation: from touched enrollments to outcomes that are right.
 *
 * engine_run is the only way in. Its stages lie in files of their own:
 * locks.c takes the locks, decide.c decides in memory, write.c writes what
 * changed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_ENGINE_H
#define ACHIEVE_ENGINE_H

#include "utils/hsearch.h"

#include "facts.h"
#include "validity.h"
#include "work.h"

typedef enum Outcome
{
	OUTCOME_NONE,				/* no manual outcome */
	OUTCOME_PENDING,
	OUTCOME_PASSED,
	OUTCOME_FAILED
} Outcome;

typedef enum AwardChange
{
	AWARD_KEEP,					/* leave it as it is */
	AWARD_ISSUE,
	AWARD_REINSTATE,			/* the lapsed record comes back */
	AWARD_LAPSE
} AwardChange;

/* How achievements of a type are issued on an event; read under its lock. */
typedef struct AwardTerms
{
	int64		event_id;		/* hash key: both; must be first */
	int64		type_id;
	bool		stale;			/* the configuration knows the type otherwise */
	bool		read_by_rules;
	bool		has_sequence;
	int64		sequence_id;
	bool		has_template;	/* for certificates */
	ValidityPolicy policy;
} AwardTerms;

/* An achievement type of an enrollment's event: what is, what shall be. */
typedef struct AwardState
{
	const ConfigAward *config;

	/* stored */
	int64		held_id;		/* the unrevoked record, 0: none */
	bool		held_by_rule;
	TimestampTz held_issued_at;
	bool		blocked;		/* a person revoked it */
	int64		lapsed_id;		/* the last one the rule took back, 0: none */
	bool		lapsed_here;	/* in this very transaction */
	Validity	lapsed_validity;

	/* decided */
	AwardChange change;
	Truth		truth;			/* of the award rule */
	const AwardTerms *terms;	/* once something changes */
	Validity	validity;		/* when issued */
	int64		issued_id;		/* once written */
	char	   *number;			/* once written */
} AwardState;

typedef struct EnrollmentState
{
	EnrollmentKey key;
	const EventConfig *config;
	bool		active;			/* the enrollment counts, on a living event */
	EnrollmentFacts facts;
	Learner    *learner;		/* NULL where nothing depends on it */

	/* stored */
	bool		has_result;
	Outcome		stored_rule_outcome;
	Outcome		manual_outcome;
	TimestampTz rule_decided_at;	/* DT_NOEND: never */
	TimestampTz decided_at;		/* likewise */
	bool		approved;
	char	   *approved_by;
	TimestampTz approved_at;

	/* decided */
	Outcome		rule_outcome;
	bool		approval_ends;
	const struct Approval *approval_returns;	/* NULL: none does */
	AwardState *awards;			/* config->award_count of them; NULL: not read */
	bool		rippled;		/* brought in by another enrollment's change */
	int			rounds;			/* how often it was decided */
	bool		queued;
} EnrollmentState;

/* One run of engine_run, or one chunk of a large one. */
typedef struct Evaluation
{
	MemoryContext context;
	ReadSet    *set;
	List	   *states;			/* EnrollmentState, in key order of the work */
	HTAB	   *learners;		/* Learner, by id */
	HTAB	   *terms;			/* AwardTerms, by event and type */
	HTAB	   *by_key;			/* states that ripples may reach */
	const Work *work;
	bool		stale;			/* a configuration was out of date: start over */
	int64		transaction_id;
} Evaluation;

/* What came of it, for evaluate_event. */
typedef struct EvaluationCounts
{
	int64		enrollments;
	int64		results_changed;
	int64		issued;
	int64		revoked;
} EvaluationCounts;

static inline Outcome
effective_outcome(Outcome manual, Outcome rule)
{
	return manual != OUTCOME_NONE ? manual : rule;
}

static inline Outcome
outcome_of_truth(Truth truth)
{
	return truth == TRUTH_YES ? OUTCOME_PASSED :
		truth == TRUTH_NO ? OUTCOME_FAILED : OUTCOME_PENDING;
}

static inline Truth
truth_of_outcome(Outcome outcome)
{
	return outcome == OUTCOME_PASSED ? TRUTH_YES :
		outcome == OUTCOME_FAILED ? TRUTH_NO : TRUTH_OPEN;
}

extern const char *outcome_name(Outcome outcome);
extern Outcome outcome_from_bytes(const char *bytes, int length);

/* engine.c */
extern void engine_run(Work *work, EvaluationCounts *counts);
extern void engine_forget(void);

/* locks.c: enrollments of the work that exist, locked in order */
typedef enum LearnerLock
{
	LEARNER_UNLOCKED,
	LEARNER_SHARED,
	LEARNER_EXCLUSIVE
} LearnerLock;

typedef struct LockedEnrollment
{
	EnrollmentKey key;
	LearnerLock learner;		/* how its learner is locked */
	bool		active;
	bool		joined_late;
	DateADT		counts_from;
} LockedEnrollment;

extern LockedEnrollment *locks_take(Work *work, int *count);
extern void locks_take_learners(LockedEnrollment *locked, int count);
extern LearnerLock learner_lock_needed(const EventConfig *config);
extern bool lock_enrollment(ReadSet *set, const EnrollmentKey *key,
							LockedEnrollment *locked);
extern void lock_learner(ReadSet *set, int64 learner_id, LockTupleMode mode);

/* state.c */
extern void enrollment_from_row(TupleTableSlot *row,
								LockedEnrollment *enrollment);
extern void state_read(EnrollmentState *state, ReadSet *set,
					   const EventConfig *config,
					   const LockedEnrollment *enrollment);
extern void state_read_awards(EnrollmentState *state, int64 transaction_id);
extern void state_show_result(EnrollmentState *state, Outcome outcome,
							  bool approved);

/* terms.c */
extern AwardTerms terms_read(ReadSet *set, const EventConfig *config,
							 const ConfigAward *award);
extern Validity terms_validity(const AwardTerms *terms, ReadSet *set,
							   const EventConfig *config, Learner *learner,
							   TimestampTz issued_at);

extern void terms_require_seen(ReadSet *set, const EnrollmentKey *key,
							   int64 type_id);

/* prerequisites.c */
extern void prerequisites_lock_awaited(void);
extern void prerequisites_mark(ReadSet *set, const IdList *events);

/* decide.c */
extern void decide_all(Evaluation *evaluation,
					   const LockedEnrollment *locked, int count);

extern void decide_subject(EnrollmentState *state, const AwardState *award);
extern bool rule_reads_holds(const Rule *rule, const char *code,
							 int code_len);

/* write.c */
extern void write_changes(Evaluation *evaluation, EvaluationCounts *counts);
extern void write_event_versions(const IdList *events);
extern Jsonb *result_to_jsonb(Outcome rule, Outcome manual);

#endif							/* ACHIEVE_ENGINE_H */
