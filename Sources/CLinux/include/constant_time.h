#ifndef CLINUX_CONSTANT_TIME_H
#define CLINUX_CONSTANT_TIME_H

// What the check of constant time (tools/check-constant-time) must be told by the code itself.

#include "secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef INTERCOM_CONSTANT_TIME_CHECK
#include <valgrind/memcheck.h>
#endif

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
