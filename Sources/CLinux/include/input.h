#ifndef CLINUX_INPUT_H
#define CLINUX_INPUT_H

// Keys of input devices (linux/input.h): USB keypads, gpio-keys, headsets.

#include <stddef.h>
#include <stdint.h>

/// Writes the device's own name, with a zero at its end; returns its length, or -errno.
int clinux_input_name(int fd, char *name, size_t size);
/// Returns 1 when the device has this key.
int clinux_input_has_key(int fd, unsigned code);
/// Gives events CLOCK_MONOTONIC times, and, where the kernel can, limits them to this key.
int clinux_input_follow(int fd, unsigned code);
/// Returns 1 when the key is down now.
int clinux_input_is_down(int fd, unsigned code);

/// Returns the size of an event: seconds and microseconds as `long`, then the fields below.
size_t clinux_input_event_size(void);

/// The fields of an event that the program uses.
struct clinux_input_event {
    int64_t monotonic_ns;
    uint16_t type;
    uint16_t code;
    int32_t value;
};

#define CLINUX_INPUT_SYN 0
#define CLINUX_INPUT_KEY 1
#define CLINUX_INPUT_SYN_REPORT 0
#define CLINUX_INPUT_SYN_DROPPED 3

/// Splits the event at `bytes` into its fields; there must be `clinux_input_event_size` bytes.
void clinux_input_parse(const uint8_t *bytes, struct clinux_input_event *event);

#endif
