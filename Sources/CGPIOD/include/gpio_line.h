#ifndef CGPIOD_GPIO_LINE_H
#define CGPIOD_GPIO_LINE_H

// The functions of libgpiod that the product needs, the same over its two incompatible generations:
// 1.6 (gpio_v1.c) and 2.x (gpio_v2.c).
//
// A failure is a negated errno. Once a line is open, no function below "An open line" allocates.

#include <stdint.h>

// Chips. A path is "/dev/gpiochip0" or a symbolic link to it.

struct cgpiod_chip;

struct cgpiod_line_info {
    char name[33];     // Empty when the line has none.
    char consumer[33]; // The holder of the line; empty for none, and if unknown.
    int is_used;
    int is_output;
};

/// Writes the numbers of the chips, in order; returns how many there are, at most `capacity`.
int cgpiod_chip_numbers(int *numbers, int capacity);

int cgpiod_chip_open(const char *path, struct cgpiod_chip **chip);
void cgpiod_chip_close(struct cgpiod_chip *chip);
int cgpiod_chip_line_count(struct cgpiod_chip *chip);
/// Returns the driver's word for the chip, such as "pinctrl-bcm2711"; valid until the chip is
/// closed.
const char *cgpiod_chip_label(struct cgpiod_chip *chip);
int cgpiod_chip_line_info(struct cgpiod_chip *chip, unsigned offset, struct cgpiod_line_info *info);

// Opening a line.

struct cgpiod_line;

/// The order is that of `InputLine.Bias`.
enum cgpiod_bias {
    CGPIOD_BIAS_AS_IS,
    CGPIOD_BIAS_NONE,
    CGPIOD_BIAS_PULL_UP,
    CGPIOD_BIAS_PULL_DOWN,
};

/// Requests the line with both edges.
int cgpiod_open_input(
    const char *chip_path, unsigned offset, const char *consumer, enum cgpiod_bias bias,
    int is_active_low, struct cgpiod_line **line);
int cgpiod_open_output(
    const char *chip_path, unsigned offset, const char *consumer, int is_active_low, int value,
    struct cgpiod_line **line);
void cgpiod_close(struct cgpiod_line *line);

// An open line. Values are logical: 1 is active.

struct cgpiod_edge {
    int64_t monotonic_ns;
    int is_active;
};

/// Returns a descriptor that is readable while edges wait.
int cgpiod_fd(const struct cgpiod_line *line);
/// Returns 1 when there was an edge, 0 when none waits.
int cgpiod_next_edge(struct cgpiod_line *line, struct cgpiod_edge *edge);
int cgpiod_get(struct cgpiod_line *line);
int cgpiod_set(struct cgpiod_line *line, int value);

#endif
