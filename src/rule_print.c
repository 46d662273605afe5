/*-------------------------------------------------------------------------
 *
 * rule_print.c
 *		RuleTree -> canonical text.
 *
 * One spelling for each rule: lower-case words, single spaces, "<>" for "!=",
 * numbers before "*" and without needless zeros, quotes only around codes
 * that need them, parentheses only where the tree would otherwise be another
 * one.  The order is the one written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "rule_tree.h"

/* How tightly the nodes bind; a looser child needs parentheses. */
typedef enum Binding
{
	BIND_LIST,					/* whole rules stand here */
	BIND_OR,
	BIND_AND,
	BIND_FACTOR
} Binding;

static Binding
node_binding(RuleNodeKind kind)
{
	switch (kind)
	{
		case RULE_OR:
			return BIND_OR;
		case RULE_AND:
			return BIND_AND;
		default:
			return BIND_FACTOR;
	}
}

/* How rules write the relation. */
const char *
rule_relation_symbol(RuleRelation relation)
{
	static const char *const symbols[] = {
		[RULE_EQ] = "=",
		[RULE_NE] = "<>",
		[RULE_LT] = "<",
		[RULE_LE] = "<=",
		[RULE_GT] = ">",
		[RULE_GE] = ">=",
	};

	return symbols[relation];
}

/* Append a code as rules write it, quoted where it must be. */
static void
print_code(StringInfo buf, const char *code, int length)
{
	if (rule_code_is_bare(code, length))
	{
		appendBinaryStringInfo(buf, code, length);
		return;
	}
	appendStringInfoChar(buf, '"');
	for (int i = 0; i < length; i++)
	{
		if (code[i] == '"')
			appendStringInfoChar(buf, '"');
		appendStringInfoChar(buf, code[i]);
	}
	appendStringInfoChar(buf, '"');
}

/* Append a fact with its code, if it has one: score(final). */
void
rule_print_quantity(StringInfo buf, RuleFact fact, const char *code, int length)
{
	appendStringInfoString(buf, rule_fact_name(fact));
	if (length > 0)
	{
		appendStringInfoChar(buf, '(');
		print_code(buf, code, length);
		appendStringInfoChar(buf, ')');
	}
}

/* sum = [ "-" ] term { ( "+" | "-" ) term } */
static void
print_sum(StringInfo buf, const RuleTreeTerm *first)
{
	for (const RuleTreeTerm *term = first; term; term = term->next)
	{
		Decimal		size = decimal_abs(term->coefficient);

		if (term != first)
			appendStringInfoString(buf, term->coefficient < 0 ? " - " : " + ");
		else if (term->coefficient < 0)
			appendStringInfoChar(buf, '-');
		if (!term->has_fact)
		{
			decimal_append(buf, size);
			continue;
		}
		if (size != DECIMAL_ONE)
		{
			decimal_append(buf, size);
			appendStringInfoString(buf, " * ");
		}
		rule_print_quantity(buf, term->fact, term->code, term->code_length);
	}
}

static void
print_children(RuleTree *tree, StringInfo buf, const char *separator,
			   Binding least);

/* Print a node, in parentheses where it binds more loosely than "least". */
static void
print_node(RuleTree *tree, StringInfo buf, Binding least)
{
	bool		in_parentheses = node_binding(tree->kind) < least;

	check_stack_depth();
	if (in_parentheses)
		appendStringInfoChar(buf, '(');
	tree->text_offset = buf->len;
	switch (tree->kind)
	{
		case RULE_AND:
			print_children(tree, buf, " and ", BIND_FACTOR);
			break;
		case RULE_OR:
			print_children(tree, buf, " or ", BIND_AND);
			break;
		case RULE_NOT:
			appendStringInfoString(buf, "not ");
			print_node(tree->first, buf, BIND_FACTOR);
			break;
		case RULE_QUORUM:
			appendStringInfo(buf, "at least %d of (", tree->need);
			print_children(tree, buf, ", ", BIND_LIST);
			appendStringInfoChar(buf, ')');
			break;
		case RULE_COMPARISON:
			print_sum(buf, tree->left);
			appendStringInfo(buf, " %s ", rule_relation_symbol(tree->relation));
			print_sum(buf, tree->right);
			break;
		case RULE_FLAG:
			rule_print_quantity(buf, tree->fact, tree->code, tree->code_length);
			break;
	}
	tree->text_length = buf->len - tree->text_offset;
	if (in_parentheses)
		appendStringInfoChar(buf, ')');
}

static void
print_children(RuleTree *tree, StringInfo buf, const char *separator,
			   Binding least)
{
	for (RuleTree *child = tree->first; child; child = child->next)
	{
		if (child != tree->first)
			appendStringInfoString(buf, separator);
		print_node(child, buf, least);
	}
}

/* Append the canonical text; notes in every node which part of it is its own. */
void
rule_print(RuleTree *tree, StringInfo buf)
{
	print_node(tree, buf, BIND_LIST);
}
