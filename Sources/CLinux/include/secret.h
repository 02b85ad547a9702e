#ifndef CLINUX_SECRET_H
#define CLINUX_SECRET_H

// Memory and randomness for secrets.

#include <stddef.h>
#include <stdint.h>

/// Zeroed memory on pages that hold nothing but secrets: no core dump, no child after fork, and,
/// where the limit of locked memory allows it, no swap. NULL when there is none. Any thread.
///
/// Up to 64 bytes are one of 64 slots of a page that stays for the whole run; more has pages of
/// its own.
void *secret_allocate(size_t size);

/// Wipes and gives back what secret_allocate returned for the same size.
void secret_free(void *memory, size_t size);

/// Zeroes memory in a way no compiler removes.
void secret_wipe(void *memory, size_t size);

/// Fills memory from the kernel's generator, waiting for its first seed if it must.
/// 0, or -1 with errno.
int secret_random(void *memory, size_t size);

/// Returns x as a value the compiler knows nothing about, so that it cannot turn masked
/// arithmetic on a secret into a branch or a table.
static inline uint32_t secret_hide(uint32_t x) {
    __asm__ volatile("" : "+r"(x));
    return x;
}

#endif
