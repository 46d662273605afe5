/*-------------------------------------------------------------------------
 *
 * facts_json.c
 *		The facts of an enrollment as the jsonb that evaluate() takes.
 *
 * Attendance is given as it was marked: evaluate(rule, facts, closed) itself
 * makes absences of unmarked sessions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "facts.h"
#include "json.h"

typedef struct FactMention
{
	RuleFact	fact;
	const char *code;
	int			code_len;
} FactMention;

#define COUNT_FACTS \
	(FACT_BIT(RULE_FACT_SESSIONS) | FACT_BIT(RULE_FACT_ATTENDED) | \
	 FACT_BIT(RULE_FACT_ABSENCES) | FACT_BIT(RULE_FACT_EXCUSED) | \
	 FACT_BIT(RULE_FACT_LATES) | FACT_BIT(RULE_FACT_ATTENDANCE))

static List *
mention(List *mentions, RuleFact fact, const char *code, int code_len)
{
	FactMention *new_mention;
	ListCell   *cell;

	foreach(cell, mentions)
	{
		FactMention *other = lfirst(cell);

		if (other->fact == fact && other->code_len == code_len &&
			memcmp(other->code, code, code_len) == 0)
			return mentions;
	}
	new_mention = palloc(sizeof(FactMention));
	new_mention->fact = fact;
	new_mention->code = code;
	new_mention->code_len = code_len;
	return lappend(mentions, new_mention);
}

/* RuleFactVisitor: every fact with a code */
static void
visit_mention(void *arg, RuleFact fact, const char *code, int code_len)
{
	List	  **mentions = arg;

	if (code_len > 0)
		*mentions = mention(*mentions, fact, code, code_len);
}

/* RuleFactVisitor: holds() only */
static void
visit_holds(void *arg, RuleFact fact, const char *code, int code_len)
{
	if (fact == RULE_FACT_HOLDS)
		visit_mention(arg, fact, code, code_len);
}

static void
add_flag(JsonBuilder *json, const char *key, int key_len, Truth truth)
{
	json_add_flag(json, key, key_len, truth == TRUTH_YES);
}

/* A flag that may also be undecided. */
static void
add_truth(JsonBuilder *json, const char *key, int key_len, Truth truth)
{
	if (truth == TRUTH_OPEN)
		json_add_null(json, key, key_len);
	else
		add_flag(json, key, key_len, truth);
}

/* The mentions of one coded fact as an object under its name. */
static void
add_coded(JsonBuilder *json, EnrollmentFacts *facts, RuleFact fact,
		  const List *mentions)
{
	RuleFacts  *asked = &facts->asked;
	bool		opened = false;
	ListCell   *cell;

	foreach(cell, mentions)
	{
		FactMention *one = lfirst(cell);
		DecimalRange range;

		if (one->fact != fact)
			continue;
		if (!opened)
			json_open(json, rule_fact_name(fact));
		opened = true;
		switch (fact)
		{
			case RULE_FACT_SCORE:
				json_add_range(json, one->code, one->code_len,
							   asked->number(asked, fact, one->code,
											 one->code_len));
				break;
			case RULE_FACT_CONDITION:
				range = asked->number(asked, fact, one->code, one->code_len);
				if (range.low == range.high)
					json_add_decimal(json, one->code, one->code_len,
									 range.low);
				break;
			case RULE_FACT_COMPLETED:
				add_truth(json, one->code, one->code_len,
						  asked->flag(asked, fact, one->code, one->code_len));
				break;
			default:
				add_flag(json, one->code, one->code_len,
						 asked->flag(asked, fact, one->code, one->code_len));
		}
	}
	if (opened)
		json_close(json);
}

static void
add_range(JsonBuilder *json, const char *key, DecimalRange range)
{
	json_add_range(json, key, strlen(key), range);
}

/* The facts of the mask, and the codes of the mentions. */
static void
add_facts(JsonBuilder *json, EnrollmentFacts *facts, uint32 mask,
		  const List *mentions)
{
	RuleFacts  *asked = &facts->asked;

	if (mask & COUNT_FACTS)
	{
		json_add_int(json, "sessions", facts->marks.sessions);
		json_add_int(json, "attended", facts->marks.attended);
		json_add_int(json, "absences", facts->marks.absences);
		json_add_int(json, "excused", facts->marks.excused);
		json_add_int(json, "lates", facts->marks.lates);
	}
	if (mask & FACT_BIT(RULE_FACT_HOURS))
		add_range(json, "hours", facts->hours);
	if (mask & FACT_BIT(RULE_FACT_HOURS_ATTENDED))
		add_range(json, "hours_attended", facts->hours_attended);
	add_coded(json, facts, RULE_FACT_SCORE, mentions);
	if (mask & FACT_BIT(RULE_FACT_MEAN_SCORE))
		add_range(json, "mean_score", facts->mean_score);
	add_coded(json, facts, RULE_FACT_COMPLETED, mentions);
	if (mask & FACT_BIT(RULE_FACT_COMPLETION))
		add_range(json, "completion", facts->completion);
	if (mask & FACT_BIT(RULE_FACT_BALANCE))
		add_range(json, "balance", decimal_range(facts->balance,
												 facts->balance));
	if (mask & FACT_BIT(RULE_FACT_PAID))
		json_add_bool(json, "paid", facts->balance <= 0);
	if (mask & FACT_BIT(RULE_FACT_INVOICED))
		json_add_bool(json, "invoiced", facts->invoiced);
	add_coded(json, facts, RULE_FACT_CONDITION, mentions);
	add_coded(json, facts, RULE_FACT_HOLDS, mentions);
	if (mask & FACT_BIT(RULE_FACT_ENDED))
		json_add_bool(json, "ended",
					  asked->flag(asked, RULE_FACT_ENDED, "", 0) == TRUTH_YES);
	if (mask & FACT_BIT(RULE_FACT_PASSED))
		add_truth(json, "passed", strlen("passed"), facts->passed);
	if (mask & FACT_BIT(RULE_FACT_FAILED))
		add_truth(json, "failed", strlen("failed"), facts->failed);
	if (mask & FACT_BIT(RULE_FACT_APPROVED))
		json_add_bool(json, "approved", facts->approved == TRUTH_YES);
}

/*
 * What a decision rests on: the rule's text, the facts that it reads, and
 * what came of it. evaluate(rule, facts, closed) repeats it.
 */
Jsonb *
facts_evidence(EnrollmentFacts *facts, const Rule *rule, const char *outcome)
{
	JsonBuilder json;
	List	   *mentions = NIL;

	facts_gather(facts, rule_fact_mask(rule));
	rule_visit_facts(rule, visit_mention, &mentions);
	json_begin(&json);
	json_add_text(&json, "rule", rule_to_text(rule));
	json_open(&json, "facts");
	add_facts(&json, facts, rule_fact_mask(rule), mentions);
	json_close(&json);
	json_add_bool(&json, "closed", facts->config->closed);
	json_add_text(&json, "outcome", outcome);
	return json_end(&json);
}

/* holds() of every type that the learner has an unrevoked record of. */
static List *
mention_holdings(List *mentions, EnrollmentFacts *facts)
{
	Learner    *learner = facts->learner;

	learner_load(learner, facts->set);
	for (int i = 0; i < learner->holding_count; i++)
	{
		TupleTableSlot *type = read_by_id(facts->set, PATH_ACHIEVEMENT_TYPE,
										  learner->holdings[i].type_id);

		if (type != NULL)
		{
			char	   *code = row_text(type, TABLE_ACHIEVEMENT_TYPE,
										ACHIEVEMENT_TYPE_CODE);

			mentions = mention(mentions, RULE_FACT_HOLDS, code, strlen(code));
		}
	}
	return mentions;
}

/*
 * Everything that any rule could read of the enrollment, with what the
 * event's own rules ask of holds(), held or not. Needs facts->learner.
 */
Jsonb *
facts_to_jsonb(EnrollmentFacts *facts)
{
	const EventConfig *config = facts->config;
	JsonBuilder json;
	List	   *mentions = NIL;

	facts_gather(facts, FACTS_ALL);
	for (int i = 0; i < config->assessment_count; i++)
		mentions = mention(mentions, RULE_FACT_SCORE,
						   config->assessments[i].code,
						   config->assessments[i].code_len);
	for (int i = 0; i < config->requirement_count; i++)
		mentions = mention(mentions, RULE_FACT_COMPLETED,
						   config->requirements[i].code,
						   config->requirements[i].code_len);
	for (int i = 0; i < facts->condition_count; i++)
		mentions = mention(mentions, RULE_FACT_CONDITION,
						   facts->conditions[i].name,
						   facts->conditions[i].name_len);
	if (config->passing_rule != NULL)
		rule_visit_facts(config->passing_rule, visit_holds, &mentions);
	for (int i = 0; i < config->award_count; i++)
	{
		if (config->awards[i].rule != NULL)
			rule_visit_facts(config->awards[i].rule, visit_holds, &mentions);
	}
	mentions = mention_holdings(mentions, facts);
	json_begin(&json);
	add_facts(&json, facts, FACTS_ALL, mentions);
	return json_end(&json);
}
