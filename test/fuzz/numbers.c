/*-------------------------------------------------------------------------
 *
 * numbers.c
 *		As much of numeric as reading facts needs: whole billionths.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "runtime.h"

#define BILLION		INT64CONST(1000000000)
#define MOST_DIGITS	18			/* before the point */
#define MOST_SCALE	9

struct NumericData
{
	int			scale;
	int128		billionths;
};

static Numeric
make_numeric(int128 billionths, int scale)
{
	Numeric		n = palloc(sizeof(struct NumericData));

	memset(n, 0, sizeof(struct NumericData));
	n->scale = scale;
	memcpy(&n->billionths, &billionths, sizeof(billionths));
	return n;
}

/* Chunks are aligned to eight bytes, int128 wants more. */
static int128
value_of(Numeric n)
{
	int128		billionths;

	memcpy(&billionths, (char *) n + offsetof(struct NumericData, billionths),
		   sizeof(billionths));
	return billionths;
}

Numeric
runtime_numeric(const char *text, int length)
{
	bool		negative = length > 0 && text[0] == '-';
	int			i = negative;
	int			whole = 0;
	int			scale = 0;
	int128		billionths = 0;

	for (; i < length && text[i] >= '0' && text[i] <= '9'; i++)
	{
		if (++whole > MOST_DIGITS)
			return NULL;
		billionths = billionths * 10 + (text[i] - '0');
	}
	if (i < length && text[i] == '.')
	{
		for (i++; i < length && text[i] >= '0' && text[i] <= '9'; i++)
		{
			if (++scale > MOST_SCALE)
				return NULL;
			billionths = billionths * 10 + (text[i] - '0');
		}
		if (scale == 0)
			return NULL;
	}
	if (i < length || whole == 0)
		return NULL;
	for (i = scale; i < MOST_SCALE; i++)
		billionths *= 10;
	return make_numeric(negative ? -billionths : billionths, scale);
}

bool
numeric_is_nan(Numeric n)
{
	return false;
}

bool
numeric_is_inf(Numeric n)
{
	return false;
}

/* What decimal.c keeps for the life of a backend outlives runtime_reset(). */
Numeric
int64_to_numeric(int64 value)
{
	Numeric		n = malloc(sizeof(struct NumericData));

	n->scale = 0;
	n->billionths = (int128) value * BILLION;
	return n;
}

int32
numeric_int4_opt_error(Numeric n, bool *have_error)
{
	int128		whole = value_of(n) / BILLION;

	*have_error = whole > PG_INT32_MAX || whole < PG_INT32_MIN;
	return *have_error ? 0 : (int32) whole;
}

Datum
numeric_scale(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(PG_GETARG_NUMERIC(0)->scale);
}

Datum
numeric_abs(PG_FUNCTION_ARGS)
{
	Numeric		n = PG_GETARG_NUMERIC(0);
	int128		value = value_of(n);

	PG_RETURN_NUMERIC(make_numeric(value < 0 ? -value : value, n->scale));
}

Datum
numeric_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(value_of(PG_GETARG_NUMERIC(0)) >= value_of(PG_GETARG_NUMERIC(1)));
}

/* The second factor is whole. */
Datum
numeric_mul(PG_FUNCTION_ARGS)
{
	int128		right = value_of(PG_GETARG_NUMERIC(1));

	runtime_require(right % BILLION == 0, "a factor that is not whole", "numeric_mul");
	PG_RETURN_NUMERIC(make_numeric(value_of(PG_GETARG_NUMERIC(0)) * (right / BILLION),
								   PG_GETARG_NUMERIC(0)->scale));
}

/* Rounded half away from zero. */
Datum
numeric_int8(PG_FUNCTION_ARGS)
{
	int128		value = value_of(PG_GETARG_NUMERIC(0));
	int128		half = value < 0 ? -BILLION / 2 : BILLION / 2;

	PG_RETURN_INT64((int64) ((value + half) / BILLION));
}

Datum
numeric_out(PG_FUNCTION_ARGS)
{
	Numeric		n = PG_GETARG_NUMERIC(0);
	int128		value = value_of(n);
	int128		size = value < 0 ? -value : value;
	char	   *text = psprintf("%s" INT64_FORMAT ".%09d", value < 0 ? "-" : "",
								(int64) (size / BILLION), (int) (size % BILLION));

	text[strlen(text) - MOST_SCALE + n->scale - (n->scale == 0)] = '\0';
	PG_RETURN_CSTRING(text);
}
