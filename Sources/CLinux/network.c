#define _GNU_SOURCE
#include "network.h"

#include "internal.h"

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <netinet/in.h>
#include <string.h>

static struct clinux_interface *place(
    const char *name, struct clinux_interface *interfaces, int *count, int capacity) {
    for (int i = 0; i < *count; i++)
        if (strcmp(interfaces[i].name, name) == 0)
            return &interfaces[i];
    if (*count == capacity || strlen(name) >= sizeof interfaces->name)
        return NULL;
    struct clinux_interface *found = &interfaces[(*count)++];
    *found = (struct clinux_interface){0};
    strcpy(found->name, name);
    return found;
}

/// Returns the length of the network's part of an address, of 128 bits.
static uint8_t prefix(const struct sockaddr *mask, int family) {
    uint8_t bytes[16] = {0};
    if (mask != NULL && family == AF_INET6)
        memcpy(bytes, &((const struct sockaddr_in6 *)mask)->sin6_addr, 16);
    if (mask != NULL && family == AF_INET)
        memcpy(bytes + 12, &((const struct sockaddr_in *)mask)->sin_addr, 4);
    int length = family == AF_INET ? 96 : 0;
    while (length < 128 && bytes[length / 8] & 0x80 >> length % 8)
        length++;
    return (uint8_t)length;
}

int clinux_interfaces(struct clinux_interface *interfaces, int capacity) {
    struct ifaddrs *list;
    if (getifaddrs(&list) < 0)
        return -errno;
    int count = 0;
    for (struct ifaddrs *entry = list; entry != NULL; entry = entry->ifa_next) {
        struct clinux_interface *found = place(entry->ifa_name, interfaces, &count, capacity);
        if (found == NULL)
            continue;
        found->is_up = (entry->ifa_flags & IFF_UP) != 0;
        found->is_running = (entry->ifa_flags & IFF_RUNNING) != 0;
        found->is_loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
        found->can_multicast =
            (entry->ifa_flags & IFF_MULTICAST) != 0
            && (entry->ifa_flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) == 0;
        int family = entry->ifa_addr == NULL ? AF_UNSPEC : entry->ifa_addr->sa_family;
        if (family == AF_PACKET)
            found->index = (uint32_t)((struct sockaddr_ll *)entry->ifa_addr)->sll_ifindex;
        if (family != AF_INET && family != AF_INET6)
            continue;
        if (found->address_count == CLINUX_INTERFACE_ADDRESSES_MAX)
            continue;
        struct sockaddr_storage packed = {0};
        size_t size =
            family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        memcpy(&packed, entry->ifa_addr, size);
        found->prefixes[found->address_count] = prefix(entry->ifa_netmask, family);
        clinux_address_unpack(&packed, &found->addresses[found->address_count++]);
    }
    freeifaddrs(list);
    return count;
}

int clinux_network_watch(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return -errno;
    struct sockaddr_nl own = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE
                     | RTMGRP_IPV6_ROUTE,
    };
    return bind(fd, (struct sockaddr *)&own, sizeof own) < 0 ? close_with(fd, -errno) : fd;
}

int clinux_network_changed(int fd) {
    char news[4096];
    int changed = 0;
    // News that the kernel had no room for (ENOBUFS) is a change too.
    while (recv(fd, news, sizeof news, 0) >= 0 || errno == EINTR || errno == ENOBUFS)
        changed = 1;
    return changed;
}

static int make_probe(const struct clinux_address *to) {
    int is_v6 = !clinux_address_is_v4(to);
    int fd = make_socket(is_v6, SOCK_DGRAM);
    if (fd < 0)
        return fd;
    struct sockaddr_storage packed;
    socklen_t size;
    int error = clinux_address_pack(to, is_v6, &packed, &size);
    // Without this, only a closed port is an error, but not an unreachable address.
    if (error == 0)
        error = is_v6 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1)
                      : set_option(fd, IPPROTO_IP, IP_RECVERR, 1);
    if (error == 0)
        error = result(connect(fd, (struct sockaddr *)&packed, size));
    return error < 0 ? close_with(fd, error) : fd;
}

int clinux_udp_probe(const struct clinux_address *to) {
    int fd = make_probe(to);
    if (fd < 0 || send(fd, "", 0, MSG_NOSIGNAL) >= 0)
        return fd;
    return close_with(fd, -errno);
}
