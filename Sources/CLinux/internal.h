#ifndef CLINUX_INTERNAL_H
#define CLINUX_INTERNAL_H

// Functions that only these sources share.

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket.h"

/// Returns the value of a system call, or the negated errno if it failed.
static inline int result(int value) {
    return value < 0 ? -errno : value;
}

static inline int set_option(int fd, int level, int name, int value) {
    return result(setsockopt(fd, level, name, &value, sizeof value));
}

/// Closes a descriptor after an error, and returns that error.
static inline int close_with(int fd, int error) {
    close(fd);
    return error;
}

/// Makes a socket of this type, of one family of addresses.
static inline int make_socket(int is_v6, int type) {
    int family = is_v6 ? AF_INET6 : AF_INET;
    return result(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// Fills a socket address of the socket's family; -EAFNOSUPPORT for IPv6 on an IPv4 socket.
int clinux_address_pack(
    const struct clinux_address *address, int is_v6, struct sockaddr_storage *packed,
    socklen_t *size);
int clinux_address_is_v4(const struct clinux_address *address);
void clinux_address_unpack(
    const struct sockaddr_storage *packed, struct clinux_address *address);

#endif
