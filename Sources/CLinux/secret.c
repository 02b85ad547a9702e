#define _GNU_SOURCE
#include "secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

static size_t whole_pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

void *secret_allocate(size_t size) {
    size_t length = whole_pages(size);
    void *memory =
        mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    // Best effort, each: a station without the right to lock memory still works, and what it
    // lacks is one of several nets.
    (void)mlock(memory, length);
    (void)madvise(memory, length, MADV_DONTDUMP);
    (void)madvise(memory, length, MADV_DONTFORK);
    return memory;
}

void secret_free(void *memory, size_t size) {
    size_t length = whole_pages(size);
    explicit_bzero(memory, length);
    (void)munmap(memory, length);
}

void secret_wipe(void *memory, size_t size) { explicit_bzero(memory, size); }

int secret_random(void *memory, size_t size) {
    uint8_t *next = memory;
    while (size > 0) {
        ssize_t count = getrandom(next, size, 0);
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return -1;
        }
        next += count;
        size -= (size_t)count;
    }
    return 0;
}
