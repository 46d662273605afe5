/*-------------------------------------------------------------------------
 *
 * validity.h
 *		From when to when an achievement is valid.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_VALIDITY_H
#define ACHIEVE_VALIDITY_H

#include "utils/timestamp.h"

#include "calendar.h"

/* Which date validity counts from. */
typedef enum ValidityAnchor
{
	VALIDITY_ISSUED,
	VALIDITY_EVENT_START,
	VALIDITY_EVENT_END,
	VALIDITY_PREVIOUS_EXPIRY
} ValidityAnchor;

typedef enum ValidityUnit
{
	VALIDITY_DAY,
	VALIDITY_WEEK,
	VALIDITY_MONTH,
	VALIDITY_YEAR
} ValidityUnit;

/* Validity runs to the end of the period in which it would end. */
typedef enum ValidityAlignment
{
	VALIDITY_UNALIGNED,
	VALIDITY_ALIGNED_TO_DAY,
	VALIDITY_ALIGNED_TO_MONTH,
	VALIDITY_ALIGNED_TO_QUARTER,
	VALIDITY_ALIGNED_TO_YEAR
} ValidityAlignment;

/* How long an achievement is valid; made by validity_policy only. */
typedef struct ValidityPolicy
{
	ValidityAnchor anchor;
	bool		has_valid_for;
	int32		valid_for;		/* at least 1, where given */
	ValidityUnit unit;
	ValidityAlignment alignment;
	int16		expires_month;	/* 0: no expiry day */
	int16		expires_day;
} ValidityPolicy;

/* Valid on each day d with valid_from <= d < expires_on. */
typedef struct Validity
{
	DateADT		valid_from;
	bool		never_expires;
	DateADT		expires_on;		/* where it expires */
} Validity;

extern ValidityPolicy validity_policy(const char *anchor, bool has_valid_for,
									  int32 valid_for, const char *unit,
									  const char *alignment,
									  const char *expires_on_day);
extern Validity validity_compute(const ValidityPolicy *policy,
								 DateADT issued_on, DateADT event_start,
								 DateADT event_end, bool has_previous,
								 DateADT previous_expiry);

#endif							/* ACHIEVE_VALIDITY_H */
