/*-------------------------------------------------------------------------
 *
 * numbers.c
 *		Numbers of achievements.
 *
 * A number is drawn from a sequence, so transactions that issue at the same
 * time do not wait for each other; one that rolls back leaves a gap. Numbers
 * that came with records of an older system are passed over.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "utils/builtins.h"

#include "numbers.h"
#include "statement.h"

static Statement find_number = {
	.sql = "SELECT 1 FROM achieve.achievement AS a"
	" WHERE a.sequence_id IS NOT DISTINCT FROM $1"
	" AND a.number OPERATOR(pg_catalog.=) $2",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 2,
	.types = {INT8OID, TEXTOID},
};

static bool
number_is_taken(const AwardTerms *terms, const char *number)
{
	Datum		values[2];
	char		nulls[3] = "  ";

	values[0] = Int64GetDatum(terms->sequence_id);
	if (!terms->has_sequence)
		nulls[0] = 'n';
	values[1] = CStringGetTextDatum(number);
	return statement_run(&find_number, values, nulls) > 0;
}

/* The next number for a record on these terms; SPI must be connected. */
char *
number_next(const AwardTerms *terms)
{
	Oid			sequence = catalog_relation("achievement_number_seq");
	char	   *number;

	do
		number = psprintf(INT64_FORMAT, nextval_internal(sequence, false));
	while (number_is_taken(terms, number));
	return number;
}
