#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "socket.h"

static int close_with(int fd, int error) {
    close(fd);
    return error;
}

static int make(int is_v6) {
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int on = 1, off = 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        || (is_v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0))
        return close_with(fd, -errno);
    return fd;
}

// A connection is accepted when something has come on it, and until then takes no place that
// others wait for: in seconds, longer than a port is open.
static const int silence_max = 180;
// So many of them, and of those that wait to be accepted.
static const int backlog = 256;

int clinux_tcp_listen(int is_v6, const struct clinux_address *address) {
    struct sockaddr_storage packed;
    socklen_t size;
    int error = clinux_address_pack(address, is_v6, &packed, &size);
    if (error < 0)
        return error;
    int fd = make(is_v6);
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
    int fd = make(is_v6);
    if (fd < 0)
        return fd;
    if (from && bind(fd, (struct sockaddr *)&own, own_size) < 0)
        return close_with(fd, -errno);
    if (connect(fd, (struct sockaddr *)&packed, size) < 0 && errno != EINPROGRESS)
        return close_with(fd, -errno);
    return fd;
}

int clinux_tcp_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error;
}

int clinux_tcp_set_abort(int fd, int on) {
    struct linger at_once = {.l_onoff = on != 0, .l_linger = 0};
    return setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0 ? -errno : 0;
}
