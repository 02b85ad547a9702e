// One datagram nobody should send, made of true ones and of chance.
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DATAGRAM_MAX = 65507, // the most that UDP over IPv4 carries
    M1_SIZE = 1232,
    M2_SIZE = 1188,
    M3_SIZE = 96,
    MAC_SIZE = 8,
    KEY_SIZE = 32,
};

enum kind {
    KIND_NOISE,    // random bytes, 0 to 1500 of them
    KIND_LARGE,    // more than any receiver has room for
    KIND_REPLAY,   // a true datagram once more
    KIND_FLIP,     // some bits of a true one turned over
    KIND_CUT,      // one cut short
    KIND_GROWN,    // one with more behind it
    KIND_SPLICE,   // the head of one, the tail of another
    KIND_BLANK,    // a run of it set to 0 or to 255
    KIND_INDEX,    // a true one for another index
    KIND_HOLLOW,   // a true index, and nothing true behind it
    KIND_TYPED,    // a handshake message by type and length alone
    KIND_SIGNED,   // a broken handshake message whose mac is right
    KIND_FIRST,    // a first message with fresh keys: the receiver works for it, and answers
    KINDS,
};

extern const char *const kind_names[KINDS];

struct sample {
    const uint8_t *bytes;
    size_t count;
};

struct mutator {
    uint64_t state; // of the generator: the seed
    const struct sample *data, *handshakes;
    size_t data_count, handshake_count;
    uint8_t mac_key[KEY_SIZE]; // of messages to the receiver (protocol.md §1.5)
};

// Writes the next datagram to `into`, DATAGRAM_MAX bytes; returns its size and says its kind.
size_t mutate(struct mutator *mutator, uint8_t *into, enum kind *kind);

#endif
