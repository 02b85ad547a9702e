// The kernel's newer GPIO interface, which libgpiod 2 uses.
//
// A part of gpiosim.c, which alone includes it.

#ifndef GPIOSIM_V2_H
#define GPIOSIM_V2_H

#include "chips.h"

#define DIRECTIONS (GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_OUTPUT)
#define DRIVES (GPIO_V2_LINE_FLAG_OPEN_DRAIN | GPIO_V2_LINE_FLAG_OPEN_SOURCE)
#define PULLS (GPIO_V2_LINE_FLAG_BIAS_PULL_UP | GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN)
#define BIASES (PULLS | GPIO_V2_LINE_FLAG_BIAS_DISABLED)
#define CLOCKS \
    (GPIO_V2_LINE_FLAG_EVENT_CLOCK_REALTIME | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE)
#define KNOWN_FLAGS \
    (DIRECTIONS | DRIVES | BIASES | EDGES | CLOCKS | GPIO_V2_LINE_FLAG_ACTIVE_LOW)

// The attribute of a line, by its place in the request; NULL when it has none. The first counts.
static const struct gpio_v2_line_attribute *attribute(
    const struct gpio_v2_line_config *config, uint32_t id, uint32_t index) {
    for (uint32_t i = 0; i < config->num_attrs; i++) {
        if (config->attrs[i].attr.id == id && (config->attrs[i].mask >> index & 1))
            return &config->attrs[i].attr;
    }
    return NULL;
}

// What the kernel refuses, whatever the chip can do.
static int check_flags(uint64_t flags, int is_debounced) {
    int biases = __builtin_popcountll(flags & BIASES);
    if ((flags & ~(uint64_t)KNOWN_FLAGS) != 0 || biases > 1)
        return -EINVAL;
    if (flags & GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE)
        return -EOPNOTSUPP; // As kernels that are built without it.
    if ((flags & DIRECTIONS) == DIRECTIONS || (flags & DRIVES) == DRIVES)
        return -EINVAL;
    if (((flags & EDGES) != 0 || is_debounced) && !(flags & GPIO_V2_LINE_FLAG_INPUT))
        return -EINVAL;
    if ((flags & DRIVES) != 0 && !(flags & GPIO_V2_LINE_FLAG_OUTPUT))
        return -EINVAL;
    return biases > 0 && (flags & DIRECTIONS) == 0 ? -EINVAL : 0;
}

static int is_zero(const uint32_t *words, size_t count) {
    uint32_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= words[i];
    return all == 0;
}

// What is wanted of each line; returns 0 or a negated errno.
static int v2_settings(
    const struct gpio_v2_line_config *config, uint32_t count, struct setting *settings) {
    if (config->num_attrs > GPIO_V2_LINE_NUM_ATTRS_MAX ||
        !is_zero(config->padding, sizeof config->padding / sizeof *config->padding))
        return -EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        const struct gpio_v2_line_attribute
            *flags = attribute(config, GPIO_V2_LINE_ATTR_ID_FLAGS, i),
            *values = attribute(config, GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES, i),
            *debounce = attribute(config, GPIO_V2_LINE_ATTR_ID_DEBOUNCE, i);
        settings[i] = (struct setting){
            .flags = flags != NULL ? flags->flags : config->flags,
            .value = values != NULL && (values->values >> i & 1),
            .debounce_us = debounce != NULL ? debounce->debounce_period_us : 0,
        };
        int error = check_flags(settings[i].flags, debounce != NULL);
        if (error < 0)
            return error;
    }
    return 0;
}

static int v2_describe(const struct chip *chip, struct gpio_v2_line_info *info) {
    if (info->offset >= chip->count || !is_zero(info->padding, 4))
        return -EINVAL;
    const struct line *line = &chip->lines[info->offset];
    *info = (struct gpio_v2_line_info){.offset = info->offset};
    info->flags = line->flags & ~(uint64_t)DIRECTIONS;
    info->flags |=
        line->inside != FLOATING ? GPIO_V2_LINE_FLAG_OUTPUT : GPIO_V2_LINE_FLAG_INPUT;
    info->flags |= line->is_used ? GPIO_V2_LINE_FLAG_USED : 0;
    memcpy(info->name, line->name, sizeof info->name);
    memcpy(info->consumer, line->consumer, sizeof info->consumer);
    if (line->debounce_us > 0) {
        info->num_attrs = 1;
        info->attrs[0].id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
        info->attrs[0].debounce_period_us = line->debounce_us;
    }
    return 0;
}

// How many edges the kernel keeps: a power of two.
static uint32_t queue_capacity(const struct gpio_v2_line_request *wish) {
    uint32_t wanted = wish->event_buffer_size, most = GPIO_V2_LINES_MAX * 16, capacity = 1;
    wanted = wanted == 0 ? wish->num_lines * 16 : wanted > most ? most : wanted;
    while (capacity < wanted)
        capacity *= 2;
    return capacity;
}

static int v2_request(
    struct chip *chip, const struct gpio_v2_line_request *wish, struct handle **made,
    int *theirs) {
    struct setting settings[GPIO_V2_LINES_MAX];
    if (wish->num_lines < 1 || wish->num_lines > GPIO_V2_LINES_MAX ||
        !is_zero(wish->padding, sizeof wish->padding / sizeof *wish->padding))
        return -EINVAL;
    int error = v2_settings(&wish->config, wish->num_lines, settings);
    if (error == 0)
        error = request_lines(
            chip, V2_LINES, wish->offsets, wish->num_lines, settings, wish->consumer, made,
            theirs);
    if (error == 0)
        (*made)->capacity = queue_capacity(wish);
    return error;
}

// The bits of `mask` that stand for lines of the request.
static uint64_t mask_of(const struct handle *handle, uint64_t mask) {
    return mask & (~0ull >> (GPIO_V2_LINES_MAX - handle->count));
}

static int v2_get(const struct handle *handle, struct gpio_v2_line_values *values) {
    if (mask_of(handle, values->mask) == 0)
        return -EINVAL;
    if (reads_fail)
        return -EIO;
    values->bits = 0;
    for (uint32_t i = 0; i < handle->count; i++) {
        if (values->mask >> i & 1)
            values->bits |= (uint64_t)value_of(line_of(handle, i)) << i;
    }
    return 0;
}

static int v2_set(const struct handle *handle, const struct gpio_v2_line_values *values) {
    uint64_t mask = mask_of(handle, values->mask);
    if (mask == 0)
        return -EINVAL;
    // All or nothing.
    for (uint32_t i = 0; i < handle->count; i++) {
        if ((mask >> i & 1) && line_of(handle, i)->inside == FLOATING)
            return -EPERM;
    }
    for (uint32_t i = 0; i < handle->count; i++) {
        if (mask >> i & 1)
            set_value(line_of(handle, i), (int)(values->bits >> i & 1));
    }
    return 0;
}

static int v2_configure(const struct handle *handle, const struct gpio_v2_line_config *config) {
    struct setting settings[GPIO_V2_LINES_MAX];
    int error = v2_settings(config, handle->count, settings);
    for (uint32_t i = 0; error == 0 && i < handle->count; i++)
        error = configure(line_of(handle, i), &settings[i]);
    return error;
}

#endif
