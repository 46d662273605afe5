/*-------------------------------------------------------------------------
 *
 * prerequisites.c
 *		Types that rules read through holds(...).
 *
 * Whoever issues an achievement of such a type must look at the learner's
 * other enrollments. achievement_type.read_by_rules says so, for ever once a
 * stored rule reads the type: it is set under a lock that conflicts with the
 * one issuers hold, so an issuer either sees it or has committed before the
 * rule is first evaluated. The codes are noted in awaited_type, for types that
 * are made later.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"

#include "engine.h"
#include "statement.h"

static Statement mark_type = {
	.sql = "UPDATE achieve.achievement_type AS t SET read_by_rules = true"
	" WHERE t.achievement_type_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT_TYPE,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement await_type = {
	.sql = "INSERT INTO achieve.awaited_type (code) VALUES ($1)"
	" ON CONFLICT DO NOTHING",
	.table = TABLE_ACHIEVEMENT_TYPE,
	.argument_count = 1,
	.types = {TEXTOID},
};

/* RuleFactVisitor: collects the codes of holds() as text datums */
static void
collect_code(void *arg, RuleFact fact, const char *code, int code_len)
{
	List	  **codes = arg;

	if (fact == RULE_FACT_HOLDS)
		*codes = lappend(*codes, cstring_to_text_with_len(code, code_len));
}

static void
run_one(Statement *statement, Datum value)
{
	SPI_connect();
	(void) statement_run(statement, &value, NULL);
	SPI_finish();
}

/*
 * Serializes those who await a code and those who make a type with it, until
 * they end: each then sees what the other did.
 */
void
prerequisites_lock_awaited(void)
{
	LockRelationOid(catalog_relation("awaited_type"), ShareRowExclusiveLock);
}

/*
 * The type of a code that a rule reads, 0 where there is none. The code is
 * noted in any case: a type that is made anew with it is read from the start.
 */
static int64
await_code(ReadSet *set, text *code)
{
	Datum		key = PointerGetDatum(code);
	TupleTableSlot *row = read_first(set, PATH_ACHIEVEMENT_TYPE_CODE, 1,
									 &key);

	if (row != NULL && row_bool(row, TABLE_ACHIEVEMENT_TYPE,
								ACHIEVEMENT_TYPE_READ_BY_RULES))
		return 0;				/* known already */
	prerequisites_lock_awaited();
	run_one(&await_type, key);
	read_refresh(set);
	row = read_first(set, PATH_ACHIEVEMENT_TYPE_CODE, 1, &key);
	return row == NULL ? 0 :
		row_int64(row, TABLE_ACHIEVEMENT_TYPE, ACHIEVEMENT_TYPE_ID);
}

static void
mark(ReadSet *set, int64 type_id)
{
	Datum		id = Int64GetDatum(type_id);

	(void) lock_row(set, PATH_ACHIEVEMENT_TYPE, 1, &id,
					LockTupleNoKeyExclusive);
	run_one(&mark_type, id);
	CacheInvalidateRelcacheByRelid(catalog_table(TABLE_ACHIEVEMENT_TYPE)->relid);
	read_refresh(set);
}

/* The codes that the rules of an event read through holds(), as texts. */
static List *
codes_of_event(ReadSet *set, int64 event_id, List *codes)
{
	const EventConfig *config = config_get(set, event_id);

	if (config == NULL || !config->reads_holds)
		return codes;
	if (config->passing_rule != NULL)
		rule_visit_facts(config->passing_rule, collect_code, &codes);
	for (int i = 0; i < config->award_count; i++)
	{
		if (config->awards[i].active && config->awards[i].rule != NULL)
			rule_visit_facts(config->awards[i].rule, collect_code, &codes);
	}
	return codes;
}

/*
 * Marks every type that the rules of these events read, in the order of their
 * ids. The caller holds the locks of an evaluation; the view may be refreshed.
 */
void
prerequisites_mark(ReadSet *set, const IdList *events)
{
	List	   *codes = NIL;
	ListCell   *cell;
	IdList		types = {0};
	Work		memory;

	for (int i = 0; i < events->count; i++)
		codes = codes_of_event(set, events->ids[i], codes);
	if (codes == NIL)
		return;
	work_init(&memory, CurrentMemoryContext);
	foreach(cell, codes)
	{
		int64		type_id = await_code(set, lfirst(cell));

		if (type_id != 0)
			work_add_id(&memory, &types, type_id);
	}
	ids_sort(&types);
	for (int i = 0; i < types.count; i++)
		mark(set, types.ids[i]);
}
