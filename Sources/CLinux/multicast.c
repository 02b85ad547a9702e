#define _GNU_SOURCE
#include "internal.h"

#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>

// RFC 6762 §3.
#define PORT 5353
#define GROUP_V4 0xE00000FBu
static const struct in6_addr group_v6 = {{{0xFF, 2, [15] = 0xFB}}};

enum { HOPS = 255, RECEIVE_SIZE = 64 * 1024 };

/// Room for one number or for one address and interface, aligned as the kernel requires.
union control {
    struct cmsghdr first;
    uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static int is_given(const struct clinux_address *source) {
    return source->high != 0 || source->low != 0;
}

static socklen_t pack_group(int is_v6, uint32_t interface, struct sockaddr_storage *group) {
    if (is_v6) {
        *(struct sockaddr_in6 *)group = (struct sockaddr_in6){
            .sin6_family = AF_INET6,
            .sin6_port = htons(PORT),
            .sin6_addr = group_v6,
            .sin6_scope_id = interface,
        };
        return sizeof(struct sockaddr_in6);
    }
    *(struct sockaddr_in *)group = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(GROUP_V4),
    };
    return sizeof(struct sockaddr_in);
}

/// Drops other programs' responses, of which a LAN is full. A response may be an intercom's if the
/// first record spells out a service name that begins with "_int"; questions may have any order.
/// The kernel shows the filter the datagram from its UDP header on.
static int filter(int fd) {
    enum { UDP = 8, FLAGS = UDP + 2, LABEL = UDP + 13, INT = 0x5F696E74 };
    struct sock_filter codes[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x80, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LABEL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, INT, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {sizeof codes / sizeof codes[0], codes};
    return result(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

static int join_v4(int fd, uint32_t interface, const struct clinux_address *source) {
    struct ip_mreqn group = {
        .imr_multiaddr.s_addr = htonl(GROUP_V4),
        .imr_address.s_addr = htonl((uint32_t)source->low),
        .imr_ifindex = (int)interface,
    };
    // Without this the socket would get the group's datagrams on every interface that any program
    // joins.
    int error = set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    if (error == 0)
        error = result(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    if (error == 0)
        error = result(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof group));
    if (error == 0)
        error = set_option(fd, IPPROTO_IP, IP_MULTICAST_TTL, HOPS);
    return error == 0 ? set_option(fd, IPPROTO_IP, IP_RECVTTL, 1) : error;
}

static int join_v6(int fd, uint32_t interface) {
    struct ipv6_mreq group = {.ipv6mr_multiaddr = group_v6, .ipv6mr_interface = interface};
    int error = result(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group));
    if (error == 0)
        error = set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface);
    if (error == 0)
        error = set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOPS);
    return error == 0 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) : error;
}

static int prepare(int fd, int is_v6, uint32_t interface, const struct clinux_address *source) {
    struct sockaddr_storage group = {0};
    socklen_t size = pack_group(is_v6, interface, &group);
    int error = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (error == 0)
        error = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (error == 0)
        error = set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_SIZE);
    if (error == 0 && is_v6)
        error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (error == 0)
        error = filter(fd);
    // To the group, not to every address: datagrams to this machine alone on the port belong to
    // another program, such as Avahi.
    if (error == 0 && bind(fd, (struct sockaddr *)&group, size) < 0)
        error = -errno;
    if (error == 0)
        error = is_v6 ? join_v6(fd, interface) : join_v4(fd, interface, source);
    return error;
}

int clinux_multicast_make(int is_v6, uint32_t interface, const struct clinux_address *source) {
    int fd = make_socket(is_v6, SOCK_DGRAM);
    if (fd < 0)
        return fd;
    int error = prepare(fd, is_v6, interface, source);
    return error < 0 ? close_with(fd, error) : fd;
}

ptrdiff_t clinux_multicast_send(
    int fd, int is_v6, uint32_t interface, const struct clinux_address *source, const void *bytes,
    size_t size) {
    struct sockaddr_storage group = {0};
    struct iovec part = {(void *)bytes, size};
    union control control = {0};
    struct msghdr message = {
        .msg_name = &group,
        .msg_namelen = pack_group(is_v6, interface, &group),
        .msg_iov = &part,
        .msg_iovlen = 1,
    };
    if (is_v6 && is_given(source)) {
        struct sockaddr_storage packed = {0};
        socklen_t length;
        clinux_address_pack(source, 1, &packed, &length);
        struct in6_pktinfo from = {((struct sockaddr_in6 *)&packed)->sin6_addr, interface};
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof from);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IPV6;
        header->cmsg_type = IPV6_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof from);
        memcpy(CMSG_DATA(header), &from, sizeof from);
    }
    ssize_t count = TEMP_FAILURE_RETRY(sendmsg(fd, &message, MSG_NOSIGNAL));
    return count < 0 ? -errno : count;
}

static int hop_limit_of(struct msghdr *message) {
    for (struct cmsghdr *one = CMSG_FIRSTHDR(message); one; one = CMSG_NXTHDR(message, one)) {
        int is_v4 = one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_TTL;
        if (!is_v4 && !(one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_HOPLIMIT))
            continue;
        int limit;
        memcpy(&limit, CMSG_DATA(one), sizeof limit);
        return limit;
    }
    return 0;
}

ptrdiff_t clinux_multicast_receive(
    int fd, void *bytes, size_t size, struct clinux_address *from, int *hop_limit) {
    struct sockaddr_storage packed = {0};
    union control control;
    struct iovec part = {bytes, size};
    struct msghdr message = {
        .msg_name = &packed,
        .msg_namelen = sizeof packed,
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    // A call that a signal cuts short leaves the message as it was.
    ssize_t count = TEMP_FAILURE_RETRY(recvmsg(fd, &message, MSG_TRUNC));
    if (count < 0)
        return -errno;
    clinux_address_unpack(&packed, from);
    *hop_limit = hop_limit_of(&message);
    return count;
}
