/*-------------------------------------------------------------------------
 *
 * numbers.h
 *		Numbers of achievements.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_NUMBERS_H
#define ACHIEVE_NUMBERS_H

#include "engine.h"

/* One record that needs a number. */
typedef struct NumberRequest
{
	const AwardTerms *terms;
	const char *type_code;
	const char *event_code;		/* NULL: the event's id stands for it */
	DateADT		issued_on;
	char	   *number;			/* filled in */
} NumberRequest;

extern void numbers_assign(NumberRequest *requests, int count);
extern void numbers_begin_trial(void);
extern void numbers_end_trial(void);

#endif							/* ACHIEVE_NUMBERS_H */
