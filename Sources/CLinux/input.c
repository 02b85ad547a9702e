#include "input.h"

#include <errno.h>
#include <linux/input.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#define BYTES_OF(bits) (((bits) + 7) / 8)

static int has_bit(const uint8_t *bytes, unsigned bit) {
    return bytes[bit / 8] >> (bit % 8) & 1;
}

int clinux_input_name(int fd, char *name, size_t size) {
    int length = ioctl(fd, EVIOCGNAME(size - 1), name);
    if (length < 0)
        return -errno;
    name[(size_t)length < size ? (size_t)length : size - 1] = 0;
    return (int)strlen(name);
}

int clinux_input_has_key(int fd, unsigned code) {
    uint8_t keys[BYTES_OF(KEY_CNT)] = {0};
    if (code >= KEY_CNT)
        return 0;
    if (ioctl(fd, EVIOCGBIT(EV_KEY, sizeof keys), keys) < 0)
        return -errno;
    return has_bit(keys, code);
}

int clinux_input_follow(int fd, unsigned code) {
    int clock = CLOCK_MONOTONIC;
    if (ioctl(fd, EVIOCSCLOCKID, &clock) < 0)
        return -errno;
#ifdef EVIOCSMASK
    // A moving mouse must not wake the sound. Kernels before 4.4 cannot filter, so there it does.
    uint8_t types[BYTES_OF(EV_CNT)] = {1u << EV_SYN | 1u << EV_KEY};
    uint8_t keys[BYTES_OF(KEY_CNT)] = {0};
    keys[code / 8] = (uint8_t)(1u << (code % 8));
    struct input_mask mask = {
        .type = EV_SYN, .codes_size = sizeof types, .codes_ptr = (uintptr_t)types};
    ioctl(fd, EVIOCSMASK, &mask);
    mask = (struct input_mask){
        .type = EV_KEY, .codes_size = sizeof keys, .codes_ptr = (uintptr_t)keys};
    ioctl(fd, EVIOCSMASK, &mask);
#endif
    return 0;
}

int clinux_input_is_down(int fd, unsigned code) {
    uint8_t keys[BYTES_OF(KEY_CNT)] = {0};
    if (ioctl(fd, EVIOCGKEY(sizeof keys), keys) < 0)
        return -errno;
    return has_bit(keys, code);
}

size_t clinux_input_event_size(void) {
    return sizeof(struct input_event);
}

void clinux_input_parse(const uint8_t *bytes, struct clinux_input_event *event) {
    struct input_event raw;
    memcpy(&raw, bytes, sizeof raw);
    event->monotonic_ns =
        (int64_t)raw.input_event_sec * 1000000000 + (int64_t)raw.input_event_usec * 1000;
    event->type = raw.type;
    event->code = raw.code;
    event->value = raw.value;
}
