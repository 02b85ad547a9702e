#ifndef CLINUX_NETWORK_H
#define CLINUX_NETWORK_H

// This machine's own network, and whether the kernel finds a route to an address.

#include "socket.h"

#define CLINUX_INTERFACES_MAX 128
#define CLINUX_INTERFACE_ADDRESSES_MAX 8

struct clinux_interface {
    char name[16];
    uint32_t index;
    int is_up, is_running, is_loopback;
    int can_multicast; // To neighbours, not just to the other end of a tunnel.
    int address_count;
    struct clinux_address addresses[CLINUX_INTERFACE_ADDRESSES_MAX];
    uint8_t prefixes[CLINUX_INTERFACE_ADDRESSES_MAX]; // How many of the 128 bits are the network's.
};

/// Returns the number of interfaces, at most `capacity`.
int clinux_interfaces(struct clinux_interface *interfaces, int capacity);

/// Makes a descriptor on which the kernel reports changed links, addresses and routes.
int clinux_network_watch(void);
/// Returns 1 when something has changed since the last call.
int clinux_network_changed(int fd);

/// Sends an empty datagram; returns the socket, which will show an ICMP error.
int clinux_udp_probe(const struct clinux_address *to);

#endif
