/*-------------------------------------------------------------------------
 *
 * identity.h
 *		Who is acting, and acting as the tables' owner.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ACHIEVE_IDENTITY_H
#define ACHIEVE_IDENTITY_H

#include "catalog.h"

/* Settings; empty strings mean "not set". */
extern char *identity_actor_setting;
extern char *identity_reason_setting;

typedef struct OwnerScope
{
	Oid			user;
	int			security_context;
} OwnerScope;

extern const char *identity_actor(void);
extern const char *identity_reason(void);
extern char *identity_database_user(void);
extern char *identity_name(void);

extern void owner_enter(OwnerScope *scope, TableId table);
extern void owner_leave(const OwnerScope *scope);

#endif							/* ACHIEVE_IDENTITY_H */
