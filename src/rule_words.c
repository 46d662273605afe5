/*-------------------------------------------------------------------------
 *
 * rule_words.c
 *		Plain words for what rules observe and what they still need.
 *
 * Words describe one leaf of a rule, a comparison or a flag.  What a source
 * has better words for (the invoice that is outstanding, the title of an
 * achievement), it says through RuleFacts.describe.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "rule_words.h"

/* A form whose known facts are already part of the constant. */
typedef struct OpenForm
{
	const RuleTerm *terms[RULE_MAX_NODES];
	int			count;
	int128		constant;		/* square millionths */
} OpenForm;

/* What a condition with this truth is to a rule that wants it, or wants it not. */
Wanted
rule_wanted(Truth truth, bool negated)
{
	if (truth == TRUTH_OPEN)
		return WANTED_OPEN;
	return (truth == TRUTH_YES) != negated ? WANTED_MET : WANTED_LOST;
}

/* Append the source's own words; false where it has none. */
bool
rule_describe(RuleFacts *facts, RuleFact fact, const char *code, int code_len,
			  StringInfo buf)
{
	int			before = buf->len;

	if (facts->describe)
		facts->describe(facts, fact, code, code_len, buf);
	return buf->len > before;
}

/*
 * Can the comparison or flag become what it is not without a correction?
 * Standing flags and the balance can at any time.
 */
bool
rule_words_can_change(const RuleNode *node)
{
	const RuleTerm *term = rule_terms(node);

	if (node->kind == RULE_FLAG)
		return rule_fact_is_standing(node->fact);
	for (int i = 0; i < node->count; i++)
	{
		if (term[i].fact == RULE_FACT_BALANCE)
			return true;
	}
	return false;
}

/* Append ", " unless the text begins at "start". */
static void
append_separator(StringInfo buf, int start)
{
	if (buf->len > start)
		appendStringInfoString(buf, ", ");
}

/* "1 absence", "2 absences" */
static void
append_count(StringInfo buf, int64 count, const char *one, const char *many)
{
	appendStringInfo(buf, INT64_FORMAT " %s", count, count == 1 ? one : many);
}

static int
unmarked_sessions(const RuleAttendance *attendance)
{
	return Max(attendance->sessions - attendance->attended -
			   attendance->absences - attendance->excused, 0);
}

/* Append why the attendance is open; nothing where it is not. */
void
rule_words_unmarked(StringInfo buf, const RuleAttendance *attendance)
{
	int			unmarked = unmarked_sessions(attendance);

	if (attendance->sessions == RULE_ATTENDANCE_BY_FACT)
		appendStringInfoString(buf, "attendance not known yet");
	else if (attendance->sessions == 0)
		appendStringInfoString(buf, "no sessions scheduled");
	else if (unmarked > 0)
		append_count(buf, unmarked, "session unmarked", "sessions unmarked");
}

/* Append an attendance fact as marks tell it. */
static void
append_attendance(StringInfo buf, RuleFact fact,
				  const RuleAttendance *attendance)
{
	switch (fact)
	{
		case RULE_FACT_SESSIONS:
			append_count(buf, attendance->sessions, "session", "sessions");
			break;
		case RULE_FACT_ATTENDED:
			appendStringInfo(buf, "%d attended", attendance->attended);
			break;
		case RULE_FACT_ABSENCES:
			append_count(buf, attendance->absences, "absence", "absences");
			break;
		case RULE_FACT_EXCUSED:
			appendStringInfo(buf, "%d excused", attendance->excused);
			break;
		case RULE_FACT_LATES:
			appendStringInfo(buf, "%d late", attendance->lates);
			break;
		default:
			appendStringInfo(buf, "%d of %d attended", attendance->attended,
							 attendance->sessions);
			break;
	}
}

/* Append a fact that is a number: "score(final) = 72", "... from 0 to 100". */
static void
append_number(StringInfo buf, const Rule *rule, const RuleTerm *term,
			  DecimalRange range)
{
	rule_print_quantity(buf, term->fact, rule_at(rule, term->code_offset),
						term->code_length);
	if (range.low == range.high)
	{
		appendStringInfoString(buf, " = ");
		decimal_append(buf, range.low);
	}
	else if (range.low == DECIMAL_MINUS_INFINITY && range.high == DECIMAL_INFINITY)
		appendStringInfoString(buf, " not recorded");
	else if (range.high == DECIMAL_INFINITY)
	{
		appendStringInfoString(buf, " from ");
		decimal_append(buf, range.low);
		appendStringInfoString(buf, " up");
	}
	else if (range.low == DECIMAL_MINUS_INFINITY)
	{
		appendStringInfoString(buf, " up to ");
		decimal_append(buf, range.high);
	}
	else
	{
		appendStringInfoString(buf, " from ");
		decimal_append(buf, range.low);
		appendStringInfoString(buf, " to ");
		decimal_append(buf, range.high);
	}
}

static DecimalRange
term_range(const Rule *rule, const RuleTerm *term, RuleFacts *facts)
{
	return facts->number(facts, term->fact, rule_at(rule, term->code_offset),
						 term->code_length);
}

static bool
is_joint_attendance(const RuleTerm *term, RuleFacts *facts)
{
	return term->fact <= RULE_FACT_ATTENDANCE &&
		facts->attendance.sessions != RULE_ATTENDANCE_BY_FACT;
}

/* "1 absence, 10 sessions, 2 sessions unmarked" */
static void
observe_comparison(StringInfo buf, const Rule *rule, const RuleNode *node,
				   RuleFacts *facts)
{
	const RuleTerm *term = rule_terms(node);
	int			start = buf->len;
	bool		has_marks = false;
	bool		scheduled = facts->attendance.sessions != 0;

	for (int i = 0; i < node->count; i++, term++)
	{
		if (!is_joint_attendance(term, facts))
		{
			append_separator(buf, start);
			append_number(buf, rule, term, term_range(rule, term, facts));
			continue;
		}
		has_marks |= term->fact != RULE_FACT_SESSIONS || !scheduled;
		if (!scheduled && (term->fact == RULE_FACT_SESSIONS ||
						   term->fact == RULE_FACT_ATTENDANCE))
			continue;
		append_separator(buf, start);
		append_attendance(buf, term->fact, &facts->attendance);
	}
	if (has_marks && (!scheduled || unmarked_sessions(&facts->attendance) > 0))
	{
		append_separator(buf, start);
		rule_words_unmarked(buf, &facts->attendance);
	}
}

/* The flag as it stands: "held", "not held", "not held yet". */
static void
observe_flag(StringInfo buf, const Rule *rule, const RuleNode *node,
			 RuleFacts *facts)
{
	const char *code = rule_at(rule, node->code_offset);
	Truth		truth = facts->flag(facts, node->fact, code, node->code_length);
	const char *word = rule_fact_name(node->fact);

	switch ((RuleFact) node->fact)
	{
		case RULE_FACT_HOLDS:
			word = "held";
			break;
		case RULE_FACT_CONDITION:
			word = "true";
			break;
		case RULE_FACT_PASSED:
		case RULE_FACT_FAILED:
			if (truth == TRUTH_OPEN)
			{
				appendStringInfoString(buf, "result pending");
				return;
			}
			break;
		default:
			break;
	}
	if (truth == TRUTH_YES)
		appendStringInfoString(buf, word);
	else if (truth == TRUTH_OPEN && node->fact == RULE_FACT_CONDITION)
		appendStringInfoString(buf, "not recorded");
	else
		appendStringInfo(buf, truth == TRUTH_OPEN ? "not %s yet" : "not %s", word);
}

/* Append what a comparison or flag sees. */
void
rule_words_observed(StringInfo buf, const Rule *rule, const RuleNode *node,
					RuleFacts *facts)
{
	if (node->kind == RULE_FLAG)
		observe_flag(buf, rule, node, facts);
	else
		observe_comparison(buf, rule, node, facts);
}

/* The relation with both sides multiplied by -1. */
static RuleRelation
mirrored(RuleRelation relation)
{
	static const RuleRelation mirror[] = {
		[RULE_EQ] = RULE_EQ,
		[RULE_NE] = RULE_NE,
		[RULE_LT] = RULE_GT,
		[RULE_LE] = RULE_GE,
		[RULE_GT] = RULE_LT,
		[RULE_GE] = RULE_LE
	};

	return mirror[relation];
}

/* The relation that holds when this one does not. */
static RuleRelation
negation(RuleRelation relation)
{
	static const RuleRelation negated[] = {
		[RULE_EQ] = RULE_NE,
		[RULE_NE] = RULE_EQ,
		[RULE_LT] = RULE_GE,
		[RULE_LE] = RULE_GT,
		[RULE_GT] = RULE_LE,
		[RULE_GE] = RULE_LT
	};

	return negated[relation];
}

/* An attendance fact of which nothing is open. */
static DecimalRange
marked_value(RuleFact fact, const RuleAttendance *attendance)
{
	Decimal		value;

	switch (fact)
	{
		case RULE_FACT_SESSIONS:
			value = attendance->sessions * DECIMAL_ONE;
			break;
		case RULE_FACT_ATTENDED:
			value = attendance->attended * DECIMAL_ONE;
			break;
		case RULE_FACT_ABSENCES:
			value = attendance->absences * DECIMAL_ONE;
			break;
		case RULE_FACT_EXCUSED:
			value = attendance->excused * DECIMAL_ONE;
			break;
		case RULE_FACT_LATES:
			value = attendance->lates * DECIMAL_ONE;
			break;
		default:
			value = decimal_ratio_int(100 * (int64) attendance->attended,
									  attendance->sessions);
			break;
	}
	return decimal_range(value, value);
}

/*
 * The form with every known fact in its constant, the balance aside: it is
 * known, but a payment changes it.
 */
static void
find_open_form(OpenForm *form, const Rule *rule, const RuleNode *node,
			   RuleFacts *facts)
{
	const RuleTerm *term = rule_terms(node);
	bool		marks_open = facts->attendance.sessions == 0 ||
		unmarked_sessions(&facts->attendance) > 0;

	form->count = 0;
	form->constant = (int128) node->constant * DECIMAL_ONE;
	for (int i = 0; i < node->count; i++, term++)
	{
		DecimalRange range;

		if (!is_joint_attendance(term, facts))
			range = term_range(rule, term, facts);
		else if (marks_open && (term->fact != RULE_FACT_SESSIONS ||
								facts->attendance.sessions == 0))
			range = decimal_range(0, DECIMAL_INFINITY);
		else
			range = marked_value(term->fact, &facts->attendance);
		if (range.low == range.high && term->fact != RULE_FACT_BALANCE)
			form->constant += (int128) term->coefficient * range.low;
		else
			form->terms[form->count++] = term;
	}
}

/* How many of the sessions the fact counts so far, and what they are called. */
static int
marks_of(RuleFact fact, const RuleAttendance *attendance, const char **one,
		 const char **many)
{
	switch (fact)
	{
		case RULE_FACT_ATTENDED:
			*one = "session attended";
			*many = "sessions attended";
			return attendance->attended;
		case RULE_FACT_ABSENCES:
			*one = "absence";
			*many = "absences";
			return attendance->absences;
		case RULE_FACT_EXCUSED:
			*one = "session excused";
			*many = "sessions excused";
			return attendance->excused;
		default:
			*one = "session late";
			*many = "sessions late";
			return attendance->lates;
	}
}

/*
 * "at most 1 more absence": the form has one open count, "coefficient" times
 * which, plus the constant, is compared with zero.  False where the relation
 * makes no such words.
 */
static bool
append_count_needed(StringInfo buf, RuleFact fact, Decimal coefficient,
					int128 constant, RuleRelation relation,
					const RuleAttendance *attendance)
{
	const char *one;
	const char *many;
	int			marks = marks_of(fact, attendance, &one, &many);
	int128		unit = (int128) coefficient * DECIMAL_ONE;
	int128		target;
	int64		more;

	if (unit < 0)
	{
		unit = -unit;
		constant = -constant;
		relation = mirrored(relation);
	}

	/* the count that makes the form zero: whole, or between two */
	target = -constant;
	more = (int64) (target >= 0 ? target / unit : -((-target + unit - 1) / unit)) - marks;
	switch (relation)
	{
		case RULE_LT:
		case RULE_LE:
			if (relation == RULE_LT && target % unit == 0)
				more--;
			if (more <= 0)
				appendStringInfo(buf, "no more %s", many);
			else
			{
				appendStringInfoString(buf, "at most ");
				append_count(buf, more, psprintf("more %s", one), psprintf("more %s", many));
			}
			return true;
		case RULE_GT:
		case RULE_GE:
			if (relation == RULE_GT || target % unit != 0)
				more++;
			appendStringInfoString(buf, "at least ");
			append_count(buf, more, psprintf("more %s", one), psprintf("more %s", many));
			return true;
		default:
			return false;
	}
}

/*
 * "at least 2 more sessions attended", for a form that is only the
 * percentage.  False where no number of them makes the comparison true, or
 * not more but fewer are needed.
 */
static bool
append_percentage_needed(StringInfo buf, Decimal coefficient, int128 constant,
						 RuleRelation relation,
						 const RuleAttendance *attendance)
{
	int			unmarked = unmarked_sessions(attendance);

	if (coefficient < 0)
	{
		coefficient = -coefficient;
		constant = -constant;
		relation = mirrored(relation);
	}
	if (relation != RULE_GE && relation != RULE_GT)
		return false;
	for (int k = 1; k <= unmarked; k++)
	{
		Decimal		percent = decimal_ratio_int(100 * (int64) (attendance->attended + k),
												attendance->sessions);
		int128		form = (int128) coefficient * percent + constant;

		if (form > 0 || (form == 0 && relation == RULE_GE))
		{
			appendStringInfoString(buf, "at least ");
			append_count(buf, k, "more session attended", "more sessions attended");
			return true;
		}
	}
	return false;
}

/* "absences + 0.5 * lates at most 2": the open facts, and what is wanted. */
static void
append_form_needed(StringInfo buf, const Rule *rule, const OpenForm *form,
				   RuleRelation relation)
{
	static const char *const words[] = {
		[RULE_EQ] = "exactly",
		[RULE_NE] = "other than",
		[RULE_LT] = "below",
		[RULE_LE] = "at most",
		[RULE_GT] = "above",
		[RULE_GE] = "at least"
	};
	bool		alone = form->count == 1;
	bool		flip = form->terms[0]->coefficient < 0;
	int128		unit = alone ? decimal_abs(form->terms[0]->coefficient) : DECIMAL_ONE;
	int128		limit = flip ? form->constant : -form->constant;

	for (int i = 0; i < form->count; i++)
	{
		const RuleTerm *term = form->terms[i];
		Decimal		coefficient = flip ? -term->coefficient : term->coefficient;

		if (i > 0)
			appendStringInfoString(buf, coefficient < 0 ? " - " : " + ");
		coefficient = decimal_abs(coefficient);
		if (!alone && coefficient != DECIMAL_ONE)
		{
			decimal_append(buf, coefficient);
			appendStringInfoString(buf, " * ");
		}
		rule_print_quantity(buf, term->fact, rule_at(rule, term->code_offset),
							term->code_length);
	}

	/* shown to six digits, so rounded where the quotient has more */
	limit = (limit + (limit < 0 ? -unit / 2 : unit / 2)) / unit;
	appendStringInfo(buf, " %s ", words[flip ? mirrored(relation) : relation]);
	if (limit < DECIMAL_LIMIT && limit > -DECIMAL_LIMIT)
		decimal_append(buf, (Decimal) limit);
	else
		appendStringInfoString(buf, limit < 0 ? "-10^12" : "10^12");
}

/* What an open comparison needs to become true (false: with "negated"). */
static void
need_comparison(StringInfo buf, const Rule *rule, const RuleNode *node,
				RuleFacts *facts, bool negated)
{
	RuleRelation relation = negated ? negation(node->relation) : node->relation;
	const RuleAttendance *attendance = &facts->attendance;
	OpenForm	form;

	find_open_form(&form, rule, node, facts);
	if (form.count == 0)
		return;
	if (form.count == 1 && is_joint_attendance(form.terms[0], facts) &&
		attendance->sessions > 0)
	{
		const RuleTerm *term = form.terms[0];

		if (term->fact == RULE_FACT_ATTENDANCE)
		{
			if (append_percentage_needed(buf, term->coefficient, form.constant,
										 relation, attendance))
				return;
		}
		else if (append_count_needed(buf, term->fact, term->coefficient,
									 form.constant, relation, attendance))
			return;
	}
	append_form_needed(buf, rule, &form, relation);
}

/* What a flag needs that is not true: the source's words, or these. */
void
rule_words_flag_needed(StringInfo buf, RuleFact fact, const char *code,
					   int code_len)
{
	switch (fact)
	{
		case RULE_FACT_PAID:
			appendStringInfoString(buf, "payment");
			break;
		case RULE_FACT_INVOICED:
			appendStringInfoString(buf, "an invoice");
			break;
		case RULE_FACT_ENDED:
			appendStringInfoString(buf, "end of the event");
			break;
		case RULE_FACT_PASSED:
			appendStringInfoString(buf, "a passed result");
			break;
		case RULE_FACT_FAILED:
			appendStringInfoString(buf, "a failed result");
			break;
		case RULE_FACT_APPROVED:
			appendStringInfoString(buf, "approval");
			break;
		case RULE_FACT_HOLDS:
			appendStringInfo(buf, "achievement %.*s", code_len, code);
			break;
		case RULE_FACT_COMPLETED:
			appendStringInfo(buf, "completion of %.*s", code_len, code);
			break;
		default:
			appendStringInfo(buf, "%s %.*s", rule_fact_name(fact), code_len, code);
			break;
	}
}

/* Append what a comparison or flag that is not as wanted still needs. */
void
rule_words_needed(StringInfo buf, const Rule *rule, const RuleNode *node,
				  RuleFacts *facts, bool negated)
{
	const char *code = rule_at(rule, node->code_offset);

	if (node->kind == RULE_COMPARISON)
		need_comparison(buf, rule, node, facts, negated);
	else if (negated)
	{
		appendStringInfoString(buf, "not ");
		rule_print_quantity(buf, node->fact, code, node->code_length);
	}
	else if (!rule_describe(facts, node->fact, code, node->code_length, buf))
		rule_words_flag_needed(buf, node->fact, code, node->code_length);
}
