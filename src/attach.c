/*-------------------------------------------------------------------------
 *
 * attach.c
 *		Who attachments act as.
 *
 * achieve.attach() is SQL that its caller runs with the caller's own rights;
 * what it makes is owned by the source table's owner and runs as that owner.
 * Here is what SQL cannot say: whether a trigger function acts as the one it
 * should, and comparing source and facts as the source's owner on behalf of
 * somebody else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "attach.h"
#include "catalog.h"
#include "installation.h"

PG_FUNCTION_INFO_V1(attachment_ready);
PG_FUNCTION_INFO_V1(compare_attachment);

/* Only attach() and check_attachments() call these functions as meant. */
void
attach_refuse_call(const char *reason)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", reason),
			 errhint("Call achieve.attach() or achieve.check_attachments(), which call this.")));
}

/* The owner of a source table. Errors: 22023 there is no such relation. */
static Oid
source_owner(Oid source)
{
	if (get_rel_relkind(source) == '\0')
		attach_refuse_call(psprintf("there is no relation %u", source));
	return relation_owner(source);
}

/* Between begin_restore() and end_restore() the facts come by themselves. */
static bool
is_restoring(void)
{
	Relation	event = table_open(catalog_table(TABLE_EVENT)->relid,
								   AccessShareLock);
	TriggerDesc *triggers = event->trigdesc;
	bool		restoring = false;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (strcmp(triggers->triggers[i].tgname, "evaluate_insert") == 0)
			restoring = triggers->triggers[i].tgenabled == 'D';
	table_close(event, AccessShareLock);
	return restoring;
}

/*
 * attachment_ready(source oid) RETURNS boolean
 *
 * What the trigger function of an attachment asks first: false where it has
 * nothing to do.
 *
 * Errors: 22023 no such relation, 42501 where the function acts as somebody
 * else than the table's owner: the table has a new one, or the trigger is not
 * attach()'s.
 */
Datum
attachment_ready(PG_FUNCTION_ARGS)
{
	Oid			source = PG_GETARG_OID(0);

	if (source_owner(source) != GetUserId())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the attachment of table \"%s\" is not its owner's",
						get_rel_name(source)),
				 errhint("After a change of owner the new one detaches the table and attaches it again.")));
	PG_RETURN_BOOL(!is_restoring());
}

/*
 * compare_attachment(mapping oid, fact_table text)
 *		RETURNS TABLE (problem text, fact jsonb, source_row text)
 *
 * The source's owner must have made the mapping. Its expressions run as that
 * owner in a security restricted operation, as those of an index do in
 * REINDEX: they leave nothing behind, no setting either, that would have
 * something run as the caller. The query is made by
 * achieve.attachment_comparison(), not by the caller.
 *
 * Errors: 22023 arguments that check_attachments() never gives, 42501 a mapping
 * that is not the source owner's.
 */
Datum
compare_attachment(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			mapping = PG_GETARG_OID(0);
	Oid			argument_types[2] = {OIDOID, TEXTOID};
	Datum		arguments[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(mapping));
	Form_pg_proc function;
	Oid			owner;
	Oid			source;
	Oid			caller;
	int			security_context;
	int			settings;
	char	   *query;

	if (!HeapTupleIsValid(tuple))
		attach_refuse_call(psprintf("there is no function %u", mapping));
	function = (Form_pg_proc) GETSTRUCT(tuple);
	owner = function->proowner;
	source = function->pronargs == 1 ?
		get_typ_typrelid(function->proargtypes.values[0]) : InvalidOid;
	ReleaseSysCache(tuple);
	if (!OidIsValid(source) || source_owner(source) != owner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("function %s is not a mapping of its owner's table",
						format_procedure(mapping)),
				 errhint("After a change of owner the new one detaches the table and attaches it again.")));

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	if (SPI_execute_with_args("SELECT achieve.attachment_comparison($1, $2)",
							  2, argument_types, arguments, NULL, true,
							  1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not make the comparison");
	query = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (query == NULL)
		attach_refuse_call(psprintf("function %s is not a mapping to \"%s\"",
									format_procedure(mapping),
									text_to_cstring(PG_GETARG_TEXT_PP(1))));
	GetUserIdAndSecContext(&caller, &security_context);
	SetUserIdAndSecContext(owner, security_context |
						   SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	settings = NewGUCNestLevel();
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not compare");
	AtEOXact_GUC(false, settings);
	SetUserIdAndSecContext(caller, security_context);
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
	SPI_finish();
	return (Datum) 0;
}
