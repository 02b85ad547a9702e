#define _GNU_SOURCE
#include "heapwatch.h"

#include <dlfcn.h>

// Looked up once each, before the real-time loop runs: dlsym may allocate.
static void (*arm)(int);
static unsigned long (*count)(void);

__attribute__((constructor)) static void find(void) {
    *(void **)&arm = dlsym(RTLD_DEFAULT, "heapwatch_arm");
    *(void **)&count = dlsym(RTLD_DEFAULT, "heapwatch_count");
}

void clinux_heapwatch_arm(int on) {
    if (arm) {
        arm(on);
    }
}

long long clinux_heapwatch_count(void) { return count ? (long long)count() : -1; }
