/*-------------------------------------------------------------------------
 *
 * rule_json.h
 *		Facts as a JSON object gives them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_RULE_JSON_H
#define ACHIEVE_RULE_JSON_H

#include "rule_tree.h"

/* One fact as it is given. */
typedef struct GivenFact
{
	enum
	{
		GIVEN_MISSING,
		GIVEN_NULL,
		GIVEN_VALUE,			/* range.low == range.high, or a flag */
		GIVEN_RANGE,
		GIVEN_CODES				/* an object of values by code */
	}			form;
	DecimalRange range;			/* of a number, also where it is open */
	Truth		truth;			/* of a flag */
	JsonbContainer *codes;
} GivenFact;

typedef struct JsonFacts
{
	RuleFacts	asked;			/* must be first */
	bool		closed;
	GivenFact	given[RULE_FACT_COUNT];
} JsonFacts;

/* Is the fact a number of sessions? */
static inline bool
rule_is_count(RuleFact fact)
{
	return fact <= RULE_FACT_LATES;
}

/* rule_json.c */
extern DecimalRange rule_natural_range(RuleFact fact);

/* rule_json_attendance.c */
extern void rule_read_attendance(JsonFacts *facts);

#endif							/* ACHIEVE_RULE_JSON_H */
