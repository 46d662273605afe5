/*-------------------------------------------------------------------------
 *
 * rule_waiting.c
 *		What a rule waits for, in one line of plain words.
 *
 * "2 sessions unmarked; 1 more score: final": each open fact is named once,
 * in the order attendance, scores, completions, all others, whatever number
 * of clauses waits for it.  Alternatives are joined by "or".  A rule that is
 * failed says which of its clauses can no longer be met instead.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"

#include "rule_words.h"

PG_FUNCTION_INFO_V1(waiting_for_rule);
PG_FUNCTION_INFO_V1(waiting_for_text);

/* What is waited for so far; everything in the current memory context. */
typedef struct Waiting
{
	const Rule *rule;
	RuleFacts  *facts;
	bool		attendance;
	List	   *scores;			/* codes, as C strings */
	List	   *completions;	/* the same */
	List	   *others;			/* phrases */
} Waiting;

/* Add a string to the list unless it is there. */
static List *
add_once(List *list, char *phrase)
{
	ListCell   *cell;

	foreach(cell, list)
	{
		if (strcmp(lfirst(cell), phrase) == 0)
			return list;
	}
	return lappend(list, phrase);
}

static void
add_phrase(Waiting *waiting, char *phrase)
{
	waiting->others = add_once(waiting->others, phrase);
}

/* A fact that is a number, and open. */
static void
wait_for_number(Waiting *waiting, const RuleTerm *term)
{
	const char *code = rule_at(waiting->rule, term->code_offset);
	StringInfoData words;

	if (term->fact == RULE_FACT_SCORE)
	{
		waiting->scores = add_once(waiting->scores,
								   pnstrdup(code, term->code_length));
		return;
	}
	if (term->fact <= RULE_FACT_ATTENDANCE || term->fact == RULE_FACT_HOURS ||
		term->fact == RULE_FACT_HOURS_ATTENDED)
	{
		waiting->attendance = true;
		return;
	}
	initStringInfo(&words);
	if (rule_describe(waiting->facts, term->fact, code, term->code_length, &words))
	{
		add_phrase(waiting, words.data);
		return;
	}
	rule_print_quantity(&words, term->fact, code, term->code_length);
	appendStringInfoString(&words, " not known yet");
	add_phrase(waiting, words.data);
}

/* Every open fact of an open comparison. */
static void
wait_for_comparison(Waiting *waiting, const RuleNode *node)
{
	RuleFacts  *facts = waiting->facts;
	const RuleTerm *term = rule_terms(node);

	for (int i = 0; i < node->count; i++, term++)
	{
		DecimalRange range;

		if (term->fact <= RULE_FACT_ATTENDANCE &&
			facts->attendance.sessions != RULE_ATTENDANCE_BY_FACT)
		{
			waiting->attendance = true;
			continue;
		}
		range = facts->number(facts, term->fact,
							  rule_at(waiting->rule, term->code_offset),
							  term->code_length);
		if (range.low != range.high)
			wait_for_number(waiting, term);
	}
}

/* A flag that is open; what a pending result waits for is the same for both. */
static void
wait_for_flag(Waiting *waiting, const RuleNode *node, bool negated)
{
	const char *code = rule_at(waiting->rule, node->code_offset);
	StringInfoData words;

	initStringInfo(&words);
	if (node->fact == RULE_FACT_PASSED || node->fact == RULE_FACT_FAILED)
	{
		if (!rule_describe(waiting->facts, node->fact, code, node->code_length,
						   &words))
			appendStringInfoString(&words, "result pending");
	}
	else if (node->fact == RULE_FACT_COMPLETED && !negated)
	{
		waiting->completions = add_once(waiting->completions,
										pnstrdup(code, node->code_length));
		return;
	}
	else
		rule_words_needed(&words, waiting->rule, node, waiting->facts, negated);
	add_phrase(waiting, words.data);
}

/* A clause that can no longer be met, with what is observed. */
static void
note_lost(Waiting *waiting, const RuleNode *node, bool negated)
{
	StringInfoData words;
	bool		is_list = node->kind == RULE_AND || node->kind == RULE_OR;
	bool		is_leaf = node->kind == RULE_COMPARISON || node->kind == RULE_FLAG;
	bool		can_change = is_leaf && rule_words_can_change(node);

	if (node->kind == RULE_FLAG &&
		(node->fact == RULE_FACT_PASSED || node->fact == RULE_FACT_FAILED))
	{
		add_phrase(waiting, (node->fact == RULE_FACT_PASSED) != negated ?
				   "result failed" : "result passed");
		return;
	}
	initStringInfo(&words);
	if (negated)
		appendStringInfoString(&words, is_list ? "not (" : "not ");
	appendBinaryStringInfo(&words, rule_at(waiting->rule, node->text_offset),
						   node->text_length);
	if (negated && is_list)
		appendStringInfoChar(&words, ')');
	appendStringInfoString(&words, can_change ? " is not met" :
						   " can no longer be met");
	if (is_leaf)
	{
		appendStringInfoString(&words, " (");
		rule_words_observed(&words, waiting->rule, node, waiting->facts);
		appendStringInfoChar(&words, ')');
	}
	add_phrase(waiting, words.data);
}

/* "1 more score: final", "2 more scores: final, theory" */
static void
append_codes(StringInfo buf, List *codes, const char *what)
{
	ListCell   *cell;

	appendStringInfo(buf, "%d more %s%s", list_length(codes), what,
					 list_length(codes) == 1 ? "" : "s");
	foreach(cell, codes)
		appendStringInfo(buf, "%s %s", cell == list_head(codes) ? ":" : ",",
						 (char *) lfirst(cell));
}

/* All that is waited for, joined by the separator; NULL where nothing is. */
static char *
waiting_words(const Waiting *waiting, const char *separator)
{
	StringInfoData words;
	StringInfoData item;
	ListCell   *cell;
	List	   *items = NIL;

	if (waiting->attendance)
	{
		initStringInfo(&item);
		rule_words_unmarked(&item, &waiting->facts->attendance);
		if (item.len == 0)
			appendStringInfoString(&item, "attendance not known yet");
		items = lappend(items, item.data);
	}
	if (waiting->scores)
	{
		initStringInfo(&item);
		append_codes(&item, waiting->scores, "score");
		items = lappend(items, item.data);
	}
	if (waiting->completions)
	{
		initStringInfo(&item);
		append_codes(&item, waiting->completions, "completion");
		items = lappend(items, item.data);
	}
	items = list_concat(items, waiting->others);
	if (items == NIL)
		return NULL;
	initStringInfo(&words);
	foreach(cell, items)
		appendStringInfo(&words, "%s%s", cell == list_head(items) ? "" : separator,
						 (char *) lfirst(cell));
	return words.data;
}

static void wait_for_node(Waiting *waiting, const RuleNode *node, bool negated);

/*
 * The open parts of a connective that needs "more" of them: what each waits
 * for, as alternatives.
 */
static void
wait_for_alternatives(Waiting *waiting, const RuleNode *node, bool negated,
					  int more)
{
	const RuleNode *child = rule_first_child(node);
	List	   *alternatives = NIL;
	StringInfoData words;
	ListCell   *cell;

	for (int i = 0; i < node->count; i++, child = rule_next_sibling(child))
	{
		Waiting		part = {waiting->rule, waiting->facts, false, NIL, NIL, NIL};
		char	   *phrase;

		if (rule_evaluate_node(waiting->rule, child, waiting->facts,
							   negated) != TRUTH_OPEN)
			continue;
		wait_for_node(&part, child, negated);
		phrase = waiting_words(&part, " and ");
		if (phrase)
			alternatives = add_once(alternatives, phrase);
	}
	if (alternatives == NIL)
		return;
	initStringInfo(&words);
	if (more > 1)
		appendStringInfo(&words, "%d of: ", more);
	foreach(cell, alternatives)
		appendStringInfo(&words, "%s%s",
						 cell == list_head(alternatives) ? "" :
						 more > 1 ? ", " : " or ",
						 (char *) lfirst(cell));
	add_phrase(waiting, words.data);
}

static void
wait_for_connective(Waiting *waiting, const RuleNode *node, Truth truth,
					bool negated)
{
	const RuleNode *child = rule_first_child(node);
	Wanted		wanted = rule_wanted(truth, negated);
	int			needed = rule_needed_parts(node, negated);
	int			more = needed;
	int			open = 0;
	Wanted		parts[RULE_MAX_NODES];

	for (int i = 0; i < node->count; i++, child = rule_next_sibling(child))
	{
		parts[i] = rule_wanted(rule_evaluate_node(waiting->rule, child,
												  waiting->facts, negated),
							   negated);
		more -= parts[i] == WANTED_MET;
		open += parts[i] == WANTED_OPEN;
	}
	if (wanted == WANTED_LOST && needed < node->count)
	{
		note_lost(waiting, node, negated);
		return;
	}
	if (wanted == WANTED_OPEN && more < open)
	{
		wait_for_alternatives(waiting, node, negated, more);
		return;
	}

	/* every part is needed: what is lost, or else what is open */
	child = rule_first_child(node);
	for (int i = 0; i < node->count; i++, child = rule_next_sibling(child))
	{
		if (parts[i] == wanted)
			wait_for_node(waiting, child, negated);
	}
}

/* Add what the node waits for to be true, or false with "negated". */
static void
wait_for_node(Waiting *waiting, const RuleNode *node, bool negated)
{
	Truth		truth = rule_evaluate_node(waiting->rule, node, waiting->facts,
										   negated);

	check_stack_depth();
	if (rule_wanted(truth, negated) == WANTED_MET)
		return;
	switch ((RuleNodeKind) node->kind)
	{
		case RULE_AND:
		case RULE_OR:
		case RULE_QUORUM:
			wait_for_connective(waiting, node, truth, negated);
			break;
		case RULE_NOT:
			wait_for_node(waiting, rule_first_child(node), !negated);
			break;
		case RULE_COMPARISON:
		case RULE_FLAG:
			if (truth != TRUTH_OPEN)
				note_lost(waiting, node, negated);
			else if (node->kind == RULE_COMPARISON)
				wait_for_comparison(waiting, node);
			else
				wait_for_flag(waiting, node, negated);
			break;
	}
}

/*
 * What the rule waits for, in the current memory context; NULL where it is
 * passed.
 */
char *
rule_waiting_for(const Rule *rule, RuleFacts *facts)
{
	Waiting		waiting = {rule, facts, false, NIL, NIL, NIL};

	wait_for_node(&waiting, rule_root(rule), false);
	return waiting_words(&waiting, "; ");
}

static Datum
return_waiting(FunctionCallInfo fcinfo, const Rule *rule)
{
	RuleFacts  *facts = rule_facts_from_jsonb(PG_GETARG_JSONB_P(1),
											  PG_GETARG_BOOL(2));
	char	   *words = rule_waiting_for(rule, facts);

	if (words == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(words));
}

Datum
waiting_for_rule(PG_FUNCTION_ARGS)
{
	return return_waiting(fcinfo, PG_GETARG_RULE_P(0));
}

/* The same with the rule as text, as drivers send it. */
Datum
waiting_for_text(PG_FUNCTION_ARGS)
{
	return return_waiting(fcinfo, rule_from_text_datum(PG_GETARG_DATUM(0)));
}
