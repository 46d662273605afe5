/*-------------------------------------------------------------------------
 *
 * facts.h
 *		What is known of one enrollment, as rules ask for it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_FACTS_H
#define ACHIEVE_FACTS_H

#include "utils/jsonb.h"

#include "config.h"
#include "rule.h"

#define HUNDRED_PERCENT (100 * DECIMAL_ONE)

/* Facts that lie in one table, or group of tables, and are gathered together. */
#define FACTS_OF_ATTENDANCE \
	(FACT_BIT(RULE_FACT_SESSIONS) | FACT_BIT(RULE_FACT_ATTENDED) | \
	 FACT_BIT(RULE_FACT_ABSENCES) | FACT_BIT(RULE_FACT_EXCUSED) | \
	 FACT_BIT(RULE_FACT_LATES) | FACT_BIT(RULE_FACT_ATTENDANCE) | \
	 FACT_BIT(RULE_FACT_HOURS) | FACT_BIT(RULE_FACT_HOURS_ATTENDED))
#define FACTS_OF_SCORES \
	(FACT_BIT(RULE_FACT_SCORE) | FACT_BIT(RULE_FACT_MEAN_SCORE))
#define FACTS_OF_COMPLETIONS \
	(FACT_BIT(RULE_FACT_COMPLETED) | FACT_BIT(RULE_FACT_COMPLETION))
#define FACTS_OF_INVOICES \
	(FACT_BIT(RULE_FACT_PAID) | FACT_BIT(RULE_FACT_BALANCE) | \
	 FACT_BIT(RULE_FACT_INVOICED))
#define FACTS_OF_CONDITIONS FACT_BIT(RULE_FACT_CONDITION)
#define FACTS_OF_TIME \
	(FACT_BIT(RULE_FACT_HOLDS) | FACT_BIT(RULE_FACT_ENDED))
#define FACTS_ALL (~(uint32) 0)

/* An unrevoked achievement of a learner, from any event. */
typedef struct Holding
{
	int64		event_id;
	int64		type_id;
	TimestampTz issued_at;
	DateADT		valid_from;
	bool		expires;
	DateADT		expires_on;		/* the first day without it */
	bool		lapsed;			/* decided in this evaluation: gone */
} Holding;

/* A learner, and what the learner holds with this evaluation's decisions. */
typedef struct Learner
{
	int64		learner_id;		/* hash key; must be first */
	bool		loaded;
	Holding    *holdings;
	int			holding_count;
	List	   *states;			/* EnrollmentState, in engine.h */
} Learner;

typedef struct ConditionFact
{
	char	   *name;
	int			name_len;
	Decimal		value;
} ConditionFact;

/* The recorded attempts at an assessment; facts_score.c knows more. */
typedef struct Attempts Attempts;

typedef struct EnrollmentFacts
{
	RuleFacts	asked;			/* what the evaluator sees; must be first */

	ReadSet    *set;
	const EventConfig *config;
	int64		learner_id;
	bool		joined_late;	/* counts_from is given */
	DateADT		counts_from;
	uint32		gathered;		/* which groups below are filled, by fact */

	RuleAttendance marks;		/* as recorded; asked.attendance is as decided */
	DecimalRange hours;
	DecimalRange hours_attended;
	const Attempts *attempts;	/* per assessment of the event */
	DecimalRange *scores;		/* likewise */
	DecimalRange mean_score;
	bool	   *completed;		/* per requirement of the event */
	DecimalRange completion;
	Decimal		balance;
	bool		invoiced;
	ConditionFact *conditions;
	int			condition_count;

	/* for holds() and ended: set by whoever evaluates */
	Learner    *learner;
	int64		award_type_id;	/* the award being decided, 0: passing rule */
	bool		decided;		/* it is decided already, and when */
	TimestampTz decided_at;
	DateADT		decided_on;		/* set only with a learner */
	DateADT		today;

	/* for award rules */
	Truth		passed;
	Truth		failed;
	Truth		approved;
} EnrollmentFacts;

extern void facts_init(EnrollmentFacts *facts, ReadSet *set,
					   const EventConfig *config, int64 learner_id);
extern void facts_gather(EnrollmentFacts *facts, uint32 wanted);
extern bool facts_session_counts(const EnrollmentFacts *facts,
								 const ConfigSession *session);
extern const ConfigSession *facts_find_session(const EventConfig *config,
											   int32 session_no);
extern Datum line_outstanding(TupleTableSlot *line);
extern void learner_load(Learner *learner, ReadSet *set);
extern bool holding_is_valid(const Holding *holding, DateADT day);
extern int64 achievement_type_id(ReadSet *set, const char *code,
								 int code_len);
extern TimestampTz facts_now(void);

/* facts_score.c */
extern int	config_find_assessment(const EventConfig *config,
								   const char *code, int code_len);
extern void facts_gather_scores(EnrollmentFacts *facts, bool wants_mean);
extern bool facts_recorded_mean(EnrollmentFacts *facts, Decimal *mean);
extern void facts_check_scores(EnrollmentFacts *facts);

/* facts_json.c */
extern Jsonb *facts_to_jsonb(EnrollmentFacts *facts);
extern Jsonb *facts_evidence(EnrollmentFacts *facts, const Rule *rule,
							 const char *outcome);

#endif							/* ACHIEVE_FACTS_H */
