/*-------------------------------------------------------------------------
 *
 * runtime.c
 *		Memory, errors, texts, lists and dates for the fuzzers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sanitizer/asan_interface.h>
#include <setjmp.h>

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"
#include "utils/varlena.h"

#include "runtime.h"

MemoryContext CurrentMemoryContext;
MemoryContext TopMemoryContext;
volatile sig_atomic_t InterruptPending;
RuntimeError runtime_error;
int			runtime_rows;

static sigjmp_buf *attempt;
static struct RuntimeChunk *chunks;

/*
 * Before each chunk.  24 bytes: a chunk is aligned to eight bytes and no
 * more, as PostgreSQL's are.
 */
typedef struct RuntimeChunk
{
	struct RuntimeChunk *next;
	struct RuntimeChunk *previous;
	Size		size;
} RuntimeChunk;

void
runtime_require(bool holds, const char *what, const char *shown)
{
	if (holds)
		return;
	fprintf(stderr, "DIFFERENCE: %s: %s\n", what, shown);
	abort();
}

/* Memory ------------------------------------------------------------------ */

void *
palloc(Size size)
{
	RuntimeChunk *chunk = malloc(sizeof(RuntimeChunk) + size);

	chunk->next = chunks;
	chunk->previous = NULL;
	chunk->size = size;
	if (chunks)
	{
		ASAN_UNPOISON_MEMORY_REGION(chunks, sizeof(RuntimeChunk));
		chunks->previous = chunk;
		ASAN_POISON_MEMORY_REGION(chunks, sizeof(RuntimeChunk));
	}
	chunks = chunk;
	/* what nobody sets shows */
	memset(chunk + 1, 0xa5, size);
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(RuntimeChunk));
	return chunk + 1;
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
palloc_extended(Size size, int flags)
{
	return (flags & MCXT_ALLOC_ZERO) ? palloc0(size) : palloc(size);
}

void
pfree(void *pointer)
{
	RuntimeChunk *chunk = (RuntimeChunk *) pointer - 1;
	RuntimeChunk *next;
	RuntimeChunk *previous;

	ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(RuntimeChunk));
	next = chunk->next;
	previous = chunk->previous;
	if (next)
	{
		ASAN_UNPOISON_MEMORY_REGION(next, sizeof(RuntimeChunk));
		next->previous = previous;
		ASAN_POISON_MEMORY_REGION(next, sizeof(RuntimeChunk));
	}
	if (previous)
	{
		ASAN_UNPOISON_MEMORY_REGION(previous, sizeof(RuntimeChunk));
		previous->next = next;
		ASAN_POISON_MEMORY_REGION(previous, sizeof(RuntimeChunk));
	}
	else
		chunks = next;
	free(chunk);
}

void *
repalloc(void *pointer, Size size)
{
	RuntimeChunk *chunk = (RuntimeChunk *) pointer - 1;
	void	   *larger = palloc(size);
	Size		old;

	ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(RuntimeChunk));
	old = chunk->size;
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(RuntimeChunk));
	memcpy(larger, pointer, Min(old, size));
	pfree(pointer);
	return larger;
}

char *
pnstrdup(const char *text, Size size)
{
	Size		length = strnlen(text, size);
	char	   *copy = palloc(length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *
pstrdup(const char *text)
{
	return pnstrdup(text, strlen(text));
}

void
runtime_reset(void)
{
	while (chunks)
		pfree(chunks + 1);
	memset(&runtime_error, 0, sizeof(runtime_error));
	runtime_rows = 0;
}

/* Errors ------------------------------------------------------------------ */

bool
runtime_attempt(void (*run) (void *argument), void *argument)
{
	sigjmp_buf	here;
	bool		came_through = false;

	memset(&runtime_error, 0, sizeof(runtime_error));
	if (sigsetjmp(here, 0) == 0)
	{
		attempt = &here;
		run(argument);
		came_through = true;
	}
	attempt = NULL;
	return came_through;
}

bool
errstart(int elevel, const char *domain)
{
	runtime_require(elevel == ERROR, "a level other than ERROR", "errstart");
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

#if PG_VERSION_NUM >= 160000
bool
errsave_start(struct Node *context, const char *domain)
{
	return errstart(ERROR, domain);
}

void
errsave_finish(struct Node *context, const char *filename, int lineno,
			   const char *funcname)
{
	errfinish(filename, lineno, funcname);
}
#endif

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	runtime_require(attempt != NULL, "an error outside an attempt",
					runtime_error.message);
	siglongjmp(*attempt, 1);
}

int
errcode(int sqlstate)
{
	runtime_error.sqlstate = sqlstate;
	return 0;
}

/* Formats as PostgreSQL does; what is said has to be whole characters. */
static char *
format_message(const char *format, va_list arguments)
{
	char	   *text = NULL;
	Size		size = 1024;

	for (;;)
	{
		va_list		copy;
		int			wanted;

		text = palloc(size);
		va_copy(copy, arguments);
		wanted = pg_vsnprintf(text, size, format, copy);
		va_end(copy);
		if (wanted < size)
			break;
		size = wanted + 1;
	}
	runtime_require(pg_encoding_verifymbstr(PG_UTF8, text, strlen(text)) == strlen(text),
					"a message cuts a character", text);
	return text;
}

#define DEFINE_MESSAGE(name, field) \
int \
name(const char *format,...) \
{ \
	va_list		arguments; \
\
	va_start(arguments, format); \
	field = format_message(format, arguments); \
	va_end(arguments); \
	return 0; \
}

static char *detail;

DEFINE_MESSAGE(errmsg, runtime_error.message)
DEFINE_MESSAGE(errmsg_internal, runtime_error.message)
DEFINE_MESSAGE(errdetail_internal, detail)
DEFINE_MESSAGE(errhint, runtime_error.hint)

void
ProcessInterrupts(void)
{
}

void
check_stack_depth(void)
{
}

/* Texts -------------------------------------------------------------------- */

int
pg_mbstrlen_with_len(const char *text, int limit)
{
	int			characters = 0;

	while (limit > 0)
	{
		int			size = pg_utf_mblen((const unsigned char *) text);

		text += size;
		limit -= size;
		characters++;
	}
	return characters;
}

int
pg_mbcliplen(const char *text, int length, int limit)
{
	int			clipped = 0;

	while (length > 0 && *text)
	{
		int			size = pg_utf_mblen((const unsigned char *) text);

		if (clipped + size > limit)
			break;
		clipped += size;
		text += size;
		length -= size;
	}
	return clipped;
}

/* By bytes, and without the bound: only hints go by it. */
int
varstr_levenshtein_less_equal(const char *source, int slen,
							  const char *target, int tlen, int ins_c,
							  int del_c, int sub_c, int max_d, bool trusted)
{
	int		   *costs = palloc((tlen + 1) * sizeof(int));
	int			result;

	for (int i = 0; i <= tlen; i++)
		costs[i] = i;
	for (int i = 1; i <= slen; i++)
	{
		int			diagonal = costs[0];

		costs[0] = i;
		for (int j = 1; j <= tlen; j++)
		{
			int			cost = diagonal + (source[i - 1] != target[j - 1]);

			diagonal = costs[j];
			cost = Min(cost, costs[j] + 1);
			costs[j] = Min(cost, costs[j - 1] + 1);
		}
	}
	result = costs[tlen];
	pfree(costs);
	return result;
}

/* Nothing is toasted here. */
struct varlena *
pg_detoast_datum(struct varlena *datum)
{
	return datum;
}

text *
cstring_to_text_with_len(const char *source, int length)
{
	text	   *result = palloc(VARHDRSZ + length);

	SET_VARSIZE(result, VARHDRSZ + length);
	memcpy(VARDATA(result), source, length);
	return result;
}

text *
cstring_to_text(const char *source)
{
	return cstring_to_text_with_len(source, strlen(source));
}

void
tuplestore_putvalues(Tuplestorestate *state, TupleDesc columns,
					 Datum *values, bool *nulls)
{
	runtime_rows++;
}

/* Lists -------------------------------------------------------------------- */

List *
lappend(List *list, void *datum)
{
	List	   *longer = palloc(sizeof(List));
	int			length = list_length(list);

	longer->type = T_List;
	longer->length = length + 1;
	longer->max_length = length + 1;
	longer->elements = palloc((length + 1) * sizeof(ListCell));
	if (length > 0)
		memcpy(longer->elements, list->elements, length * sizeof(ListCell));
	longer->elements[length].ptr_value = datum;
	return longer;
}

List *
list_concat(List *first, const List *second)
{
	ListCell   *cell;

	foreach(cell, second)
		first = lappend(first, lfirst(cell));
	return first;
}

/* Calls and dates ---------------------------------------------------------- */

Datum
DirectFunctionCall1Coll(PGFunction function, Oid collation, Datum argument)
{
	LOCAL_FCINFO(call, 1);

	InitFunctionCallInfoData(*call, NULL, 1, collation, NULL, NULL);
	call->args[0].value = argument;
	call->args[0].isnull = false;
	return function(call);
}

Datum
DirectFunctionCall2Coll(PGFunction function, Oid collation, Datum left,
						Datum right)
{
	LOCAL_FCINFO(call, 2);

	InitFunctionCallInfoData(*call, NULL, 2, collation, NULL, NULL);
	call->args[0].value = left;
	call->args[0].isnull = false;
	call->args[1].value = right;
	call->args[1].isnull = false;
	return function(call);
}

const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

/* Days before a year and a month, counted from the first of March, year 0. */
#define MARCH_0		1721120		/* its Julian day */

int
date2j(int year, int month, int day)
{
	int64		shifted = (int64) year - (month <= 2);
	int64		era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64		of_era = shifted - era * 400;
	int64		of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return MARCH_0 + era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
}

void
j2date(int julian, int *year, int *month, int *day)
{
	int64		days = (int64) julian - MARCH_0;
	int64		era = (days >= 0 ? days : days - 146096) / 146097;
	int64		of_era = days - era * 146097;
	int64		year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64		of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64		shifted = (5 * of_year + 2) / 153;

	*day = of_year - (153 * shifted + 2) / 5 + 1;
	*month = shifted < 10 ? shifted + 3 : shifted - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}
