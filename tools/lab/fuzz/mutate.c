#include "mutate.h"

#include <mbedtls/md.h>
#include <string.h>

const char *const kind_names[KINDS] = {
    "noise", "large", "replay", "flip", "cut", "grown", "splice", "blank", "index", "hollow",
    "typed", "signed", "first",
};

enum { DEAR = 500 }; // one in so many is what costs the receiver a computation

// SplitMix64: one state, no bad seeds.
static uint64_t next(struct mutator *mutator) {
    uint64_t z = mutator->state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static size_t below(struct mutator *mutator, size_t limit) {
    return limit == 0 ? 0 : (size_t)(next(mutator) % limit);
}

static void fill(struct mutator *mutator, uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i += 8) {
        uint64_t z = next(mutator);
        memcpy(bytes + i, &z, count - i < 8 ? count - i : 8);
    }
}

static void sign(const struct mutator *mutator, uint8_t *message, size_t count) {
    uint8_t whole[32];
    mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), mutator->mac_key, KEY_SIZE,
        message, count - MAC_SIZE, whole);
    memcpy(message + count - MAC_SIZE, whole, MAC_SIZE);
}

static const struct sample *pick_data(struct mutator *mutator) {
    return &mutator->data[below(mutator, mutator->data_count)];
}

// A true datagram of either sort; data twice as often.
static const struct sample *pick(struct mutator *mutator) {
    if (mutator->handshake_count == 0 || below(mutator, 3) > 0)
        return pick_data(mutator);
    return &mutator->handshakes[below(mutator, mutator->handshake_count)];
}

static size_t copy(uint8_t *into, const struct sample *sample) {
    memcpy(into, sample->bytes, sample->count);
    return sample->count;
}

static void flip(struct mutator *mutator, uint8_t *bytes, size_t count) {
    if (count == 0)
        return;
    size_t flips = (size_t)1 << below(mutator, 5);
    for (size_t i = 0; i < flips; i++)
        bytes[below(mutator, count)] ^= (uint8_t)(1 << below(mutator, 8));
    // An even number of flips may have met in one place: one more, so that it is never true.
    bytes[below(mutator, count)] ^= 0x80;
}

static size_t typed(struct mutator *mutator, uint8_t *into, int type) {
    static const size_t sizes[] = {M1_SIZE, M2_SIZE, M3_SIZE};
    size_t size = type >= 1 && type <= 3 ? sizes[type - 1] : below(mutator, 1500);
    fill(mutator, into, size);
    const uint8_t header[4] = {(uint8_t)type, 1, (uint8_t)(1 + below(mutator, 2)), 0};
    memcpy(into, header, size < sizeof header ? size : sizeof header);
    if (below(mutator, 8) == 0 && size > 0)
        into[below(mutator, size < 4 ? size : 4)] = (uint8_t)next(mutator);
    return size;
}

// An M1 as a station sends it that knows the receiver's public key: the receiver answers it.
static size_t first(struct mutator *mutator, uint8_t *into) {
    fill(mutator, into, 40);
    const uint8_t header[4] = {1, 1, (uint8_t)(1 + below(mutator, 2)), 0};
    memcpy(into, header, sizeof header);
    into[4] = (uint8_t)(0x10 + below(mutator, 0xF0));
    // Pairs of coefficients below the modulus 3329, twelve bits each (FIPS 203 §4.2.1).
    for (size_t i = 40; i < 40 + 1152; i += 3) {
        unsigned a = (unsigned)below(mutator, 3329), b = (unsigned)below(mutator, 3329);
        into[i] = (uint8_t)a;
        into[i + 1] = (uint8_t)(a >> 8 | b << 4);
        into[i + 2] = (uint8_t)(b >> 4);
    }
    fill(mutator, into + 40 + 1152, 32);
    sign(mutator, into, M1_SIZE);
    return M1_SIZE;
}

// A handshake message that was broken first and got its mac then.
static size_t signed_one(struct mutator *mutator, uint8_t *into) {
    size_t size;
    if (mutator->handshake_count > 0 && below(mutator, 2) == 0) {
        size = copy(into, &mutator->handshakes[below(mutator, mutator->handshake_count)]);
        flip(mutator, into, size);
    } else {
        size = typed(mutator, into, (int)(2 + below(mutator, 2)));
    }
    if (size <= MAC_SIZE)
        return size;
    // What still passes for an M1 is computed with, and is dear.
    if (size == M1_SIZE)
        into[0] = 2;
    sign(mutator, into, size);
    return size;
}

static enum kind choose(struct mutator *mutator) {
    if (below(mutator, DEAR) == 0) {
        enum kind dear[] = {KIND_FIRST, KIND_SIGNED, KIND_REPLAY};
        return dear[below(mutator, 3)];
    }
    if (below(mutator, 4000) == 0)
        return KIND_LARGE;
    enum kind kind = (enum kind)below(mutator, KINDS - 1);
    return kind == KIND_LARGE ? KIND_NOISE : kind;
}

size_t mutate(struct mutator *mutator, uint8_t *into, enum kind *kind) {
    *kind = choose(mutator);
    size_t size, place;
    switch (*kind) {
    case KIND_LARGE:
        size = DATAGRAM_MAX - below(mutator, 60000);
        memset(into, (int)below(mutator, 256), size);
        return size;
    case KIND_REPLAY:
        // A true M1 would be answered, and is dear: that of someone else now and then.
        if (mutator->handshake_count > 0 && below(mutator, DEAR) == 0)
            return copy(into, &mutator->handshakes[below(mutator, mutator->handshake_count)]);
        return copy(into, pick_data(mutator));
    case KIND_FLIP:
        size = copy(into, pick(mutator));
        flip(mutator, into, size);
        return size;
    case KIND_CUT: return below(mutator, copy(into, pick(mutator)));
    case KIND_GROWN:
        size = copy(into, pick(mutator));
        place = size;
        size += 1 + below(mutator, 300);
        fill(mutator, into + place, size - place);
        return size;
    case KIND_SPLICE: {
        const struct sample *head = pick(mutator), *tail = pick(mutator);
        size = below(mutator, head->count);
        memcpy(into, head->bytes, size);
        place = below(mutator, tail->count);
        memcpy(into + size, tail->bytes + place, tail->count - place);
        return size + tail->count - place;
    }
    case KIND_BLANK:
        size = copy(into, pick(mutator));
        place = below(mutator, size);
        memset(into + place, below(mutator, 2) ? 0xFF : 0, 1 + below(mutator, size - place));
        return size;
    case KIND_INDEX:
        size = copy(into, pick_data(mutator));
        if (below(mutator, 2) == 0)
            into[below(mutator, 4)] += (uint8_t)(1 + below(mutator, 255));
        else
            fill(mutator, into, 4);
        return size;
    case KIND_HOLLOW: {
        const struct sample *true_one = pick_data(mutator);
        size = below(mutator, 2) ? true_one->count : 4 + below(mutator, 1400);
        fill(mutator, into, size);
        memcpy(into, true_one->bytes, 4);
        return size;
    }
    case KIND_TYPED: return typed(mutator, into, (int)below(mutator, 16));
    case KIND_SIGNED: return signed_one(mutator, into);
    case KIND_FIRST: return first(mutator, into);
    default:
        size = below(mutator, 1500);
        fill(mutator, into, size);
        return size;
    }
}
