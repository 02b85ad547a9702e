// Edges on their way to the programs: the debounce of a pin, and the queue of a descriptor.
//
// A part of chips.h. What programs read and poll are true descriptors, so the queues lie in the
// kernel: in a socket for the older interface, which drops the newest edge when it is full, and in
// a pipe for the newer one, which drops the oldest and lets several be read at once.

#ifndef GPIOSIM_EDGES_H
#define GPIOSIM_EDGES_H

#include <sys/ioctl.h>

// The first end is ours.
static int make_sockets(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    int size = 6144; // About EDGES_KEPT.
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return 0;
}

static int make_pipe(int ends[2]) {
    int both[2];
    if (pipe2(both, O_CLOEXEC) < 0)
        return -1;
    fcntl(both[1], F_SETFL, O_NONBLOCK);
    // By O_DIRECT, which does nothing at the end that is read, the preload knows it again.
    fcntl(both[0], F_SETFL, O_DIRECT);
    ends[0] = both[1];
    ends[1] = both[0];
    return 0;
}

// Takes the oldest edges out of a pipe.
static void discard(const struct handle *handle, uint32_t count) {
    // Only the program has the end that is read: else nobody would notice when it closes it.
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle->fd);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct gpio_v2_line_event event;
    while (count-- > 0 && read(fd, &event, sizeof event) > 0)
        ;
    if (fd >= 0)
        close(fd);
}

static void queue_in_socket(const struct handle *handle, int value, int64_t moment) {
    struct gpioevent_data event = {
        .timestamp = (uint64_t)moment,
        .id = value ? GPIOEVENT_EVENT_RISING_EDGE : GPIOEVENT_EVENT_FALLING_EDGE,
    };
    send(handle->fd, &event, sizeof event, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void queue_in_pipe(struct line *line, int value, int64_t moment) {
    const struct handle *handle = line->holder;
    line->seqno++;
    struct gpio_v2_line_event event = {
        .timestamp_ns = (uint64_t)moment,
        .id = value ? GPIO_V2_LINE_EVENT_RISING_EDGE : GPIO_V2_LINE_EVENT_FALLING_EDGE,
        .offset = (uint32_t)(line - handle->chip->lines),
        .seqno = line->seqno,
        .line_seqno = line->seqno,
    };
    int waiting = 0;
    ioctl(handle->fd, FIONREAD, &waiting);
    if ((size_t)waiting >= EDGES_KEPT * sizeof event)
        discard(handle, 1);
    if (write(handle->fd, &event, sizeof event) < 0)
        return; // The program has just closed it.
}

static void report(struct line *line, int level, int64_t moment) {
    int value = logical(line, level);
    uint64_t edge = value ? GPIO_V2_LINE_FLAG_EDGE_RISING : GPIO_V2_LINE_FLAG_EDGE_FALLING;
    if (line->holder == NULL || (line->flags & edge) == 0)
        return;
    if (line->holder->kind == V1_EDGES)
        queue_in_socket(line->holder, value, moment);
    else
        queue_in_pipe(line, value, moment);
}

// Tells who listens when the pin has changed; returns the time of it.
static int64_t settle(struct line *line) {
    int64_t moment = now();
    int level = level_of(line);
    if (level == line->level)
        return moment;
    line->level = level;
    if (line->debounce_us == 0)
        report(line, level, moment);
    else // Each change begins the wait anew, as in the kernel's debouncer.
        line->settles_at = moment + line->debounce_us * 1000ll;
    return moment;
}

// When the next pin has been still for its period; 0 when none bounces.
static int64_t next_settling(void) {
    int64_t next = 0;
    for (struct chip *chip = chips; chip < chips + chip_count; chip++) {
        for (uint32_t i = 0; i < chip->count; i++) {
            int64_t moment = chip->lines[i].settles_at;
            if (moment != 0 && (next == 0 || moment < next))
                next = moment;
        }
    }
    return next;
}

// Tells of the pins that have been still for their period, if their level is another than before.
static void end_settling(void) {
    for (struct chip *chip = chips; chip < chips + chip_count; chip++) {
        for (struct line *line = chip->lines; line < chip->lines + chip->count; line++) {
            int64_t moment = now();
            if (line->settles_at == 0 || line->settles_at > moment)
                continue;
            line->settles_at = 0;
            if (reads_fail || line->debounced == line->level)
                continue;
            line->debounced = line->level;
            // The time of such an edge is the end of the wait, also on a real machine.
            report(line, line->level, moment);
        }
    }
}

#endif
