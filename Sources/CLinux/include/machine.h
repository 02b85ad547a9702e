#ifndef CLINUX_MACHINE_H
#define CLINUX_MACHINE_H

// What a machine grants a program, and how it is doing: for whoever looks for a fault.

#include <stdint.h>

#define CLINUX_CAP_IPC_LOCK 14

/// 1 when the process has this capability now.
int clinux_has_capability(int number);

/// 1 when the processor has AES instructions, by its own word on x86 and the kernel's on ARM: needs
/// no /proc, which a service may not see.
int clinux_has_aes(void);

/// Bytes that this user may still write where `path` is, and whether nothing may be written there.
///
/// The kind is one of those below.
int clinux_disk_space(
    const char *path, uint64_t *free_bytes, int *is_read_only, int *kind);
#define CLINUX_DISK_LASTING 0
#define CLINUX_DISK_MEMORY 1
#define CLINUX_DISK_OVERLAY 2

/// 1 when the Wi-Fi interface sleeps between packets, 0 when not; -EOPNOTSUPP or the like when its
/// driver does not say.
int clinux_wireless_saves_power(const char *interface);

// The time as people here tell it.

struct clinux_calendar {
    int year, month, day, hour, minute, second;
};

/// What the clock on the wall shows at so many seconds since 1970; the zone is read anew.
int clinux_calendar_of(int64_t seconds, struct clinux_calendar *found);

#endif
