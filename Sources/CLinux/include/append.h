#ifndef CLINUX_APPEND_H
#define CLINUX_APPEND_H

// A file that only grows, and is cut where it was written to in vain.

#include <stdint.h>

/// Opens for appending, and makes a file that is not there; no link, no pipe, no device.
///
/// `size` is what it holds; `last` its last byte, 0 when it is empty.
int clinux_append_open(const char *path, uint32_t mode, uint64_t *size, uint8_t *last);
/// Waits until the disk has what was written.
int clinux_append_sync(int fd);
int clinux_append_cut(int fd, uint64_t size);

#endif
