/*-------------------------------------------------------------------------
 *
 * calendar.h
 *		Calendar dates: what is one, and which one an instant lies on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_CALENDAR_H
#define ACHIEVE_CALENDAR_H

#include "datatype/timestamp.h"
#include "utils/date.h"

#define FIRST_YEAR	1
#define LAST_YEAR	9999

extern DateADT date_of(int year, int month, int day);
extern void date_parts(DateADT date, int *year, int *month, int *day);
extern void date_check(DateADT date);
extern char *date_to_cstring(DateADT date);
extern DateADT date_in_zone(TimestampTz instant, const char *time_zone);

#endif							/* ACHIEVE_CALENDAR_H */
