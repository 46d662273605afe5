/*-------------------------------------------------------------------------
 *
 * decimal.c
 *		Exact fixed-point numbers: conversion, quotients, text.
 *
 * Rounding is half away from zero to six digits everywhere, and happens once
 * per value: a quotient is rounded from the exact quotient, never from one
 * that was rounded before.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "decimal.h"

/*
 * A whole number as a numeric that lives as long as the backend; *cache keeps
 * it from the second call on.
 */
static Datum
numeric_constant(Numeric *cache, int64 value)
{
	if (*cache == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

		*cache = int64_to_numeric(value);
		MemoryContextSwitchTo(caller);
	}
	return NumericGetDatum(*cache);
}

/* 1,000,000: the millionths in one. */
static Datum
numeric_million(void)
{
	static Numeric cache = NULL;

	return numeric_constant(&cache, DECIMAL_ONE);
}

/* 10^18: the first number of millionths that is too many. */
static Datum
numeric_limit(void)
{
	static Numeric cache = NULL;

	return numeric_constant(&cache, DECIMAL_LIMIT);
}

/* A numeric as messages show it: in full, or rounded where that is too long. */
char *
decimal_show_numeric(Numeric n)
{
	char	   *shown = DatumGetCString(DirectFunctionCall1(numeric_out,
														  NumericGetDatum(n)));

	return strlen(shown) <= 40 ? shown : numeric_out_sci(n, DECIMAL_SCALE);
}

/* Refuse what is no finite number (22023). */
static void
require_finite(Numeric n)
{
	if (numeric_is_nan(n) || numeric_is_inf(n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not a number that can decide anything",
						decimal_show_numeric(n)),
				 errhint("Give a finite number.")));
}

/* Refuse a number of 10^12 or more (22003); "shown" is the offending value. */
static void
out_of_range(const char *shown)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("number %s is out of range", shown),
			 errhint("Numbers have at most %d digits before the point.",
					 DECIMAL_WHOLE_DIGITS)));
}

/*
 * Whole millionths of a numeric that already counts millionths: rounded half
 * away from zero.  False where that makes 10^18 or more.
 */
static bool
millionths(Datum n, Decimal *d)
{
	Datum		size = DirectFunctionCall1(numeric_abs, n);

	if (DatumGetBool(DirectFunctionCall2(numeric_ge, size, numeric_limit())))
		return false;
	*d = DatumGetInt64(DirectFunctionCall1(numeric_int8, n));
	return *d < DECIMAL_LIMIT && *d > -DECIMAL_LIMIT;
}

/*
 * Convert, rounded half away from zero to six digits.  False for NaN, the
 * infinities, and where the result would be 10^12 or more; never throws for
 * those, so that a caller can name the key that held the number.
 */
bool
decimal_try_numeric(Numeric n, Decimal *d)
{
	bool		too_big = false;
	int32		whole;

	if (numeric_is_nan(n) || numeric_is_inf(n))
		return false;
	/* most are small whole numbers, written as such */
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale,
										  NumericGetDatum(n))) == 0)
	{
		whole = numeric_int4_opt_error(n, &too_big);
		if (!too_big)
		{
			*d = whole * DECIMAL_ONE;
			return true;
		}
	}
	return millionths(DirectFunctionCall2(numeric_mul, NumericGetDatum(n),
										  numeric_million()), d);
}

/*
 * Convert, rounded half away from zero to six digits.  More than a Decimal
 * holds is as good as the most that it holds: a sum of many amounts, or what
 * a constraint lets pass and rounding makes 10^12.  NaN and the infinities
 * are 22023.
 */
Decimal
decimal_from_numeric(Numeric n)
{
	Decimal		d;

	require_finite(n);
	if (decimal_try_numeric(n, &d))
		return d;
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(n),
											 NumericGetDatum(int64_to_numeric(0)))) > 0 ?
		DECIMAL_LIMIT - 1 : 1 - DECIMAL_LIMIT;
}

/* The same number as a numeric, without trailing zeros after the point. */
Numeric
decimal_to_numeric(Decimal d)
{
	int			scale = DECIMAL_SCALE;

	while (scale > 0 && d % 10 == 0)
	{
		d /= 10;
		scale--;
	}
	return int64_div_fast_to_numeric(d, scale);
}

/*
 * The exact quotient, rounded half away from zero to six digits.  The
 * denominator is positive.  NaN and the infinities are 22023, a quotient of
 * 10^12 or more is 22003.
 */
Decimal
decimal_ratio(Numeric numerator, Numeric denominator)
{
	Datum		n = NumericGetDatum(numerator);
	Datum		d = NumericGetDatum(denominator);
	bool		negative;
	Datum		quotient;
	Decimal		result;

	require_finite(numerator);
	require_finite(denominator);
	negative = DatumGetInt32(DirectFunctionCall2(numeric_cmp, n,
												 NumericGetDatum(int64_to_numeric(0)))) < 0;

	/*
	 * Rounding a non-negative x is floor(x + 1/2), here with x = 10^6 n / d:
	 * floor((2 * 10^6 n + d) / 2d), in which every step is exact.
	 */
	n = DirectFunctionCall2(numeric_mul, DirectFunctionCall1(numeric_abs, n),
							numeric_million());
	n = DirectFunctionCall2(numeric_add, DirectFunctionCall2(numeric_add, n, n), d);
	quotient = DirectFunctionCall2(numeric_div_trunc, n,
								   DirectFunctionCall2(numeric_add, d, d));
	if (!millionths(quotient, &result))
		out_of_range(psprintf("%s / %s", decimal_show_numeric(numerator),
							  decimal_show_numeric(denominator)));
	return negative ? -result : result;
}

/*
 * The exact quotient of two whole numbers, rounded half away from zero to six
 * digits.  The denominator is positive; 10^12 or more is 22003.
 */
Decimal
decimal_ratio_int(int64 numerator, int64 denominator)
{
	int128		size = numerator < 0 ? -(int128) numerator : numerator;
	int128		quotient;

	Assert(denominator > 0);

	/* The usual sizes, such as 100 * sessions, need no 128-bit division. */
	if (size < DECIMAL_ONE * 1000 && denominator < DECIMAL_LIMIT)
		quotient = ((int64) size * 2 * DECIMAL_ONE + denominator) / (2 * denominator);
	else
		quotient = (size * 2 * DECIMAL_ONE + denominator) / (2 * (int128) denominator);
	if (quotient >= DECIMAL_LIMIT)
		out_of_range(psprintf(INT64_FORMAT " / " INT64_FORMAT,
							  numerator, denominator));
	return numerator < 0 ? -(Decimal) quotient : (Decimal) quotient;
}

/*
 * Append the canonical text: a minus sign where it is negative, no leading
 * zeros but one before the point, no trailing zeros after it.
 */
void
decimal_append(StringInfo buf, Decimal d)
{
	int64		whole = d / DECIMAL_ONE;
	int			rest = (int) decimal_abs(d % DECIMAL_ONE);
	int			digits = DECIMAL_SCALE;

	Assert(d != DECIMAL_INFINITY && d != DECIMAL_MINUS_INFINITY);
	if (d < 0)
		appendStringInfoChar(buf, '-');
	appendStringInfo(buf, INT64_FORMAT, decimal_abs(whole));
	if (rest == 0)
		return;
	while (rest % 10 == 0)
	{
		rest /= 10;
		digits--;
	}
	appendStringInfo(buf, ".%0*d", digits, rest);
}
