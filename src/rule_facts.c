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

		/* most differ in the first letter, whatever its case */
		if (length > 0 && (word[0] | 0x20) == name[0] &&
			strlen(name) == length && pg_strncasecmp(word, name, length) == 0)
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

/*
 * Whether the rule is a flag of this kind, or an "and" of which one part is:
 * where the flag is not true the rule cannot be either.
 */
bool
rule_needs_flag(const Rule *rule, RuleFact fact)
{
	const RuleNode *node = rule_root(rule);
	int			count = 1;

	if (node->kind == RULE_AND)
	{
		count = node->count;
		node = rule_first_child(node);
	}
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			node = rule_next_sibling(node);
		if (node->kind == RULE_FLAG && node->fact == fact)
			return true;
	}
	return false;
}

/* Visit each fact that a node and all under it read. */
void
rule_visit_node_facts(const Rule *rule, const RuleNode *node,
					  RuleFactVisitor visit, void *arg)
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
				rule_visit_node_facts(rule, child, visit, arg);
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
	rule_visit_node_facts(rule, rule_root(rule), visit, arg);
}

/* A fact that a rule reads, with its code. */
typedef struct FactRead
{
	RuleFact	fact;
	const char *code;
	int			code_len;
} FactRead;

typedef struct FactList
{
	FactRead	reads[RULE_MAX_NODES];
	int			count;
} FactList;

/* Note a fact, once. */
static void
note_fact(void *arg, RuleFact fact, const char *code, int code_len)
{
	FactList   *list = arg;

	for (int i = 0; i < list->count; i++)
	{
		FactRead   *read = &list->reads[i];

		if (read->fact == fact && read->code_len == code_len &&
			memcmp(read->code, code, code_len) == 0)
			return;
	}
	list->reads[list->count++] = (FactRead) {fact, code, code_len};
}

/* Return what the rule reads as rows (fact, code), in the order as written. */
static Datum
return_facts(FunctionCallInfo fcinfo, const Rule *rule)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	FactList   *list = palloc(sizeof(FactList));

	list->count = 0;
	rule_visit_facts(rule, note_fact, list);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < list->count; i++)
	{
		FactRead   *read = &list->reads[i];
		Datum		values[2] = {CStringGetTextDatum(rule_fact_name(read->fact))};
		bool		nulls[2] = {false, read->code_len == 0};

		if (read->code_len > 0)
			values[1] = PointerGetDatum(cstring_to_text_with_len(read->code,
																 read->code_len));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(rule_facts);
PG_FUNCTION_INFO_V1(rule_facts_text);
PG_FUNCTION_INFO_V1(is_passing_rule);
PG_FUNCTION_INFO_V1(is_passing_rule_text);

Datum
rule_facts(PG_FUNCTION_ARGS)
{
	return return_facts(fcinfo, PG_GETARG_RULE_P(0));
}

/* rule_facts() with the rule as text, as drivers send it. */
Datum
rule_facts_text(PG_FUNCTION_ARGS)
{
	return return_facts(fcinfo, rule_from_text_datum(PG_GETARG_DATUM(0)));
}

/* Refuse a rule that reads what only award rules may read. */
static void
require_passing_rule(const Rule *rule)
{
	uint32		facts = rule_fact_mask(rule);

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
}

/* For CHECK constraints: true, also for null, or an error that names the fact. */
Datum
is_passing_rule(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0))
		require_passing_rule(PG_GETARG_RULE_P(0));
	PG_RETURN_BOOL(true);
}

/* is_passing_rule() with the rule as text, as drivers send it. */
Datum
is_passing_rule_text(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0))
		require_passing_rule(rule_from_text_datum(PG_GETARG_DATUM(0)));
	PG_RETURN_BOOL(true);
}
