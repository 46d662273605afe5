/*-------------------------------------------------------------------------
 *
 * rule_flat.c
 *		RuleTree -> Rule: the bytes that are drawn in rule.h.
 *
 * The tree must come from the parser, which keeps it within all limits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compat.h"
#include "rule_tree.h"

/* Where the next node, term and code go. */
typedef struct Flattener
{
	Rule	   *rule;
	char	   *next_node;
	char	   *next_code;
} Flattener;

/* Count what the tree takes: bytes of nodes with their terms, of codes. */
static void
measure_tree(const RuleTree *tree, Size *node_bytes, Size *code_bytes)
{
	check_stack_depth();
	*node_bytes += sizeof(RuleNode);
	*code_bytes += tree->code_length;
	for (RuleTree *child = tree->first; child; child = child->next)
		measure_tree(child, node_bytes, code_bytes);
	for (RuleTreeTerm *term = tree->collected; term; term = term->next)
	{
		*node_bytes += sizeof(RuleTerm);
		*code_bytes += term->code_length;
	}
}

/* Store a code; its offset, or 0 for none. */
static uint32
put_code(Flattener *flat, const char *code, int length)
{
	uint32		offset = flat->next_code - (char *) flat->rule;

	if (length == 0)
		return 0;
	memcpy(flat->next_code, code, length);
	flat->next_code += length;
	return offset;
}

static void
put_term(Flattener *flat, const RuleTreeTerm *source)
{
	RuleTerm   *term = (RuleTerm *) flat->next_node;

	flat->next_node += sizeof(RuleTerm);
	term->coefficient = source->coefficient;
	term->fact = source->fact;
	term->code_offset = put_code(flat, source->code, source->code_length);
	term->code_length = source->code_length;
	flat->rule->facts |= UINT32_C(1) << source->fact;
}

static void
put_node(Flattener *flat, const RuleTree *tree)
{
	RuleNode   *node = (RuleNode *) flat->next_node;

	check_stack_depth();
	flat->next_node += sizeof(RuleNode);
	node->kind = tree->kind;
	node->relation = tree->relation;
	node->count = tree->count;
	node->need = tree->need;
	node->text_offset = flat->rule->text_offset + tree->text_offset;
	node->text_length = tree->text_length;
	node->constant = tree->constant;
	if (tree->kind == RULE_FLAG)
	{
		node->fact = tree->fact;
		node->code_offset = put_code(flat, tree->code, tree->code_length);
		node->code_length = tree->code_length;
		flat->rule->facts |= UINT32_C(1) << tree->fact;
	}
	for (RuleTree *child = tree->first; child; child = child->next)
		put_node(flat, child);
	for (RuleTreeTerm *term = tree->collected; term; term = term->next)
		put_term(flat, term);
	node->length = flat->next_node - (char *) node;
}

/* Make the rule of a tree, in the current memory context. */
Rule *
rule_flatten(RuleTree *tree)
{
	StringInfoData canonical;
	Size		node_bytes = 0;
	Size		code_bytes = 0;
	Size		size;
	Flattener	flat;

	initStringInfo(&canonical);
	rule_print(tree, &canonical);
	measure_tree(tree, &node_bytes, &code_bytes);
	size = sizeof(Rule) + node_bytes + code_bytes + canonical.len;
	flat.rule = palloc0(size);
	SET_VARSIZE(flat.rule, size);
	flat.rule->version = RULE_FORMAT_VERSION;
	flat.rule->text_offset = sizeof(Rule) + node_bytes + code_bytes;
	flat.rule->text_length = canonical.len;
	flat.next_node = (char *) (flat.rule + 1);
	flat.next_code = flat.next_node + node_bytes;
	put_node(&flat, tree);
	memcpy((char *) flat.rule + flat.rule->text_offset, canonical.data, canonical.len);
	Assert(flat.next_code == (char *) flat.rule + flat.rule->text_offset);
	pfree(canonical.data);
	return flat.rule;
}
