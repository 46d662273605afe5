/*-------------------------------------------------------------------------
 *
 * identity.c
 *		Who is acting, and acting as the tables' owner.
 *
 * Two people stand behind a write: the database user of the statement, and
 * the app's own user, whom only the app knows and says through the settings
 * achieve.actor and achieve.reason. The engine itself writes as the owner of
 * the tables, in the same security context as foreign key actions; an error
 * puts the caller's back when its (sub)transaction aborts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "identity.h"

PG_FUNCTION_INFO_V1(set_context);

char	   *identity_actor_setting = NULL;
char	   *identity_reason_setting = NULL;

/* The app's user, or NULL where the app has not said. */
const char *
identity_actor(void)
{
	if (identity_actor_setting == NULL || identity_actor_setting[0] == '\0')
		return NULL;
	return identity_actor_setting;
}

/* The app's reason, or NULL. */
const char *
identity_reason(void)
{
	if (identity_reason_setting == NULL || identity_reason_setting[0] == '\0')
		return NULL;
	return identity_reason_setting;
}

/* The database user behind the statement, not the owner switched to. */
char *
identity_database_user(void)
{
	return GetUserNameFromId(GetOuterUserId(), false);
}

/* One name for columns such as issued_by: the actor, else the user. */
char *
identity_name(void)
{
	const char *actor = identity_actor();

	return actor != NULL ? pstrdup(actor) : identity_database_user();
}

/* Acts as the owner of a table until owner_leave. */
void
owner_enter(OwnerScope *scope, TableId table)
{
	Oid			owner = catalog_table(table)->owner;

	GetUserIdAndSecContext(&scope->user, &scope->security_context);
	SetUserIdAndSecContext(owner,
						   scope->security_context |
						   SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_NOFORCE_RLS);
}

void
owner_leave(const OwnerScope *scope)
{
	SetUserIdAndSecContext(scope->user, scope->security_context);
}

/*
 * set_context(actor text, reason text DEFAULT NULL)
 *
 * Says who acts in the app, for this transaction only: pooled connections are
 * shared. NULL clears.
 */
Datum
set_context(PG_FUNCTION_ARGS)
{
	char	   *actor = PG_ARGISNULL(0) ? "" :
		text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *reason = PG_ARGISNULL(1) ? "" :
		text_to_cstring(PG_GETARG_TEXT_PP(1));

	(void) set_config_option("achieve.actor", actor, PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	(void) set_config_option("achieve.reason", reason, PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	PG_RETURN_VOID();
}
