/*-------------------------------------------------------------------------
 *
 * expected_objects.c
 *		Which tables, views, functions and triggers there should be.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "chapters.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(expected_objects);
PG_FUNCTION_INFO_V1(expected_triggers);

/* The kind of an object that grants are made on, or NULL. */
static const char *
grantable_kind(const InstallStatement *statement)
{
	switch (statement->kind)
	{
		case STATEMENT_TABLE:
			return "table";
		case STATEMENT_VIEW:
			return "view";
		case STATEMENT_FUNCTION:
			return "function";
		default:
			return NULL;
	}
}

/*
 * expected_objects() RETURNS TABLE (kind text, name text)
 *
 * The tables, views and functions that install() makes, in its order.
 */
Datum
expected_objects(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, chapters_statements())
	{
		InstallStatement *statement = lfirst(cell);
		const char *kind = grantable_kind(statement);
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (kind == NULL)
			continue;
		values[0] = CStringGetTextDatum(kind);
		values[1] = CStringGetTextDatum(statement->relation);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

/*
 * expected_triggers() RETURNS TABLE (relation text, trigger text)
 *
 * Those that install() makes, in its order.
 */
Datum
expected_triggers(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, chapters_statements())
	{
		InstallStatement *statement = lfirst(cell);
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (statement->kind != STATEMENT_TRIGGER)
			continue;
		values[0] = CStringGetTextDatum(statement->relation);
		values[1] = CStringGetTextDatum(statement->trigger);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
