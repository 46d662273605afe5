/*-------------------------------------------------------------------------
 *
 * expected_triggers.c
 *		Which triggers there should be.
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

PG_FUNCTION_INFO_V1(expected_triggers);

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
		Statement  *statement = lfirst(cell);
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
