/*-------------------------------------------------------------------------
 *
 * rule_explain.c
 *		Why a rule is passed, failed or pending, in plain words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "rule.h"

/*
 * What is missing, in the current memory context; NULL when nothing is.  For
 * now the whole rule; its single clauses come with explain().
 */
char *
rule_waiting_for(const Rule *rule, RuleFacts *facts)
{
	if (rule_evaluate(rule, facts) == TRUTH_YES)
		return NULL;
	return rule_to_text(rule);
}
