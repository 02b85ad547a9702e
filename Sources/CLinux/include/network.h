#ifndef CLINUX_NETWORK_H
#define CLINUX_NETWORK_H

// This machine's own network, and whether the kernel finds a way to an address.

#include "socket.h"

#define CLINUX_INTERFACES_MAX 128
#define CLINUX_INTERFACE_ADDRESSES_MAX 8

struct clinux_interface {
    char name[16];
    uint32_t index;
    int is_up, is_running, is_loopback;
    int can_multicast; // To neighbours, not to the one other end of a tunnel.
    int address_count;
    struct clinux_address addresses[CLINUX_INTERFACE_ADDRESSES_MAX];
    uint8_t prefixes[CLINUX_INTERFACE_ADDRESSES_MAX]; // Of 128 bits, those of the network.
};

/// Returns how many there are, at most `capacity`.
int clinux_interfaces(struct clinux_interface *interfaces, int capacity);

/// A descriptor on which the kernel tells of links and addresses that change.
int clinux_network_watch(void);
/// 1 when something has changed since it was asked last.
int clinux_network_changed(int fd);

/// Sends an empty datagram; returns the socket, on which an ICMP error will show.
int clinux_udp_probe(const struct clinux_address *to);

#endif
