#ifndef CLINUX_INPUT_H
#define CLINUX_INPUT_H

// Keys of input devices (linux/input.h): USB keypads, gpio-keys, headsets.

#include <stddef.h>
#include <stdint.h>

/// The device's own name, with a zero at its end; its length, or -errno.
int clinux_input_name(int fd, char *name, size_t size);
/// 1 when the device has this key.
int clinux_input_has_key(int fd, unsigned code);
/// Has events come with CLOCK_MONOTONIC times, and, where the kernel can, of this key alone.
int clinux_input_follow(int fd, unsigned code);
/// 1 when the key is down now.
int clinux_input_is_down(int fd, unsigned code);

/// Bytes of one event, and where its parts lie: seconds and microseconds as `long`, then these.
size_t clinux_input_event_size(void);

/// What the program looks at of one event.
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

/// Takes the event that begins at `bytes` apart; there must be `clinux_input_event_size` of them.
void clinux_input_parse(const uint8_t *bytes, struct clinux_input_event *event);

#endif
