/*-------------------------------------------------------------------------
 *
 * rule_explain.c
 *		Why a rule is passed, failed or pending, clause by clause.
 *
 * A clause is a node of the rule; a flag or comparison under "not" is one
 * clause together with its "not".  Clauses come in the order in which they
 * are written, each before the ones under it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "rule_words.h"

/* Where the rows go, and how far they are. */
typedef struct Explanation
{
	const Rule *rule;
	RuleFacts  *facts;
	Tuplestorestate *store;
	TupleDesc	columns;
	int			clause_no;
} Explanation;

PG_FUNCTION_INFO_V1(explain);
PG_FUNCTION_INFO_V1(explain_text);

/* The text as a column value; null where it is empty. */
static void
set_words(StringInfo words, Datum *value, bool *is_null)
{
	*is_null = words->len == 0;
	if (!*is_null)
		*value = PointerGetDatum(cstring_to_text_with_len(words->data, words->len));
}

/* Add the row of a clause; "depth" counts from 0. */
static void
add_row(Explanation *explanation, const RuleNode *node, int depth,
		StringInfo observed, Truth outcome, StringInfo needed)
{
	const char *clause = rule_at(explanation->rule, node->text_offset);
	Datum		values[6] = {0};
	bool		nulls[6] = {false};

	values[0] = Int32GetDatum(++explanation->clause_no);
	values[1] = Int32GetDatum(depth);
	values[2] = PointerGetDatum(cstring_to_text_with_len(clause, node->text_length));
	set_words(observed, &values[3], &nulls[3]);
	values[4] = CStringGetTextDatum(rule_outcome_name(outcome));
	set_words(needed, &values[5], &nulls[5]);
	tuplestore_putvalues(explanation->store, explanation->columns, values, nulls);
}

/*
 * Words for a connective: how many of its parts are as it wants them, and how
 * many more it needs.
 */
static void
describe_connective(const Explanation *explanation, const RuleNode *node,
					bool negated, StringInfo observed, StringInfo needed)
{
	const RuleNode *child = rule_first_child(node);
	int			met = 0;
	int			open = 0;
	int			more;

	for (int i = 0; i < node->count; i++, child = rule_next_sibling(child))
	{
		Truth		truth = rule_evaluate_node(explanation->rule, child,
											   explanation->facts, negated);

		met += truth == TRUTH_YES;
		open += truth == TRUTH_OPEN;
	}
	appendStringInfo(observed, "%d of %d met", met, node->count);
	if (open > 0)
		appendStringInfo(observed, ", %d open", open);
	if (negated)
		return;
	more = rule_needed_parts(node, false) - met;
	if (more > 0 && more <= open)
		appendStringInfo(needed, "%d more", more);
}

static void
explain_node(Explanation *explanation, const RuleNode *node, int depth,
			 bool negated)
{
	const RuleNode *inner = node;
	Truth		outcome = rule_evaluate_node(explanation->rule, node,
											 explanation->facts, negated);
	StringInfoData observed;
	StringInfoData needed;

	check_stack_depth();
	initStringInfo(&observed);
	initStringInfo(&needed);
	while (inner->kind == RULE_NOT)
	{
		inner = rule_first_child(inner);
		negated = !negated;
	}
	if (inner->kind == RULE_COMPARISON || inner->kind == RULE_FLAG)
	{
		Truth		truth = rule_evaluate_node(explanation->rule, inner,
											   explanation->facts, negated);

		rule_words_observed(&observed, explanation->rule, inner,
							explanation->facts);
		switch (rule_wanted(truth, negated))
		{
			case WANTED_MET:
				break;
			case WANTED_OPEN:
				rule_words_needed(&needed, explanation->rule, inner,
								  explanation->facts, negated);
				break;
			case WANTED_LOST:
				if (rule_words_can_change(inner))
					rule_words_needed(&needed, explanation->rule, inner,
									  explanation->facts, negated);
				else
					appendStringInfoString(&needed, "can no longer be met");
				break;
		}
		add_row(explanation, node, depth, &observed, outcome, &needed);
		return;
	}

	describe_connective(explanation, inner, negated, &observed, &needed);
	add_row(explanation, node, depth, &observed, outcome, &needed);
	node = rule_first_child(inner);
	for (int i = 0; i < inner->count; i++, node = rule_next_sibling(node))
		explain_node(explanation, node, depth + 1, negated);
}

/*
 * Add a row for each clause to the tuplestore: clause_no, depth, clause,
 * observed, outcome, needed, as explain() returns them.
 */
void
rule_explain(const Rule *rule, RuleFacts *facts, Tuplestorestate *store,
			 TupleDesc columns)
{
	Explanation explanation = {rule, facts, store, columns, 0};

	explain_node(&explanation, rule_root(rule), 0, false);
}

static Datum
return_explanation(FunctionCallInfo fcinfo, const Rule *rule)
{
	RuleFacts  *facts = rule_facts_from_jsonb(PG_GETARG_JSONB_P(1),
											  PG_GETARG_BOOL(2));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	rule_explain(rule, facts, rsinfo->setResult, rsinfo->setDesc);
	return (Datum) 0;
}

/*
 * explain(rule rule, facts jsonb, closed boolean) RETURNS TABLE
 *		(clause_no integer, depth integer, clause text, observed text,
 *		outcome text, needed text)
 *
 * Errors: those of the facts (rule_json.c).
 */
Datum
explain(PG_FUNCTION_ARGS)
{
	return return_explanation(fcinfo, PG_GETARG_RULE_P(0));
}

/* explain() with the rule as text, as drivers send it. */
Datum
explain_text(PG_FUNCTION_ARGS)
{
	return return_explanation(fcinfo, rule_from_text_datum(PG_GETARG_DATUM(0)));
}
