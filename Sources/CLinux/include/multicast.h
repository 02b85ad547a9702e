#ifndef CLINUX_MULTICAST_H
#define CLINUX_MULTICAST_H

// Sockets for multicast DNS: one for a family of addresses on one interface.

#include "socket.h"

/// Makes a nonblocking socket that gets what is sent to the group of multicast DNS on one
/// interface, and nothing else.
///
/// It shares the port with every program that shares it, too. With a `source` that is not all zeros
/// it sends from that address, else from one that the kernel chooses. Responses whose first record
/// is about another service than an intercom's are dropped in the kernel.
int clinux_multicast_make(int is_v6, uint32_t interface, const struct clinux_address *source);

/// Sends to the group.
ptrdiff_t clinux_multicast_send(
    int fd, int is_v6, uint32_t interface, const struct clinux_address *source, const void *bytes,
    size_t size);

/// Returns the datagram's whole size, also when only its beginning fitted; `hop_limit` is 0 where
/// the kernel does not tell it.
ptrdiff_t clinux_multicast_receive(
    int fd, void *bytes, size_t size, struct clinux_address *from, int *hop_limit);

#endif
