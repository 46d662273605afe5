/*-------------------------------------------------------------------------
 *
 * calendar.c
 *		Calendar dates: what is one, and which one an instant lies on.
 *
 * A calendar date is a DateADT within the years 1 to 9999: what every client
 * can show. Whatever falls outside is refused with 22008. Nothing here depends
 * on the session's DateStyle or TimeZone; today() alone reads the clock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "calendar.h"

PG_FUNCTION_INFO_V1(today);
PG_FUNCTION_INFO_V1(is_time_zone);

/* A date of parts that exist in the calendar. */
DateADT
date_of(int year, int month, int day)
{
	return date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
}

/* The parts of a date. */
void
date_parts(DateADT date, int *year, int *month, int *day)
{
	j2date(date + POSTGRES_EPOCH_JDATE, year, month, day);
}

/* Refuses a date that is not within the years 1 to 9999. */
void
date_check(DateADT date)
{
	if (date < date_of(FIRST_YEAR, 1, 1) || date > date_of(LAST_YEAR, 12, 31))
		ereport(ERROR,
				errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				errmsg("date out of range: \"%s\"", date_to_cstring(date)),
				errhint("Dates lie within the years %d to %d; null means "
						"no end.", FIRST_YEAR, LAST_YEAR));
}

/* A date as YYYY-MM-DD whatever the session's DateStyle; palloc'd. */
char *
date_to_cstring(DateADT date)
{
	int			year,
				month,
				day;

	if (DATE_IS_NOBEGIN(date))
		return pstrdup("-infinity");
	if (DATE_IS_NOEND(date))
		return pstrdup("infinity");
	date_parts(date, &year, &month, &day);
	if (year < FIRST_YEAR)
		return psprintf("%04d-%02d-%02d BC", 1 - year, month, day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/*
 * A time zone by its full name, in any case, or NULL; 53200 where memory runs
 * out, of which pg_tzset only says that it has none. It keeps what it has
 * loaded. It also takes POSIX specifications ("EST+5EDT", and any word
 * with a digit behind it), which hide typing errors; these alone have a
 * canonical name without lower case letters and with a digit, but for a few
 * historical names.
 */
static pg_tz *
find_time_zone(const char *name)
{
	static const char *const names_with_digits[] = {
		"GMT0", "GMT+0", "GMT-0", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"
	};
	pg_tz	   *zone;
	const char *canonical;

	errno = 0;
	zone = pg_tzset(name);
	if (zone == NULL && errno == ENOMEM)
		ereport(ERROR,
				errcode(ERRCODE_OUT_OF_MEMORY),
				errmsg("out of memory"),
				errdetail("Time zone \"%s\" could not be loaded.", name));
	if (zone == NULL || !pg_tz_acceptable(zone))
		return NULL;
	canonical = pg_get_timezone_name(zone);
	if (strpbrk(canonical, "0123456789") == NULL ||
		strpbrk(canonical, "abcdefghijklmnopqrstuvwxyz") != NULL)
		return zone;
	for (int i = 0; i < lengthof(names_with_digits); i++)
	{
		if (strcmp(canonical, names_with_digits[i]) == 0)
			return zone;
	}
	return NULL;
}

/* The same, quicker where it is the one that was asked for before. */
static pg_tz *
find_time_zone_again(const char *name)
{
	static char last_name[TZ_STRLEN_MAX + 1];
	static pg_tz *last_zone = NULL;

	if (last_zone == NULL || strcmp(name, last_name) != 0)
	{
		pg_tz	   *zone = find_time_zone(name);

		if (zone == NULL || strlen(name) > TZ_STRLEN_MAX)
			return zone;
		strcpy(last_name, name);
		last_zone = zone;
	}
	return last_zone;
}

/*
 * The calendar date of an instant in a time zone. 22023 where there is no
 * such zone, 22008 where the date cannot be told.
 */
DateADT
date_in_zone(TimestampTz instant, const char *time_zone)
{
	pg_tz	   *zone = find_time_zone_again(time_zone);
	struct pg_tm parts;
	fsec_t		microseconds;
	int			offset;
	DateADT		date;

	if (zone == NULL)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("time zone \"%s\" not recognized", time_zone),
				errhint("Give a full time zone name such as Europe/Berlin; "
						"pg_timezone_names lists them."));
	if (TIMESTAMP_IS_NOBEGIN(instant))
		DATE_NOBEGIN(date);
	else if (TIMESTAMP_IS_NOEND(instant) ||
			 timestamp2tm(instant, &offset, &parts, &microseconds, NULL,
						  zone) != 0)
		DATE_NOEND(date);
	else
		date = date_of(parts.tm_year, parts.tm_mon, parts.tm_mday);
	date_check(date);
	return date;
}

/*
 * today(time_zone text DEFAULT NULL) RETURNS date
 *
 * The date on which the transaction started, in UTC unless a zone is given:
 * the session's own TimeZone decides nothing.
 */
Datum
today(PG_FUNCTION_ARGS)
{
	const char *time_zone = PG_ARGISNULL(0) ? "UTC" :
		text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_DATEADT(date_in_zone(GetCurrentTransactionStartTimestamp(),
								   time_zone));
}

/* is_time_zone(text) RETURNS boolean: whether it is a full zone name. */
Datum
is_time_zone(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_BOOL(find_time_zone(name) != NULL);
}
