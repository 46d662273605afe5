/*-------------------------------------------------------------------------
 *
 * decimal.h
 *		Exact fixed-point numbers: whole millionths in a 64-bit integer.
 *
 * Every number that decides something is a Decimal: no floating point takes
 * part in a decision.  A Decimal that stands for a value lies strictly
 * between -10^12 and 10^12, which is what decimal_from_numeric() and the
 * ratios guarantee; a product of two of them, and a sum of many, therefore
 * fits into 128 bits.  The two infinities occur only as ends of a
 * DecimalRange.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_DECIMAL_H
#define ACHIEVE_DECIMAL_H

#include "lib/stringinfo.h"
#include "utils/numeric.h"

typedef int64 Decimal;

#define DECIMAL_ONE				INT64CONST(1000000)
#define DECIMAL_LIMIT			(INT64CONST(1000000000000) * DECIMAL_ONE)
#define DECIMAL_MINUS_INFINITY	PG_INT64_MIN
#define DECIMAL_INFINITY		PG_INT64_MAX

/* Digits that a Decimal keeps before and after the point. */
#define DECIMAL_WHOLE_DIGITS	12
#define DECIMAL_SCALE			6

/* What a number can still become, both ends included; low == high: known. */
typedef struct DecimalRange
{
	Decimal		low;
	Decimal		high;
} DecimalRange;

static inline DecimalRange
decimal_range(Decimal low, Decimal high)
{
	DecimalRange range = {low, high};

	return range;
}

/* The magnitude of d, which is a value: not an infinity. */
static inline Decimal
decimal_abs(Decimal d)
{
	return d < 0 ? -d : d;
}

extern Decimal decimal_from_numeric(Numeric n);
extern bool decimal_try_numeric(Numeric n, Decimal *d);
extern char *decimal_show_numeric(Numeric n);
extern Numeric decimal_to_numeric(Decimal d);
extern Decimal decimal_ratio(Numeric numerator, Numeric denominator);
extern Decimal decimal_ratio_int(int64 numerator, int64 denominator);
extern void decimal_append(StringInfo buf, Decimal d);

#endif							/* ACHIEVE_DECIMAL_H */
