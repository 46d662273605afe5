/*-------------------------------------------------------------------------
 *
 * words.c
 *		Plain words for what an enrollment waits for.
 *
 * A rule knows that payment is missing; the enrollment knows the invoice. All
 * of it is read through the enrollment's own view.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "calendar.h"
#include "words.h"

/* What is outstanding on one invoice for an enrollment. */
typedef struct InvoiceSum
{
	int64		invoice_id;
	char	   *number;			/* NULL: it has none yet */
	Datum		outstanding;	/* numeric, with the digits as recorded */
} InvoiceSum;

static InvoiceSum *
find_sum(List *sums, int64 invoice_id)
{
	ListCell   *cell;

	foreach(cell, sums)
	{
		InvoiceSum *sum = lfirst(cell);

		if (sum->invoice_id == invoice_id)
			return sum;
	}
	return NULL;
}

/* The issued invoices of an enrollment, the lines of each summed up. */
static List *
read_sums(EnrollmentFacts *facts)
{
	List	   *sums = NIL;
	TupleTableSlot *line;

	for (line = read_by_enrollment(facts->set, PATH_INVOICE_LINE,
								   facts->config->event_id,
								   facts->learner_id);
		 line != NULL; line = read_next(facts->set, PATH_INVOICE_LINE))
	{
		int64		invoice_id = row_int64(line, TABLE_INVOICE_LINE,
										   INVOICE_LINE_INVOICE_ID);
		TupleTableSlot *invoice = read_by_id(facts->set, PATH_INVOICE,
											 invoice_id);
		InvoiceSum *sum;
		Datum		outstanding;
		int			length;

		if (invoice == NULL || row_bytes(invoice, TABLE_INVOICE,
										 INVOICE_STATUS, &length)[0] != 'i')
			continue;
		outstanding = line_outstanding(line);
		sum = find_sum(sums, invoice_id);
		if (sum != NULL)
		{
			sum->outstanding = DirectFunctionCall2(numeric_add,
												   sum->outstanding,
												   outstanding);
			continue;
		}
		sum = palloc(sizeof(InvoiceSum));
		sum->invoice_id = invoice_id;
		sum->number = row_text(invoice, TABLE_INVOICE, INVOICE_NUMBER);
		sum->outstanding = outstanding;
		sums = lappend(sums, sum);
	}
	return sums;
}

/* An amount with two digits after the point, or more where they say something. */
static char *
amount_words(Datum amount)
{
	amount = DirectFunctionCall1(numeric_trim_scale, amount);
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, amount)) < 2)
		amount = DirectFunctionCall2(numeric_round, amount,
									 Int32GetDatum(2));
	return DatumGetCString(DirectFunctionCall1(numeric_out, amount));
}

/*
 * "invoice INV-7: 120.00 outstanding"; a credit on another invoice counts
 * against it, so it is named too.
 */
static void
describe_invoices(EnrollmentFacts *facts, StringInfo buf)
{
	Datum		zero = NumericGetDatum(int64_to_numeric(0));
	bool		first = true;
	ListCell   *cell;

	foreach(cell, read_sums(facts))
	{
		InvoiceSum *sum = lfirst(cell);
		int			sign = DatumGetInt32(DirectFunctionCall2(numeric_cmp,
															 sum->outstanding,
															 zero));

		if (sign == 0)
			continue;
		appendStringInfoString(buf, first ? "invoice " : ", invoice ");
		first = false;
		if (sum->number != NULL)
			appendStringInfoString(buf, sum->number);
		else
			appendStringInfo(buf, "without number (id " INT64_FORMAT ")",
							 sum->invoice_id);
		appendStringInfo(buf, ": %s %s",
						 amount_words(DirectFunctionCall1(numeric_abs,
														  sum->outstanding)),
						 sign > 0 ? "outstanding" : "credit");
	}
}

/* "achievement First aid" */
static void
describe_achievement(EnrollmentFacts *facts, const char *code, int code_len,
					 StringInfo buf)
{
	Datum		key = PointerGetDatum(cstring_to_text_with_len(code,
															   code_len));
	TupleTableSlot *type = read_first(facts->set, PATH_ACHIEVEMENT_TYPE_CODE,
									  1, &key);

	if (type == NULL)
		appendStringInfo(buf, "achievement %.*s, which does not exist",
						 code_len, code);
	else
		appendStringInfo(buf, "achievement %s",
						 row_text(type, TABLE_ACHIEVEMENT_TYPE,
								  ACHIEVEMENT_TYPE_TITLE));
}

/*
 * "result pending (2 sessions unmarked)", for award rules. What the passing
 * rule reads has to be gathered.
 */
static void
describe_result(EnrollmentFacts *facts, StringInfo buf)
{
	const Rule *rule = facts->config->passing_rule;
	EnrollmentFacts passing = *facts;
	char	   *words;

	if (rule == NULL)
	{
		appendStringInfoString(buf, "result to be set by hand");
		return;
	}
	passing.award_type_id = 0;
	passing.decided = false;
	facts_gather(&passing, rule_fact_mask(rule));
	words = rule_waiting_for(rule, &passing.asked);
	appendStringInfoString(buf, "result pending");
	if (words != NULL)
		appendStringInfo(buf, " (%s)", words);
}

/* "2 more scores: final, theory": one more code of those that are open. */
static void
add_open(StringInfo codes, int *count, const char *code)
{
	appendStringInfo(codes, "%s%s", *count > 0 ? ", " : "", code);
	(*count)++;
}

static void
append_open(StringInfo buf, const StringInfoData *codes, int count,
			const char *what)
{
	appendStringInfo(buf, "%d more %s%s: %s", count, what,
					 count == 1 ? "" : "s", codes->data);
}

/* The scores that a mean waits for. */
static void
describe_mean(EnrollmentFacts *facts, StringInfo buf)
{
	const EventConfig *config = facts->config;
	StringInfoData codes;
	int			open = 0;
	int			weighted = 0;

	initStringInfo(&codes);
	facts_gather(facts, FACT_BIT(RULE_FACT_MEAN_SCORE));
	for (int i = 0; i < config->assessment_count; i++)
	{
		weighted += config->assessments[i].has_weight;
		if (config->assessments[i].has_weight &&
			facts->scores[i].low != facts->scores[i].high)
			add_open(&codes, &open, config->assessments[i].code);
	}
	if (open > 0)
		append_open(buf, &codes, open, "score");
	else if (weighted == 0)
		appendStringInfoString(buf, "no assessment that counts");
}

/* The requirements that completion waits for. */
static void
describe_completion(EnrollmentFacts *facts, StringInfo buf)
{
	const EventConfig *config = facts->config;
	StringInfoData codes;
	int			open = 0;

	initStringInfo(&codes);
	facts_gather(facts, FACT_BIT(RULE_FACT_COMPLETION));
	for (int i = 0; i < config->requirement_count; i++)
	{
		if (!facts->completed[i])
			add_open(&codes, &open, config->requirements[i].code);
	}
	if (open > 0)
		append_open(buf, &codes, open, "completion");
	else
		appendStringInfoString(buf, "no requirements to complete");
}

/* "end of the event on 2030-03-08", by the event's calendar. */
static void
describe_end(EnrollmentFacts *facts, StringInfo buf)
{
	DateADT		end = date_in_zone(facts->config->ends_at,
								   facts->config->time_zone);

	appendStringInfo(buf, "end of the event on %s", date_to_cstring(end));
}

/* RuleFacts.describe of an enrollment */
void
words_describe(RuleFacts *asked, RuleFact fact, const char *code,
			   int code_len, StringInfo buf)
{
	EnrollmentFacts *facts = (EnrollmentFacts *) asked;

	switch (fact)
	{
		case RULE_FACT_PAID:
			describe_invoices(facts, buf);
			break;
		case RULE_FACT_HOLDS:
			describe_achievement(facts, code, code_len, buf);
			break;
		case RULE_FACT_PASSED:
		case RULE_FACT_FAILED:
			describe_result(facts, buf);
			break;
		case RULE_FACT_ENDED:
			describe_end(facts, buf);
			break;
		case RULE_FACT_MEAN_SCORE:
			describe_mean(facts, buf);
			break;
		case RULE_FACT_COMPLETION:
			describe_completion(facts, buf);
			break;
		case RULE_FACT_CONDITION:
			appendStringInfo(buf, "condition %.*s not recorded", code_len,
							 code);
			break;
		default:
			break;				/* the rule's own words serve */
	}
}
