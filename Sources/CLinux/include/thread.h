#ifndef CLINUX_THREAD_H
#define CLINUX_THREAD_H

// A thread on its own stack, which treats subnormal numbers as zero; half of a real-time thread's
// stack is in memory before the thread runs.

#include <pthread.h>
#include <stddef.h>

struct clinux_thread {
    pthread_t thread;
    void *stack;
    size_t size;
};

/// Starts `body(argument)`; `priority` is SCHED_FIFO's (1 to 99), 0 asks for none.
///
/// Returns 1 when the priority was granted, 0 when the thread runs without it.
int clinux_thread_start(
    struct clinux_thread *thread, const char *name, int priority, size_t stack_size,
    void (*body)(void *), void *argument);

/// Starts `body(argument)` on a thread for which no thread waits; returns 0, or a negative errno.
int clinux_thread_begin(void *(*body)(void *), void *argument);

/// Waits for the end of the thread, then frees its stack.
void clinux_thread_join(struct clinux_thread *thread);

// The library that counts heap calls (tools/lab/heapwatch), when preloaded; else these do nothing.

/// Starts (1) or stops (0) counting the heap calls of the calling thread.
void clinux_heapwatch_arm(int on);

/// Returns the heap calls counted so far on all armed threads; -1 without the library.
long long clinux_heapwatch_count(void);

// One line on standard error about the place where the program crashed.

/// Makes a fault (SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT) write the line, after `mark`;
/// then the signal acts as usual.
int clinux_last_words(const char *mark);

/// Lets the calling thread write its line even after a stack overflow: on `stack`, of `size` bytes.
/// Its callers are read up to `top`, the highest address of its own stack.
int clinux_last_words_thread(void *stack, size_t size, const void *top);

/// The bytes that such a stack needs.
#define CLINUX_LAST_WORDS_STACK 32768

#endif
