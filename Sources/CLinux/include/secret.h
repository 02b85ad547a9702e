#ifndef CLINUX_SECRET_H
#define CLINUX_SECRET_H

// Memory and randomness for secrets.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef INTERCOM_CONSTANT_TIME_CHECK
#include <valgrind/memcheck.h>
#endif

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

// The check of constant time (tools/check-constant-time) is told the following by the code itself.

/// Says that bytes computed from a secret are public from here on. Compiles to nothing.
static inline void secret_declassify(const void *memory, size_t size) {
#ifdef INTERCOM_CONSTANT_TIME_CHECK
    (void)VALGRIND_MAKE_MEM_DEFINED(memory, size);
#else
    (void)memory;
    (void)size;
#endif
}

/// Whether all bits are zero, without a branch; the answer may be known from here on.
static inline bool secret_is_zero(uint32_t bits) {
    bool is_zero = secret_hide(bits) == 0;
    secret_declassify(&is_zero, sizeof is_zero);
    return is_zero;
}

#endif
