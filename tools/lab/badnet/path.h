// One direction of a bad network: what it does to the datagrams that pass it.
#ifndef BADNET_PATH_H
#define BADNET_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { DATAGRAM_MAX = 65535, QUEUE_MAX = 16384 };

// What a datagram is by its first byte: a handshake message 1..15, DATA (0x10 and above), or EMPTY.
// A rule matches one of these, or ANY.
enum { KIND_EMPTY = 0, KIND_DATA = 16, KIND_ANY = 17, KIND_NONE = 18 };

int kind_of(const uint8_t *bytes, size_t count);
// The word of a rule: "1" to "15", "data", "any", "off". -1 for any other.
int kind_named(const char *word);
bool kind_matches(int rule, int kind);

// A datagram under way.
struct datagram {
    int64_t due;     // ns of CLOCK_MONOTONIC
    uint64_t number; // arrival order, for equal times
    uint32_t count;
    uint8_t bytes[];
};

struct path {
    // Which datagrams are dropped whole.
    int drop_rule;
    // Gilbert-Elliott: in the bad state all is lost. Chances of leaving each state, per datagram.
    double to_bad, to_good;
    bool is_bad;
    int64_t delay, jitter; // ns
    // Whether each waits for those before it, as in a queue; else it goes when it is due.
    bool is_in_order;
    // The chance that a datagram is held back, and for how long.
    double reorder;
    int64_t hold;
    double duplicate;
    // A narrow link: so many bits/s, headers of IPv4 and UDP included (0: no limit), and a queue
    // of so many ns before it; `free_at` is when the link has sent all that waits.
    double rate;
    int64_t queue_max, free_at;

    uint64_t random;
    int64_t last_due;
    struct datagram *queue[QUEUE_MAX]; // heap, earliest first
    int queued;
    uint64_t numbered;

    uint64_t received, sent, lost, reordered, duplicated;
};

// Makes an undisturbed path whose choices all follow from the seed.
void path_start(struct path *path, uint64_t seed);
// Ends every disturbance; what is under way arrives.
void path_clear(struct path *path);
// Mean loss 0..1, in bursts of `burst` datagrams on average (1: each on its own).
void path_set_loss(struct path *path, double loss, double burst);
// A datagram entered at `now`: decides what becomes of it.
void path_enter(struct path *path, const uint8_t *bytes, size_t count, int64_t now);
// Puts a datagram on its way with no disturbance, to arrive at `due`.
void path_put(struct path *path, const uint8_t *bytes, size_t count, int64_t due);
// The next to leave at or before `now`, which the caller frees; NULL when there is none.
struct datagram *path_leave(struct path *path, int64_t now);
// When the next leaves; INT64_MAX when nothing is under way.
int64_t path_next(const struct path *path);
// The counters as members of a JSON object.
void path_report(const struct path *path, FILE *out);

#endif
