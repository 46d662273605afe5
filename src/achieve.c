/*-------------------------------------------------------------------------
 *
 * achieve.c
 *		Module entry: magic and settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "catalog.h"
#include "identity.h"
#include "notify.h"
#include "trigger.h"

PG_MODULE_MAGIC;

extern void _PG_init(void);

static const struct config_enum_entry evaluation_options[] = {
	{"statement", EVALUATE_AT_STATEMENT, false},
	{"commit", EVALUATE_AT_COMMIT, false},
	{NULL, 0, false}
};

/* How many of the settings are defined. */
static int	settings_defined;

/*
 * Where memory runs out in the middle, PostgreSQL calls this again at the next
 * use, and a setting must not be defined twice.
 */
void
_PG_init(void)
{
	switch (settings_defined)
	{
		case 0:
			DefineCustomStringVariable("achieve.actor",
									   "The app's user who is acting, for the audit.",
									   "Set it with achieve.set_context() or SET LOCAL: pooled connections are shared.",
									   &identity_actor_setting, "",
									   PGC_USERSET, 0, NULL, NULL, NULL);
			settings_defined++;
			/* FALLTHROUGH */
		case 1:
			DefineCustomStringVariable("achieve.reason",
									   "Why the app's user is acting, for the audit.",
									   NULL,
									   &identity_reason_setting, "",
									   PGC_USERSET, 0, NULL, NULL, NULL);
			settings_defined++;
			/* FALLTHROUGH */
		case 2:
			DefineCustomEnumVariable("achieve.evaluation",
									 "When outcomes are evaluated: at the end of each statement, or once at commit.",
									 NULL,
									 &trigger_evaluation, EVALUATE_AT_STATEMENT,
									 evaluation_options,
									 PGC_USERSET, 0, NULL, NULL, NULL);
			settings_defined++;
			/* FALLTHROUGH */
		case 3:
			DefineCustomBoolVariable("achieve.enabled",
									 "Whether facts are evaluated at all.",
									 "Off to bulk-load; then call achieve.evaluate_event().",
									 &trigger_enabled, true,
									 PGC_SUSET, 0, NULL, NULL, NULL);
			settings_defined++;
			/* FALLTHROUGH */
		case 4:
			DefineCustomBoolVariable("achieve.notifications",
									 "Whether changes of outcomes are announced in achieve.notification.",
									 "Off while history is loaded that nobody is to be told of.",
									 &notify_enabled, true,
									 PGC_SUSET, 0, NULL, NULL, NULL);
			settings_defined++;
			/* FALLTHROUGH */
		case 5:
			DefineCustomBoolVariable("achieve.notify",
									 "Whether NOTIFY achieve tells waiting workers of new notifications.",
									 "PostgreSQL serializes the commits of transactions that notify.",
									 &notify_listeners, false,
									 PGC_USERSET, 0, NULL, NULL, NULL);
			settings_defined++;
			/* FALLTHROUGH */
		case 6:
			DefineCustomBoolVariable("achieve.direct_access",
									 "Whether the engine reads and writes plain tables without SQL.",
									 "Off, it works as on partitioned tables and such with triggers of one's own. For tests and comparisons.",
									 &catalog_direct_access, true,
									 PGC_SUSET, GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
			settings_defined++;
	}
	MarkGUCPrefixReserved("achieve");
}
