/*-------------------------------------------------------------------------
 *
 * rule_json.c
 *		Facts from JSON, for rules over data that lives elsewhere.
 *
 * Everything is read and checked before the first evaluation: an unknown key,
 * a value of the wrong type or one that a fact cannot have is an error that
 * names the key, whether or not a rule reads it.  Facts with codes stay in
 * the jsonb, which must live as long as the facts, and are looked up there.
 *
 * Openness: what is missing is open, or zero and false where the event is
 * closed; null is always open; conditions and standing flags stay open.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "compat.h"
#include "rule_json.h"

/* More marks or sessions than anybody schedules: keeps every loop short. */
#define MAX_COUNT	1000000

PG_FUNCTION_INFO_V1(evaluate);
PG_FUNCTION_INFO_V1(evaluate_text);

/* What the fact can be at all. */
DecimalRange
rule_natural_range(RuleFact fact)
{
	switch (fact)
	{
		case RULE_FACT_ATTENDANCE:
		case RULE_FACT_SCORE:
		case RULE_FACT_MEAN_SCORE:
		case RULE_FACT_COMPLETION:
			return decimal_range(0, 100 * DECIMAL_ONE);
		case RULE_FACT_SESSIONS:
		case RULE_FACT_ATTENDED:
		case RULE_FACT_ABSENCES:
		case RULE_FACT_EXCUSED:
		case RULE_FACT_LATES:
			return decimal_range(0, MAX_COUNT * DECIMAL_ONE);
		case RULE_FACT_HOURS:
		case RULE_FACT_HOURS_ATTENDED:
			return decimal_range(0, DECIMAL_INFINITY);
		default:
			return decimal_range(DECIMAL_MINUS_INFINITY, DECIMAL_INFINITY);
	}
}

/* A fact, or one of its codes. */
typedef struct FactKey
{
	RuleFact	fact;
	const char *code;			/* NULL: the fact has none */
	int			code_len;
} FactKey;

/* "score(final)", to name what is wrong; long codes are cut. */
static char *
key_name(const FactKey *key)
{
	StringInfoData name;

	if (key->code == NULL)
		return psprintf("\"%s\"", rule_fact_name(key->fact));
	initStringInfo(&name);
	rule_print_quantity(&name, key->fact, key->code, key->code_len);
	return rule_quote_part(name.data, name.len);
}

/* The JSON text of a value, to show what is wrong. */
static char *
value_text(JsonbValue *value)
{
	if (value->type == jbvBinary)
	{
		char	   *shown = JsonbToCString(NULL, value->val.binary.data,
										   value->val.binary.len);

		return rule_quote_part(shown, strlen(shown));
	}
	if (value->type == jbvString)
		return rule_quote_part(value->val.string.val, value->val.string.len);
	if (value->type == jbvNumeric)
		return decimal_show_numeric(value->val.numeric);
	if (value->type == jbvBool)
		return value->val.boolean ? "true" : "false";
	return "null";
}

/* Refuse a value of a type that the fact does not take. */
static void
wrong_type(const FactKey *key, JsonbValue *value)
{
	static const char *const hints[] = {
		[RULE_KIND_NUMBER] = "Give a number, or while it is open [low, high] or null.",
		[RULE_KIND_FLAG] = "Give true, false or null.",
		[RULE_KIND_BOTH] = "Give a number, true, false, or while it is open [low, high] or null."
	};

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("wrong value for fact %s: %s", key_name(key),
					value_text(value)),
			 errhint("%s", hints[rule_fact_info[key->fact].kind])));
}

/* A number that the fact can have. */
static Decimal
read_number(const FactKey *key, JsonbValue *value)
{
	DecimalRange natural = rule_natural_range(key->fact);
	Decimal		number;

	if (!decimal_try_numeric(value->val.numeric, &number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number for fact %s is out of range: %s",
						key_name(key), value_text(value)),
				 errhint("Numbers have at most %d digits before the decimal point.",
						 DECIMAL_WHOLE_DIGITS)));
	if (number < natural.low || number > natural.high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number for fact %s is out of range: %s",
						key_name(key), value_text(value)),
				 natural.high == DECIMAL_INFINITY ?
				 errhint("Give a number that is not negative.") :
				 errhint("Give a number from 0 to %d.",
						 (int) (natural.high / DECIMAL_ONE))));
	if (rule_is_count(key->fact) && number % DECIMAL_ONE != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number for fact %s is not whole: %s",
						key_name(key), value_text(value)),
				 errhint("Sessions are counted: give a whole number.")));
	return number;
}

/* [low, high] of a fact that is open; null is as far as the fact can go. */
static DecimalRange
read_range(const FactKey *key, JsonbValue *value)
{
	JsonbContainer *array = value->val.binary.data;
	DecimalRange range = rule_natural_range(key->fact);
	JsonbValue *low;
	JsonbValue *high;

	if (JsonContainerSize(array) != 2)
		wrong_type(key, value);
	low = getIthJsonbValueFromContainer(array, 0);
	high = getIthJsonbValueFromContainer(array, 1);
	if ((low->type != jbvNumeric && low->type != jbvNull) ||
		(high->type != jbvNumeric && high->type != jbvNull))
		wrong_type(key, value);
	if (low->type == jbvNumeric)
		range.low = read_number(key, low);
	if (high->type == jbvNumeric)
		range.high = read_number(key, high);
	if (range.low > range.high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("range for fact %s is empty: %s",
						key_name(key), value_text(value)),
				 errhint("Give the lower bound first.")));
	return range;
}

/* Read the value of a fact, or of one of its codes. */
static GivenFact
read_value(RuleFact fact, const char *code, int code_len, JsonbValue *value)
{
	const RuleFactInfo *info = &rule_fact_info[fact];
	bool		is_array = value->type == jbvBinary &&
		JsonContainerIsArray(value->val.binary.data);
	GivenFact	given = {.form = GIVEN_VALUE};
	FactKey		key = {fact, code, code_len};

	if (value->type == jbvNull)
	{
		given.form = GIVEN_NULL;
		given.range = rule_natural_range(fact);
		given.truth = TRUTH_OPEN;
	}
	else if (value->type == jbvBool && (info->kind & RULE_KIND_FLAG))
	{
		given.truth = value->val.boolean ? TRUTH_YES : TRUTH_NO;
		given.range.low = value->val.boolean ? DECIMAL_ONE : 0;
		given.range.high = given.range.low;
	}
	else if (value->type == jbvNumeric && (info->kind & RULE_KIND_NUMBER))
	{
		given.range.low = read_number(&key, value);
		given.range.high = given.range.low;
	}
	else if (is_array && (info->kind & RULE_KIND_NUMBER))
	{
		given.range = read_range(&key, value);
		given.form = GIVEN_RANGE;
	}
	else
		wrong_type(&key, value);

	if (info->kind == RULE_KIND_BOTH)
	{
		if (given.range.low > 0 || given.range.high < 0)
			given.truth = TRUTH_YES;
		else if (given.range.low == 0 && given.range.high == 0)
			given.truth = TRUTH_NO;
		else
			given.truth = TRUTH_OPEN;
	}
	return given;
}

/* Check every code of a fact, so that looking one up later cannot fail. */
static void
check_codes(RuleFact fact, JsonbContainer *codes)
{
	JsonbIterator *iterator = JsonbIteratorInit(codes);
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		JsonbIteratorNext(&iterator, &value, true);
		read_value(fact, key.val.string.val, key.val.string.len, &value);
		CHECK_FOR_INTERRUPTS();
	}
}

/* Read one key of the facts object. */
static void
read_fact(JsonFacts *facts, JsonbValue *key, JsonbValue *value)
{
	const char *word = key->val.string.val;
	int			length = key->val.string.len;
	RuleFact	fact;

	/* JSON keys are exact: rules may write SCORE, keys may not */
	if (!rule_find_fact(word, length, &fact) ||
		memcmp(word, rule_fact_name(fact), length) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown fact %s", rule_quote_part(word, length)),
				 errhint("%s", rule_fact_hint(word, length))));
	if (!rule_fact_info[fact].has_code)
		facts->given[fact] = read_value(fact, NULL, 0, value);
	else if (value->type == jbvNull)
		facts->given[fact].form = GIVEN_NULL;
	else if (value->type == jbvBinary &&
			 JsonContainerIsObject(value->val.binary.data))
	{
		facts->given[fact].form = GIVEN_CODES;
		facts->given[fact].codes = value->val.binary.data;
		check_codes(fact, value->val.binary.data);
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("wrong value for fact \"%s\": %s",
						rule_fact_name(fact), value_text(value)),
				 errhint("Give an object with a value for each code, or null.")));
}

/* What a fact that is not given is. */
static GivenFact
missing_fact(JsonFacts *facts, RuleFact fact)
{
	GivenFact	given = {.form = GIVEN_MISSING, .truth = TRUTH_OPEN};

	given.range = rule_natural_range(fact);
	if (fact == RULE_FACT_HOURS_ATTENDED)
	{
		const GivenFact *hours = &facts->given[RULE_FACT_HOURS];

		if (hours->form != GIVEN_MISSING)
			given.range.high = hours->range.high;
	}
	if (!facts->closed)
		return given;
	switch (fact)
	{
		case RULE_FACT_HOURS_ATTENDED:
		case RULE_FACT_SCORE:
		case RULE_FACT_MEAN_SCORE:
		case RULE_FACT_COMPLETED:
		case RULE_FACT_COMPLETION:
			given.range = decimal_range(0, 0);
			given.truth = TRUTH_NO;
			break;
		default:
			break;
	}
	return given;
}

/* The fact as it is given, or what that it is not given means. */
static GivenFact
look_up(JsonFacts *facts, RuleFact fact, const char *code, int code_len)
{
	GivenFact	given = facts->given[fact];
	JsonbValue	value;

	if (given.form == GIVEN_CODES)
	{
		if (getKeyJsonValueFromContainer(given.codes, code, code_len, &value))
			return read_value(fact, code, code_len, &value);
		given.form = GIVEN_MISSING;
	}
	if (given.form == GIVEN_MISSING)
		return missing_fact(facts, fact);
	if (given.form == GIVEN_NULL && rule_fact_info[fact].has_code)
	{
		given.range = rule_natural_range(fact);
		given.truth = TRUTH_OPEN;
	}
	return given;
}

static DecimalRange
json_number(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	return look_up((JsonFacts *) asked, fact, code, code_len).range;
}

static Truth
json_flag(RuleFacts *asked, RuleFact fact, const char *code, int code_len)
{
	JsonFacts  *facts = (JsonFacts *) asked;
	GivenFact	given = look_up(facts, fact, code, code_len);

	/* paid follows from the balance where it is not given for itself */
	if (fact == RULE_FACT_PAID && given.form == GIVEN_MISSING &&
		facts->given[RULE_FACT_BALANCE].form != GIVEN_MISSING &&
		facts->given[RULE_FACT_BALANCE].range.high <= 0)
		return TRUTH_YES;
	return given.truth;
}

/*
 * The facts of a JSON object, in the current memory context; the jsonb must
 * outlive them.  Anything but facts with values they can have is an error.
 */
RuleFacts *
rule_facts_from_jsonb(Jsonb *jsonb, bool closed)
{
	JsonFacts  *facts = palloc0(sizeof(JsonFacts));
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;

	facts->asked.number = json_number;
	facts->asked.flag = json_flag;
	facts->closed = closed;
	if (!JB_ROOT_IS_OBJECT(jsonb))
	{
		char	   *shown = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts are no JSON object: %s",
						rule_quote_part(shown, strlen(shown))),
				 errhint("Give an object such as {\"sessions\": 10, \"attended\": 7, \"score\": {\"final\": 72}}.")));
	}
	iterator = JsonbIteratorInit(&jsonb->root);
	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		JsonbIteratorNext(&iterator, &value, true);
		read_fact(facts, &key, &value);
	}
	rule_read_attendance(facts);
	return &facts->asked;
}

static text *
outcome_text(Truth outcome)
{
	return cstring_to_text(rule_outcome_name(outcome));
}

/*
 * evaluate(rule rule, facts jsonb, closed boolean) RETURNS text: passed, failed
 *		or pending
 *
 * Errors: 22003 a number that is too large, 22023 facts that are none.
 */
Datum
evaluate(PG_FUNCTION_ARGS)
{
	Rule	   *rule = PG_GETARG_RULE_P(0);
	RuleFacts  *facts = rule_facts_from_jsonb(PG_GETARG_JSONB_P(1),
											  PG_GETARG_BOOL(2));

	PG_RETURN_TEXT_P(outcome_text(rule_evaluate(rule, facts)));
}

/* evaluate() with the rule as text, as drivers send it. */
Datum
evaluate_text(PG_FUNCTION_ARGS)
{
	Rule	   *rule = rule_from_text_datum(PG_GETARG_DATUM(0));
	RuleFacts  *facts = rule_facts_from_jsonb(PG_GETARG_JSONB_P(1),
											  PG_GETARG_BOOL(2));

	PG_RETURN_TEXT_P(outcome_text(rule_evaluate(rule, facts)));
}
