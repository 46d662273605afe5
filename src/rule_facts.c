/*-------------------------------------------------------------------------
 *
 * rule_facts.c
 *		The facts of the rule language: names, kinds, and which a rule reads.
 *
 * rule_fact_info is the one place that knows a fact's properties; parser,
 * evaluator and jsonb reader all go by it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "rule_tree.h"

const RuleFactInfo rule_fact_info[RULE_FACT_COUNT] = {
	[RULE_FACT_SESSIONS] = {"sessions", RULE_KIND_NUMBER, .example = "sessions >= 10"},
	[RULE_FACT_ATTENDED] = {"attended", RULE_KIND_NUMBER, .example = "attended >= 8"},
	[RULE_FACT_ABSENCES] = {"absences", RULE_KIND_NUMBER, .example = "absences <= 2"},
	[RULE_FACT_EXCUSED] = {"excused", RULE_KIND_NUMBER, .example = "excused <= 2"},
	[RULE_FACT_LATES] = {"lates", RULE_KIND_NUMBER, .example = "lates <= 3"},
	[RULE_FACT_ATTENDANCE] = {"attendance", RULE_KIND_NUMBER, .example = "attendance >= 80"},
	[RULE_FACT_HOURS] = {"hours", RULE_KIND_NUMBER, .example = "hours >= 16"},
	[RULE_FACT_HOURS_ATTENDED] = {"hours_attended", RULE_KIND_NUMBER, .example = "hours_attended >= 12"},
	[RULE_FACT_SCORE] = {"score", RULE_KIND_NUMBER, .has_code = true, .example = "score(final) >= 60"},
	[RULE_FACT_MEAN_SCORE] = {"mean_score", RULE_KIND_NUMBER, .example = "mean_score >= 60"},
	[RULE_FACT_COMPLETED] = {"completed", RULE_KIND_FLAG, .has_code = true, .example = "completed(portfolio)"},
	[RULE_FACT_COMPLETION] = {"completion", RULE_KIND_NUMBER, .example = "completion = 100"},
	[RULE_FACT_PAID] = {"paid", RULE_KIND_FLAG, .is_standing = true, .example = "paid"},
	[RULE_FACT_BALANCE] = {"balance", RULE_KIND_NUMBER, .example = "balance <= 0"},
	[RULE_FACT_INVOICED] = {"invoiced", RULE_KIND_FLAG, .is_standing = true, .example = "invoiced"},
	[RULE_FACT_CONDITION] = {"condition", RULE_KIND_BOTH, .has_code = true, .example = "condition(visa_days) >= 90"},
	[RULE_FACT_HOLDS] = {"holds", RULE_KIND_FLAG, .has_code = true, .is_standing = true, .example = "holds(first-aid)"},
	[RULE_FACT_ENDED] = {"ended", RULE_KIND_FLAG, .is_standing = true, .example = "ended"},
	[RULE_FACT_PASSED] = {"passed", RULE_KIND_FLAG, .award_only = true, .example = "passed"},
	[RULE_FACT_FAILED] = {"failed", RULE_KIND_FLAG, .award_only = true, .example = "failed"},
	[RULE_FACT_APPROVED] = {"approved", RULE_KIND_FLAG, .is_standing = true, .award_only = true, .example = "approved"},
};

/* The fact's name as rules write it. */
const char *
rule_fact_name(RuleFact fact)
{
	return rule_fact_info[fact].name;
}

/* Find a fact by its name, in any case. */
bool
rule_find_fact(const char *word, int length, RuleFact *fact)
{
	for (int i = 0; i < RULE_FACT_COUNT; i++)
	{
		const char *name = rule_fact_info[i].name;

		if (strlen(name) == length && pg_strncasecmp(word, name, length) == 0)
		{
			*fact = i;
			return true;
		}
	}
	return false;
}

/* Bit (1 << RuleFact) for each fact that the rule reads; O(1). */
uint32
rule_fact_mask(const Rule *rule)
{
	return rule->facts;
}

static void
visit_node(const Rule *rule, const RuleNode *node, RuleFactVisitor visit,
		   void *arg)
{
	const RuleNode *child = rule_first_child(node);
	const RuleTerm *term = rule_terms(node);

	check_stack_depth();
	switch ((RuleNodeKind) node->kind)
	{
		case RULE_AND:
		case RULE_OR:
		case RULE_NOT:
		case RULE_QUORUM:
			for (int i = 0; i < node->count; i++, child = rule_next_sibling(child))
				visit_node(rule, child, visit, arg);
			break;
		case RULE_COMPARISON:
			for (int i = 0; i < node->count; i++, term++)
				visit(arg, term->fact, rule_at(rule, term->code_offset),
					  term->code_length);
			break;
		case RULE_FLAG:
			visit(arg, node->fact, rule_at(rule, node->code_offset),
				  node->code_length);
			break;
	}
}

/* Visit each fact where it is read, in the order in which it is written. */
void
rule_visit_facts(const Rule *rule, RuleFactVisitor visit, void *arg)
{
	visit_node(rule, rule_root(rule), visit, arg);
}

PG_FUNCTION_INFO_V1(is_passing_rule);

/*
 * For CHECK constraints: true, also for null, or an error that names the fact
 * where the rule reads one that only award rules may read.
 */
Datum
is_passing_rule(PG_FUNCTION_ARGS)
{
	uint32		facts;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(true);
	facts = rule_fact_mask(PG_GETARG_RULE_P(0));
	for (int i = 0; i < RULE_FACT_COUNT; i++)
	{
		if (rule_fact_info[i].award_only && (facts & (UINT32_C(1) << i)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("fact \"%s\" cannot be used in a passing rule",
							rule_fact_info[i].name),
					 errhint("Only award rules read the result: use \"%s\" in an award rule.",
							 rule_fact_info[i].name)));
	}
	PG_RETURN_BOOL(true);
}
