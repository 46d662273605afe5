/*-------------------------------------------------------------------------
 *
 * rule_certain.c
 *		Clauses of a rule that come out the same whatever the facts will be.
 *
 * Numbers can become anything that their kind can, attendance anything that
 * the planned sessions allow; every flag is tried both ways. What is reported
 * is certain. A contradiction between two comparisons is not found.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "rule_eval.h"
#include "rule_json.h"

/* With more flags nothing is reported: each doubles the work. */
#define MAX_FLAGS 8

typedef struct FlagValue
{
	RuleFact	fact;
	const char *code;
	int			code_len;
} FlagValue;

typedef struct CertainSearch
{
	RuleFacts	asked;			/* must be first */
	const Rule *rule;
	FlagValue	flags[MAX_FLAGS];
	int			flag_count;
	bool		too_many_flags;
	uint32		values;			/* of the flags that are tried, one bit each */
	ReturnSetInfo *result;
} CertainSearch;

PG_FUNCTION_INFO_V1(rule_certain_clauses);
PG_FUNCTION_INFO_V1(rule_certain_clauses_text);

/* RuleFacts.number: everything that it can be. */
static DecimalRange
any_number(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	return rule_natural_range(fact);
}

/* The place of a flag among those that are tried, -1 where it is not. */
static int
find_flag(const CertainSearch *search, RuleFact fact, const char *code,
		  int code_len)
{
	for (int i = 0; i < search->flag_count; i++)
	{
		const FlagValue *flag = &search->flags[i];

		if (flag->fact == fact && flag->code_len == code_len &&
			memcmp(flag->code, code, code_len) == 0)
			return i;
	}
	return -1;
}

/* RuleFacts.flag: as it is tried */
static Truth
tried_flag(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	const CertainSearch *search = (const CertainSearch *) asked;
	int			at = find_flag(search, fact, code, code_len);

	return search->values & (UINT32_C(1) << at) ? TRUTH_YES : TRUTH_NO;
}

/* Collects the flags of a node and all under it. */
static void
collect_flags(CertainSearch *search, const RuleNode *node)
{
	const RuleNode *child = rule_first_child(node);
	const char *code = rule_at(search->rule, node->code_offset);
	FlagValue  *flag;

	check_stack_depth();
	if (node->kind == RULE_COMPARISON)
		return;
	if (node->kind == RULE_FLAG)
	{
		if (find_flag(search, node->fact, code, node->code_length) >= 0)
			return;
		if (search->flag_count == MAX_FLAGS)
		{
			search->too_many_flags = true;
			return;
		}
		flag = &search->flags[search->flag_count++];
		flag->fact = node->fact;
		flag->code = code;
		flag->code_len = node->code_length;
		return;
	}
	for (int i = 0; i < (node->kind == RULE_NOT ? 1 : node->count); i++)
	{
		collect_flags(search, child);
		child = rule_next_sibling(child);
	}
}

/* No result is both passed and failed. */
static bool
values_are_possible(const CertainSearch *search)
{
	int			passed = find_flag(search, RULE_FACT_PASSED, "", 0);
	int			failed = find_flag(search, RULE_FACT_FAILED, "", 0);

	return passed < 0 || failed < 0 ||
		(search->values & (UINT32_C(1) << passed)) == 0 ||
		(search->values & (UINT32_C(1) << failed)) == 0;
}

/* The truth of a node whatever the facts are; open where they decide. */
static Truth
certain_truth(CertainSearch *search, const RuleNode *node, bool negated)
{
	Truth		certain = TRUTH_OPEN;

	for (search->values = 0;
		 search->values < UINT32_C(1) << search->flag_count; search->values++)
	{
		Truth		truth;

		CHECK_FOR_INTERRUPTS();
		if (!values_are_possible(search))
			continue;
		truth = rule_evaluate_node(search->rule, node, &search->asked,
								   negated);
		if (truth == TRUTH_OPEN ||
			(certain != TRUTH_OPEN && truth != certain))
			return TRUTH_OPEN;
		certain = truth;
	}
	return certain;
}

/* A row for the node where it is certain, else for what under it is. */
static void
report_node(CertainSearch *search, const RuleNode *node, bool negated)
{
	const RuleNode *child = rule_first_child(node);
	Truth		certain;
	Datum		values[3];
	bool		nulls[3] = {false};

	check_stack_depth();
	certain = certain_truth(search, node, negated);
	if (certain != TRUTH_OPEN)
	{
		values[0] = PointerGetDatum(
			cstring_to_text_with_len(rule_at(search->rule, node->text_offset),
									 node->text_length));
		values[1] = BoolGetDatum(node == rule_root(search->rule));
		values[2] = CStringGetTextDatum(certain == TRUTH_YES ? "always" :
										"never");
		tuplestore_putvalues(search->result->setResult,
							 search->result->setDesc, values, nulls);
		return;
	}
	if (node->kind == RULE_COMPARISON || node->kind == RULE_FLAG)
		return;
	for (int i = 0; i < (node->kind == RULE_NOT ? 1 : node->count); i++)
	{
		report_node(search, child, negated != (node->kind == RULE_NOT));
		child = rule_next_sibling(child);
	}
}

/* Return the certain clauses of a rule.  Errors: 22023 fewer than 0 sessions. */
static Datum
return_certain_clauses(FunctionCallInfo fcinfo, const Rule *rule)
{
	CertainSearch search = {0};

	search.rule = rule;
	search.asked.attendance.sessions = PG_GETARG_INT32(1);
	search.asked.number = any_number;
	search.asked.flag = tried_flag;
	search.result = (ReturnSetInfo *) fcinfo->resultinfo;
	if (search.asked.attendance.sessions < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sessions must not be negative: %d",
						search.asked.attendance.sessions),
				 errhint("Give the number of sessions that count, 0 where none is planned yet.")));
	InitMaterializedSRF(fcinfo, 0);
	collect_flags(&search, rule_root(search.rule));
	if (!search.too_many_flags)
		report_node(&search, rule_root(search.rule), false);
	return (Datum) 0;
}

/*
 * rule_certain_clauses(rule rule, sessions integer) RETURNS TABLE
 *		(clause text, is_whole_rule boolean, verdict text)
 *
 * With 0 sessions any number may come. Errors: 22023 a negative number.
 */
Datum
rule_certain_clauses(PG_FUNCTION_ARGS)
{
	return return_certain_clauses(fcinfo, PG_GETARG_RULE_P(0));
}

/* rule_certain_clauses() with the rule as text, as drivers send it. */
Datum
rule_certain_clauses_text(PG_FUNCTION_ARGS)
{
	return return_certain_clauses(fcinfo,
								  rule_from_text_datum(PG_GETARG_DATUM(0)));
}
