/*-------------------------------------------------------------------------
 *
 * chapters.c
 *		The SQL that install() runs, statement by statement.
 *
 * PostgreSQL's own parser splits a chapter, so that an error shows the one
 * statement that failed. What is returned lives in the memory context of the
 * caller.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "tcop/tcopprot.h"

#include "chapters.h"

typedef struct InstallChapter
{
	const char *name;
	const char *sql;
} InstallChapter;

#include "install_sql.h"

/* What a comment is about, as far as it concerns a relation or trigger. */
static void
classify_comment(InstallStatement *statement, const CommentStmt *comment)
{
	List	   *name;

	if (comment->objtype != OBJECT_VIEW && comment->objtype != OBJECT_COLUMN &&
		comment->objtype != OBJECT_TRIGGER)
		return;
	statement->kind = STATEMENT_COMMENT;
	name = castNode(List, comment->object);
	statement->relation = strVal(lsecond(name));
	if (comment->objtype == OBJECT_TRIGGER)
		statement->trigger = strVal(lthird(name));
}

/* What a statement makes: fills in kind, relation and trigger. */
static void
classify(InstallStatement *statement, Node *tree)
{
	statement->kind = STATEMENT_OTHER;
	switch (nodeTag(tree))
	{
		case T_CreateStmt:
			statement->kind = STATEMENT_TABLE;
			statement->relation =
				castNode(CreateStmt, tree)->relation->relname;
			break;
		case T_ViewStmt:
			statement->kind = STATEMENT_VIEW;
			statement->relation = castNode(ViewStmt, tree)->view->relname;
			break;
		case T_CreateSeqStmt:
			statement->kind = STATEMENT_SEQUENCE;
			statement->relation =
				castNode(CreateSeqStmt, tree)->sequence->relname;
			break;
		case T_IndexStmt:
			statement->kind = STATEMENT_INDEX;
			statement->relation = castNode(IndexStmt, tree)->idxname;
			break;
		case T_CreateFunctionStmt:
			statement->kind = STATEMENT_FUNCTION;
			statement->relation =
				strVal(llast(castNode(CreateFunctionStmt, tree)->funcname));
			break;
		case T_CreateTrigStmt:
			statement->kind = STATEMENT_TRIGGER;
			statement->relation =
				castNode(CreateTrigStmt, tree)->relation->relname;
			statement->trigger = castNode(CreateTrigStmt, tree)->trigname;
			break;
		case T_CommentStmt:
			classify_comment(statement, castNode(CommentStmt, tree));
			break;
		default:
			break;
	}
}

/* Skips white space and comments before a statement. */
static const char *
skip_comments(const char *sql)
{
	for (;;)
	{
		sql += strspn(sql, " \t\n");
		if (strncmp(sql, "--", 2) != 0)
			return sql;
		sql += strcspn(sql, "\n");
	}
}

/* All statements of all chapters, as InstallStatement *, in order. */
List *
chapters_statements(void)
{
	List	   *statements = NIL;

	for (int i = 0; i < lengthof(install_chapters); i++)
	{
		const InstallChapter *chapter = &install_chapters[i];
		ListCell   *cell;

		foreach(cell, pg_parse_query(chapter->sql))
		{
			RawStmt    *raw = lfirst_node(RawStmt, cell);
			InstallStatement *statement = palloc0(sizeof(InstallStatement));
			const char *from = chapter->sql + raw->stmt_location;
			const char *start = skip_comments(from);

			classify(statement, raw->stmt);
			statement->chapter = chapter->name;
			statement->text = raw->stmt_len > 0 ?
				pnstrdup(start, raw->stmt_len - (start - from)) :
				pstrdup(start);
			statements = lappend(statements, statement);
		}
	}
	return statements;
}

/* Says which chapter a failing statement is from. */
static void
report_chapter(void *arg)
{
	const InstallStatement *statement = arg;

	errcontext("chapter \"%s\" of achieve.install()", statement->chapter);
}

/*
 * Runs one statement. The caller is connected to SPI and acts as the user who
 * shall own what is made.
 */
void
chapters_run(const InstallStatement *statement)
{
	ErrorContextCallback context;
	int			result;

	context.callback = report_chapter;
	context.arg = unconstify(InstallStatement *, statement);
	context.previous = error_context_stack;
	error_context_stack = &context;

	result = SPI_execute(statement->text, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute returned %s for \"%s\"",
			 SPI_result_code_string(result), statement->text);

	error_context_stack = context.previous;
}
