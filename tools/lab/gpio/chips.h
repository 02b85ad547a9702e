// The simulated chips: what their pins are at, and what programs may ask of them.
//
// A part of gpiosim.c, which alone includes it.

#ifndef GPIOSIM_CHIPS_H
#define GPIOSIM_CHIPS_H

#include <errno.h>
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

struct line {
    char name[GPIO_MAX_NAME_SIZE];
    char consumer[GPIO_MAX_NAME_SIZE];
    int is_used;
    uint32_t flags; // As requested: direction, bias, active-low.
    int outside;    // What the world drives, or FLOATING.
    int inside;     // What a program drives, or FLOATING.
    int level;      // Of the pin, as last told to everybody.
};

struct chip {
    char label[GPIO_MAX_NAME_SIZE];
    int is_present, is_denied;
    int keeps; // An output stays as it is when nobody holds it any more.
    uint32_t count;
    struct line lines[LINES_MAX];
};

// One descriptor handed to a program: an open chip (no lines) or requested lines.
struct handle {
    int fd; // Our end; -1 when the place is free.
    uint64_t inode;
    struct chip *chip;
    uint32_t count;
    uint32_t offsets[GPIOHANDLES_MAX];
    uint32_t edges; // GPIOEVENT_REQUEST_… to report.
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

// The world and the lines.

static int level_of(const struct line *line) {
    if (line->inside != FLOATING)
        return line->inside;
    if (line->outside != FLOATING)
        return line->outside;
    return (line->flags & GPIOHANDLE_REQUEST_BIAS_PULL_UP) != 0;
}

static int logical(const struct line *line, int level) {
    return level ^ ((line->flags & GPIOHANDLE_REQUEST_ACTIVE_LOW) != 0);
}

// Tells who listens when the pin has changed; returns the time of it.
static int64_t settle(struct line *line) {
    int64_t moment = now();
    int level = level_of(line);
    if (level == line->level)
        return moment;
    line->level = level;
    struct gpioevent_data event = {
        .timestamp = (uint64_t)moment,
        .id = logical(line, level) ? GPIOEVENT_EVENT_RISING_EDGE : GPIOEVENT_EVENT_FALLING_EDGE,
    };
    for (struct handle *handle = handles; handle < handles + HANDLES_MAX; handle++) {
        // A full queue drops the newest edge, as the kernel's does.
        if (handle->fd >= 0 && (handle->edges & event.id) != 0 &&
            &handle->chip->lines[handle->offsets[0]] == line)
            send(handle->fd, &event, sizeof event, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    return moment;
}

// What programs ask.

static void release(struct handle *handle) {
    close(handle->fd);
    handle->fd = -1;
    for (uint32_t i = 0; i < handle->count; i++) {
        struct line *line = &handle->chip->lines[handle->offsets[i]];
        line->is_used = 0;
        line->flags = 0;
        if (!handle->chip->keeps)
            line->inside = FLOATING;
        line->consumer[0] = '\0';
        settle(line);
    }
}

// Makes a descriptor for a program; returns 0 or a negated errno.
static int hand_out(struct chip *chip, struct handle **made, int *theirs) {
    struct handle *handle = handles;
    while (handle < handles + HANDLES_MAX && handle->fd >= 0)
        handle++;
    int ends[2];
    struct stat status;
    if (handle == handles + HANDLES_MAX ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -EMFILE;
    fstat(ends[1], &status);
    // About the sixteen edges the kernel keeps for a reader that does not come.
    int size = 6144;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    *handle = (struct handle){.fd = ends[0], .inode = status.st_ino, .chip = chip};
    *made = handle;
    *theirs = ends[1];
    return 0;
}

static int request_lines(
    struct chip *chip, const uint32_t *offsets, uint32_t count, uint32_t flags,
    const uint8_t *values, const char *consumer, struct handle **made, int *theirs) {
    if (count < 1 || count > GPIOHANDLES_MAX)
        return -EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        if (offsets[i] >= chip->count)
            return -EINVAL;
        if (chip->lines[offsets[i]].is_used)
            return -EBUSY;
    }
    int error = hand_out(chip, made, theirs);
    if (error < 0)
        return error;
    (*made)->count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct line *line = &chip->lines[offsets[i]];
        (*made)->offsets[i] = offsets[i];
        line->is_used = 1;
        line->flags = flags;
        snprintf(line->consumer, sizeof line->consumer, "%s", *consumer != '\0' ? consumer : "?");
        line->inside = flags & GPIOHANDLE_REQUEST_OUTPUT ? logical(line, values[i] != 0) : FLOATING;
        settle(line);
    }
    return 0;
}

static int describe_line(const struct chip *chip, struct gpioline_info *info) {
    if (info->line_offset >= chip->count)
        return -EINVAL;
    const struct line *line = &chip->lines[info->line_offset];
    // The request's flags from OUTPUT on and the description's lie at the same bits.
    info->flags = (line->flags & ~1u) | (line->is_used ? GPIOLINE_FLAG_KERNEL : 0);
    memcpy(info->name, line->name, sizeof info->name);
    memcpy(info->consumer, line->consumer, sizeof info->consumer);
    return 0;
}

static int use_values(struct handle *handle, struct gpiohandle_data *data, int is_set) {
    if (!is_set && reads_fail)
        return -EIO;
    for (uint32_t i = 0; i < handle->count; i++) {
        struct line *line = &handle->chip->lines[handle->offsets[i]];
        if (!is_set) {
            data->values[i] = (uint8_t)logical(line, line->level);
        } else if (line->inside == FLOATING) {
            return -EPERM;
        } else {
            line->inside = logical(line, data->values[i] != 0);
            settle(line);
        }
    }
    return 0;
}

static int configure(struct handle *handle, const struct gpiohandle_config *config) {
    for (uint32_t i = 0; i < handle->count; i++) {
        struct line *line = &handle->chip->lines[handle->offsets[i]];
        line->flags = config->flags;
        line->inside = config->flags & GPIOHANDLE_REQUEST_OUTPUT
            ? logical(line, config->default_values[i] != 0) : FLOATING;
        settle(line);
    }
    return 0;
}

static int answer(struct gpiosim_packet *packet, int *theirs) {
    struct handle *made = NULL;
    if (packet->request == GPIOSIM_COUNT) {
        int present = 0;
        for (int i = 0; i < chip_count; i++)
            present |= chips[i].is_present << i;
        return present;
    }
    if (packet->request == GPIOSIM_OPEN) {
        if (packet->handle >= (uint64_t)chip_count || !chips[packet->handle].is_present)
            return -ENOENT;
        struct chip *chip = &chips[packet->handle];
        return chip->is_denied ? -EACCES : hand_out(chip, &made, theirs);
    }

    struct handle *handle = handles;
    while (handle < handles + HANDLES_MAX && (handle->fd < 0 || handle->inode != packet->handle))
        handle++;
    if (handle == handles + HANDLES_MAX)
        return -ENODEV; // Unplugged.
    struct chip *chip = handle->chip;
    int error;
    switch (packet->request) {
    case GPIO_GET_CHIPINFO_IOCTL:
        snprintf(packet->body.chip.name, GPIO_MAX_NAME_SIZE, "gpiochip%d", (int)(chip - chips));
        memcpy(packet->body.chip.label, chip->label, GPIO_MAX_NAME_SIZE);
        packet->body.chip.lines = chip->count;
        return 0;
    case GPIO_GET_LINEINFO_IOCTL:
        return describe_line(chip, &packet->body.line);
    case GPIO_GET_LINEHANDLE_IOCTL: {
        struct gpiohandle_request *wish = &packet->body.lines;
        return request_lines(
            chip, wish->lineoffsets, wish->lines, wish->flags, wish->default_values,
            wish->consumer_label, &made, theirs);
    }
    case GPIO_GET_LINEEVENT_IOCTL: {
        struct gpioevent_request *wish = &packet->body.event;
        if (wish->handleflags & GPIOHANDLE_REQUEST_OUTPUT)
            return -EINVAL;
        error = request_lines(
            chip, &wish->lineoffset, 1, wish->handleflags, NULL, wish->consumer_label, &made,
            theirs);
        if (error == 0)
            made->edges = wish->eventflags;
        return error;
    }
    case GPIOHANDLE_GET_LINE_VALUES_IOCTL:
        return use_values(handle, &packet->body.values, 0);
    case GPIOHANDLE_SET_LINE_VALUES_IOCTL:
        return use_values(handle, &packet->body.values, 1);
    case GPIOHANDLE_SET_CONFIG_IOCTL:
        return configure(handle, &packet->body.config);
    default:
        return -ENOTTY;
    }
}

static void serve(int link) {
    struct gpiosim_packet packet;
    int theirs = -1;
    if (recv(link, &packet, sizeof packet, 0) != (ssize_t)sizeof packet)
        return;
    packet.result = answer(&packet, &theirs);
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &theirs, sizeof theirs);
    struct iovec body = {&packet, sizeof packet};
    struct msghdr reply = {.msg_iov = &body, .msg_iovlen = 1};
    if (theirs >= 0) {
        reply.msg_control = &control;
        reply.msg_controllen = sizeof control;
    }
    sendmsg(link, &reply, MSG_NOSIGNAL);
    if (theirs >= 0)
        close(theirs);
}

#endif
