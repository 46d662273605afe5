/*-------------------------------------------------------------------------
 *
 * direct_write.c
 *		Writes rows straight into a table and its indexes.
 *
 * What the executor does for INSERT and UPDATE, without a plan: defaults,
 * generated columns, NOT NULL and CHECK constraints, the row, the indexes,
 * unique ones among them. What it needs for that is made once and kept in the
 * backend until the relation cache, or a change of a function, says that it
 * may be out of date.
 *
 * It does not fire triggers. So a table qualifies only while it has none but
 * those of which is known that they would do nothing: achieve's own guards,
 * which let the engine through, and the foreign keys that install() made. What
 * these ask for is held by the locks of an evaluation: the enrollment is
 * locked, and so is the achievement type, whose own foreign key keeps its
 * number sequence. Primary keys are never updated here, so nothing that refers
 * to a row by that is asked either. With any other trigger, a rule, a domain,
 * inheritance or partitions, the rows go by SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "compat.h"
#include "direct_write.h"
#include "identity.h"

/* Rows inserted together. */
#define BATCH_SIZE 64

typedef struct DirectTable
{
	bool		busy;			/* a write is under way */
	bool		known;			/* the following is up to date */
	bool		usable;			/* else the rows go by SQL */
	Oid			relid;
	MemoryContext context;		/* of the following; NULL: nothing made */
	EState	   *estate;
	ResultRelInfo *result;
	bool		has_generated;
	Oid		   *indexes;		/* result->ri_NumIndices of them */
	ExprState **defaults;		/* by attribute; NULL: null */
	TupleTableSlot *slots[BATCH_SIZE];	/* made as they are needed */
} DirectTable;

static DirectTable direct_tables[TABLE_COUNT];
static bool callbacks_registered = false;

/* The foreign keys that hold by the locks of an evaluation. */
static const char *const kept_by_locks[] = {
	"result_names_an_enrollment",
	"achievement_keeps_its_enrollment",
	"achievement_names_an_achievement_type",
	"achievement_names_a_number_sequence",
};

static void
forget_relation(Datum arg, Oid relid)
{
	for (int table = 0; table < TABLE_COUNT; table++)
	{
		if (relid == InvalidOid || direct_tables[table].relid == relid)
			direct_tables[table].known = false;
	}
}

/* A function of a constraint or default may have been inlined. */
static void
forget_functions(Datum arg, int cache, uint32 hash)
{
	forget_relation(arg, InvalidOid);
}

/* Whether a trigger would do nothing to what the engine writes. */
static bool
trigger_is_idle(Relation rel, const Trigger *trigger)
{
	const char *constraint;

	switch (RI_FKey_trigger_type(trigger->tgfoid))
	{
		case RI_TRIGGER_PK:
			/* the primary key stays as it is, others may hold an outcome */
			return trigger->tgconstrindid == rel->rd_pkindex;
		case RI_TRIGGER_FK:
			constraint = get_constraint_name(trigger->tgconstraint);
			for (int i = 0; i < lengthof(kept_by_locks); i++)
			{
				if (strcmp(constraint, kept_by_locks[i]) == 0)
					return true;
			}
			return false;
		default:
			return getExtensionOfObject(ProcedureRelationId,
										trigger->tgfoid) ==
				get_extension_oid("achieve", true);
	}
}

/*
 * A domain checks the null of a column that gets no value, and may get checks
 * of which no message tells.
 */
static bool
has_domains(TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		if (!column->attisdropped &&
			get_typtype(column->atttypid) == TYPTYPE_DOMAIN)
			return true;
	}
	return false;
}

static bool
table_is_usable(TableId table, Relation rel)
{
	if (!catalog_table(table)->plain || rel->rd_rel->relispartition ||
		rel->rd_rules != NULL || has_domains(RelationGetDescr(rel)))
		return false;
	list_free(RelationGetIndexList(rel));	/* which is the primary key's? */
	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers;
		 i++)
	{
		if (!trigger_is_idle(rel, &rel->trigdesc->triggers[i]))
			return false;
	}
	return true;
}

/* The defaults of the columns, ready to be evaluated. */
static ExprState **
prepare_defaults(Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	ExprState **defaults = palloc0(desc->natts * sizeof(ExprState *));

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);
		Node	   *expression;

		if (column->attisdropped || column->attgenerated != '\0')
			continue;
		expression = build_column_default(rel, i + 1);
		if (expression != NULL)
			defaults[i] = ExecInitExpr(expression_planner((Expr *) expression),
									   NULL);
	}
	return defaults;
}

/*
 * Makes what writing to a table needs. It acts as the table's owner: a default
 * may call functions that nobody else may call.
 */
static void
prepare(DirectTable *table, TableId id, Relation rel)
{
	MemoryContext caller = CurrentMemoryContext;

	if (table->context != NULL)
		MemoryContextDelete(table->context);
	memset(table, 0, sizeof(DirectTable));
	table->busy = true;
	table->relid = RelationGetRelid(rel);
	table->known = true;		/* a message from here on says otherwise */
	if (!table_is_usable(id, rel))
		return;
	table->context = AllocSetContextCreate(TopMemoryContext,
										   "achieve direct write",
										   ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(table->context);
	table->estate = CreateExecutorState();
	MemoryContextSwitchTo(table->estate->es_query_cxt);
	table->result = makeNode(ResultRelInfo);
	InitResultRelInfo(table->result, rel, 0, NULL, 0);
	table->result->ri_TrigDesc = NULL;
	table->has_generated = RelationGetDescr(rel)->constr != NULL &&
		RelationGetDescr(rel)->constr->has_generated_stored;
	table->defaults = prepare_defaults(rel);
	ExecOpenIndices(table->result, false);
	table->indexes = palloc(table->result->ri_NumIndices * sizeof(Oid));
	for (int i = 0; i < table->result->ri_NumIndices; i++)
		table->indexes[i] =
			RelationGetRelid(table->result->ri_IndexRelationDescs[i]);
	ExecCloseIndices(table->result);
	table->usable = true;
	MemoryContextSwitchTo(caller);
}

/*
 * Whether no key column of an index is among those that an update sets: its
 * new entry is then a duplicate of the old one, which index AMs make use of.
 */
static bool
index_stays(const IndexInfo *index, const RowWrite *write,
			const AttrNumber *numbers)
{
	if (index->ii_Expressions != NIL || index->ii_Predicate != NIL)
		return false;
	for (int i = 0; i < index->ii_NumIndexKeyAttrs; i++)
	{
		for (int k = write->key_count; k < write->column_count; k++)
		{
			if (index->ii_IndexAttrNumbers[i] ==
				numbers[write->columns[k]])
				return false;
		}
	}
	return true;
}

static void
open_indexes(DirectTable *table, const RowWrite *write)
{
	ResultRelInfo *result = table->result;
	const AttrNumber *numbers = catalog_table(write->table)->columns;

	for (int i = 0; i < result->ri_NumIndices; i++)
	{
		IndexInfo  *index = result->ri_IndexRelationInfo[i];

		result->ri_IndexRelationDescs[i] = index_open(table->indexes[i],
													  RowExclusiveLock);
		index->ii_Context = CurrentMemoryContext;
		index->ii_AmCache = NULL;
		index->ii_CheckedUnchanged = true;
		index->ii_IndexUnchanged = write->update &&
			index_stays(index, write, numbers);
	}
}

/* Opens the table for a write; false where the rows have to go by SQL. */
static bool
begin(DirectTable *table, const RowWrite *write)
{
	Relation	rel;

	if (!callbacks_registered)
	{
		CacheRegisterRelcacheCallback(forget_relation, (Datum) 0);
		CacheRegisterSyscacheCallback(PROCOID, forget_functions, (Datum) 0);
		callbacks_registered = true;
	}
	rel = table_open(catalog_table(write->table)->relid, RowExclusiveLock);
	if (!table->known)
		prepare(table, write->table, rel);
	if (!table->usable)
	{
		table_close(rel, NoLock);
		return false;
	}
	table->result->ri_RelationDesc = rel;
	open_indexes(table, write);
	return true;
}

static void
end(DirectTable *table)
{
	ExecCloseIndices(table->result);
	table_close(table->result->ri_RelationDesc, NoLock);
	table->result->ri_RelationDesc = NULL;
	for (int i = 0; i < BATCH_SIZE && table->slots[i] != NULL; i++)
		ExecClearTuple(table->slots[i]);
}

/* Whether the columns are of the types that the values have. */
static bool
types_match(const DirectTable *table, const RowWrite *write,
			const ValueColumn *columns)
{
	TupleDesc	desc = RelationGetDescr(table->result->ri_RelationDesc);
	const AttrNumber *numbers = catalog_table(write->table)->columns;

	for (int k = 0; k < write->column_count; k++)
	{
		if (TupleDescAttr(desc, numbers[write->columns[k]] - 1)->atttypid !=
			columns[k].type)
			return false;
	}
	return true;
}

/* A slot of the table's, empty; it outlives the relation's descriptor. */
static TupleTableSlot *
get_slot(DirectTable *table, int i)
{
	Relation	rel = table->result->ri_RelationDesc;

	if (table->slots[i] == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(table->context);

		table->slots[i] =
			MakeTupleTableSlot(CreateTupleDescCopyConstr(RelationGetDescr(rel)),
							   table_slot_callbacks(rel));
		MemoryContextSwitchTo(caller);
	}
	return ExecClearTuple(table->slots[i]);
}

/* The row is complete: generated columns, then the constraints. */
static void
finish_row(DirectTable *table, TupleTableSlot *slot)
{
	slot->tts_tableOid = table->relid;
	ExecStoreVirtualTuple(slot);
	/* of an update too: "insert" computes them all */
	if (table->has_generated)
		ExecComputeStoredGenerated(table->result, table->estate, slot,
								   CMD_INSERT);
	if (RelationGetDescr(table->result->ri_RelationDesc)->constr != NULL)
		ExecConstraints(table->result, slot, table->estate);
}

static void
set_columns(const RowWrite *write, const ValueColumn *columns, int row,
			TupleTableSlot *slot)
{
	const AttrNumber *numbers = catalog_table(write->table)->columns;

	for (int k = 0; k < write->column_count; k++)
	{
		int			at = numbers[write->columns[k]] - 1;

		slot->tts_values[at] = columns[k].values[row];
		slot->tts_isnull[at] = columns[k].nulls[row];
	}
}

/* By attribute: whether the write brings a value, so that none is drawn. */
static bool *
given_columns(const DirectTable *table, const RowWrite *write)
{
	TupleDesc	desc = RelationGetDescr(table->result->ri_RelationDesc);
	const AttrNumber *numbers = catalog_table(write->table)->columns;
	bool	   *given = palloc0(desc->natts * sizeof(bool));

	for (int k = 0; k < write->column_count; k++)
		given[numbers[write->columns[k]] - 1] = true;
	return given;
}

static void
fill_defaults(DirectTable *table, const bool *given, TupleTableSlot *slot)
{
	ExprContext *context = GetPerTupleExprContext(table->estate);
	MemoryContext caller =
		MemoryContextSwitchTo(GetPerTupleMemoryContext(table->estate));

	for (int at = 0; at < slot->tts_tupleDescriptor->natts; at++)
	{
		slot->tts_isnull[at] = true;
		slot->tts_values[at] = (Datum) 0;
		if (table->defaults[at] != NULL && !given[at])
			slot->tts_values[at] = ExecEvalExpr(table->defaults[at], context,
												&slot->tts_isnull[at]);
	}
	MemoryContextSwitchTo(caller);
}

static void
insert_rows(DirectTable *table, const RowWrite *write,
			const ValueColumn *columns, int64 *ids)
{
	Relation	rel = table->result->ri_RelationDesc;
	CommandId	command = GetCurrentCommandId(true);
	int			count = columns[0].count;
	bool	   *given = given_columns(table, write);

	for (int done = 0; done < count; done += BATCH_SIZE)
	{
		int			size = Min(BATCH_SIZE, count - done);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < size; i++)
		{
			TupleTableSlot *slot = get_slot(table, i);

			fill_defaults(table, given, slot);
			set_columns(write, columns, done + i, slot);
			finish_row(table, slot);
			ExecMaterializeSlot(slot);
			if (write->returns_id)
			{
				bool		isnull;

				ids[done + i] = DatumGetInt64(
					slot_getattr(slot, catalog_table(write->table)->columns[write->id_column],
								 &isnull));
			}
			ResetPerTupleExprContext(table->estate);
		}
		if (size == 1)
			table_tuple_insert(rel, table->slots[0], command, 0, NULL);
		else
			table_multi_insert(rel, table->slots, size, command, 0, NULL);
		for (int i = 0; i < size; i++)
		{
			compat_insert_index_tuples(table->result, table->slots[i],
									   table->estate);
			ResetPerTupleExprContext(table->estate);
		}
	}
}

/*
 * Updates one row. Whoever else has just changed it is waited for, and the
 * columns are then set in what that one has left.
 *
 * Errors: 40001 at SERIALIZABLE when the row was changed since the snapshot.
 */
static void
update_row(DirectTable *table, const RowWrite *write,
		   const ValueColumn *columns, int row, ReadSet *set)
{
	Relation	rel = table->result->ri_RelationDesc;
	TupleTableSlot *slot = get_slot(table, 0);
	Datum		keys[PATH_MAX_KEYS];

	for (int k = 0; k < write->key_count; k++)
		keys[k] = columns[k].values[row];
	for (;;)
	{
		TupleTableSlot *old = read_first(set, write->path, write->key_count,
										 keys);
		ItemPointerData tid;
		TM_FailureData failure;
		LockTupleMode lock;
		CompatUpdateIndexes indexes;
		TM_Result	result;

		if (old == NULL)
			elog(ERROR, "a row of \"%s\" has vanished",
				 RelationGetRelationName(rel));
		tid = old->tts_tid;
		slot_getallattrs(old);
		ExecClearTuple(slot);
		memcpy(slot->tts_values, old->tts_values,
			   slot->tts_tupleDescriptor->natts * sizeof(Datum));
		memcpy(slot->tts_isnull, old->tts_isnull,
			   slot->tts_tupleDescriptor->natts * sizeof(bool));
		set_columns(write, columns, row, slot);
		finish_row(table, slot);
		result = table_tuple_update(rel, &tid, slot, GetCurrentCommandId(true),
									read_snapshot(set), InvalidSnapshot, true,
									&failure, &lock, &indexes);
		if (result == TM_Ok)
		{
			compat_update_index_tuples(table->result, slot, table->estate,
									   indexes);
			ResetPerTupleExprContext(table->estate);
			return;
		}
		if (result != TM_Updated && result != TM_Deleted)
			elog(ERROR, "unexpected result %d of updating a row of \"%s\"",
				 result, RelationGetRelationName(rel));
		if (IsolationIsSerializable())
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access due to concurrent update"),
					 errhint("The transaction might succeed if retried.")));
		read_refresh(set);
	}
}

static void
update_rows(DirectTable *table, const RowWrite *write,
			const ValueColumn *columns)
{
	ReadSet    *set = read_begin();

	CheckCmdReplicaIdentity(table->result->ri_RelationDesc, CMD_UPDATE);
	for (int row = 0; row < columns[0].count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		update_row(table, write, columns, row, set);
	}
	read_end(set);
}

static void
write_rows(DirectTable *table, const RowWrite *write,
		   const ValueColumn *columns, int64 *ids)
{
	if (write->update)
		update_rows(table, write, columns);
	else
		insert_rows(table, write, columns, ids);
}

/*
 * Writes the rows; false, with nothing done, where they have to go by SQL.
 * What is written is seen by whatever reads next.
 *
 * Errors: those of the constraints, as SQL gives them; 25006 in a read-only
 * transaction.
 */
bool
direct_write(const RowWrite *write, const ValueColumn *columns, int64 *ids)
{
	DirectTable *table = &direct_tables[write->table];
	OwnerScope	scope;
	volatile bool written = false;

	if (table->busy)
		return false;			/* a constraint's function writes */
	PreventCommandIfReadOnly(write->update ? "UPDATE" : "INSERT");
	owner_enter(&scope, write->table);
	table->busy = true;
	PG_TRY();
	{
		if (begin(table, write))
		{
			written = types_match(table, write, columns);
			if (written)
				write_rows(table, write, columns, ids);
			end(table);
		}
	}
	PG_CATCH();
	{
		/* what is kept may be half made, or point into what goes now */
		table->known = table->busy = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	table->busy = false;
	owner_leave(&scope);
	if (written)
		CommandCounterIncrement();
	return written;
}
