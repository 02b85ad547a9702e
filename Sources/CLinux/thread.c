#define _GNU_SOURCE
#include "thread.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

struct start {
    void (*body)(void *);
    void *argument;
    char name[16]; /* The kernel's limit, with the terminating zero. */
    void *lowest;  /* The lowest address: the stack for its last words. */
    const void *top;
};

/*
 * Filters that fade out in silence reach subnormal numbers, which cost an x86 processor a hundred
 * times as much as others. FTZ and DAZ: Intel SDM, volume 1, 10.2.3; FZ: Arm ARM, C5.2.8, FPCR, and
 * FPSCR, which has the same bit.
 */
static void flush_subnormals(void) {
#if defined(__SSE2__)
    _mm_setcsr(_mm_getcsr() | 1u << 15 | 1u << 6);
#elif defined(__aarch64__)
    unsigned long control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    control |= 1ul << 24;
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
#elif defined(__arm__) && defined(__ARM_FP)
    unsigned long control;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(control));
    control |= 1ul << 24;
    __asm__ volatile("vmsr fpscr, %0" : : "r"(control));
#endif
}

static void *run(void *pointer) {
    struct start start = *(struct start *)pointer;
    free(pointer);
    flush_subnormals();
    pthread_setname_np(pthread_self(), start.name);
    clinux_last_words_thread(start.lowest, CLINUX_LAST_WORDS_STACK, start.top);
    start.body(start.argument);
    return NULL;
}

/* Returns the size below the stack: the stack for the last words, and a guard between both. */
static size_t below_stack(size_t page) {
    return (CLINUX_LAST_WORDS_STACK + page - 1) / page * page + page;
}

/* Writes `present` bytes of the stack, so that none of these causes a page fault later. */
static int make_stack(struct clinux_thread *thread, size_t size, size_t present) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size < (size_t)PTHREAD_STACK_MIN)
        size = (size_t)PTHREAD_STACK_MIN;
    size = (size + page - 1) / page * page;
    thread->size = size + below_stack(page);
    thread->stack = mmap(
        NULL, thread->size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (thread->stack == MAP_FAILED)
        return -errno;
    void *guard = (char *)thread->stack + below_stack(page) - page;
    if (mprotect(guard, page, PROT_NONE) < 0) {
        int error = errno;
        munmap(thread->stack, thread->size);
        return -error;
    }
    /* A stack grows downwards: its first bytes are the highest. */
    volatile char *end = (char *)thread->stack + thread->size;
    for (size_t below = page; below <= present && below < size; below += page)
        end[-(ptrdiff_t)below] = 0;
    return 0;
}

static int create(
    struct clinux_thread *thread, pthread_attr_t *attributes, int priority, struct start *start) {
    if (priority > 0) {
        struct sched_param parameters = {.sched_priority = priority};
        pthread_attr_setinheritsched(attributes, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedpolicy(attributes, SCHED_FIFO);
        pthread_attr_setschedparam(attributes, &parameters);
        if (pthread_create(&thread->thread, attributes, run, start) == 0)
            return 1;
        pthread_attr_setinheritsched(attributes, PTHREAD_INHERIT_SCHED);
    }
    return -pthread_create(&thread->thread, attributes, run, start);
}

int clinux_thread_start(
    struct clinux_thread *thread, const char *name, int priority, size_t stack_size,
    void (*body)(void *), void *argument) {
    struct start *start = calloc(1, sizeof *start);
    if (start == NULL)
        return -ENOMEM;
    start->body = body;
    start->argument = argument;
    strncpy(start->name, name, sizeof start->name - 1);

    /* Half is more than twice the need of the sound. An ordinary thread may wait for a page. */
    int result = make_stack(thread, stack_size, priority > 0 ? stack_size / 2 : 0);
    if (result == 0) {
        size_t below = below_stack((size_t)sysconf(_SC_PAGESIZE));
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstack(&attributes, (char *)thread->stack + below, thread->size - below);
        start->lowest = thread->stack;
        start->top = (char *)thread->stack + thread->size;
        result = create(thread, &attributes, priority, start);
        pthread_attr_destroy(&attributes);
        if (result < 0)
            munmap(thread->stack, thread->size);
    }
    if (result < 0)
        free(start);
    return result;
}

int clinux_thread_begin(void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* The resolver keeps whole answers on its stack. */
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, body, argument);
    pthread_attr_destroy(&attributes);
    return -error;
}

void clinux_thread_join(struct clinux_thread *thread) {
    pthread_join(thread->thread, NULL);
    munmap(thread->stack, thread->size);
}

// Both are looked up once, before the real-time loop runs: dlsym may allocate.
static void (*arm)(int);
static unsigned long (*count)(void);

__attribute__((constructor)) static void find(void) {
    *(void **)&arm = dlsym(RTLD_DEFAULT, "heapwatch_arm");
    *(void **)&count = dlsym(RTLD_DEFAULT, "heapwatch_count");
}

void clinux_heapwatch_arm(int on) {
    if (arm) {
        arm(on);
    }
}

long long clinux_heapwatch_count(void) { return count ? (long long)count() : -1; }
