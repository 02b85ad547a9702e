#ifndef CLINUX_SECRET_H
#define CLINUX_SECRET_H

// Memory and randomness for secrets.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef INTERCOM_CONSTANT_TIME_CHECK
#include <valgrind/memcheck.h>
#endif

/// Returns zeroed memory on pages that hold nothing but secrets: no core dump, no child after fork,
/// and, where the limit of locked memory allows it, no swap. NULL when there is no memory. Any
/// thread.
///
/// Up to 64 bytes are one of 64 slots of a page that stays for the whole run; a larger piece has
/// its own pages.
void *secret_allocate(size_t size);

/// Wipes and frees memory from secret_allocate of the same size.
void secret_free(void *memory, size_t size);

/// Fills memory from the kernel's generator, and waits for its first seed if necessary. Returns 0,
/// or -1 with errno.
int secret_random(void *memory, size_t size);

/// Returns x as a value of which the compiler knows nothing, so that it cannot turn masked
/// arithmetic on a secret into a branch or a table.
static inline uint32_t secret_hide(uint32_t x) {
    __asm__ volatile("" : "+r"(x));
    return x;
}

// The following tells the check of constant time (tools/check-constant-time) about public values.

/// Declares that bytes computed from a secret are public from here on. Compiles to nothing.
static inline void secret_declassify(const void *memory, size_t size) {
#ifdef INTERCOM_CONSTANT_TIME_CHECK
    (void)VALGRIND_MAKE_MEM_DEFINED(memory, size);
#else
    (void)memory;
    (void)size;
#endif
}

/// Returns whether all bits are zero, without a branch; the answer is public from here on.
static inline bool secret_is_zero(uint32_t bits) {
    bool is_zero = secret_hide(bits) == 0;
    secret_declassify(&is_zero, sizeof is_zero);
    return is_zero;
}

#endif
