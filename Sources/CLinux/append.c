#define _GNU_SOURCE
#include "append.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int given_up(int fd, int error) {
    close(fd);
    return -error;
}

int clinux_append_open(const char *path, uint32_t mode, uint64_t *size, uint8_t *last) {
    // Nonblocking: a pipe put in the file's place must not hang the daemon.
    int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int fd = open(path, flags, mode);
    if (fd < 0)
        return -errno;
    struct stat found;
    if (fstat(fd, &found) < 0)
        return given_up(fd, errno);
    if (!S_ISREG(found.st_mode))
        return given_up(fd, EINVAL);
    *size = (uint64_t)found.st_size;
    *last = 0;
    if (found.st_size > 0 && pread(fd, last, 1, found.st_size - 1) != 1)
        return given_up(fd, EIO);
    return fd;
}

int clinux_append_sync(int fd) {
    return fdatasync(fd) < 0 ? -errno : 0;
}

int clinux_append_cut(int fd, uint64_t size) {
    return ftruncate(fd, (off_t)size) < 0 ? -errno : 0;
}
