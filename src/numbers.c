/*-------------------------------------------------------------------------
 *
 * numbers.c
 *		Numbers of achievements.
 *
 * A number_sequence counts from start_at, anew in each year or month where it
 * resets. The fast kind draws from a PostgreSQL sequence for each period, made
 * at its first use: issuers don't wait for each other, and one that rolls back
 * leaves a gap. The gapless kind counts in a row that its issuer keeps locked
 * until it ends. Types without a number_sequence share one PostgreSQL
 * sequence.
 *
 * Numbers that came with records of an older system are passed over, by a
 * gapless counter too: they are not gaps.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

#include "calendar.h"
#include "identity.h"
#include "numbers.h"
#include "reader.h"
#include "statement.h"

/* A number_sequence within one period, and what was drawn from it. */
typedef struct NumberSource
{
	bool		has_sequence;	/* else the common counter */
	int64		sequence_id;
	int			year;			/* 0: never resets */
	int			month;			/* 0: resets yearly or never */
	char	   *format;
	int64		start_at;
	bool		gapless;
	Oid			relid;			/* of the PostgreSQL sequence, when fast */
	int			wanted;			/* how many requests are still to be served */
	int64		next;			/* gapless: the next of what was drawn */
	int64		drawn;			/* gapless: how many are left of that */
} NumberSource;

static bool on_trial = false;
static int64 last_on_trial = 0;

static Statement read_sequence = {
	.sql = "SELECT s.format, s.start_at, s.reset, s.gapless"
	" FROM achieve.number_sequence AS s"
	" WHERE s.sequence_id OPERATOR(pg_catalog.=) $1",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement lock_sequence = {
	.sql = "SELECT 1 FROM achieve.number_sequence AS s"
	" WHERE s.sequence_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 1,
	.types = {INT8OID},
};

static Statement draw_gapless = {
	.sql = "INSERT INTO achieve.number_counter AS c"
	" (sequence_id, year, month, next_number)"
	" VALUES ($1, $2, $3, $4 OPERATOR(pg_catalog.+) $5)"
	" ON CONFLICT (sequence_id, year, month) DO UPDATE"
	" SET next_number = c.next_number OPERATOR(pg_catalog.+) $5"
	" RETURNING next_number",
	.table = TABLE_ACHIEVEMENT,
	.argument_count = 5,
	.types = {INT8OID, INT4OID, INT4OID, INT8OID, INT8OID},
};

static bool
number_is_taken(ReadSet *set, const NumberSource *source, const char *number)
{
	Datum		wanted = CStringGetTextDatum(number);
	Datum		keys[2];
	TupleTableSlot *row;

	if (source->has_sequence)
	{
		keys[0] = Int64GetDatum(source->sequence_id);
		keys[1] = wanted;
		return read_first(set, PATH_ACHIEVEMENT_OF_NUMBER, 2, keys) != NULL;
	}
	for (row = read_first(set, PATH_ACHIEVEMENT_OF_COMMON_NUMBER, 1,
						&wanted);
		 row != NULL;
		 row = read_next(set, PATH_ACHIEVEMENT_OF_COMMON_NUMBER))
	{
		if (row_is_null(row, TABLE_ACHIEVEMENT, ACHIEVEMENT_SEQUENCE_ID))
			return true;
	}
	return false;
}

/* The PostgreSQL sequence of a fast source, made when the period begins. */
static Oid
fast_sequence(const NumberSource *source)
{
	char	   *name;
	Oid			schema = get_namespace_oid("achieve", false);
	Oid			relid;
	Datum		id = Int64GetDatum(source->sequence_id);
	OwnerScope	scope;

	if (!source->has_sequence)
		return catalog_relation("achievement_number_seq");
	name = psprintf("number_" INT64_FORMAT, source->sequence_id);
	if (source->year != 0)
		name = psprintf("%s_%04d", name, source->year);
	if (source->month != 0)
		name = psprintf("%s_%02d", name, source->month);
	relid = get_relname_relid(name, schema);
	if (OidIsValid(relid))
		return relid;

	/* whoever comes first makes it, the others wait for that to commit */
	(void) statement_run(&lock_sequence, &id, NULL);
	AcceptInvalidationMessages();
	relid = get_relname_relid(name, schema);
	if (OidIsValid(relid))
		return relid;
	owner_enter(&scope, TABLE_ACHIEVEMENT);
	if (SPI_execute(psprintf("CREATE SEQUENCE achieve.%s MINVALUE 0 START " INT64_FORMAT,
							 name, source->start_at), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not create sequence %s", name);
	owner_leave(&scope);
	return catalog_relation(name);
}

/* Draws for all requests of a gapless source at once. */
static void
draw_from_counter(NumberSource *source)
{
	Datum		values[5];
	bool		isnull;
	int64		after;

	source->drawn = Max(source->wanted, 1);
	values[0] = Int64GetDatum(source->sequence_id);
	/* then the counter is read as it is once its last issuer has ended */
	(void) statement_run(&lock_sequence, values, NULL);
	values[1] = Int32GetDatum(source->year);
	values[2] = Int32GetDatum(source->month);
	values[3] = Int64GetDatum(source->start_at);
	values[4] = Int64GetDatum(source->drawn);
	(void) statement_run(&draw_gapless, values, NULL);
	after = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										SPI_tuptable->tupdesc, 1, &isnull));
	source->next = after - source->drawn;
}

/*
 * Begins something that is going to be undone: no counter moves and nobody
 * waits for one. The numbers meanwhile are negative, which no other is.
 */
void
numbers_begin_trial(void)
{
	on_trial = true;
	last_on_trial = 0;
}

void
numbers_end_trial(void)
{
	on_trial = false;
}

static int64
draw(ReadSet *set, NumberSource *source)
{
	if (on_trial)
		return --last_on_trial;
	if (!source->gapless)
	{
		if (!OidIsValid(source->relid))
			source->relid = fast_sequence(source);
		return nextval_internal(source->relid, false);
	}
	if (source->drawn == 0)
	{
		draw_from_counter(source);
		read_refresh(set);		/* whom it waited for may have used numbers */
	}
	source->drawn--;
	return source->next++;
}

/* The number as its format shows it. */
static char *
format_number(const NumberSource *source, const NumberRequest *request,
			  int64 number)
{
	StringInfoData buf;
	const char *at = source->format;
	int			year;
	int			month;
	int			day;

	date_parts(request->issued_on, &year, &month, &day);
	initStringInfo(&buf);
	while (*at != '\0')
	{
		const char *end = *at == '{' ? strchr(at, '}') : NULL;

		if (end == NULL)
		{
			appendStringInfoChar(&buf, *at++);
			continue;
		}
		if (strncmp(at, "{year}", 6) == 0)
			appendStringInfo(&buf, "%04d", year);
		else if (strncmp(at, "{month}", 7) == 0)
			appendStringInfo(&buf, "%02d", month);
		else if (strncmp(at, "{type}", 6) == 0)
			appendStringInfoString(&buf, request->type_code);
		else if (strncmp(at, "{event}", 7) == 0)
		{
			if (request->event_code != NULL)
				appendStringInfoString(&buf, request->event_code);
			else
				appendStringInfo(&buf, INT64_FORMAT,
								 request->terms->event_id);
		}
		else if (strncmp(at, "{number:", 8) == 0)
			appendStringInfo(&buf, "%0*lld", atoi(at + 8),
							 (long long) number);
		else
			appendStringInfo(&buf, INT64_FORMAT, number);
		at = end + 1;
	}
	return buf.data;
}

static NumberSource *
make_source(const NumberRequest *request, MemoryContext context)
{
	NumberSource *source = MemoryContextAllocZero(context,
												  sizeof(NumberSource));
	Datum		id = Int64GetDatum(request->terms->sequence_id);
	HeapTuple	row;
	TupleDesc	desc;
	char	   *reset;
	bool		isnull;
	int			year;
	int			month;
	int			day;

	source->has_sequence = request->terms->has_sequence;
	source->format = "{number}";
	if (!source->has_sequence)
		return source;
	source->sequence_id = request->terms->sequence_id;
	if (statement_run(&read_sequence, &id, NULL) == 0)
		elog(ERROR, "number sequence " INT64_FORMAT " has vanished",
			 source->sequence_id);
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	source->format = MemoryContextStrdup(context, SPI_getvalue(row, desc, 1));
	source->start_at = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
	reset = SPI_getvalue(row, desc, 3);
	source->gapless = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull));
	date_parts(request->issued_on, &year, &month, &day);
	if (strcmp(reset, "never") != 0)
		source->year = year;
	if (strcmp(reset, "monthly") == 0)
		source->month = month;
	return source;
}

/*
 * The source of a request among those that are known, else a new one. A
 * number_sequence is read once for each day that its requests are issued on.
 */
static NumberSource *
find_source(List **sources, List **issue_days, const NumberRequest *request)
{
	ListCell   *source_cell;
	ListCell   *day_cell;
	NumberSource *source;

	forboth(source_cell, *sources, day_cell, *issue_days)
	{
		source = lfirst(source_cell);
		if (source->has_sequence == request->terms->has_sequence &&
			source->sequence_id == request->terms->sequence_id &&
			lfirst_int(day_cell) == request->issued_on)
			return source;
	}
	source = make_source(request, CurrentMemoryContext);
	foreach(source_cell, *sources)
	{
		NumberSource *other = lfirst(source_cell);

		if (other->has_sequence == source->has_sequence &&
			other->sequence_id == source->sequence_id &&
			other->year == source->year && other->month == source->month)
			source = other;
	}
	*sources = lappend(*sources, source);
	*issue_days = lappend_int(*issue_days, request->issued_on);
	return source;
}

/*
 * Numbers all requests, each source's in their order. SPI must be connected.
 * Gapless counters stay locked until the transaction ends: nothing else is
 * locked after them.
 */
void
numbers_assign(NumberRequest *requests, int count)
{
	List	   *sources = NIL;
	List	   *issue_days = NIL;
	NumberSource **of = palloc(count * sizeof(NumberSource *));
	ReadSet    *set;

	for (int i = 0; i < count; i++)
	{
		of[i] = find_source(&sources, &issue_days, &requests[i]);
		of[i]->wanted++;
	}
	set = read_begin();
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		do
			requests[i].number = format_number(of[i], &requests[i],
											   draw(set, of[i]));
		while (number_is_taken(set, of[i], requests[i].number));
		of[i]->wanted--;
	}
	read_end(set);
}
