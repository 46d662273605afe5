/*-------------------------------------------------------------------------
 *
 * health.c
 *		What the view health cannot read by itself.
 *
 * The view has its owner's rights, but rule_problems reads with those of
 * whoever asks; so its errors are counted here, as the tables' owner, for
 * callers who may read health.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "statement.h"

PG_FUNCTION_INFO_V1(loaded_version);
PG_FUNCTION_INFO_V1(count_rule_errors);

static Statement count_errors = {
	.sql = "SELECT pg_catalog.count(*) FROM achieve.rule_problems AS p"
	" WHERE p.severity OPERATOR(pg_catalog.=) 'error'",
	.table = TABLE_EVENT,
};

/* loaded_version() RETURNS text: that of the code itself. */
Datum
loaded_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(ACHIEVE_VERSION));
}

/*
 * count_rule_errors() RETURNS bigint
 *
 * Errors: 42501 unless the caller may read achieve.health; 55000 where that
 * is not there yet.
 */
Datum
count_rule_errors(PG_FUNCTION_ARGS)
{
	Oid			view = catalog_relation("health");
	bool		isnull;
	int64		count;

	if (pg_class_aclcheck(view, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function count_rule_errors"),
				 errhint("It is for those who may read achieve.health.")));
	SPI_connect();
	(void) statement_run(&count_errors, NULL, NULL);
	count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	PG_RETURN_INT64(count);
}
