// Gives a program random bytes that are the same in every run: LD_PRELOAD=libdice.so DICE=SEED.
//
// For scenarios in virtual time: what a station draws decides when it speaks, and two runs leave
// the same bytes. Of two stations each needs a seed of its own. Nothing that such a program keeps
// is secret. Without DICE the kernel's bytes are given.
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static _Atomic uint64_t state;

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
static uint64_t draw(void)
{
    uint64_t z = atomic_fetch_add(&state, 0x9E3779B97F4A7C15u) + 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static const char *seed;

__attribute__((constructor)) static void begin(void)
{
    seed = getenv("DICE");
    // FNV-1a: seeds are names.
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *at = seed; at != NULL && *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001B3u;
    state = hash;
}

ssize_t getrandom(void *bytes, size_t size, unsigned flags)
{
    if (seed == NULL)
        return syscall(SYS_getrandom, bytes, size, flags);
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        uint64_t word = draw();
        size_t rest = size - done;
        memcpy((char *)bytes + done, &word, rest < sizeof word ? rest : sizeof word);
    }
    return (ssize_t)size;
}
