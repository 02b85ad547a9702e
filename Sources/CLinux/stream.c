#define _GNU_SOURCE
#include "internal.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

static int make_tcp(int is_v6) {
    int fd = make_socket(is_v6, SOCK_STREAM);
    if (fd < 0)
        return fd;
    int error = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (error == 0 && is_v6)
        error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    return error < 0 ? close_with(fd, error) : fd;
}

// The seconds for which a silent connection is not accepted, and so takes no place from others:
// longer than a port is open.
static const int silence_max = 180;
// The most silent connections, and the most that wait to be accepted.
static const int backlog = 256;

int clinux_tcp_listen(int is_v6, const struct clinux_address *address) {
    struct sockaddr_storage packed;
    socklen_t size;
    int error = clinux_address_pack(address, is_v6, &packed, &size);
    if (error < 0)
        return error;
    int fd = make_tcp(is_v6);
    if (fd < 0)
        return fd;
    if (setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &silence_max, sizeof silence_max) < 0
        || bind(fd, (struct sockaddr *)&packed, size) < 0 || listen(fd, backlog) < 0)
        return close_with(fd, -errno);
    return fd;
}

int clinux_tcp_accept(int fd, struct clinux_address *from) {
    struct sockaddr_storage packed;
    socklen_t size = sizeof packed;
    int made = accept4(fd, (struct sockaddr *)&packed, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (made < 0)
        return -errno;
    clinux_address_unpack(&packed, from);
    return made;
}

int clinux_tcp_connect(int is_v6, const struct clinux_address *to,
                       const struct clinux_address *from) {
    struct sockaddr_storage packed, own;
    socklen_t size, own_size;
    int error = clinux_address_pack(to, is_v6, &packed, &size);
    if (error < 0)
        return error;
    error = from ? clinux_address_pack(from, is_v6, &own, &own_size) : 0;
    if (error < 0)
        return error;
    int fd = make_tcp(is_v6);
    if (fd < 0)
        return fd;
    if (from && bind(fd, (struct sockaddr *)&own, own_size) < 0)
        return close_with(fd, -errno);
    if (connect(fd, (struct sockaddr *)&packed, size) < 0 && errno != EINPROGRESS)
        return close_with(fd, -errno);
    return fd;
}

int clinux_socket_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error;
}

int clinux_tcp_set_abort(int fd, int on) {
    struct linger at_once = {.l_onoff = on != 0, .l_linger = 0};
    return result(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
}

static int pack_path(const char *path, struct sockaddr_un *packed, socklen_t *size) {
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof packed->sun_path)
        return -ENAMETOOLONG;
    *packed = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(packed->sun_path, path, length);
    *size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    return 0;
}

static int make_local(int type) {
    return result(socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// Makes a Unix stream socket, and the address of its file.
static int make_stream(const char *path, struct sockaddr_un *packed, socklen_t *size) {
    int error = pack_path(path, packed, size);
    return error < 0 ? error : make_local(SOCK_STREAM);
}

int clinux_local_listen(const char *path, uint32_t mode) {
    struct sockaddr_un packed;
    socklen_t size;
    int fd = make_stream(path, &packed, &size);
    if (fd < 0)
        return fd;
    // Before bind, the mode of the socket itself, less the umask, becomes that of its file, so no
    // moment has wider rights; chmod then restores the bits that the umask removed.
    if (fchmod(fd, mode) < 0 || bind(fd, (struct sockaddr *)&packed, size) < 0)
        return close_with(fd, -errno);
    if (chmod(path, mode) < 0 || listen(fd, 16) < 0) {
        int error = -errno;
        unlink(path);
        return close_with(fd, error);
    }
    return fd;
}

int clinux_local_connect(const char *path) {
    struct sockaddr_un packed;
    socklen_t size;
    int fd = make_stream(path, &packed, &size);
    if (fd < 0)
        return fd;
    if (connect(fd, (struct sockaddr *)&packed, size) < 0)
        return close_with(fd, -errno);
    return fd;
}

int clinux_local_accept(int fd) {
    return result((int)TEMP_FAILURE_RETRY(
        accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)));
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
    // A user has a few groups; the kernel allows 65536.
    gid_t few[64], *groups = few;
    socklen_t size = sizeof few;
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
    ssize_t count = TEMP_FAILURE_RETRY(send(fd, bytes, size, MSG_NOSIGNAL));
    return count < 0 ? -errno : count;
}

int clinux_local_datagram_make(void) {
    return make_local(SOCK_DGRAM);
}

int clinux_local_send_to(int fd, const char *path, const void *bytes, size_t size) {
    struct sockaddr_un packed;
    socklen_t length;
    int error = pack_path(path, &packed, &length);
    if (error < 0)
        return error;
    // The service manager's socket may have an abstract name: all its bytes count, and no zero ends
    // it.
    if (path[0] == '@') {
        packed.sun_path[0] = '\0';
        length -= 1;
    }
    ssize_t count = TEMP_FAILURE_RETRY(
        sendto(fd, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&packed, length));
    return count < 0 ? -errno : 0;
}
