// The simulated chips: what their pins are at, and what programs hold of them.
//
// A part of gpiosim.c, which alone includes it. Both of the kernel's interfaces act on what is
// here; v1.h and v2.h translate them.

#ifndef GPIOSIM_CHIPS_H
#define GPIOSIM_CHIPS_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gpiosim.h"

#define LINES_MAX 64
#define HANDLES_MAX 256
#define FLOATING -1
#define EDGES_KEPT 16 // By the kernel, for a reader that does not come.
#define EDGES (GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING)

struct line {
    char name[GPIO_MAX_NAME_SIZE];
    char consumer[GPIO_MAX_NAME_SIZE];
    int is_used;
    uint64_t flags; // GPIO_V2_LINE_FLAG_…, as requested, also through the older interface.
    int outside;    // What the world drives, or FLOATING.
    int inside;     // What a program drives, or FLOATING.
    int level;      // Of the pin, as last told to everybody.
    struct handle *holder; // NULL also for a line that is claimed.
    uint32_t seqno;        // Of the last edge that its holder was told: V2_LINE.
    uint32_t debounce_us;
    int debounced;      // The level that programs see while there is a debounce.
    int64_t settles_at; // 0 when the pin does not bounce.
};

struct chip {
    char label[GPIO_MAX_NAME_SIZE];
    int is_present, is_denied;
    int keeps; // An output stays as it is when nobody holds it any more.
    uint32_t count;
    struct line lines[LINES_MAX];
};

enum kind {
    CHIP,      // An open chip, of either interface; it has no line.
    V1_VALUES, // A line of the older interface,
    V1_EDGES,  // and one with edges.
    V2_LINE,
};

// One descriptor handed to a program. libgpiod can ask for several lines at once; the product asks
// for one at a time, and here nothing else is given.
struct handle {
    int fd; // Our end; -1 when the place is free.
    enum kind kind;
    uint64_t inode;
    struct chip *chip;
    struct line *line;
};

// One line as a program wants it.
struct setting {
    uint64_t flags; // GPIO_V2_LINE_FLAG_…
    int value;      // Of an output; logical.
    uint32_t debounce_us;
};

static struct chip chips[GPIOSIM_CHIPS_MAX];
static int chip_count;
static struct handle handles[HANDLES_MAX];
static int reads_fail; // Every reading of a level fails.

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static int level_of(const struct line *line) {
    if (line->inside != FLOATING)
        return line->inside;
    if (line->outside != FLOATING)
        return line->outside;
    return (line->flags & GPIO_V2_LINE_FLAG_BIAS_PULL_UP) != 0;
}

// The value of a level, or the level of a value.
static int logical(const struct line *line, int level) {
    return level ^ ((line->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW) != 0);
}

static int value_of(const struct line *line) {
    return logical(line, line->debounce_us > 0 ? line->debounced : line->level);
}

#include "edges.h"

static void release(struct handle *handle) {
    struct line *line = handle->line;
    if (handle->kind == V2_LINE && !handle->chip->is_present)
        discard(handle, EDGES_KEPT); // Who has lost the chip gets no more of its edges.
    close(handle->fd);
    handle->fd = -1;
    if (line == NULL)
        return;
    line->is_used = 0;
    line->holder = NULL;
    line->flags = 0;
    line->debounce_us = 0;
    line->settles_at = 0;
    if (!handle->chip->keeps)
        line->inside = FLOATING;
    line->consumer[0] = '\0';
    settle(line);
}

// Makes a descriptor for a program; returns 0 or a negated errno.
static int hand_out(struct chip *chip, enum kind kind, struct line *line, int *theirs) {
    struct handle *handle = handles;
    while (handle < handles + HANDLES_MAX && handle->fd >= 0)
        handle++;
    int ends[2];
    struct stat status;
    if (handle == handles + HANDLES_MAX ||
        (kind == V2_LINE ? make_pipe(ends) : make_sockets(ends)) < 0)
        return -EMFILE;
    fstat(ends[1], &status);
    *handle = (struct handle){
        .fd = ends[0], .kind = kind, .inode = status.st_ino, .chip = chip, .line = line};
    if (line != NULL)
        line->holder = handle;
    *theirs = ends[1];
    return 0;
}

static int configure(struct line *line, const struct setting *setting) {
    // Its own change of a level is no edge for somebody who asks for edges only now.
    line->flags = setting->flags & ~EDGES;
    if (setting->flags & GPIO_V2_LINE_FLAG_OUTPUT)
        line->inside = logical(line, setting->value);
    else if (setting->flags & GPIO_V2_LINE_FLAG_INPUT)
        line->inside = FLOATING;
    settle(line);
    line->flags = setting->flags;
    // The kernel's debouncer begins with the level of the pin.
    if (setting->debounce_us > 0 && reads_fail)
        return -EIO;
    line->debounced = line->level;
    line->debounce_us = setting->debounce_us;
    return 0;
}

static int request_line(
    struct chip *chip, enum kind kind, uint32_t count, uint32_t offset,
    const struct setting *setting, const char *consumer, int *theirs) {
    if (count != 1 || offset >= chip->count)
        return -EINVAL;
    struct line *line = &chip->lines[offset];
    if (line->is_used)
        return -EBUSY;
    int error = hand_out(chip, kind, line, theirs);
    if (error < 0)
        return error;
    line->is_used = 1;
    line->seqno = 0;
    snprintf(
        line->consumer, sizeof line->consumer, "%.*s", GPIO_MAX_NAME_SIZE - 1,
        *consumer != '\0' ? consumer : "?");
    error = configure(line, setting);
    if (error < 0) {
        release(line->holder);
        close(*theirs);
        *theirs = -1;
    }
    return error;
}

static int set_value(struct line *line, int value) {
    if (line->inside == FLOATING)
        return -EPERM;
    line->inside = logical(line, value);
    settle(line);
    return 0;
}

#endif
