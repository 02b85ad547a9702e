#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int result(int value) {
    return value < 0 ? -errno : value;
}

static void describe(const struct stat *from, struct clinux_file_status *status) {
    status->size = (uint64_t)from->st_size;
    status->mode = from->st_mode & 07777;
    status->owner = from->st_uid;
    status->group = from->st_gid;
    status->is_regular = S_ISREG(from->st_mode);
    status->is_directory = S_ISDIR(from->st_mode);
    status->is_link = S_ISLNK(from->st_mode);
    status->is_socket = S_ISSOCK(from->st_mode);
}

int clinux_file_status(const char *path, int follow, struct clinux_file_status *status) {
    struct stat found;
    if (fstatat(AT_FDCWD, path, &found, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    describe(&found, status);
    return 0;
}

int clinux_file_open(const char *path, struct clinux_file_status *status) {
    // Nonblocking: opening a pipe put in a file's place must not hang the daemon.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    struct stat found;
    if (fstat(fd, &found) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    describe(&found, status);
    return fd;
}

int clinux_file_create(const char *path, uint32_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    if (fchmod(fd, mode) < 0) {
        int error = errno;
        close(fd);
        unlink(path);
        return -error;
    }
    return fd;
}

int clinux_output_open(const char *path) {
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int clinux_file_sync(int fd) {
    return result(fsync(fd));
}

int clinux_file_rename(const char *from, const char *to) {
    return result(rename(from, to));
}

int clinux_file_remove(const char *path) {
    return result(unlink(path));
}

int clinux_file_set_owner(const char *path, uint32_t owner, uint32_t group) {
    return result(lchown(path, owner, group));
}

int clinux_file_give(int fd, uint32_t owner, uint32_t group) {
    struct stat found;
    if (fstat(fd, &found) < 0)
        return -errno;
    if (found.st_uid == owner && found.st_gid == group)
        return 0;
    return result(fchown(fd, owner, group));
}

int clinux_directory_make(const char *path, uint32_t mode) {
    if (mkdir(path, 0700) < 0)
        return -errno;
    return result(chmod(path, mode));
}

int clinux_directory_remove(const char *path) {
    return result(rmdir(path));
}

int clinux_directory_sync(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int done = result(fsync(fd));
    close(fd);
    return done;
}

int clinux_directory_list(
    const char *path, void (*visit)(void *argument, const char *name), void *argument) {
    DIR *directory = opendir(path);
    if (directory == NULL)
        return -errno;
    struct dirent *entry;
    while (errno = 0, (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            visit(argument, entry->d_name);
    }
    int error = errno;
    closedir(directory);
    return -error;
}
