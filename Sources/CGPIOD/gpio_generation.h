#ifndef CGPIOD_GPIO_GENERATION_H
#define CGPIOD_GPIO_GENERATION_H

#include <errno.h>
#include <gpiod.h>

#ifdef GPIOD_LINE_BULK_MAX_LINES /* Only 1.x has bulks. */
#define CGPIOD_GENERATION 1
#else
#define CGPIOD_GENERATION 2
#endif

/* The library's failures set errno; one that does not is still a failure. */
static inline int cgpiod_error(void) {
    return errno > 0 ? -errno : -EIO;
}

/* Follows a symbolic link, such as the one by which Raspberry Pi OS keeps an old chip number. */
struct gpiod_chip *cgpiod_open_path(const char *path);

#endif
