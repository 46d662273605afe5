/*-------------------------------------------------------------------------
 *
 * attach_expressions.c
 *		What attach() needs of the parser.
 *
 * Which types and source columns an expression has, and that it is one: a value
 * of each source row, computed from that row alone, the same at every time.
 * Nothing is evaluated.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "attach.h"
#include "compat.h"

PG_FUNCTION_INFO_V1(attachment_expressions);

/* What is being parsed, for the error's context. */
typedef struct ParsedText
{
	const char *column;			/* NULL: the filter */
	const char *text;
	int			offset;			/* of the text in what the parser sees */
} ParsedText;

/* Puts the position into the expression, not into the caller's statement. */
static void
parsing_context(void *arg)
{
	ParsedText *parsed = arg;
	int			position = geterrposition();

	if (position > parsed->offset)
	{
		errposition(0);
		internalerrposition(position - parsed->offset);
		internalerrquery(parsed->text);
	}
	if (parsed->column != NULL)
		errcontext("SQL expression for column \"%s\"", parsed->column);
	else
		errcontext("SQL expression of the filter");
}

/* Whether raw statements are one SELECT of one expression, and nothing else. */
static bool
is_one_expression(List *statements)
{
	SelectStmt *select;
	ResTarget  *target;

	if (list_length(statements) != 1)
		return false;
	select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;
	if (!IsA(select, SelectStmt) || select->op != SETOP_NONE ||
		select->distinctClause != NIL || select->intoClause != NULL ||
		select->fromClause != NIL || select->whereClause != NULL ||
		select->groupClause != NIL || select->havingClause != NULL ||
		select->windowClause != NIL || select->valuesLists != NIL ||
		select->sortClause != NIL || select->limitOffset != NULL ||
		select->limitCount != NULL || select->lockingClause != NIL ||
		select->withClause != NULL || list_length(select->targetList) != 1)
		return false;
	target = linitial_node(ResTarget, select->targetList);
	if (target->name != NULL || target->indirection != NIL)
		return false;
	if (IsA(target->val, ColumnRef))
		return !IsA(llast(((ColumnRef *) target->val)->fields), A_Star);
	return true;
}

/*
 * Parses the query of one expression over the source table: exactly one value
 * of each row, computed from that row's columns.
 *
 * Errors: 42601 no single expression, 0A000 aggregates, sets, volatile
 * functions; and what the parser finds.
 */
static Query *
parse_over_source(const char *column, const char *expression,
				  const char *source, const char *alias)
{
	ParsedText	parsed = {column, expression, strlen("SELECT ")};
	ErrorContextCallback callback = {error_context_stack, parsing_context, &parsed};
	List	   *statements;
	char	   *sql = psprintf("SELECT %s", expression);
	Query	   *query;

	error_context_stack = &callback;
	statements = raw_parser(sql, RAW_PARSE_DEFAULT);
	if (!is_one_expression(statements))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("\"%s\" is not one SQL expression", expression),
				 errhint("Give one expression over the source row's columns, for example: CASE mark WHEN 'P' THEN 'present' ELSE 'absent' END.")));
	sql = psprintf("SELECT (%s\n) FROM %s AS %s", expression, source, alias);
	parsed.offset++;
	statements = raw_parser(sql, RAW_PARSE_DEFAULT);
	query = parse_analyze_fixedparams(linitial_node(RawStmt, statements),
									  sql, NULL, 0, NULL);
	if (query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is not computed from one source row",
						expression),
				 errhint("Aggregates, window functions and functions that return sets cannot be followed.")));
	if (contain_volatile_functions((Node *) query))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("\"%s\" is volatile", expression),
				 errhint("The same source row must always stand for the same fact: use stable or immutable functions only.")));
	error_context_stack = callback.previous;
	return query;
}

/*
 * Adds the source columns that a query reads.
 *
 * Errors: 0A000 for the row as a whole and for system columns: the mapping
 * would depend on every column, or on where the row lies.
 */
static Bitmapset *
add_used_columns(Bitmapset *used, Query *query, const char *expression)
{
	Bitmapset  *selected = compat_selected_columns(query,
												   linitial_node(RangeTblEntry,
																 query->rtable));
	int			member = -1;

	while ((member = bms_next_member(selected, member)) >= 0)
	{
		int			number = member + FirstLowInvalidHeapAttributeNumber;

		if (number <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 number == 0 ?
					 errmsg("\"%s\" reads the source row as a whole",
							expression) :
					 errmsg("\"%s\" reads a system column", expression),
					 errhint("Name the columns that it needs.")));
		used = bms_add_member(used, number);
	}
	return used;
}

/*
 * attachment_expressions(source oid, names text[], expressions text[],
 *		filter text, OUT types oid[], OUT used_columns text[])
 *
 * Checks the expressions, under the search_path of now and with the caller's
 * rights. Evaluates nothing. Errors: 22023 arguments that attach() never gives.
 */
Datum
attachment_expressions(PG_FUNCTION_ARGS)
{
	Oid			source;
	const char *alias;
	const char *table;
	Datum	   *names;
	Datum	   *expressions;
	Datum	   *types;
	Datum	   *columns;
	Datum		values[2];
	bool		nulls[2] = {false, false};
	int			nnames;
	int			count;
	int			ncolumns = 0;
	int			number = -1;
	Bitmapset  *used = NULL;
	TupleDesc	description;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) ||
		array_contains_nulls(PG_GETARG_ARRAYTYPE_P(1)) ||
		array_contains_nulls(PG_GETARG_ARRAYTYPE_P(2)))
		attach_refuse_call("the source, the names and the expressions must not be null");
	source = PG_GETARG_OID(0);
	if (get_rel_name(source) == NULL)
		attach_refuse_call(psprintf("there is no relation %u", source));
	alias = quote_identifier(get_rel_name(source));
	table = quote_qualified_identifier(get_namespace_name(get_rel_namespace(source)),
									   get_rel_name(source));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false,
					  TYPALIGN_INT, &names, NULL, &nnames);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false,
					  TYPALIGN_INT, &expressions, NULL, &count);
	if (nnames != count)
		attach_refuse_call(psprintf("there are %d names for %d expressions", nnames,
									count));
	types = palloc(sizeof(Datum) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		char	   *expression = TextDatumGetCString(expressions[i]);
		Query	   *query = parse_over_source(TextDatumGetCString(names[i]),
											  expression, table, alias);

		used = add_used_columns(used, query, expression);
		types[i] = ObjectIdGetDatum(exprType((Node *)
											 linitial_node(TargetEntry,
														   query->targetList)->expr));
	}
	if (!PG_ARGISNULL(3))
	{
		char	   *filter = text_to_cstring(PG_GETARG_TEXT_PP(3));
		Query	   *query = parse_over_source(NULL, filter, table, alias);

		used = add_used_columns(used, query, filter);
		if (exprType((Node *) linitial_node(TargetEntry,
											query->targetList)->expr) != BOOLOID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("the filter \"%s\" is not boolean", filter),
					 errhint("Give a condition over the source row's columns.")));
	}
	columns = palloc(sizeof(Datum) * Max(bms_num_members(used), 1));
	while ((number = bms_next_member(used, number)) >= 0)
		columns[ncolumns++] = CStringGetTextDatum(get_attname(source, number, false));

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the result is not composite");
	values[0] = PointerGetDatum(construct_array(types, count, OIDOID,
												sizeof(Oid), true,
												TYPALIGN_INT));
	values[1] = PointerGetDatum(construct_array(columns, ncolumns, TEXTOID,
												-1, false, TYPALIGN_INT));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description),
													  values, nulls)));
}
