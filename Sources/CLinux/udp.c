#define _GNU_SOURCE
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "socket.h"

static int set(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

int clinux_udp_make(int is_v6) {
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int error = is_v6 ? set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) : 0;
    if (error < 0)
        close(fd);
    return error < 0 ? error : fd;
}

int clinux_udp_set_dscp(int fd, int is_v6, int dscp) {
    // The two bits below the code point are ECN's (RFC 2474 §3, RFC 3168 §5).
    int error = set(fd, IPPROTO_IP, IP_TOS, dscp << 2);
    if (error == 0 && is_v6)
        error = set(fd, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
    return error;
}

int clinux_udp_set_buffers(int fd, int send_size, int receive_size) {
    int error = set(fd, SOL_SOCKET, SO_SNDBUF, send_size);
    return error < 0 ? error : set(fd, SOL_SOCKET, SO_RCVBUF, receive_size);
}

int clinux_udp_stamp(int fd) {
    return set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
}

int clinux_udp_bind(int fd, int is_v6, const struct clinux_address *address) {
    struct sockaddr_storage packed;
    socklen_t size;
    int error = clinux_address_pack(address, is_v6, &packed, &size);
    if (error < 0)
        return error;
    return bind(fd, (struct sockaddr *)&packed, size) < 0 ? -errno : 0;
}

int clinux_udp_share_port(int fd) {
    return set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

int clinux_udp_local(int fd, struct clinux_address *address) {
    struct sockaddr_storage packed = {0};
    socklen_t size = sizeof packed;
    if (getsockname(fd, (struct sockaddr *)&packed, &size) < 0)
        return -errno;
    clinux_address_unpack(&packed, address);
    return 0;
}

int64_t clinux_udp_overflow(int fd) {
    uint32_t numbers[SK_MEMINFO_VARS] = {0};
    socklen_t size = sizeof numbers;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, numbers, &size) < 0)
        return -errno;
    return numbers[SK_MEMINFO_DROPS];
}

ptrdiff_t clinux_udp_send(
    int fd, int is_v6, const void *bytes, size_t size, const struct clinux_address *to) {
    struct sockaddr_storage packed;
    socklen_t length;
    int error = clinux_address_pack(to, is_v6, &packed, &length);
    if (error < 0)
        return error;
    ssize_t count;
    do
        count = sendto(fd, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&packed, length);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

ptrdiff_t clinux_udp_receive(int fd, void *bytes, size_t size, struct clinux_address *from) {
    struct sockaddr_storage packed = {0};
    socklen_t length;
    ssize_t count;
    do {
        length = sizeof packed;
        count = recvfrom(fd, bytes, size, MSG_TRUNC, (struct sockaddr *)&packed, &length);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return -errno;
    clinux_address_unpack(&packed, from);
    return count;
}
