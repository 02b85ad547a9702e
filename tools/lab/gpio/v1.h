// The kernel's older GPIO interface, which libgpiod 1.6 uses.
//
// A part of gpiosim.c, which alone includes it.

#ifndef GPIOSIM_V1_H
#define GPIOSIM_V1_H

#include "chips.h"

// The same in a request, in a description, and in the newer interface.
static const struct {
    uint32_t old;
    uint64_t new;
} flag_pairs[] = {
    {GPIOHANDLE_REQUEST_OUTPUT, GPIO_V2_LINE_FLAG_OUTPUT},
    {GPIOHANDLE_REQUEST_ACTIVE_LOW, GPIO_V2_LINE_FLAG_ACTIVE_LOW},
    {GPIOHANDLE_REQUEST_OPEN_DRAIN, GPIO_V2_LINE_FLAG_OPEN_DRAIN},
    {GPIOHANDLE_REQUEST_OPEN_SOURCE, GPIO_V2_LINE_FLAG_OPEN_SOURCE},
    {GPIOHANDLE_REQUEST_BIAS_PULL_UP, GPIO_V2_LINE_FLAG_BIAS_PULL_UP},
    {GPIOHANDLE_REQUEST_BIAS_PULL_DOWN, GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN},
    {GPIOHANDLE_REQUEST_BIAS_DISABLE, GPIO_V2_LINE_FLAG_BIAS_DISABLED},
};
#define FLAG_PAIRS (sizeof flag_pairs / sizeof *flag_pairs)

static struct setting v1_setting(uint32_t flags, int value) {
    struct setting setting = {.value = value};
    if (flags & GPIOHANDLE_REQUEST_INPUT)
        setting.flags = GPIO_V2_LINE_FLAG_INPUT;
    for (size_t i = 0; i < FLAG_PAIRS; i++)
        setting.flags |= flags & flag_pairs[i].old ? flag_pairs[i].new : 0;
    return setting;
}

static int v1_describe(const struct chip *chip, struct gpioline_info *info) {
    if (info->line_offset >= chip->count)
        return -EINVAL;
    const struct line *line = &chip->lines[info->line_offset];
    info->flags = line->is_used ? GPIOLINE_FLAG_KERNEL : 0;
    for (size_t i = 0; i < FLAG_PAIRS; i++)
        info->flags |= line->flags & flag_pairs[i].new ? flag_pairs[i].old : 0;
    // Whatever was asked for: a pin may be kept, or asked for as it is.
    info->flags &= ~GPIOLINE_FLAG_IS_OUT;
    info->flags |= line->inside != FLOATING ? GPIOLINE_FLAG_IS_OUT : 0;
    memcpy(info->name, line->name, sizeof info->name);
    memcpy(info->consumer, line->consumer, sizeof info->consumer);
    return 0;
}

static int v1_request(
    struct chip *chip, const struct gpiohandle_request *wish, struct handle **made, int *theirs) {
    struct setting settings[GPIOHANDLES_MAX];
    for (uint32_t i = 0; i < GPIOHANDLES_MAX; i++)
        settings[i] = v1_setting(wish->flags, wish->default_values[i] != 0);
    return request_lines(
        chip, V1_VALUES, wish->lineoffsets, wish->lines, settings, wish->consumer_label, made,
        theirs);
}

static int v1_request_edges(
    struct chip *chip, const struct gpioevent_request *wish, struct handle **made, int *theirs) {
    if (wish->handleflags & GPIOHANDLE_REQUEST_OUTPUT)
        return -EINVAL;
    struct setting setting = v1_setting(wish->handleflags | GPIOHANDLE_REQUEST_INPUT, 0);
    if (wish->eventflags & GPIOEVENT_REQUEST_RISING_EDGE)
        setting.flags |= GPIO_V2_LINE_FLAG_EDGE_RISING;
    if (wish->eventflags & GPIOEVENT_REQUEST_FALLING_EDGE)
        setting.flags |= GPIO_V2_LINE_FLAG_EDGE_FALLING;
    return request_lines(
        chip, V1_EDGES, &wish->lineoffset, 1, &setting, wish->consumer_label, made, theirs);
}

static int v1_get(const struct handle *handle, struct gpiohandle_data *data) {
    if (reads_fail)
        return -EIO;
    for (uint32_t i = 0; i < handle->count; i++)
        data->values[i] = (uint8_t)value_of(line_of(handle, i));
    return 0;
}

static int v1_set(const struct handle *handle, const struct gpiohandle_data *data) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < handle->count; i++)
        error = set_value(line_of(handle, i), data->values[i] != 0);
    return error;
}

static int v1_configure(const struct handle *handle, const struct gpiohandle_config *config) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < handle->count; i++) {
        struct setting setting = v1_setting(config->flags, config->default_values[i] != 0);
        error = configure(line_of(handle, i), &setting);
    }
    return error;
}

#endif
