/*
 * malloc_fail.c
 *		Lets allocations fail in one process of a server, for allocations.py.
 *
 * Preloaded into the postmaster.  Which process, and when, stands in the file
 * that ACHIEVE_MALLOC_FAIL names, which all processes map; where there is no
 * such file, nothing fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct Control
{
	int32_t		pid;			/* 0: none */
	int32_t		all_after;		/* not only the n-th fails, all from it on */
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
fails(void)
{
	if (control == NULL || control->pid == 0 || control->pid != getpid())
		return 0;
	control->seen++;
	control->left--;
	if (control->left > 0 || (control->left < 0 && !control->all_after))
		return 0;
	control->failed++;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *pointer, size_t size)
{
	return fails() ? NULL : __libc_realloc(pointer, size);
}
