/*-------------------------------------------------------------------------
 *
 * rule_eval.h
 *		Parts of the evaluation that explanations also need.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_RULE_EVAL_H
#define ACHIEVE_RULE_EVAL_H

#include "rule_tree.h"

/* What a linear form can become, in square millionths, both ends included. */
typedef struct RuleBounds
{
	int128		low;			/* meaningless with no_low */
	int128		high;			/* meaningless with no_high */
	bool		no_low;			/* unbounded below */
	bool		no_high;		/* unbounded above */
} RuleBounds;

/* A flag that can come true at any time, whatever has happened so far. */
static inline bool
rule_fact_is_standing(RuleFact fact)
{
	return rule_fact_info[fact].is_standing;
}

/*
 * Of how many of its parts a connective needs the truth to be true; with
 * "negated" their falsehood to be false.
 */
static inline int
rule_needed_parts(const RuleNode *node, bool negated)
{
	int			needed = node->count;

	if (node->kind == RULE_OR)
		needed = 1;
	else if (node->kind == RULE_QUORUM)
		needed = node->need;
	return negated ? node->count - needed + 1 : needed;
}

extern RuleBounds rule_form_bounds(const Rule *rule, const RuleNode *node,
								   RuleFacts *facts);
extern Truth rule_compare_bounds(const RuleBounds *bounds,
								 RuleRelation relation);
extern Truth rule_evaluate_node(const Rule *rule, const RuleNode *node,
								RuleFacts *facts, bool negated);

#endif							/* ACHIEVE_RULE_EVAL_H */
