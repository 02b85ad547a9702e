#ifndef PROBE_H
#define PROBE_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

/// Marks bytes as secret: from here on valgrind reports every branch and every address that
/// depends on them.
static inline void probe_classify(void *memory, size_t size) {
    (void)VALGRIND_MAKE_MEM_UNDEFINED(memory, size);
}

typedef enum { PROBE_PLANT_NONE, PROBE_PLANT_BRANCH, PROBE_PLANT_INDEX } ProbePlant;

/// The leak to be planted. From the environment, as Embedded Swift has no command line.
static inline ProbePlant probe_plant(void) {
    const char *name = getenv("PROBE_PLANT");
    if (name && strcmp(name, "branch") == 0) return PROBE_PLANT_BRANCH;
    if (name && strcmp(name, "index") == 0) return PROBE_PLANT_INDEX;
    return PROBE_PLANT_NONE;
}

/// The number of the leak to be planted in the handshake; 0 for none.
static inline int probe_leak_number(void) {
    const char *text = getenv("PROBE_LEAK");
    return text ? atoi(text) : 0;
}

/// What is done on a planted branch: something that no compiler turns into masks.
static inline void probe_leak(void) {
    static volatile int count;
    count = count + 1;
}

#endif
