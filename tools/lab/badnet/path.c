#include "path.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int kind_of(const uint8_t *bytes, size_t count) {
    if (count == 0)
        return KIND_EMPTY;
    return bytes[0] >= 0x10 ? KIND_DATA : bytes[0];
}

int kind_named(const char *word) {
    if (strcmp(word, "data") == 0)
        return KIND_DATA;
    if (strcmp(word, "any") == 0)
        return KIND_ANY;
    if (strcmp(word, "off") == 0)
        return KIND_NONE;
    int number = atoi(word);
    return number >= 1 && number <= 15 ? number : -1;
}

bool kind_matches(int rule, int kind) {
    return rule == KIND_ANY || rule == kind;
}

// SplitMix64: one state, no bad seeds.
static uint64_t next_random(struct path *path) {
    uint64_t z = path->random += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

// 0 up to but not 1.
static double fraction(struct path *path) {
    return (double)(next_random(path) >> 11) * 0x1p-53;
}

void path_start(struct path *path, uint64_t seed) {
    memset(path, 0, sizeof *path);
    path->random = seed;
    path_clear(path);
}

void path_clear(struct path *path) {
    path->drop_rule = KIND_NONE;
    path->to_bad = path->reorder = path->duplicate = 0;
    path->to_good = 1;
    path->is_bad = false;
    path->delay = path->jitter = path->hold = 0;
    path->is_in_order = true;
    path->rate = 0;
    path->free_at = 0;
}

void path_set_loss(struct path *path, double loss, double burst) {
    path->to_good = 1 / fmax(burst, 1);
    path->to_bad = loss >= 1 ? 1 : path->to_good * loss / (1 - loss);
    if (loss >= 1)
        path->to_good = 0;
    path->is_bad = false;
}

static bool is_earlier(const struct datagram *a, const struct datagram *b) {
    return a->due != b->due ? a->due < b->due : a->number < b->number;
}

void path_put(struct path *path, const uint8_t *bytes, size_t count, int64_t due) {
    if (path->queued == QUEUE_MAX) {
        path->lost++;
        return;
    }
    struct datagram *made = malloc(sizeof *made + count);
    if (made == NULL)
        abort();
    made->due = due;
    made->number = path->numbered++;
    made->count = (uint32_t)count;
    memcpy(made->bytes, bytes, count);
    int place = path->queued++;
    for (; place > 0 && is_earlier(made, path->queue[(place - 1) / 2]); place = (place - 1) / 2)
        path->queue[place] = path->queue[(place - 1) / 2];
    path->queue[place] = made;
}

void path_enter(struct path *path, const uint8_t *bytes, size_t count, int64_t now) {
    // The same number of choices for each datagram, needed or not: what befalls the n-th datagram
    // depends on the seed and n, not on what was switched on before.
    double loss = fraction(path), late = fraction(path);
    double held = fraction(path), twice = fraction(path);
    path->received++;
    if (kind_matches(path->drop_rule, kind_of(bytes, count))) {
        path->lost++;
        return;
    }
    path->is_bad = path->is_bad ? loss >= path->to_good : loss < path->to_bad;
    if (path->is_bad) {
        path->lost++;
        return;
    }
    if (path->rate > 0) {
        int64_t start = path->free_at > now ? path->free_at : now;
        if (start - now > path->queue_max) {
            path->lost++;
            return;
        }
        path->free_at = start + (int64_t)((double)(count + 28) * 8e9 / path->rate);
        now = path->free_at;
    }
    // Jitter keeps the order, as a queue in a router does, unless there are several ways.
    int64_t due = now + path->delay + (int64_t)(late * (double)path->jitter);
    if (held < path->reorder) {
        due += path->hold;
        path->reordered++;
    } else if (path->is_in_order && due < path->last_due) {
        due = path->last_due;
    } else {
        path->last_due = due;
    }
    path_put(path, bytes, count, due);
    if (twice < path->duplicate) {
        path->duplicated++;
        path_put(path, bytes, count, due);
    }
}

struct datagram *path_leave(struct path *path, int64_t now) {
    if (path->queued == 0 || path->queue[0]->due > now)
        return NULL;
    struct datagram *first = path->queue[0], *last = path->queue[--path->queued];
    int place = 0;
    for (;;) {
        int child = 2 * place + 1;
        if (child >= path->queued)
            break;
        if (child + 1 < path->queued && is_earlier(path->queue[child + 1], path->queue[child]))
            child++;
        if (!is_earlier(path->queue[child], last))
            break;
        path->queue[place] = path->queue[child];
        place = child;
    }
    path->queue[place] = last;
    return first;
}

int64_t path_next(const struct path *path) {
    return path->queued > 0 ? path->queue[0]->due : INT64_MAX;
}

void path_report(const struct path *path, FILE *out) {
    fprintf(out,
        "\"received\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"reordered\":%" PRIu64
        ",\"duplicated\":%" PRIu64,
        path->received, path->sent, path->lost, path->reordered, path->duplicated);
}
