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

static int v1_request(struct chip *chip, const struct gpiohandle_request *wish, int *theirs) {
    struct setting setting = v1_setting(wish->flags, wish->default_values[0] != 0);
    return request_line(
        chip, V1_VALUES, wish->lines, wish->lineoffsets[0], &setting, wish->consumer_label, theirs);
}

static int v1_request_edges(struct chip *chip, const struct gpioevent_request *wish, int *theirs) {
    struct setting setting = v1_setting(wish->handleflags | GPIOHANDLE_REQUEST_INPUT, 0);
    if (wish->eventflags & GPIOEVENT_REQUEST_RISING_EDGE)
        setting.flags |= GPIO_V2_LINE_FLAG_EDGE_RISING;
    if (wish->eventflags & GPIOEVENT_REQUEST_FALLING_EDGE)
        setting.flags |= GPIO_V2_LINE_FLAG_EDGE_FALLING;
    return request_line(
        chip, V1_EDGES, 1, wish->lineoffset, &setting, wish->consumer_label, theirs);
}

static int v1_get(const struct line *line, struct gpiohandle_data *data) {
    data->values[0] = (uint8_t)value_of(line);
    return reads_fail ? -EIO : 0;
}

#endif
