/*-------------------------------------------------------------------------
 *
 * rule_eval.c
 *		Three-valued evaluation of a rule from values, ranges and truths.
 *
 * Pure: no SPI, no catalog, no allocation; the facts come from a RuleFacts
 * whose functions may do as they like.  The flat bytes are walked as they
 * are.
 *
 * A comparison is a linear form f over facts, compared with zero.  What the
 * open facts can still become bounds f, and the comparison is decided as soon
 * as the bounds lie on one side.  Coefficients and values are millionths, so
 * a form counts in millionths of millionths ("square millionths"); nothing is
 * rounded.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "rule_eval.h"

/* Bounds of the form grow by what a fact with these bounds contributes. */
static inline void
add_bounds(RuleBounds *bounds, int128 low, int128 high)
{
	bounds->low += low;
	bounds->high += high;
}

/* The form has one more fact, bounded for itself. */
static void
add_range(RuleBounds *bounds, Decimal coefficient, DecimalRange range)
{
	Decimal		at_low = coefficient > 0 ? range.low : range.high;
	Decimal		at_high = coefficient > 0 ? range.high : range.low;

	if (at_low == DECIMAL_MINUS_INFINITY || at_low == DECIMAL_INFINITY)
		bounds->no_low = true;
	else
		bounds->low += (int128) coefficient * at_low;
	if (at_high == DECIMAL_MINUS_INFINITY || at_high == DECIMAL_INFINITY)
		bounds->no_high = true;
	else
		bounds->high += (int128) coefficient * at_high;
}

/*
 * No session is scheduled: any number may come, and each adds one session and
 * goes to one category, so the form has no bound on a side to which some
 * category moves it.  The percentage can become anything.
 */
static void
add_unscheduled(RuleBounds *bounds, const Decimal *coefficient,
				Decimal least, Decimal most)
{
	if (coefficient[RULE_FACT_SESSIONS] + least < 0)
		bounds->no_low = true;
	if (coefficient[RULE_FACT_SESSIONS] + most > 0)
		bounds->no_high = true;
	add_range(bounds, coefficient[RULE_FACT_ATTENDANCE],
			  decimal_range(0, 100 * DECIMAL_ONE));
}

/*
 * The percentage together with counts: it is rounded, so the form is not
 * linear in the number of unmarked sessions that become attended, and each
 * number is tried.  Where percentage and counts move the form the same way,
 * or it does not depend on the counts, the two ends are enough.
 */
static void
add_percentage(RuleBounds *bounds, const RuleAttendance *attendance,
			   int unmarked, Decimal percentage, const Decimal *attended,
			   const Decimal *missed)
{
	/* 0 the lower bound, 1 the upper one */
	for (int side = 0; side < 2; side++)
	{
		Decimal		gain = attended[side] - missed[side];
		bool		ends_suffice = gain == 0 || (gain > 0) == (percentage > 0);
		int			step = ends_suffice ? Max(unmarked, 1) : 1;
		int128		best = 0;

		for (int k = 0; k <= unmarked; k += step)
		{
			Decimal		percent;
			int128		value;

			percent = decimal_ratio_int(100 * (int64) (attendance->attended + k),
										attendance->sessions);
			value = (int128) percentage * percent +
				((int128) attended[side] * k +
				 (int128) missed[side] * (unmarked - k)) * DECIMAL_ONE;
			if (k == 0 || (side == 0 ? value < best : value > best))
				best = value;
			if (k % 1024 == 0)
				CHECK_FOR_INTERRUPTS();
		}
		if (side == 0)
			bounds->low += best;
		else
			bounds->high += best;
	}
}

/*
 * The attendance facts of the form, bounded together: each unmarked session
 * goes to one category.  "coefficient" is indexed by the attendance facts.
 */
static void
add_attendance(RuleBounds *bounds, const Decimal *coefficient,
			   const RuleAttendance *attendance)
{
	/* what one session brings by being attended, or not; least and most */
	Decimal		punctual = coefficient[RULE_FACT_ATTENDED];
	Decimal		late = punctual + coefficient[RULE_FACT_LATES];
	Decimal		attended[2] = {Min(punctual, late), Max(punctual, late)};
	Decimal		missed[2] = {
		Min(coefficient[RULE_FACT_ABSENCES], coefficient[RULE_FACT_EXCUSED]),
		Max(coefficient[RULE_FACT_ABSENCES], coefficient[RULE_FACT_EXCUSED])
	};
	Decimal		least = Min(attended[0], missed[0]);
	Decimal		most = Max(attended[1], missed[1]);
	int			marked = attendance->attended + attendance->absences +
		attendance->excused;
	int			unmarked = Max(attendance->sessions - marked, 0);
	int			sessions = attendance->sessions > 0 ? attendance->sessions : marked;
	int128		sum;

	sum = (int128) coefficient[RULE_FACT_SESSIONS] * sessions +
		(int128) coefficient[RULE_FACT_ATTENDED] * attendance->attended +
		(int128) coefficient[RULE_FACT_ABSENCES] * attendance->absences +
		(int128) coefficient[RULE_FACT_EXCUSED] * attendance->excused +
		(int128) coefficient[RULE_FACT_LATES] * attendance->lates;
	sum *= DECIMAL_ONE;
	add_bounds(bounds, sum, sum);
	if (attendance->sessions <= 0)
		add_unscheduled(bounds, coefficient, least, most);
	else if (coefficient[RULE_FACT_ATTENDANCE] != 0)
		add_percentage(bounds, attendance, unmarked,
					   coefficient[RULE_FACT_ATTENDANCE], attended, missed);
	else
		add_bounds(bounds, (int128) least * unmarked * DECIMAL_ONE,
				   (int128) most * unmarked * DECIMAL_ONE);
}

/* What the form of a comparison, left side minus right side, can become. */
RuleBounds
rule_form_bounds(const Rule *rule, const RuleNode *node, RuleFacts *facts)
{
	const RuleTerm *term = rule_terms(node);
	bool		jointly = facts->attendance.sessions != RULE_ATTENDANCE_BY_FACT;
	bool		has_attendance = false;
	Decimal		coefficient[RULE_FACT_ATTENDANCE + 1] = {0};
	RuleBounds	bounds = {0};

	bounds.low = bounds.high = (int128) node->constant * DECIMAL_ONE;
	for (int i = 0; i < node->count; i++, term++)
	{
		if (jointly && term->fact <= RULE_FACT_ATTENDANCE)
		{
			coefficient[term->fact] = term->coefficient;
			has_attendance = true;
		}
		else
			add_range(&bounds, term->coefficient,
					  facts->number(facts, term->fact,
									rule_at(rule, term->code_offset),
									term->code_length));
	}
	if (has_attendance)
		add_attendance(&bounds, coefficient, &facts->attendance);
	return bounds;
}

/* Decide "form relation 0" by the bounds of the form. */
Truth
rule_compare_bounds(const RuleBounds *bounds, RuleRelation relation)
{
	bool		below = !bounds->no_high && bounds->high < 0;
	bool		not_above = !bounds->no_high && bounds->high <= 0;
	bool		above = !bounds->no_low && bounds->low > 0;
	bool		not_below = !bounds->no_low && bounds->low >= 0;
	bool		yes;
	bool		no;

	switch (relation)
	{
		case RULE_EQ:
			yes = not_above && not_below;
			no = below || above;
			break;
		case RULE_NE:
			yes = below || above;
			no = not_above && not_below;
			break;
		case RULE_LT:
			yes = below;
			no = not_below;
			break;
		case RULE_LE:
			yes = not_above;
			no = above;
			break;
		case RULE_GT:
			yes = above;
			no = not_above;
			break;
		default:
			yes = not_below;
			no = below;
			break;
	}
	return yes ? TRUTH_YES : no ? TRUTH_NO : TRUTH_OPEN;
}

/* A flag; "negated" says that it stands under an odd number of "not". */
static Truth
evaluate_flag(const Rule *rule, const RuleNode *node, RuleFacts *facts,
			  bool negated)
{
	Truth		truth = facts->flag(facts, node->fact,
									rule_at(rule, node->code_offset),
									node->code_length);

	if (truth != TRUTH_YES && rule_fact_is_standing(node->fact))
		return negated ? TRUTH_NO : TRUTH_OPEN;
	return truth;
}

/*
 * The truth of a node and all under it by Kleene's logic; "negated" says that
 * it stands under an odd number of "not".
 */
Truth
rule_evaluate_node(const Rule *rule, const RuleNode *node, RuleFacts *facts,
				   bool negated)
{
	const RuleNode *child = rule_first_child(node);
	RuleBounds	bounds;
	Truth		truth;
	int			yes = 0;
	int			no = 0;

	check_stack_depth();
	switch ((RuleNodeKind) node->kind)
	{
		case RULE_AND:
			truth = TRUTH_YES;
			for (int i = 0; i < node->count && truth != TRUTH_NO; i++)
			{
				Truth		part = rule_evaluate_node(rule, child, facts, negated);

				truth = Min(truth, part);
				child = rule_next_sibling(child);
			}
			return truth;
		case RULE_OR:
			truth = TRUTH_NO;
			for (int i = 0; i < node->count && truth != TRUTH_YES; i++)
			{
				Truth		part = rule_evaluate_node(rule, child, facts, negated);

				truth = Max(truth, part);
				child = rule_next_sibling(child);
			}
			return truth;
		case RULE_NOT:
			return TRUTH_YES - rule_evaluate_node(rule, child, facts, !negated);
		case RULE_QUORUM:
			for (int i = 0; i < node->count; i++)
			{
				truth = rule_evaluate_node(rule, child, facts, negated);
				yes += truth == TRUTH_YES;
				no += truth == TRUTH_NO;
				child = rule_next_sibling(child);
			}
			if (yes >= node->need)
				return TRUTH_YES;
			return node->count - no < node->need ? TRUTH_NO : TRUTH_OPEN;
		case RULE_COMPARISON:
			bounds = rule_form_bounds(rule, node, facts);
			return rule_compare_bounds(&bounds, node->relation);
		case RULE_FLAG:
			return evaluate_flag(rule, node, facts, negated);
	}
	elog(ERROR, "unrecognized rule node kind: %d", (int) node->kind);
}

/* Passed (yes), failed (no) or pending (open), as the facts stand. */
Truth
rule_evaluate(const Rule *rule, RuleFacts *facts)
{
	return rule_evaluate_node(rule, rule_root(rule), facts, false);
}

/* RuleFactVisitor: adds the fact's bit. */
static void
add_fact_bit(void *arg, RuleFact fact, const char *code, int code_len)
{
	*(uint32 *) arg |= FACT_BIT(fact);
}

static uint32
node_fact_mask(const Rule *rule, const RuleNode *node)
{
	uint32		mask = 0;

	rule_visit_node_facts(rule, node, add_fact_bit, &mask);
	return mask;
}

/* The facts that rule_stands asks for: of the parts that have moved. */
uint32
rule_moved_fact_mask(const Rule *rule, uint32 moved)
{
	const RuleNode *node = rule_root(rule);
	const RuleNode *child = rule_first_child(node);
	uint32		reads = 0;

	if (node->kind != RULE_AND && node->kind != RULE_OR)
		return rule_fact_mask(rule);
	for (int i = 0; i < node->count; i++, child = rule_next_sibling(child))
	{
		uint32		mask = node_fact_mask(rule, child);

		if (mask & moved)
			reads |= mask;
	}
	return reads;
}

/*
 * Whether a rule that was "before" until some facts moved, by bit, is certain
 * to be that still, without a look at the other facts. The parts of an "and"
 * that read none of those that moved are what they were, none of them less
 * true than the whole was; so where the others together are as true as that,
 * the whole is, too. An "or" is its mirror image.
 */
bool
rule_stands(const Rule *rule, RuleFacts *facts, uint32 moved, Truth before)
{
	const RuleNode *node = rule_root(rule);
	const RuleNode *child = rule_first_child(node);
	bool		all = node->kind == RULE_AND;
	Truth		truth = all ? TRUTH_YES : TRUTH_NO;

	if (!all && node->kind != RULE_OR)
		return false;
	for (int i = 0; i < node->count; i++, child = rule_next_sibling(child))
	{
		Truth		part;

		if ((node_fact_mask(rule, child) & moved) == 0)
			continue;
		part = rule_evaluate_node(rule, child, facts, false);
		truth = all ? Min(truth, part) : Max(truth, part);
	}
	return truth == before;
}

/* How an outcome is called in SQL. */
const char *
rule_outcome_name(Truth outcome)
{
	static const char *const names[] = {
		[TRUTH_NO] = "failed",
		[TRUTH_OPEN] = "pending",
		[TRUTH_YES] = "passed"
	};

	return names[outcome];
}
