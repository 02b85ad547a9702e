#define _GNU_SOURCE
#include "machine.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

// After sys/socket.h, which this header needs and does not include.
#include <linux/wireless.h>

int clinux_has_aes(void) {
#if defined(__x86_64__)
    unsigned int eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && ecx & bit_AES ? 1 : 0;
#elif defined(__aarch64__)
    return getauxval(AT_HWCAP) & HWCAP_AES ? 1 : 0;
#else
    return 0;
#endif
}

int clinux_disk_space(
    const char *path, uint64_t *free_bytes, int *is_read_only, int *kind) {
    struct statvfs found;
    if (statvfs(path, &found) < 0)
        return -errno;
    *free_bytes = (uint64_t)found.f_bavail * found.f_frsize;
    *is_read_only = found.f_flag & ST_RDONLY ? 1 : 0;
    struct statfs system;
    if (statfs(path, &system) < 0)
        return -errno;
    switch ((uint32_t)system.f_type) {
    case TMPFS_MAGIC:
    case RAMFS_MAGIC: *kind = CLINUX_DISK_MEMORY; break;
    case OVERLAYFS_SUPER_MAGIC: *kind = CLINUX_DISK_OVERLAY; break;
    default: *kind = CLINUX_DISK_LASTING;
    }
    return 0;
}

int clinux_wireless_saves_power(const char *interface) {
    struct iwreq request = {0};
    if (strlen(interface) >= sizeof request.ifr_name)
        return -ENODEV;
    strcpy(request.ifr_name, interface);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int result = ioctl(fd, SIOCGIWPOWER, &request) < 0 ? -errno : !request.u.power.disabled;
    close(fd);
    return result;
}
