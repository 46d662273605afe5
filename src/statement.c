/*-------------------------------------------------------------------------
 *
 * statement.c
 *		Kept SPI plans: SQL that the engine runs as the tables' owner.
 *
 * Plans are kept for the session; PostgreSQL plans them again by itself when a
 * table changes. They read and write under the snapshot that the engine's own
 * reads use.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "identity.h"
#include "statement.h"

/* From how many rows on a statement is planned for just these. */
#define BATCH_ROWS 256

int			statement_writing = 0;

static SPIPlanPtr
prepare(Statement *statement, int plan_option)
{
	SPIPlanPtr	plan;

	statement->array_argument = -1;
	for (int i = statement->argument_count - 1; i >= 0; i--)
	{
		if (type_is_array(statement->types[i]))
			statement->array_argument = i;
	}
	plan = SPI_prepare_cursor(statement->sql, statement->argument_count,
							  statement->types, plan_option);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor returned %s for %s",
			 SPI_result_code_string(SPI_result), statement->sql);
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "SPI_keepplan failed");
	return plan;
}

/*
 * The plan for these values. A generic one knows neither how many rows come
 * nor how much the tables have grown since it was made, which is no matter for
 * a few rows; many are worth planning for.
 */
static SPIPlanPtr
choose_plan(Statement *statement, const Datum *values)
{
	if (statement->plan == NULL)
		statement->plan = prepare(statement, CURSOR_OPT_GENERIC_PLAN);
	if (statement->array_argument >= 0)
	{
		ArrayType  *array =
			DatumGetArrayTypeP(values[statement->array_argument]);

		if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) >= BATCH_ROWS)
		{
			if (statement->batch_plan == NULL)
				statement->batch_plan = prepare(statement,
												CURSOR_OPT_CUSTOM_PLAN);
			return statement->batch_plan;
		}
	}
	return statement->plan;
}

/*
 * Runs a statement; nulls as SPI takes them, NULL for none. What it returns
 * is in SPI_tuptable: the caller has connected to SPI and reads it before it
 * finishes.
 */
uint64
statement_run(Statement *statement, const Datum *values, const char *nulls)
{
	OwnerScope	scope;
	int			result = 0;

	owner_enter(&scope, statement->table);
	statement_writing++;
	PG_TRY();
	{
		Snapshot	snapshot = InvalidSnapshot;
		SPIPlanPtr	plan = choose_plan(statement, values);

		if (IsolationUsesXactSnapshot() &&
			(statement->latest || !IsolationIsSerializable()))
		{
			CommandCounterIncrement();
			snapshot = RegisterSnapshot(GetLatestSnapshot());
		}
		result = SPI_execute_snapshot(plan,
									  unconstify(Datum *, values), nulls,
									  snapshot, InvalidSnapshot, false, true,
									  0);
		if (snapshot != InvalidSnapshot)
			UnregisterSnapshot(snapshot);
	}
	PG_FINALLY();
	{
		statement_writing--;
	}
	PG_END_TRY();
	owner_leave(&scope);
	if (result < 0)
		elog(ERROR, "SPI_execute_snapshot returned %s for %s",
			 SPI_result_code_string(result), statement->sql);
	return SPI_processed;
}

static void
make_room(ValueColumn *column)
{
	if (column->count < column->room)
		return;
	if (column->room == 0)
	{
		column->room = 8;
		column->values = palloc(column->room * sizeof(Datum));
		column->nulls = palloc(column->room * sizeof(bool));
		return;
	}
	column->room *= 2;
	column->values = repalloc(column->values, column->room * sizeof(Datum));
	column->nulls = repalloc(column->nulls, column->room * sizeof(bool));
}

void
value_add(ValueColumn *column, Datum value)
{
	make_room(column);
	column->values[column->count] = value;
	column->nulls[column->count++] = false;
}

void
value_add_null(ValueColumn *column)
{
	make_room(column);
	column->values[column->count] = (Datum) 0;
	column->nulls[column->count++] = true;
}

/* NULL becomes null. */
void
value_add_text(ValueColumn *column, const char *string)
{
	if (string == NULL)
		value_add_null(column);
	else
		value_add(column, CStringGetTextDatum(string));
}

/* The one value of the column, so often that there are "count" of it. */
void
value_repeat(ValueColumn *column, int count)
{
	while (column->count < count)
	{
		make_room(column);
		column->values[column->count] = column->values[0];
		column->nulls[column->count++] = column->nulls[0];
	}
}

/* The column as a one-dimensional array. */
Datum
value_array(const ValueColumn *column)
{
	int16		length;
	bool		by_value;
	char		alignment;
	int			dimensions[1] = {column->count};
	int			bounds[1] = {1};

	get_typlenbyvalalign(column->type, &length, &by_value, &alignment);
	return PointerGetDatum(construct_md_array(column->values, column->nulls,
											  1, dimensions, bounds,
											  column->type, length, by_value,
											  alignment));
}
