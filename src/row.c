/*-------------------------------------------------------------------------
 *
 * row.c
 *		Columns of rows that were read.
 *
 * A null is 0, false, no text or no bytes; row_is_null tells it apart.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "reader.h"

int64
row_int64(TupleTableSlot *row, TableId table, int column)
{
	bool		isnull;
	Datum		value = row_datum(row, table, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

int32
row_int32(TupleTableSlot *row, TableId table, int column)
{
	bool		isnull;
	Datum		value = row_datum(row, table, column, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

bool
row_bool(TupleTableSlot *row, TableId table, int column)
{
	bool		isnull;
	Datum		value = row_datum(row, table, column, &isnull);

	return !isnull && DatumGetBool(value);
}

bool
row_is_null(TupleTableSlot *row, TableId table, int column)
{
	bool		isnull;

	(void) row_datum(row, table, column, &isnull);
	return isnull;
}

/* A copy of a text column in the current context; NULL for null. */
char *
row_text(TupleTableSlot *row, TableId table, int column)
{
	bool		isnull;
	Datum		value = row_datum(row, table, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

const char *
row_bytes(TupleTableSlot *row, TableId table, int column, int *length)
{
	bool		isnull;
	Datum		value = row_datum(row, table, column, &isnull);
	struct varlena *bytes;

	if (isnull)
	{
		*length = 0;
		return "";
	}
	bytes = PG_DETOAST_DATUM_PACKED(value);
	*length = VARSIZE_ANY_EXHDR(bytes);
	return VARDATA_ANY(bytes);
}
