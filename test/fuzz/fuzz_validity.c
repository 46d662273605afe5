/*-------------------------------------------------------------------------
 *
 * fuzz_validity.c
 *		Random policies and dates through validity.c.
 *
 * The input: four dates and a number of 32 bits, a byte each for anchor,
 * unit, alignment and what is given, then MM-DD.  What must hold: an error is
 * 22023 or 22008 and gives a hint; otherwise both dates lie in the years 1 to
 * 9999, and expires_on after valid_from, on the day that the policy says.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/datetime.h"

#include "runtime.h"
#include "validity.h"

typedef struct Case
{
	int32		dates[4];
	int32		valid_for;
	uint8		anchor;
	uint8		unit;
	uint8		alignment;
	uint8		given;
	char		day[6];
} Case;

static Case input;
static ValidityPolicy policy;
static Validity result;

static const char *
word_of(uint8 number, const char *const *words, int count)
{
	return number % (count + 1) == count ? NULL : words[number % (count + 1)];
}

static void
compute(void *argument)
{
	static const char *const anchors[] = {"issued", "event_start", "event_end", "previous_expiry", "Issued"};
	static const char *const units[] = {"day", "week", "month", "year", ""};
	static const char *const alignments[] = {"day", "month", "quarter", "year", "century"};

	policy = validity_policy(word_of(input.anchor, anchors, 5), input.given & 1, input.valid_for,
							 word_of(input.unit, units, 5), word_of(input.alignment, alignments, 5),
							 (input.given & 2) ? input.day : NULL);
	/* callers check dates before they hand them over */
	for (int i = 0; i < lengthof(input.dates); i++)
		date_check(input.dates[i]);
	result = validity_compute(&policy, input.dates[0], input.dates[1], input.dates[2],
							  input.given & 4, input.dates[3]);
}

/* The laws of docs/time.md for the last day of validity. */
static void
check_expiry(void)
{
	int			year,
				month,
				day;

	runtime_require(result.expires_on > result.valid_from, "expires_on after valid_from",
					date_to_cstring(result.expires_on));
	j2date(result.expires_on + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	runtime_require(year >= 1 && year <= 9999, "expires_on in the years 1 to 9999",
					date_to_cstring(result.expires_on));
	if (policy.expires_month != 0)
		runtime_require(month == policy.expires_month &&
						day == Min(policy.expires_day, day_tab[isleap(year)][month - 1]),
						"expires_on is the expiry day", date_to_cstring(result.expires_on));
	else if (policy.alignment == VALIDITY_ALIGNED_TO_YEAR)
		runtime_require(day == 1 && month == 1, "aligned to the year", date_to_cstring(result.expires_on));
	else if (policy.alignment == VALIDITY_ALIGNED_TO_QUARTER)
		runtime_require(day == 1 && month % 3 == 1, "aligned to the quarter", date_to_cstring(result.expires_on));
	else if (policy.alignment == VALIDITY_ALIGNED_TO_MONTH)
		runtime_require(day == 1, "aligned to the month", date_to_cstring(result.expires_on));
	/* a day is enough for nobody to lose what was promised */
	if (policy.has_valid_for)
		runtime_require(result.expires_on - (int64) result.valid_from >=
						Min((int64) policy.valid_for, 3652500) *
						(policy.unit == VALIDITY_DAY ? 1 : policy.unit == VALIDITY_WEEK ? 7 :
						 policy.unit == VALIDITY_MONTH ? 28 : 365),
						"not shorter than valid_for", date_to_cstring(result.expires_on));
}

int			LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	int			fixed = offsetof(Case, day);

	if (size < fixed)
		return -1;
	memset(&input, 0, sizeof(input));
	memcpy(&input, data, Min(size, sizeof(input) - 1));
	/* dates of all sizes, most of them in the calendar or near its ends */
	for (int i = 0; i < lengthof(input.dates); i++)
	{
		if (input.given & 8)
			input.dates[i] = date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE - 2 + (uint32) input.dates[i] % 3652063;
		/* the type date holds nothing else */
		if (!DATE_NOT_FINITE(input.dates[i]) && !IS_VALID_DATE(input.dates[i]))
			return -1;
	}
	if (input.given & 16)
		input.valid_for %= 4000;
	if (pg_encoding_verifymbstr(PG_UTF8, input.day, strlen(input.day)) != strlen(input.day))
		return -1;
	if (!runtime_attempt(compute, NULL))
	{
		runtime_require(runtime_error.sqlstate == ERRCODE_INVALID_PARAMETER_VALUE ||
						runtime_error.sqlstate == ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
						"an unexpected error", runtime_error.message);
		runtime_require(runtime_error.hint != NULL, "an error without a hint", runtime_error.message);
	}
	else
	{
		date_check(result.valid_from);
		if (!result.never_expires)
			check_expiry();
	}
	runtime_reset();
	return 0;
}
