/*-------------------------------------------------------------------------
 *
 * validity.c
 *		From when to when an achievement is valid.
 *
 * Validity is decided by a policy (how long, from which date, to which day)
 * and the dates that the policy may count from. Nothing here reads a table,
 * the clock or a setting: the same arguments give the same dates in every
 * session.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "validity.h"

PG_FUNCTION_INFO_V1(validity);

static int	word_position(const char *what, const char *word,
						  const char *const *words, const char *hint);
static void parse_expires_on_day(ValidityPolicy *policy, const char *mm_dd);
static DateADT add_valid_for(DateADT from, const ValidityPolicy *policy);
static DateADT align(DateADT expires_on, ValidityAlignment alignment);
static DateADT next_expiry_day(DateADT earliest,
							   const ValidityPolicy *policy);
static char *text_argument(FunctionCallInfo fcinfo, int number);
static DateADT date_argument(FunctionCallInfo fcinfo, int number);
static void require_date(FunctionCallInfo fcinfo, int number,
						 const char *name);

/* In the order of ValidityAnchor, ValidityUnit and ValidityAlignment. */
static const char *const anchor_words[] =
{"issued", "event_start", "event_end", "previous_expiry", NULL};
static const char *const unit_words[] =
{"day", "week", "month", "year", NULL};
static const char *const alignment_words[] =
{"day", "month", "quarter", "year", NULL};

/*
 * Reads a policy as the catalogue holds it. NULL stands for what is not
 * given; the anchor is then the day of issue. Refuses what makes no sense
 * with 22023.
 */
ValidityPolicy
validity_policy(const char *anchor, bool has_valid_for, int32 valid_for,
				const char *unit, const char *alignment,
				const char *expires_on_day)
{
	ValidityPolicy policy = {0};

	if (anchor != NULL)
		policy.anchor = (ValidityAnchor)
			word_position("validity anchor", anchor, anchor_words,
						  "Use issued, event_start, event_end or "
						  "previous_expiry.");
	if (has_valid_for && valid_for < 1)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("validity must be at least 1, not %d", valid_for),
				errhint("Leave valid_for null for an achievement that does "
						"not expire."));
	if (has_valid_for && unit == NULL)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("validity of %d has no unit", valid_for),
				errhint("Give valid_unit too: day, week, month or year."));
	if (!has_valid_for && unit != NULL)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("validity unit \"%s\" has no number", unit),
				errhint("Give valid_for too, or leave both null."));
	policy.has_valid_for = has_valid_for;
	policy.valid_for = valid_for;
	if (unit != NULL)
		policy.unit = (ValidityUnit)
			word_position("validity unit", unit, unit_words,
						  "Use day, week, month or year.");
	if (alignment != NULL)
		policy.alignment = (ValidityAlignment)
			(VALIDITY_ALIGNED_TO_DAY +
			 word_position("expiry alignment", alignment, alignment_words,
						   "Use day, month, quarter or year."));
	if (expires_on_day != NULL)
		parse_expires_on_day(&policy, expires_on_day);
	return policy;
}

/*
 * The validity of an achievement issued on a day. Dates that the policy's
 * anchor does not read are ignored. A previous expiry that lies before the
 * issue is no longer valid then, and counts as none.
 */
Validity
validity_compute(const ValidityPolicy *policy, DateADT issued_on,
				 DateADT event_start, DateADT event_end, bool has_previous,
				 DateADT previous_expiry)
{
	Validity	result = {0};

	switch (policy->anchor)
	{
		case VALIDITY_ISSUED:
			result.valid_from = issued_on;
			break;
		case VALIDITY_EVENT_START:
			result.valid_from = event_start;
			break;
		case VALIDITY_EVENT_END:
			result.valid_from = event_end;
			break;
		case VALIDITY_PREVIOUS_EXPIRY:
			if (has_previous && previous_expiry > issued_on)
				result.valid_from = previous_expiry;
			else
				result.valid_from = issued_on;
			break;
	}
	date_check(result.valid_from);

	if (policy->has_valid_for)
	{
		result.expires_on = align(add_valid_for(result.valid_from, policy),
								  policy->alignment);
		if (policy->expires_month != 0)
			result.expires_on = next_expiry_day(result.expires_on, policy);
	}
	else if (policy->expires_month != 0)
		result.expires_on = next_expiry_day(result.valid_from + 1, policy);
	else
		result.never_expires = true;
	return result;
}

/*
 * validity(issued_on, event_start, event_end, previous_expiry,
 *			valid_from_anchor, valid_for, valid_unit, expiry_alignment,
 *			expires_on_day) RETURNS TABLE (valid_from, expires_on)
 *
 * NULL arguments are not given; the anchor's own date is needed (22004).
 */
Datum
validity(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *set = (ReturnSetInfo *) fcinfo->resultinfo;
	ValidityPolicy policy;
	Validity	result;
	DateADT		dates[4];
	Datum		values[2];
	bool		nulls[2];

	policy = validity_policy(text_argument(fcinfo, 4),
							 !PG_ARGISNULL(5),
							 PG_ARGISNULL(5) ? 0 : PG_GETARG_INT32(5),
							 text_argument(fcinfo, 6),
							 text_argument(fcinfo, 7),
							 text_argument(fcinfo, 8));
	switch (policy.anchor)
	{
		case VALIDITY_ISSUED:
		case VALIDITY_PREVIOUS_EXPIRY:
			require_date(fcinfo, 0, "issued_on");
			break;
		case VALIDITY_EVENT_START:
			require_date(fcinfo, 1, "event_start");
			break;
		case VALIDITY_EVENT_END:
			require_date(fcinfo, 2, "event_end");
			break;
	}
	for (int i = 0; i < lengthof(dates); i++)
		dates[i] = date_argument(fcinfo, i);
	result = validity_compute(&policy, dates[0], dates[1], dates[2],
							  !PG_ARGISNULL(3), dates[3]);

	InitMaterializedSRF(fcinfo, 0);
	values[0] = DateADTGetDatum(result.valid_from);
	nulls[0] = false;
	values[1] = DateADTGetDatum(result.expires_on);
	nulls[1] = result.never_expires;
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
	return (Datum) 0;
}

/* Where a word stands in a closed set; 22023 where it is not in it. */
static int
word_position(const char *what, const char *word, const char *const *words,
			  const char *hint)
{
	for (int i = 0; words[i] != NULL; i++)
	{
		if (strcmp(word, words[i]) == 0)
			return i;
	}
	ereport(ERROR,
			errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("unknown %s \"%s\"", what, word),
			errhint("%s", hint));
}

/* Reads MM-DD; the day must exist in some year. */
static void
parse_expires_on_day(ValidityPolicy *policy, const char *mm_dd)
{
	int			month = 0;
	int			day = 0;

	/* 0 to 9 by hand: sscanf would take signs, spaces and single digits */
	if (strlen(mm_dd) == 5 && mm_dd[2] == '-' &&
		strspn(mm_dd, "0123456789") == 2 &&
		strspn(mm_dd + 3, "0123456789") == 2)
	{
		month = (mm_dd[0] - '0') * 10 + (mm_dd[1] - '0');
		day = (mm_dd[3] - '0') * 10 + (mm_dd[4] - '0');
	}
	/* day_tab[1] is a leap year: 02-29 is a day */
	if (month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[1][month - 1])
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" is not a day of the year", mm_dd),
				errhint("Write the expiry day as MM-DD, for example 01-01; "
						"02-29 stands for the last day of February."));
	policy->expires_month = month;
	policy->expires_day = day;
}

/*
 * valid_for units later, by PostgreSQL's own arithmetic: months keep the day
 * of the month, or take the month's last day where it has no such day.
 * 64 bits hold every intermediate sum; what leaves the calendar is refused
 * before it is made a date.
 */
static DateADT
add_valid_for(DateADT from, const ValidityPolicy *policy)
{
	int64		count = policy->valid_for;
	bool		in_days = policy->unit == VALIDITY_DAY ||
		policy->unit == VALIDITY_WEEK;

	if (in_days)
	{
		int64		day = from + count *
			(policy->unit == VALIDITY_WEEK ? 7 : 1);

		if (day <= date_of(LAST_YEAR, 12, 31))
			return (DateADT) day;
	}
	else
	{
		int			year,
					month,
					day;
		int64		total;

		date_parts(from, &year, &month, &day);
		total = (int64) year * MONTHS_PER_YEAR + (month - 1) + count *
			(policy->unit == VALIDITY_YEAR ? MONTHS_PER_YEAR : 1);
		if (total / MONTHS_PER_YEAR <= LAST_YEAR)
		{
			year = (int) (total / MONTHS_PER_YEAR);
			month = (int) (total % MONTHS_PER_YEAR) + 1;
			day = Min(day, day_tab[isleap(year)][month - 1]);
			return date_of(year, month, day);
		}
	}
	ereport(ERROR,
			errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			errmsg("date out of range: \"%s + %d %s\"", date_to_cstring(from),
				   policy->valid_for, unit_words[policy->unit]),
			errhint("Leave valid_for null for an achievement that does not "
					"expire."));
}

/* The first day after the period that holds the last valid day. */
static DateADT
align(DateADT expires_on, ValidityAlignment alignment)
{
	int			year,
				month,
				day,
				period;			/* months */

	switch (alignment)
	{
		case VALIDITY_ALIGNED_TO_MONTH:
			period = 1;
			break;
		case VALIDITY_ALIGNED_TO_QUARTER:
			period = 3;
			break;
		case VALIDITY_ALIGNED_TO_YEAR:
			period = MONTHS_PER_YEAR;
			break;
		default:
			return expires_on;
	}
	date_parts(expires_on - 1, &year, &month, &day);
	month += period - (month - 1) % period;
	if (month > MONTHS_PER_YEAR)
	{
		month -= MONTHS_PER_YEAR;
		year++;
	}
	expires_on = date_of(year, month, 1);
	date_check(expires_on);
	return expires_on;
}

/* The next expiry day of the policy, from a date on. */
static DateADT
next_expiry_day(DateADT earliest, const ValidityPolicy *policy)
{
	int			month = policy->expires_month;
	DateADT		next;
	int			year,
				earliest_month,
				earliest_day;

	date_parts(earliest, &year, &earliest_month, &earliest_day);
	do
	{
		next = date_of(year, month,
					   Min(policy->expires_day,
						   day_tab[isleap(year)][month - 1]));
		year++;
	} while (next < earliest);
	date_check(next);
	return next;
}

static char *
text_argument(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		return NULL;
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/* A date argument, checked; 0 where it is not given. */
static DateADT
date_argument(FunctionCallInfo fcinfo, int number)
{
	DateADT		date;

	if (PG_ARGISNULL(number))
		return 0;
	date = PG_GETARG_DATEADT(number);
	date_check(date);
	return date;
}

/* Refuses a NULL where the anchor needs a date. */
static void
require_date(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("%s is null, and validity is counted from it", name),
				errhint("Give the date, or another valid_from_anchor."));
}
