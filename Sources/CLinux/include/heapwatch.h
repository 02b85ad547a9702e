#ifndef CLINUX_HEAPWATCH_H
#define CLINUX_HEAPWATCH_H

// The library that counts heap calls (tools/lab/heapwatch), when it is preloaded; else nothing.

// Counts the heap calls of the calling thread from now on (1), or no longer (0).
void clinux_heapwatch_arm(int on);

// Heap calls counted so far by all armed threads; -1 when the library is not there.
long long clinux_heapwatch_count(void);

#endif
