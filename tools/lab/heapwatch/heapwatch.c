// Counts the heap calls of chosen threads: LD_PRELOAD=libheapwatch.so PROGRAM.
//
// A thread that must not allocate calls heapwatch_arm(1) when it is warm, and heapwatch_count()
// tells how often the promise was broken since, by any armed thread. Freeing counts too. Programs
// find both functions as weak symbols, so they run just as well without the library.
//
// HEAPWATCH_TRACE=1 prints the stack of the first few breaches to standard error.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// glibc's own names, so that no look-up is needed before the first allocation.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);
void *__libc_memalign(size_t alignment, size_t size);

void heapwatch_arm(int on);
unsigned long heapwatch_count(void);

// Initial-exec: in the thread's static block, where reaching it allocates nothing.
static _Thread_local __attribute__((tls_model("initial-exec"))) bool armed;
static _Atomic unsigned long count;
static bool traces;

enum { TRACES_MAX = 5, DEPTH_MAX = 32 };

__attribute__((constructor)) static void prepare(void)
{
	const char *wish = getenv("HEAPWATCH_TRACE");
	traces = wish != NULL && strcmp(wish, "1") == 0;
	if (!traces)
		return;
	// The first call loads libgcc, which allocates: better now.
	void *stack[1];
	backtrace(stack, 1);
}

void heapwatch_arm(int on)
{
	armed = on != 0;
}

unsigned long heapwatch_count(void)
{
	return atomic_load(&count);
}

static void note(const char *call)
{
	if (!armed)
		return;
	unsigned long before = atomic_fetch_add(&count, 1);
	if (!traces || before >= TRACES_MAX)
		return;
	armed = false;
	int saved = errno;
	void *stack[DEPTH_MAX];
	int depth = backtrace(stack, DEPTH_MAX);
	ssize_t ignored = write(STDERR_FILENO, "heapwatch: ", 11);
	ignored = write(STDERR_FILENO, call, strlen(call));
	ignored = write(STDERR_FILENO, "\n", 1);
	(void)ignored;
	backtrace_symbols_fd(stack, depth, STDERR_FILENO);
	errno = saved;
	armed = true;
}

void *malloc(size_t size)
{
	note("malloc");
	return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	note("calloc");
	return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
	note("realloc");
	return __libc_realloc(memory, size);
}

void free(void *memory)
{
	// Freeing nothing touches nothing.
	if (memory != NULL)
		note("free");
	__libc_free(memory);
}

void *memalign(size_t alignment, size_t size)
{
	note("memalign");
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	note("aligned_alloc");
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	note("posix_memalign");
	if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	int saved = errno;
	void *made = __libc_memalign(alignment, size);
	errno = saved;
	if (made == NULL)
		return ENOMEM;
	*memory = made;
	return 0;
}
