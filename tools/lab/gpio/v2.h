// The kernel's newer GPIO interface, which libgpiod 2 uses.
//
// A part of gpiosim.c, which alone includes it.

#ifndef GPIOSIM_V2_H
#define GPIOSIM_V2_H

#include "chips.h"

#define DIRECTIONS (GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_OUTPUT)

// The attribute of the one line of a request; NULL when it has none. The first counts.
static const struct gpio_v2_line_attribute *attribute(
    const struct gpio_v2_line_config *config, uint32_t id) {
    for (uint32_t i = 0; i < config->num_attrs && i < GPIO_V2_LINE_NUM_ATTRS_MAX; i++) {
        if (config->attrs[i].attr.id == id && (config->attrs[i].mask & 1))
            return &config->attrs[i].attr;
    }
    return NULL;
}

static int v2_describe(const struct chip *chip, struct gpio_v2_line_info *info) {
    if (info->offset >= chip->count)
        return -EINVAL;
    const struct line *line = &chip->lines[info->offset];
    *info = (struct gpio_v2_line_info){.offset = info->offset};
    info->flags = line->flags & ~(uint64_t)DIRECTIONS;
    info->flags |=
        line->inside != FLOATING ? GPIO_V2_LINE_FLAG_OUTPUT : GPIO_V2_LINE_FLAG_INPUT;
    info->flags |= line->is_used ? GPIO_V2_LINE_FLAG_USED : 0;
    memcpy(info->name, line->name, sizeof info->name);
    memcpy(info->consumer, line->consumer, sizeof info->consumer);
    return 0;
}

static int v2_request(struct chip *chip, const struct gpio_v2_line_request *wish, int *theirs) {
    const struct gpio_v2_line_config *config = &wish->config;
    const struct gpio_v2_line_attribute
        *flags = attribute(config, GPIO_V2_LINE_ATTR_ID_FLAGS),
        *values = attribute(config, GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES),
        *debounce = attribute(config, GPIO_V2_LINE_ATTR_ID_DEBOUNCE);
    struct setting setting = {
        .flags = flags != NULL ? flags->flags : config->flags,
        .value = values != NULL && (values->values & 1),
        .debounce_us = debounce != NULL ? debounce->debounce_period_us : 0,
    };
    return request_line(
        chip, V2_LINE, wish->num_lines, wish->offsets[0], &setting, wish->consumer, theirs);
}

static int v2_get(const struct line *line, struct gpio_v2_line_values *values) {
    values->bits = (uint64_t)value_of(line);
    return reads_fail ? -EIO : 0;
}

#endif
