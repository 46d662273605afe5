/*-------------------------------------------------------------------------
 *
 * chapters.h
 *		The SQL that install() runs, statement by statement.
 *
 * The chapters in sql/install are compiled into the library. They are the
 * only list of what install() makes: which tables, views and triggers there
 * should be is read from the statements that create them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_CHAPTERS_H
#define ACHIEVE_CHAPTERS_H

#include "nodes/pg_list.h"

typedef enum StatementKind
{
	STATEMENT_TABLE,
	STATEMENT_VIEW,
	STATEMENT_SEQUENCE,
	STATEMENT_INDEX,
	STATEMENT_FUNCTION,
	STATEMENT_TRIGGER,
	STATEMENT_COMMENT,
	STATEMENT_OTHER
} StatementKind;

typedef struct InstallStatement
{
	StatementKind kind;
	const char *chapter;		/* such as "10-catalogue" */
	const char *relation;		/* what it makes, or makes a trigger on */
	const char *trigger;		/* the trigger, else NULL */
	const char *text;			/* without the semicolon */
} InstallStatement;

extern List *chapters_statements(void);
extern void chapters_run(const InstallStatement *statement);

#endif							/* ACHIEVE_CHAPTERS_H */
