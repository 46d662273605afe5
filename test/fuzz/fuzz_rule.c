/*-------------------------------------------------------------------------
 *
 * fuzz_rule.c
 *		Random texts as rules, evaluated over random facts.
 *
 * The input: the text of a rule, a zero byte, then either a JSON object of
 * facts or any other bytes, which choose facts at random.  What must hold:
 *
 * - a refused text is 42601 or 22023, with a hint;
 * - the text that a rule prints is parsed to the same bytes again;
 * - what is decided while facts are open stays decided, the same way, when
 *   they become narrower, step by step until all are known (standing flags
 *   aside);
 * - a standing flag that is not true may be answered "no" or "open" alike;
 * - facts that are refused are 22023 or 22003; a null that becomes a value
 *   moves no verdict;
 * - explanations are whole characters, whatever the codes are.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"

#include "rule_tree.h"
#include "runtime.h"

#define STEPS 3					/* open, narrower, known */

/* Facts that a seed chooses, the same for every question. */
typedef struct ChosenFacts
{
	RuleFacts	asked;			/* must be first */
	uint64		seed;
	int			step;
	bool		standing_open;	/* how a standing flag says that it is not true */
} ChosenFacts;

static char *rule_text;
static int	rule_length;
static const char *facts_text;
static int	facts_length;
static Rule *rule;
static Jsonb *json;
static RuleFacts *json_facts;
static bool closed;

/* Parsing ------------------------------------------------------------------ */

static void
parse(void *argument)
{
	rule = rule_from_text(rule_text, rule_length, NULL);
}

/* A copy of exactly that length, and the zero byte that the parser may read. */
static void
set_text(const char *text, int length)
{
	rule_text = palloc(length + 1);
	memcpy(rule_text, text, length);
	rule_text[length] = '\0';
	rule_length = length;
}

static bool
is_text(const char *text, int length)
{
	return pg_encoding_verifymbstr(PG_UTF8, text, length) == length;
}

static void
check_round_trip(void)
{
	Rule	   *first = rule;
	char	   *printed = rule_to_text(first);

	runtime_require(is_text(printed, first->text_length), "text that is cut", printed);
	set_text(printed, first->text_length);
	runtime_require(runtime_attempt(parse, NULL), "its own text is refused", printed);
	runtime_require(VARSIZE(rule) == VARSIZE(first) &&
					memcmp(rule, first, VARSIZE(rule)) == 0,
					"its own text makes another rule", printed);
	runtime_require(rule_compare(rule, first) == 0, "not equal to itself", printed);
}

/* Facts by seed ------------------------------------------------------------ */

static uint64
draw(const ChosenFacts *facts, int fact, const char *code, int length, int what)
{
	uint64		at = facts->seed + (fact * 16 + what) * UINT64CONST(0x9e3779b97f4a7c15);

	return hash_bytes_extended((const unsigned char *) code, length, at);
}

/* A number between two ends, which may be infinite. */
static Decimal
pick(uint64 random, Decimal low, Decimal high)
{
	static const Decimal sizes[] = {
		DECIMAL_ONE, 3 * DECIMAL_ONE, 60 * DECIMAL_ONE, 1, 0, DECIMAL_LIMIT - 1, 2 * DECIMAL_ONE, 100 * DECIMAL_ONE
	};
	Decimal		number = sizes[random % lengthof(sizes)];

	random /= lengthof(sizes);
	if (random % 2)
		number = -number;
	random /= 2;
	if (low != DECIMAL_MINUS_INFINITY && high != DECIMAL_INFINITY)
		return low + random % ((uint64) high - (uint64) low + 1);
	if (random % 2)
		number += random / 2 % (100 * DECIMAL_ONE);
	number = Min(number, DECIMAL_LIMIT - 1);
	if (low != DECIMAL_MINUS_INFINITY)
		number = Max(number, low);
	if (high != DECIMAL_INFINITY)
		number = Min(number, high);
	return number;
}

static DecimalRange
chosen_number(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	const ChosenFacts *facts = (ChosenFacts *) asked;
	DecimalRange range = decimal_range(DECIMAL_MINUS_INFINITY, DECIMAL_INFINITY);

	if (fact <= RULE_FACT_HOURS_ATTENDED)
		range.low = 0;
	if (fact == RULE_FACT_ATTENDANCE || fact == RULE_FACT_SCORE ||
		fact == RULE_FACT_MEAN_SCORE || fact == RULE_FACT_COMPLETION)
		range = decimal_range(0, 100 * DECIMAL_ONE);
	for (int step = 0; step <= facts->step; step++)
	{
		uint64		random = draw(facts, fact, code, code_len, step);
		Decimal		one = pick(random / 4, range.low, range.high);
		Decimal		other = pick(random / 3, range.low, range.high);

		if (step == STEPS - 1 || random % 4 == 1)
			range = decimal_range(one, one);
		else if (random % 4 == 2)
			range = decimal_range(Min(one, other), Max(one, other));
		else if (random % 8 == 3)
			range.low = one;
		else if (random % 8 == 7)
			range.high = one;
	}
	return range;
}

static Truth
chosen_flag(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	const ChosenFacts *facts = (ChosenFacts *) asked;
	uint64		random = draw(facts, fact, code, code_len, 8);

	if (rule_fact_info[fact].is_standing)
		return random % 2 ? TRUTH_YES : facts->standing_open ? TRUTH_OPEN : TRUTH_NO;
	/* known from step 0, 1 or 2 on */
	if (random / 2 % STEPS > facts->step)
		return TRUTH_OPEN;
	return random % 2 ? TRUTH_YES : TRUTH_NO;
}

static void
chosen_words(RuleFacts *asked, RuleFact fact, const char *code, int code_len, StringInfo buf)
{
	if (draw((ChosenFacts *) asked, fact, code, code_len, 9) % 2)
		appendStringInfoString(buf, "a word of its own");
}

/* Marks that only grow, on sessions that are known from some step on. */
static RuleAttendance
chosen_attendance(const ChosenFacts *facts)
{
	RuleAttendance attendance = {0};
	uint64		random = draw(facts, 0, "", 0, 10);
	int			total = random % 5 == 0 ? 1 + random / 8 % 900 : 1 + random / 8 % 12;
	int			scheduled_from = random / 8000 % 4;
	int			marked = 0;

	if (scheduled_from == 3)
	{
		attendance.sessions = RULE_ATTENDANCE_BY_FACT;
		return attendance;
	}
	for (int step = 0; step <= facts->step; step++)
	{
		int			until = step == STEPS - 1 ? total :
			marked + draw(facts, 0, "", 0, 11 + step) % (total - marked + 1);

		for (; marked < until; marked++)
		{
			switch (draw(facts, marked, "", 0, 14) % 5)
			{
				case 0:
					attendance.lates++;
					/* FALLTHROUGH */
				case 1:
				case 2:
					attendance.attended++;
					break;
				case 3:
					attendance.absences++;
					break;
				default:
					attendance.excused++;
			}
		}
	}
	attendance.sessions = facts->step >= scheduled_from ? total : 0;
	return attendance;
}

static void
explain(RuleFacts *facts)
{
	char	   *waiting;

	rule_explain(rule, facts, NULL, NULL);
	runtime_require(runtime_rows > 0, "an explanation without clauses", rule_text);
	waiting = rule_waiting_for(rule, facts);
	if (waiting)
		runtime_require(is_text(waiting, strlen(waiting)), "words that are cut", waiting);
}

static void
evaluate_chosen(void *argument)
{
	ChosenFacts facts = {{.number = chosen_number, .flag = chosen_flag}};
	Truth		before = TRUTH_OPEN;

	facts.seed = hash_bytes_extended((const unsigned char *) facts_text, facts_length, 7);
	if (facts.seed % 2)
		facts.asked.describe = chosen_words;
	for (facts.step = 0; facts.step < STEPS; facts.step++)
	{
		Truth		truth;

		facts.asked.attendance = chosen_attendance(&facts);
		facts.standing_open = false;
		truth = rule_evaluate(rule, &facts.asked);
		facts.standing_open = true;
		runtime_require(rule_evaluate(rule, &facts.asked) == truth,
						"a standing flag that is open is not one that is not true", rule_text);
		runtime_require(before == TRUTH_OPEN || truth == before,
						"a fact that was open took a verdict back", rule_text);
		before = truth;
		explain(&facts.asked);
	}
}

/* Facts of a JSON object ---------------------------------------------------- */

static void
read_json(void *argument)
{
	json_facts = rule_facts_from_jsonb(json, closed);
}

static void
evaluate_json(void *argument)
{
	*(Truth *) argument = rule_evaluate(rule, json_facts);
	explain(json_facts);
}

/* The text with its n-th null replaced; NULL where it has no such. */
static char *
without_null(int n, const char *value)
{
	for (int i = 0; i + 4 <= facts_length; i++)
	{
		if (memcmp(facts_text + i, "null", 4) == 0 && n-- == 0)
			return psprintf("%.*s%s%.*s", i, facts_text, value, facts_length - i - 4, facts_text + i + 4);
	}
	return NULL;
}

/* The verdict over a JSON object; false where it is none, or is refused. */
static bool
judge_json(const char *text, int length, Truth *truth)
{
	json = runtime_jsonb(text, length);
	if (json == NULL)
		return false;
	if (!runtime_attempt(read_json, NULL))
	{
		runtime_require(runtime_error.sqlstate == ERRCODE_INVALID_PARAMETER_VALUE ||
						runtime_error.sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
						"facts refused with an unexpected error", runtime_error.message);
		runtime_require(runtime_error.hint != NULL, "an error without a hint", runtime_error.message);
		return false;
	}
	runtime_require(runtime_attempt(evaluate_json, truth), "facts that were taken cannot be evaluated", text);
	return true;
}

static bool
reads_standing_flag(void)
{
	for (int i = 0; i < RULE_FACT_COUNT; i++)
	{
		if (rule_fact_info[i].is_standing && (rule_fact_mask(rule) & (UINT32_C(1) << i)))
			return true;
	}
	return false;
}

static void
check_json(void)
{
	static const char *const values[] = {"0", "1", "2.5", "true", "false", "[1, 2]", "[null, 7]"};
	Truth		open;
	Truth		known;

	for (int i = 0; i < 2; i++)
	{
		closed = i == 1;
		if (!judge_json(facts_text, facts_length, &open) || open == TRUTH_OPEN || reads_standing_flag())
			continue;
		for (int n = 0; n < 4; n++)
		{
			for (int v = 0; v < lengthof(values); v++)
			{
				char	   *text = without_null(n, values[v]);

				if (text && judge_json(text, strlen(text), &known))
					runtime_require(known == open, "a null that became a value took a verdict back", text);
			}
		}
	}
}

int			LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *text = (const char *) data;
	int			length = strnlen(text, size);

	if (!is_text(text, length))
		return -1;
	set_text(text, length);
	facts_text = length < size ? text + length + 1 : "";
	facts_length = length < size ? size - length - 1 : 0;
	if (!runtime_attempt(parse, NULL))
	{
		runtime_require(runtime_error.sqlstate == ERRCODE_SYNTAX_ERROR ||
						runtime_error.sqlstate == ERRCODE_INVALID_PARAMETER_VALUE,
						"an unexpected error", runtime_error.message);
		runtime_require(runtime_error.hint != NULL, "an error without a hint", runtime_error.message);
	}
	else
	{
		check_round_trip();
		if (facts_length > 0 && facts_text[0] == '{')
			check_json();
		else
			runtime_require(runtime_attempt(evaluate_chosen, NULL), "a rule that cannot be evaluated", rule_text);
	}
	runtime_reset();
	return 0;
}
