/*-------------------------------------------------------------------------
 *
 * statement.h
 *		Kept SPI plans: SQL that the engine runs as the tables' owner.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_STATEMENT_H
#define ACHIEVE_STATEMENT_H

#include "executor/spi.h"

#include "catalog.h"

#define STATEMENT_MAX_ARGUMENTS 16

/* Declare static; the plan is prepared at first use and kept. */
typedef struct Statement
{
	const char *sql;			/* every name qualified, operators too */
	TableId		table;			/* acts as this table's owner */
	int			argument_count;
	Oid			types[STATEMENT_MAX_ARGUMENTS];
	bool		latest;			/* sees what is committed, also at SERIALIZABLE */
	SPIPlanPtr	plan;			/* generic: for few rows */
	SPIPlanPtr	batch_plan;		/* planned each time: for many */
	int			array_argument; /* the first array among the arguments, -1: none */
} Statement;

/* A column of values that a statement takes as one array. */
typedef struct ValueColumn
{
	Oid			type;			/* of the elements */
	Datum	   *values;
	bool	   *nulls;
	int			count;
	int			room;
} ValueColumn;

extern int	statement_writing;	/* > 0 while the engine itself writes */

extern uint64 statement_run(Statement *statement, const Datum *values,
							const char *nulls);
extern void value_add(ValueColumn *column, Datum value);
extern void value_add_null(ValueColumn *column);
extern void value_add_text(ValueColumn *column, const char *string);
extern void value_repeat(ValueColumn *column, int count);
extern Datum value_array(const ValueColumn *column);

#endif							/* ACHIEVE_STATEMENT_H */
