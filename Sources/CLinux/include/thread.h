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

#endif
