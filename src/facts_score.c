/*-------------------------------------------------------------------------
 *
 * facts_score.c
 *		The facts that scores are: percentages and their weighted mean.
 *
 * Everything is a fraction of what was recorded until the end, so percentages
 * and means are exact quotients that are rounded once, to six digits.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "access.h"
#include "facts.h"

/* The recorded attempts at one assessment, summed up. */
struct Attempts
{
	int			count;
	int32		first_no;
	int32		latest_no;
	Numeric		first;
	Numeric		latest;
	Numeric		best;
	Numeric		sum;
};

/* An exact quotient that has not been divided yet. */
typedef struct Fraction
{
	Numeric		numerator;
	Numeric		denominator;
} Fraction;

static Numeric
numeric_plus(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add,
											   NumericGetDatum(a),
											   NumericGetDatum(b)));
}

static Numeric
numeric_times(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_mul,
											   NumericGetDatum(a),
											   NumericGetDatum(b)));
}

static bool
numeric_exceeds(Numeric a, Numeric b)
{
	return DatumGetBool(DirectFunctionCall2(numeric_gt, NumericGetDatum(a),
											NumericGetDatum(b)));
}

/* The place of an assessment in the configuration, -1 where it is not. */
int
config_find_assessment(const EventConfig *config, const char *code,
					   int code_len)
{
	for (int i = 0; i < config->assessment_count; i++)
	{
		const ConfigAssessment *assessment = &config->assessments[i];

		if (assessment->code_len == code_len &&
			memcmp(assessment->code, code, code_len) == 0)
			return i;
	}
	return -1;
}

/* Sums up, once, the attempts recorded for each assessment of the event. */
static const Attempts *
get_attempts(EnrollmentFacts *facts)
{
	const EventConfig *config = facts->config;
	Attempts   *attempts;
	TupleTableSlot *row;

	if (facts->attempts != NULL)
		return facts->attempts;
	attempts = palloc0(config->assessment_count * sizeof(Attempts));
	for (row = read_by_enrollment(facts->set, PATH_SCORE, config->event_id,
								  facts->learner_id);
		 row != NULL; row = read_next(facts->set, PATH_SCORE))
	{
		int			code_len;
		const char *code = row_bytes(row, TABLE_SCORE, SCORE_CODE, &code_len);
		int			at = config_find_assessment(config, code, code_len);
		int32		number = row_int32(row, TABLE_SCORE, SCORE_ATTEMPT);
		bool		isnull;
		Numeric		score = DatumGetNumericCopy(
			row_datum(row, TABLE_SCORE, SCORE_SCORE, &isnull));
		Attempts   *sum;

		if (at < 0)
			continue;
		sum = &attempts[at];
		if (sum->count == 0 || number < sum->first_no)
		{
			sum->first_no = number;
			sum->first = score;
		}
		if (sum->count == 0 || number > sum->latest_no)
		{
			sum->latest_no = number;
			sum->latest = score;
		}
		if (sum->count == 0 || numeric_exceeds(score, sum->best))
			sum->best = score;
		sum->sum = sum->count == 0 ? score : numeric_plus(sum->sum, score);
		sum->count++;
	}
	facts->attempts = attempts;
	return attempts;
}

/*
 * The ends of what an assessment's percentage can still be, by its
 * attempt_choice, as exact fractions of 100.
 *
 * With j further attempts a mean of n recorded ones lies between sum / (n + j)
 * and (sum + j * max) / (n + j): lowest and highest when all that remain are
 * taken. Without a limit these approach 0 and 100.
 */
static void
score_ends(const ConfigAssessment *assessment, const Attempts *attempts,
		   bool closed, Fraction *low, Fraction *high)
{
	Numeric		zero = int64_to_numeric(0);
	Numeric		one = int64_to_numeric(1);
	Numeric		max = assessment->max_score;
	bool		unlimited = assessment->max_attempts == 0;
	int64		remaining = closed ? 0 :
		Max(assessment->max_attempts - attempts->count, 0);
	bool		open = !closed && (unlimited || remaining > 0);
	Numeric		known = NULL;

	if (attempts->count == 0)
	{
		*low = (Fraction) {zero, one};
		*high = closed ? *low : (Fraction) {one, one};
		return;
	}
	switch (assessment->choice)
	{
		case ATTEMPT_HIGHEST:
			*low = (Fraction) {attempts->best, max};
			*high = open ? (Fraction) {one, one} : *low;
			return;
		case ATTEMPT_LATEST:
			known = open ? NULL : attempts->latest;
			break;
		case ATTEMPT_FIRST:
			known = attempts->first;
			break;
		case ATTEMPT_MEAN:
			if (open && !unlimited)
			{
				Numeric		rest = numeric_times(int64_to_numeric(remaining),
												 max);
				Numeric		whole = numeric_times(
					int64_to_numeric(attempts->count + remaining), max);

				*low = (Fraction) {attempts->sum, whole};
				*high = (Fraction) {numeric_plus(attempts->sum, rest), whole};
				return;
			}
			if (!open)
			{
				*low = (Fraction)
				{
					attempts->sum,
						numeric_times(int64_to_numeric(attempts->count), max)
				};
				*high = *low;
				return;
			}
			break;
	}
	if (known != NULL)
	{
		*low = (Fraction) {known, max};
		*high = *low;
	}
	else
	{
		*low = (Fraction) {zero, one};
		*high = (Fraction) {one, one};
	}
}

static Decimal
percent(Fraction fraction)
{
	return decimal_ratio(numeric_times(int64_to_numeric(100),
									   fraction.numerator),
						 fraction.denominator);
}

/* A weighted sum of fractions, and the sum of its weights. */
typedef struct WeightedSum
{
	Numeric		weights;		/* NULL: nothing was added yet */
	Fraction	sum;
} WeightedSum;

static void
weighted_add(WeightedSum *mean, Numeric weight, Fraction part)
{
	if (mean->weights == NULL)
	{
		mean->weights = int64_to_numeric(0);
		mean->sum = (Fraction) {mean->weights, int64_to_numeric(1)};
	}
	mean->weights = numeric_plus(mean->weights, weight);
	mean->sum.numerator = numeric_plus(
		numeric_times(mean->sum.numerator, part.denominator),
		numeric_times(numeric_times(weight, part.numerator),
					  mean->sum.denominator));
	mean->sum.denominator = numeric_times(mean->sum.denominator,
										  part.denominator);
}

/* The mean in percent; weights have been added. */
static Decimal
weighted_percent(const WeightedSum *mean)
{
	Fraction	quotient = mean->sum;

	quotient.denominator = numeric_times(quotient.denominator,
										 mean->weights);
	return percent(quotient);
}

/* Fills facts->scores, and facts->mean_score where it is wanted. */
void
facts_gather_scores(EnrollmentFacts *facts, bool wants_mean)
{
	const EventConfig *config = facts->config;
	const Attempts *attempts = get_attempts(facts);
	WeightedSum low_mean = {0};
	WeightedSum high_mean = {0};

	facts->scores = palloc(config->assessment_count * sizeof(DecimalRange));
	for (int i = 0; i < config->assessment_count; i++)
	{
		const ConfigAssessment *assessment = &config->assessments[i];
		Fraction	low;
		Fraction	high;

		score_ends(assessment, &attempts[i], config->closed, &low, &high);
		facts->scores[i].low = percent(low);
		facts->scores[i].high = low.numerator == high.numerator &&
			low.denominator == high.denominator ? facts->scores[i].low :
			percent(high);
		if (!wants_mean || !assessment->has_weight)
			continue;
		weighted_add(&low_mean, assessment->weight, low);
		weighted_add(&high_mean, assessment->weight, high);
	}
	if (low_mean.weights == NULL)
		facts->mean_score = decimal_range(0, HUNDRED_PERCENT);
	else
		facts->mean_score = decimal_range(weighted_percent(&low_mean),
										  weighted_percent(&high_mean));
}

/*
 * The weighted mean, in percent, of the scores that are recorded, each by its
 * attempt_choice so far; those that are not recorded count as 0 where the
 * event is closed, else not at all. False where there is nothing to show.
 */
bool
facts_recorded_mean(EnrollmentFacts *facts, Decimal *mean)
{
	const EventConfig *config = facts->config;
	const Attempts *attempts = get_attempts(facts);
	WeightedSum sum = {0};
	bool		recorded = false;

	for (int i = 0; i < config->assessment_count; i++)
	{
		const ConfigAssessment *assessment = &config->assessments[i];
		Fraction	low;
		Fraction	high;

		if (!assessment->has_weight ||
			(attempts[i].count == 0 && !config->closed))
			continue;
		recorded |= attempts[i].count > 0;
		score_ends(assessment, &attempts[i], true, &low, &high);
		weighted_add(&sum, assessment->weight, low);
	}
	if (!recorded)
		return false;
	*mean = weighted_percent(&sum);
	return true;
}

/*
 * Refuses a score above its assessment's maximum, and an attempt beyond the
 * last one. Called under the enrollment's lock by whatever writes scores and
 * by whatever changes assessments, so one of two concurrent changes sees the
 * other. Whose score it is is not said to a caller who may not read all of
 * them.
 */
void
facts_check_scores(EnrollmentFacts *facts)
{
	const EventConfig *config = facts->config;
	TupleTableSlot *row;

	for (row = read_by_enrollment(facts->set, PATH_SCORE, config->event_id,
								  facts->learner_id);
		 row != NULL; row = read_next(facts->set, PATH_SCORE))
	{
		int			code_len;
		const char *code = row_bytes(row, TABLE_SCORE, SCORE_CODE, &code_len);
		int			at = config_find_assessment(config, code, code_len);
		int32		attempt = row_int32(row, TABLE_SCORE, SCORE_ATTEMPT);
		bool		isnull;
		Numeric		score = DatumGetNumeric(
			row_datum(row, TABLE_SCORE, SCORE_SCORE, &isnull));
		const ConfigAssessment *assessment;

		if (at < 0)
			continue;
		assessment = &config->assessments[at];
		if (numeric_exceeds(score, assessment->max_score))
			ereport(ERROR,
					(errcode(ERRCODE_CHECK_VIOLATION),
					 access_sees_all(TABLE_SCORE) ?
					 errmsg("score %s of learner " INT64_FORMAT " is above the maximum %s of assessment \"%s\" of event " INT64_FORMAT,
							numeric_normalize(score), facts->learner_id,
							numeric_normalize(assessment->max_score),
							assessment->code, config->event_id) :
					 errmsg("a score is above the maximum %s of assessment \"%s\" of event " INT64_FORMAT,
							numeric_normalize(assessment->max_score),
							assessment->code, config->event_id),
					 errhint("Record a score from 0 to max_score, or change the assessment's max_score first.")));
		if (assessment->max_attempts > 0 &&
			attempt > assessment->max_attempts)
			ereport(ERROR,
					(errcode(ERRCODE_CHECK_VIOLATION),
					 access_sees_all(TABLE_SCORE) ?
					 errmsg("attempt %d of learner " INT64_FORMAT " at assessment \"%s\" of event " INT64_FORMAT " is beyond max_attempts %d",
							attempt, facts->learner_id, assessment->code,
							config->event_id, assessment->max_attempts) :
					 errmsg("an attempt at assessment \"%s\" of event " INT64_FORMAT " is beyond max_attempts %d",
							assessment->code, config->event_id,
							assessment->max_attempts),
					 errhint("Raise the assessment's max_attempts first.")));
	}
}
