/*-------------------------------------------------------------------------
 *
 * config.h
 *		What is configured for an event, as the engine needs it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_CONFIG_H
#define ACHIEVE_CONFIG_H

#include "reader.h"
#include "rule.h"

typedef enum EventStatus
{
	EVENT_SCHEDULED,
	EVENT_CLOSED,
	EVENT_REOPENED,
	EVENT_FINALIZED,
	EVENT_CANCELLED
} EventStatus;

typedef enum AttemptChoice
{
	ATTEMPT_HIGHEST,
	ATTEMPT_LATEST,
	ATTEMPT_FIRST,
	ATTEMPT_MEAN
} AttemptChoice;

typedef struct ConfigSession
{
	int32		session_no;
	bool		counts;			/* required and not cancelled */
	DateADT		day;			/* its date in the event's time zone */
	int64		length;			/* microseconds */
} ConfigSession;

typedef struct ConfigAssessment
{
	char	   *code;
	int			code_len;
	Numeric		max_score;
	Numeric		weight;
	bool		has_weight;		/* weight > 0 */
	AttemptChoice choice;
	int32		max_attempts;	/* 0: no limit */
} ConfigAssessment;

typedef struct ConfigRequirement
{
	char	   *code;
	int			code_len;
} ConfigRequirement;

/* An achievement of the event. */
typedef struct ConfigAward
{
	int64		type_id;
	char	   *type_code;
	int			type_code_len;
	Rule	   *rule;			/* NULL: awarded by people only */
	bool		needs_pass;		/* the rule cannot be met without "passed" */
	bool		active;
	bool		revokes;		/* on_lapse = revoke */
	bool		read_by_rules;	/* when the configuration was read */
	bool		renews;			/* likewise: starts where an earlier one ends */

	/* the event's own validity, where it differs from the type's */
	bool		has_valid_for;
	int32		valid_for;
	char	   *valid_unit;
	char	   *valid_from_anchor;
	char	   *expiry_alignment;
	char	   *expires_on_day;
} ConfigAward;

typedef struct EventConfig
{
	int64		event_id;		/* hash key; must be first */

	/* which version of the event's row this was read with */
	TransactionId xmin;
	ItemPointerData tid;
	int64		config_version;
	uint64		view;			/* the view that last had this version */

	bool		provisional;	/* perhaps read from rows that will be undone */

	MemoryContext context;
	EventStatus status;
	bool		closed;			/* nothing of the event is open any more */
	TimestampTz starts_at;
	TimestampTz ends_at;
	char	   *code;			/* NULL: it has none */
	char	   *time_zone;
	Rule	   *passing_rule;	/* NULL: results are manual */

	int			session_count;
	ConfigSession *sessions;	/* by session_no */
	int			assessment_count;
	ConfigAssessment *assessments;
	int			requirement_count;
	ConfigRequirement *requirements;
	int			award_count;
	ConfigAward *awards;		/* by type_id */

	uint32		facts_read;		/* of all rules in force, by RuleFact bit */
	uint32		facts_awarding; /* of the award rules in force alone */
	bool		reads_holds;	/* some rule in force reads holds(...) */
	bool		issues_read_types;	/* some active award's type is read by
									 * rules */
	bool		renews;			/* some active award may start where an
								 * earlier one ends */
} EventConfig;

extern EventConfig *config_get(ReadSet *set, int64 event_id);
extern EventConfig *config_cached(int64 event_id);
extern const ConfigAward *config_find_award(const EventConfig *config,
											const char *code);
extern void config_forget(int64 event_id);
extern void config_release(void);
extern EventStatus event_status_from_bytes(const char *bytes, int length);

#endif							/* ACHIEVE_CONFIG_H */
