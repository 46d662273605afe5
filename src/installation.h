/*-------------------------------------------------------------------------
 *
 * installation.h
 *		The installed tables as one thing: whose they are, and which version.
 *
 * Serves install() and the functions around a data-only load. The order of
 * calls is installation_lock, then installation_enter; what follows acts as
 * the tables' owner until installation_leave, or until the (sub)transaction
 * aborts. All of them need a connection to SPI.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_INSTALLATION_H
#define ACHIEVE_INSTALLATION_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

typedef struct Installation
{
	Oid			extension;
	Oid			schema;
	Oid			table;			/* achieve.installation, or InvalidOid */
	Oid			owner;			/* of that table; before that, the caller */
	Oid			caller;
	int			caller_context;
} Installation;

extern void installation_lock(Installation *installation);
extern void installation_enter(Installation *installation);
extern void installation_leave(const Installation *installation);

extern Oid	relation_owner(Oid relid);
extern char *installation_version(void);
extern void installation_stamp(bool now);
extern void installation_rows(const char *query, int nargs, Oid *types,
							  Datum *values);
extern char *installation_value(int row, int column);
extern Datum installation_names(List *statements);

extern void identities_move(List *statements, StringInfo report);

#endif							/* ACHIEVE_INSTALLATION_H */
