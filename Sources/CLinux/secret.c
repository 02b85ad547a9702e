#define _GNU_SOURCE
#include "secret.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

// Keys are small, and a handshake makes and frees dozens. Lasting pages that hold nothing but keys
// cost no system call per key and little locked memory, and never return a secret to the heap.
enum { SLOT_SIZE = 64, SLOT_COUNT = 64, PAGE_COUNT = 64, PAGE_SIZE = SLOT_SIZE * SLOT_COUNT };

static _Atomic(uint8_t *) pages[PAGE_COUNT];
static _Atomic uint64_t taken[PAGE_COUNT];

static size_t whole_pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

static void *map_pages(size_t size) {
    size_t length = whole_pages(size);
    void *memory =
        mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    // Each call is best effort: a station without the right to lock memory still works, because
    // that lock is only one of several safeguards.
    (void)mlock(memory, length);
    (void)madvise(memory, length, MADV_DONTDUMP);
    (void)madvise(memory, length, MADV_DONTFORK);
    return memory;
}

static void unmap_pages(void *memory, size_t size) {
    size_t length = whole_pages(size);
    explicit_bzero(memory, length);
    (void)munmap(memory, length);
}

/// Returns the page of that number; the first caller makes the page.
static uint8_t *slot_page(int number) {
    uint8_t *page = atomic_load_explicit(&pages[number], memory_order_acquire);
    if (page != NULL) {
        return page;
    }
    uint8_t *fresh = map_pages(PAGE_SIZE);
    if (fresh == NULL) {
        return NULL;
    }
    if (atomic_compare_exchange_strong_explicit(
            &pages[number], &page, fresh, memory_order_acq_rel, memory_order_acquire)) {
        return fresh;
    }
    unmap_pages(fresh, PAGE_SIZE);
    return page;
}

void *secret_allocate(size_t size) {
    if (size > SLOT_SIZE) {
        return map_pages(size);
    }
    for (int number = 0; number < PAGE_COUNT; number++) {
        uint64_t bits = atomic_load_explicit(&taken[number], memory_order_relaxed);
        while (bits != UINT64_MAX) {
            int slot = __builtin_ctzll(~bits);
            // Acquire: the zeros of the last owner must be visible before the slot is used.
            if (!atomic_compare_exchange_weak_explicit(
                    &taken[number], &bits, bits | UINT64_C(1) << slot, memory_order_acquire,
                    memory_order_relaxed)) {
                continue;
            }
            uint8_t *page = slot_page(number);
            if (page == NULL) {
                atomic_fetch_and_explicit(
                    &taken[number], ~(UINT64_C(1) << slot), memory_order_release);
                return NULL;
            }
            return page + slot * SLOT_SIZE;
        }
    }
    return map_pages(size);
}

void secret_free(void *memory, size_t size) {
    for (int number = 0; size <= SLOT_SIZE && number < PAGE_COUNT; number++) {
        uint8_t *page = atomic_load_explicit(&pages[number], memory_order_acquire);
        uintptr_t offset = (uintptr_t)memory - (uintptr_t)page;
        if (page == NULL || offset >= PAGE_SIZE) {
            continue;
        }
        explicit_bzero(memory, SLOT_SIZE);
        // Release: the slot is empty before another thread can take it.
        atomic_fetch_and_explicit(
            &taken[number], ~(UINT64_C(1) << (offset / SLOT_SIZE)), memory_order_release);
        return;
    }
    unmap_pages(memory, size);
}

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
