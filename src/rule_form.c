/*-------------------------------------------------------------------------
 *
 * rule_form.c
 *		A comparison as a linear form over facts, compared with zero.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "rule_tree.h"

/* Refuse a fact in the sum that is true or false. */
bool
rule_check_numbers(RuleScanner *scanner, const RuleTreeTerm *term)
{
	for (; term; term = term->next)
	{
		const RuleFactInfo *info = &rule_fact_info[term->fact];

		if (term->has_fact && !(info->kind & RULE_KIND_NUMBER))
		{
			rule_fail_use(scanner, term->position,
						  psprintf("fact \"%s\" is true or false and cannot be compared",
								   info->name),
						  psprintf("Write it alone, or with \"not\" before it: not %s.",
								   info->example));
			return false;
		}
	}
	return true;
}

/* Order terms so that those of one (fact, code) lie together, first first. */
static int
compare_terms(const void *left, const void *right)
{
	const RuleTreeTerm *l = *(RuleTreeTerm *const *) left;
	const RuleTreeTerm *r = *(RuleTreeTerm *const *) right;
	int			order;

	if (l->fact != r->fact)
		return l->fact < r->fact ? -1 : 1;
	if (l->code_length != r->code_length)
		return l->code_length < r->code_length ? -1 : 1;
	if (l->code_length > 0)
	{
		order = memcmp(l->code, r->code, l->code_length);
		if (order != 0)
			return order;
	}
	return l->position < r->position ? -1 : 1;
}

static bool
same_quantity(const RuleTreeTerm *left, const RuleTreeTerm *right)
{
	return left->fact == right->fact &&
		left->code_length == right->code_length &&
		(left->code_length == 0 ||
		 memcmp(left->code, right->code, left->code_length) == 0);
}

/*
 * Collect the comparison on its left side: the sum of its numbers, and one
 * term for each (fact, code) whose coefficients do not cancel out, in the
 * order of their first mention.
 *
 * The numbers are kept so small that no evaluation overflows: coefficients
 * add up to less than 10^12, a fact's value is less than 10^12, so the sum of
 * the products is less than 10^36 square millionths; int128 holds 10^38.
 */
bool
rule_collect_terms(RuleScanner *scanner, RuleTree *tree, int position)
{
	RuleTreeTerm *terms[RULE_MAX_NODES];
	RuleTreeTerm *sums[RULE_MAX_NODES];
	RuleTreeTerm **tail = &tree->collected;
	int			count = 0;
	int128		size = 0;
	int128		constant = 0;

	for (int side = 0; side < 2; side++)
	{
		for (RuleTreeTerm *term = side == 0 ? tree->left : tree->right; term;
			 term = term->next)
		{
			RuleTreeTerm *copy;

			if (!term->has_fact)
			{
				constant += side == 0 ? term->coefficient : -term->coefficient;
				continue;
			}
			copy = palloc(sizeof(RuleTreeTerm));
			*copy = *term;
			copy->next = NULL;
			if (side == 1)
				copy->coefficient = -copy->coefficient;
			size += decimal_abs(copy->coefficient);
			terms[count] = sums[count] = copy;
			count++;
		}
	}
	if (count == 0)
	{
		rule_fail_use(scanner, position, "comparison without a fact",
					  "Compare a fact, for example: absences <= 2.");
		return false;
	}
	if (size >= DECIMAL_LIMIT || constant >= DECIMAL_LIMIT ||
		constant <= -DECIMAL_LIMIT)
	{
		rule_fail_use(scanner, position,
					  "numbers of a comparison are too large together",
					  "They may add up to numbers of at most 12 digits before the decimal point.");
		return false;
	}

	qsort(sums, count, sizeof(RuleTreeTerm *), compare_terms);
	for (int i = 1, first = 0; i < count; i++)
	{
		if (same_quantity(sums[first], sums[i]))
		{
			sums[first]->coefficient += sums[i]->coefficient;
			sums[i]->coefficient = 0;
		}
		else
			first = i;
	}
	for (int i = 0; i < count; i++)
	{
		if (terms[i]->coefficient == 0)
			continue;
		*tail = terms[i];
		tail = &terms[i]->next;
		tree->count++;
	}
	if (tree->count == 0)
	{
		rule_fail_use(scanner, position, "all facts of the comparison cancel out",
					  "It would be true or false whatever happens: leave it out.");
		return false;
	}
	tree->constant = (Decimal) constant;
	return true;
}
