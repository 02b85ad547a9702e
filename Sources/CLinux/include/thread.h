#ifndef CLINUX_THREAD_H
#define CLINUX_THREAD_H

// A thread on a stack of its own, to which subnormal numbers are zero; the stack of one in a hurry
// is in memory before it runs.

#include <pthread.h>
#include <stddef.h>

struct clinux_thread {
    pthread_t thread;
    void *stack;
    size_t size;
};

/// Starts `body(argument)`; the priority is SCHED_FIFO's (1 to 99), 0 asks for none.
///
/// Returns 1 when the priority was granted, 0 when the thread runs without it.
int clinux_thread_start(
    struct clinux_thread *thread, const char *name, int priority, size_t stack_size,
    void (*body)(void *), void *argument);

/// Starts `body(argument)` on a thread that nobody waits for; 0, or a negative errno.
int clinux_thread_begin(void *(*body)(void *), void *argument);

/// Waits for the end of the thread, then frees its stack.
void clinux_thread_join(struct clinux_thread *thread);

// The library that counts heap calls (tools/lab/heapwatch), when it is preloaded; else nothing.

/// Counts the heap calls of the calling thread from now on (1), or no longer (0).
void clinux_heapwatch_arm(int on);

/// Heap calls counted so far by all armed threads; -1 when the library is not there.
long long clinux_heapwatch_count(void);

// One line on standard error that says where the program was when it was brought down.

/// Has a fault (SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT) write the line, `mark` before
/// it; then the signal does what it would have done.
int clinux_last_words(const char *mark);

/// Lets the calling thread write its line even where its stack is used up: on `stack`, of `size`
/// bytes. Its callers are read up to `top`, the highest address of its own stack.
int clinux_last_words_thread(void *stack, size_t size, const void *top);

/// Bytes that such a stack needs.
#define CLINUX_LAST_WORDS_STACK 32768

#endif
