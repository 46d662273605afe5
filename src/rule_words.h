/*-------------------------------------------------------------------------
 *
 * rule_words.h
 *		Plain words for what rules observe and what they still need.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_RULE_WORDS_H
#define ACHIEVE_RULE_WORDS_H

#include "rule_eval.h"

/* How a condition stands to what the rule wants of it. */
typedef enum Wanted
{
	WANTED_MET,
	WANTED_OPEN,
	WANTED_LOST					/* cannot be met any more, as things stand */
} Wanted;

extern Wanted rule_wanted(Truth truth, bool negated);
extern bool rule_words_can_change(const RuleNode *node);
extern bool rule_describe(RuleFacts *facts, RuleFact fact, const char *code,
						  int code_len, StringInfo buf);
extern void rule_words_unmarked(StringInfo buf,
								const RuleAttendance *attendance);
extern void rule_words_observed(StringInfo buf, const Rule *rule,
								const RuleNode *node, RuleFacts *facts);
extern void rule_words_needed(StringInfo buf, const Rule *rule,
							  const RuleNode *node, RuleFacts *facts,
							  bool negated);
extern void rule_words_flag_needed(StringInfo buf, RuleFact fact,
								   const char *code, int code_len);

#endif							/* ACHIEVE_RULE_WORDS_H */
