#define _GNU_SOURCE
#include "gpio_generation.h"

#if CGPIOD_GENERATION == 1

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "gpio_line.h"

/* The library allocates its own chip; our type is only a name for it. */
static struct gpiod_chip *raw(struct cgpiod_chip *chip) {
    return (struct gpiod_chip *)chip;
}

int cgpiod_chip_open(const char *path, struct cgpiod_chip **chip) {
    *chip = (struct cgpiod_chip *)cgpiod_open_path(path);
    return *chip != NULL ? 0 : cgpiod_error();
}

void cgpiod_chip_close(struct cgpiod_chip *chip) {
    gpiod_chip_close(raw(chip));
}

int cgpiod_chip_line_count(struct cgpiod_chip *chip) {
    return (int)gpiod_chip_num_lines(raw(chip));
}

const char *cgpiod_chip_label(struct cgpiod_chip *chip) {
    return gpiod_chip_label(raw(chip));
}

int cgpiod_chip_line_info(
    struct cgpiod_chip *chip, unsigned offset, struct cgpiod_line_info *info) {
    struct gpiod_line *line = gpiod_chip_get_line(raw(chip), offset);
    if (line == NULL)
        return cgpiod_error();
    const char *name = gpiod_line_name(line), *consumer = gpiod_line_consumer(line);
    snprintf(info->name, sizeof info->name, "%s", name != NULL ? name : "");
    snprintf(info->consumer, sizeof info->consumer, "%s", consumer != NULL ? consumer : "");
    info->is_used = gpiod_line_is_used(line);
    info->is_output = gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
    return 0;
}

struct cgpiod_line {
    struct gpiod_chip *chip; /* Owns the line. */
    struct gpiod_line *line;
    int fd; /* -1 for an output. */
};

static int fail(struct cgpiod_line *line) {
    int error = cgpiod_error();
    cgpiod_close(line);
    return error;
}

static int find(const char *chip_path, unsigned offset, struct cgpiod_line **line) {
    *line = calloc(1, sizeof **line);
    if (*line == NULL)
        return -ENOMEM;
    (*line)->fd = -1;
    (*line)->chip = cgpiod_open_path(chip_path);
    if ((*line)->chip == NULL)
        return fail(*line);
    (*line)->line = gpiod_chip_get_line((*line)->chip, offset);
    return (*line)->line != NULL ? 0 : fail(*line);
}

static int flags_of(enum cgpiod_bias bias, int is_active_low) {
    static const int flags[] = {
        [CGPIOD_BIAS_AS_IS] = 0,
        [CGPIOD_BIAS_NONE] = GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE,
        [CGPIOD_BIAS_PULL_UP] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
        [CGPIOD_BIAS_PULL_DOWN] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN,
    };
    return flags[bias] | (is_active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0);
}

int cgpiod_open_input(
    const char *chip_path, unsigned offset, const char *consumer, enum cgpiod_bias bias,
    int is_active_low, struct cgpiod_line **line) {
    int error = find(chip_path, offset, line);
    if (error < 0)
        return error;
    int flags = flags_of(bias, is_active_low);
    if (gpiod_line_request_both_edges_events_flags((*line)->line, consumer, flags) < 0)
        return fail(*line);
    (*line)->fd = gpiod_line_event_get_fd((*line)->line);
    if ((*line)->fd < 0)
        return fail(*line);
    /* The library reads in the descriptor's own mode, and the caller must never wait. */
    int status = fcntl((*line)->fd, F_GETFL);
    if (status < 0 || fcntl((*line)->fd, F_SETFL, status | O_NONBLOCK) < 0)
        return fail(*line);
    return 0;
}

int cgpiod_open_output(
    const char *chip_path, unsigned offset, const char *consumer, int is_active_low, int value,
    struct cgpiod_line **line) {
    int error = find(chip_path, offset, line);
    if (error < 0)
        return error;
    int flags = flags_of(CGPIOD_BIAS_AS_IS, is_active_low);
    if (gpiod_line_request_output_flags((*line)->line, consumer, flags, value) < 0)
        return fail(*line);
    return 0;
}

void cgpiod_close(struct cgpiod_line *line) {
    if (line->chip != NULL)
        gpiod_chip_close(line->chip);
    free(line);
}

int cgpiod_fd(const struct cgpiod_line *line) {
    return line->fd;
}

int cgpiod_next_edge(struct cgpiod_line *line, struct cgpiod_edge *edge) {
    struct gpiod_line_event event;
    if (gpiod_line_event_read_fd(line->fd, &event) < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : cgpiod_error();
    edge->monotonic_ns = event.ts.tv_sec * 1000000000ll + event.ts.tv_nsec;
    /* The kernel reports edges of the logical value, in which active-low is already applied. */
    edge->is_active = event.event_type == GPIOD_LINE_EVENT_RISING_EDGE;
    return 1;
}

int cgpiod_get(struct cgpiod_line *line) {
    int value = gpiod_line_get_value(line->line);
    return value < 0 ? cgpiod_error() : value;
}

int cgpiod_set(struct cgpiod_line *line, int value) {
    return gpiod_line_set_value(line->line, value) < 0 ? cgpiod_error() : 0;
}

#endif
