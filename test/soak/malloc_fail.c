/*
 * malloc_fail.c
 *		Lets allocations fail in one process of a server, for allocations.py.
 *
 * Preloaded into the postmaster.  Which process, and when, stands in the file
 * that ACHIEVE_MALLOC_FAIL names, which all processes map; where there is no
 * such file, nothing fails.  What fails is malloc, or, before PostgreSQL 17, a
 * chunk of an ordinary memory context, of which there are many more: for
 * these the function that all such contexts share is replaced.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "storage/lock.h"
#include "utils/memutils.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct Control
{
	int32_t		pid;			/* 0: none */
	int16_t		all_after;		/* not only the n-th fails, all from it on */
	int16_t		chunks;			/* not malloc, but chunks of contexts */
	int64_t		left;			/* the n-th from now fails: n */
	int64_t		seen;			/* allocations asked for */
	int64_t		failed;
} Control;

static volatile Control *control;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);

__attribute__((constructor))
static void
map_control(void)
{
	const char *path = getenv("ACHIEVE_MALLOC_FAIL");
	int			file = path ? open(path, O_RDWR) : -1;
	void	   *mapped;

	if (file < 0)
		return;
	mapped = mmap(NULL, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (mapped != MAP_FAILED)
		control = mapped;
}

static int
fails(int chunk)
{
	if (control == NULL || control->pid == 0 || control->pid != getpid() || control->chunks != chunk)
		return 0;
	control->seen++;
	control->left--;
	if (control->left > 0 || (control->left < 0 && !control->all_after))
		return 0;
	control->failed++;
	errno = ENOMEM;
	return 1;
}

#if PG_VERSION_NUM < 170000

/* Other programs, such as a shell that starts the server, have none of these. */
#pragma weak TopMemoryContext
#pragma weak ErrorContext
#pragma weak CritSectionCount

static void *(*alloc_chunk) (MemoryContext context, Size size);

/*
 * In a critical section, and for errors, PostgreSQL has set memory aside.  Its
 * statistics crash later where a chunk of theirs failed (15, pgstat_shmem.c),
 * and so does whoever takes a lock whose list of owners failed in a part of
 * the transaction that was undone (lock.c, lockOwners).
 */
static void *
failing_chunk(MemoryContext context, Size size)
{
	if (CritSectionCount == 0 && context != ErrorContext &&
		strncmp(context->name, "PgStat", 6) != 0 &&
		!(context == TopMemoryContext && size == 8 * sizeof(LOCALLOCKOWNER)) &&
		fails(1))
		return NULL;
	return alloc_chunk(context, size);
}

/* Once, in the postmaster, as soon as there is a context. */
static void
replace_alloc(void)
{
	MemoryContextMethods *methods;
	char	   *page;
	long		size = sysconf(_SC_PAGESIZE);

	if (control == NULL || alloc_chunk || &TopMemoryContext == NULL || TopMemoryContext == NULL)
		return;
	methods = unconstify(MemoryContextMethods *, TopMemoryContext->methods);
	page = (char *) ((uintptr_t) methods & ~(size - 1));
	if (mprotect(page, 2 * size, PROT_READ | PROT_WRITE) != 0)
		return;
	alloc_chunk = methods->alloc;
	methods->alloc = failing_chunk;
}

#else
#define replace_alloc() ((void) 0)
#endif

void *
malloc(size_t size)
{
	replace_alloc();
	return fails(0) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails(0) ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *pointer, size_t size)
{
	return fails(0) ? NULL : __libc_realloc(pointer, size);
}
