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

extern char *number_next(const AwardTerms *terms);

#endif							/* ACHIEVE_NUMBERS_H */
