#define _GNU_SOURCE
#include "gpio_generation.h"

#if CGPIOD_GENERATION == 2

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "gpio_line.h"

struct cgpiod_chip {
    struct gpiod_chip *chip;
    struct gpiod_chip_info *info;
};

int cgpiod_chip_open(const char *path, struct cgpiod_chip **chip) {
    struct cgpiod_chip *made = calloc(1, sizeof *made);
    if (made == NULL)
        return -ENOMEM;
    made->chip = cgpiod_open_path(path);
    if (made->chip != NULL)
        made->info = gpiod_chip_get_info(made->chip);
    if (made->info == NULL) {
        int error = cgpiod_error();
        cgpiod_chip_close(made);
        return error;
    }
    *chip = made;
    return 0;
}

void cgpiod_chip_close(struct cgpiod_chip *chip) {
    if (chip->info != NULL)
        gpiod_chip_info_free(chip->info);
    if (chip->chip != NULL)
        gpiod_chip_close(chip->chip);
    free(chip);
}

int cgpiod_chip_line_count(struct cgpiod_chip *chip) {
    return (int)gpiod_chip_info_get_num_lines(chip->info);
}

const char *cgpiod_chip_label(struct cgpiod_chip *chip) {
    return gpiod_chip_info_get_label(chip->info);
}

int cgpiod_chip_line_info(
    struct cgpiod_chip *chip, unsigned offset, struct cgpiod_line_info *info) {
    struct gpiod_line_info *found = gpiod_chip_get_line_info(chip->chip, offset);
    if (found == NULL)
        return cgpiod_error();
    const char *name = gpiod_line_info_get_name(found);
    const char *consumer = gpiod_line_info_get_consumer(found);
    snprintf(info->name, sizeof info->name, "%s", name != NULL ? name : "");
    snprintf(info->consumer, sizeof info->consumer, "%s", consumer != NULL ? consumer : "");
    info->is_used = gpiod_line_info_is_used(found);
    info->is_output = gpiod_line_info_get_direction(found) == GPIOD_LINE_DIRECTION_OUTPUT;
    gpiod_line_info_free(found);
    return 0;
}

struct cgpiod_line {
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *edges; /* NULL for an output. */
    unsigned offset;
};

static const enum gpiod_line_bias biases[] = {
    [CGPIOD_BIAS_AS_IS] = GPIOD_LINE_BIAS_AS_IS,
    [CGPIOD_BIAS_NONE] = GPIOD_LINE_BIAS_DISABLED,
    [CGPIOD_BIAS_PULL_UP] = GPIOD_LINE_BIAS_PULL_UP,
    [CGPIOD_BIAS_PULL_DOWN] = GPIOD_LINE_BIAS_PULL_DOWN,
};

/* Requests a line with these settings; `error` gets the errno of the first refusal. */
static struct gpiod_line_request *request(
    const char *chip_path, unsigned offset, const char *consumer,
    struct gpiod_line_settings *settings, int *error) {
    struct gpiod_line_request *made = NULL;
    struct gpiod_chip *chip = cgpiod_open_path(chip_path);
    struct gpiod_line_config *lines = chip != NULL ? gpiod_line_config_new() : NULL;
    struct gpiod_request_config *config = lines != NULL ? gpiod_request_config_new() : NULL;
    if (config != NULL) {
        gpiod_request_config_set_consumer(config, consumer);
        if (gpiod_line_config_add_line_settings(lines, &offset, 1, settings) == 0)
            made = gpiod_chip_request_lines(chip, config, lines);
    }
    *error = made != NULL ? 0 : cgpiod_error();
    if (config != NULL)
        gpiod_request_config_free(config);
    if (lines != NULL)
        gpiod_line_config_free(lines);
    if (chip != NULL)
        gpiod_chip_close(chip); /* The request outlives it. */
    return made;
}

/* Requests a line with these settings, and frees them. */
static int open_line(
    const char *chip_path, unsigned offset, const char *consumer,
    struct gpiod_line_settings *settings, struct cgpiod_line **line) {
    int error = -ENOMEM;
    *line = calloc(1, sizeof **line);
    if (*line != NULL) {
        (*line)->offset = offset;
        (*line)->request = request(chip_path, offset, consumer, settings, &error);
    }
    if (error < 0)
        free(*line);
    gpiod_line_settings_free(settings);
    return error;
}

int cgpiod_open_input(
    const char *chip_path, unsigned offset, const char *consumer, enum cgpiod_bias bias,
    int is_active_low, struct cgpiod_line **line) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (settings == NULL)
        return -ENOMEM;
    /* The setters refuse only values that do not exist. */
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
    gpiod_line_settings_set_active_low(settings, is_active_low);
    gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
    gpiod_line_settings_set_event_clock(settings, GPIOD_LINE_CLOCK_MONOTONIC);
    gpiod_line_settings_set_bias(settings, biases[bias]);
    int error = open_line(chip_path, offset, consumer, settings, line);
    if (error < 0)
        return error;

    (*line)->edges = gpiod_edge_event_buffer_new(1);
    /* The library reads in the descriptor's own mode, and the caller must never wait. */
    int fd = cgpiod_fd(*line), status = fcntl(fd, F_GETFL);
    if ((*line)->edges == NULL || status < 0 || fcntl(fd, F_SETFL, status | O_NONBLOCK) < 0) {
        error = cgpiod_error();
        cgpiod_close(*line);
    }
    return error;
}

int cgpiod_open_output(
    const char *chip_path, unsigned offset, const char *consumer, int is_active_low, int value,
    struct cgpiod_line **line) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (settings == NULL)
        return -ENOMEM;
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
    gpiod_line_settings_set_active_low(settings, is_active_low);
    gpiod_line_settings_set_output_value(
        settings, value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
    return open_line(chip_path, offset, consumer, settings, line);
}

void cgpiod_close(struct cgpiod_line *line) {
    if (line->edges != NULL)
        gpiod_edge_event_buffer_free(line->edges);
    gpiod_line_request_release(line->request);
    free(line);
}

int cgpiod_fd(const struct cgpiod_line *line) {
    return gpiod_line_request_get_fd(line->request);
}

int cgpiod_next_edge(struct cgpiod_line *line, struct cgpiod_edge *edge) {
    int count = gpiod_line_request_read_edge_events(line->request, line->edges, 1);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : cgpiod_error();
    if (count == 0)
        return 0;
    struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(line->edges, 0);
    edge->monotonic_ns = (int64_t)gpiod_edge_event_get_timestamp_ns(event);
    /* The kernel reports edges of the logical value, in which active-low is already applied. */
    edge->is_active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
    return 1;
}

int cgpiod_get(struct cgpiod_line *line) {
    enum gpiod_line_value value = gpiod_line_request_get_value(line->request, line->offset);
    return value == GPIOD_LINE_VALUE_ERROR ? cgpiod_error() : value == GPIOD_LINE_VALUE_ACTIVE;
}

int cgpiod_set(struct cgpiod_line *line, int value) {
    enum gpiod_line_value wanted = value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_value(line->request, line->offset, wanted) < 0 ? cgpiod_error()
                                                                                : 0;
}

#endif
