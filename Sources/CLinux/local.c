#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket.h"

static int pack(const char *path, struct sockaddr_un *packed, socklen_t *size) {
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof packed->sun_path)
        return -ENAMETOOLONG;
    *packed = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(packed->sun_path, path, length);
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    return 0;
}

static int make(int type) {
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

static int close_with(int fd, int error) {
    close(fd);
    return error;
}

int clinux_local_listen(const char *path, uint32_t mode) {
    struct sockaddr_un packed;
    socklen_t size;
    int error = pack(path, &packed, &size);
    if (error < 0)
        return error;
    int fd = make(SOCK_STREAM);
    if (fd < 0)
        return fd;
    // Before bind the mode of the socket itself, less the umask, becomes that of its file, so
    // that there is no moment with wider rights; chmod then gives back what the umask took.
    if (fchmod(fd, mode) < 0 || bind(fd, (struct sockaddr *)&packed, size) < 0)
        return close_with(fd, -errno);
    if (chmod(path, mode) < 0 || listen(fd, 16) < 0) {
        error = -errno;
        unlink(path);
        return close_with(fd, error);
    }
    return fd;
}

int clinux_local_set_group(const char *path, uint32_t group) {
    return lchown(path, (uid_t)-1, group) < 0 ? -errno : 0;
}

int clinux_local_connect(const char *path) {
    struct sockaddr_un packed;
    socklen_t size;
    int error = pack(path, &packed, &size);
    if (error < 0)
        return error;
    int fd = make(SOCK_STREAM);
    if (fd < 0)
        return fd;
    if (connect(fd, (struct sockaddr *)&packed, size) < 0)
        return close_with(fd, -errno);
    return fd;
}

int clinux_local_accept(int fd) {
    int accepted;
    do
        accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (accepted < 0 && errno == EINTR);
    return accepted < 0 ? -errno : accepted;
}

int clinux_local_identity(int fd, int32_t *process, uint32_t *user, uint32_t *group) {
    struct ucred identity;
    socklen_t size = sizeof identity;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &identity, &size) < 0)
        return -errno;
    *process = identity.pid;
    *user = identity.uid;
    *group = identity.gid;
    return 0;
}

int clinux_local_has_group(int fd, uint32_t group) {
    struct ucred identity;
    socklen_t size = sizeof identity;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &identity, &size) < 0)
        return 0;
    if (identity.gid == group)
        return 1;
    // A user has a few groups; the kernel allows 65536.
    gid_t few[64], *groups = few;
    size = sizeof few;
    int result = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
    if (result < 0 && errno == ERANGE) {
        groups = malloc(size);
        if (groups == NULL)
            return 0;
        result = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
    }
    int found = 0;
    for (size_t i = 0; result == 0 && i < size / sizeof *groups; i++)
        found |= groups[i] == group;
    if (groups != few)
        free(groups);
    return found;
}

ptrdiff_t clinux_local_send(int fd, const void *bytes, size_t size) {
    ssize_t count;
    do
        count = send(fd, bytes, size, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int clinux_local_datagram_make(void) {
    return make(SOCK_DGRAM);
}

int clinux_local_send_to(int fd, const char *path, const void *bytes, size_t size) {
    struct sockaddr_un packed;
    socklen_t length;
    int error = pack(path, &packed, &length);
    if (error < 0)
        return error;
    ssize_t count;
    do
        count = sendto(fd, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&packed, length);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : 0;
}

int clinux_local_notify(const char *path, const void *bytes, size_t size) {
    struct sockaddr_un packed;
    socklen_t length;
    int error = pack(path, &packed, &length);
    if (error < 0)
        return error;
    if (path[0] == '@') {
        packed.sun_path[0] = '\0';
        length -= 1; // All bytes of an abstract name count: no zero at the end.
    }
    int fd = make(SOCK_DGRAM);
    if (fd < 0)
        return fd;
    ssize_t count = sendto(fd, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&packed, length);
    return close_with(fd, count < 0 ? -errno : 0);
}
