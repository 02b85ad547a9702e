#define _GNU_SOURCE
#include "files.h"

#include "internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int clinux_file_status(const char *path, int follow, struct stat *status) {
    return result(follow ? stat(path, status) : lstat(path, status));
}

int clinux_file_open(const char *path, struct stat *status) {
    // Nonblocking: opening a pipe put in a file's place must not hang the daemon.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    return fstat(fd, status) < 0 ? close_with(fd, -errno) : fd;
}

int clinux_source_open(const char *path) {
    int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return result(fd);
}

int clinux_file_create(const char *path, uint32_t mode) {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags, 0600);
    if (fd < 0)
        return -errno;
    if (fchmod(fd, mode) < 0) {
        int error = -errno;
        unlinkat(AT_FDCWD, path, 0);
        return close_with(fd, error);
    }
    return fd;
}

int clinux_output_open(const char *path) {
    return result(open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK));
}

int clinux_file_sync(int fd) {
    return result(fsync(fd));
}

int clinux_file_rename(const char *from, const char *to) {
    return result(renameat(AT_FDCWD, from, AT_FDCWD, to));
}

int clinux_file_remove(const char *path) {
    return result(unlinkat(AT_FDCWD, path, 0));
}

int clinux_directory_writable(const char *path) {
    return result(faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS));
}

int clinux_directory_make(const char *path, uint32_t mode) {
    if (mkdirat(AT_FDCWD, path, 0700) < 0)
        return -errno;
    // By descriptor: a link that replaces the directory meanwhile must not change its target's
    // mode.
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    return close_with(fd, result(fchmod(fd, mode)));
}

int clinux_directory_sync(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    return close_with(fd, result(fsync(fd)));
}

int clinux_directory_list(
    const char *path, size_t most,
    void (*visit)(void *argument, const char *name), void *argument) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    DIR *stream = fdopendir(fd);
    if (stream == NULL)
        return close_with(fd, -errno);
    struct dirent *entry;
    int error = 0;
    while (errno = 0, (entry = readdir(stream)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (most-- == 0) {
            error = EFBIG;
            break;
        }
        visit(argument, entry->d_name);
    }
    if (entry == NULL)
        error = errno;
    closedir(stream);
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
        return close_with(fd, -errno);
    if (!S_ISREG(found.st_mode))
        return close_with(fd, -EINVAL);
    *size = (uint64_t)found.st_size;
    *last = 0;
    if (found.st_size > 0 && pread(fd, last, 1, found.st_size - 1) != 1)
        return close_with(fd, -EIO);
    return fd;
}

int clinux_append_cut(int fd, uint64_t size) {
    return result(ftruncate(fd, (off_t)size));
}
