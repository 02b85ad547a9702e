#ifndef CLINUX_LASTWORDS_H
#define CLINUX_LASTWORDS_H

#include <stddef.h>

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
