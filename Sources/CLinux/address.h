#ifndef CLINUX_ADDRESS_H
#define CLINUX_ADDRESS_H

#include <sys/socket.h>

#include "socket.h"

/// Fills a socket address of the socket's family; -EAFNOSUPPORT for IPv6 on an IPv4 socket.
int clinux_address_pack(
    const struct clinux_address *address, int is_v6, struct sockaddr_storage *packed,
    socklen_t *size);
int clinux_address_is_v4(const struct clinux_address *address);
void clinux_address_unpack(
    const struct sockaddr_storage *packed, struct clinux_address *address);

#endif
