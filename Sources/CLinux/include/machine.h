#ifndef CLINUX_MACHINE_H
#define CLINUX_MACHINE_H

// The state of a machine, for a person who looks for a fault.

#include <stdint.h>

/// Returns 1 when the processor has AES instructions, from the processor itself on x86 and the
/// kernel on ARM: neither needs /proc, which a service may not see.
int clinux_has_aes(void);

/// Finds the bytes that this user may still write where `path` is, and whether that is read-only.
///
/// `kind` becomes one of the kinds below.
int clinux_disk_space(
    const char *path, uint64_t *free_bytes, int *is_read_only, int *kind);
#define CLINUX_DISK_LASTING 0
#define CLINUX_DISK_MEMORY 1
#define CLINUX_DISK_OVERLAY 2

/// Returns 1 when the Wi-Fi interface sleeps between packets, 0 when not; -EOPNOTSUPP or the like
/// when its driver does not report it.
int clinux_wireless_saves_power(const char *interface);

#endif
