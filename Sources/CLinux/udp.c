#define _GNU_SOURCE
#include "internal.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

// The code point of voice (EF, RFC 3246), by which routers may send packets first; the two bits
// below it are ECN's (RFC 2474 §3, RFC 3168 §5).
enum { EXPEDITED = 46 << 2 };

int clinux_udp_make(int is_v6, int send_size, int receive_size) {
    int fd = make_socket(is_v6, SOCK_DGRAM);
    if (fd < 0)
        return fd;
    int error = set_option(fd, IPPROTO_IP, IP_TOS, EXPEDITED);
    if (error == 0 && is_v6)
        error = set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, EXPEDITED);
    if (error == 0 && is_v6)
        error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (error == 0)
        error = set_option(fd, SOL_SOCKET, SO_SNDBUF, send_size);
    if (error == 0)
        error = set_option(fd, SOL_SOCKET, SO_RCVBUF, receive_size);
    return error < 0 ? close_with(fd, error) : fd;
}

int clinux_udp_stamp(int fd) {
    return set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
}

int clinux_udp_bind(int fd, int is_v6, const struct clinux_address *address) {
    struct sockaddr_storage packed;
    socklen_t size;
    int error = clinux_address_pack(address, is_v6, &packed, &size);
    if (error < 0)
        return error;
    return result(bind(fd, (struct sockaddr *)&packed, size));
}

int clinux_udp_share_port(int fd) {
    return set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
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
    ssize_t count = TEMP_FAILURE_RETRY(
        sendto(fd, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&packed, length));
    return count < 0 ? -errno : count;
}

ptrdiff_t clinux_udp_receive(int fd, void *bytes, size_t size, struct clinux_address *from) {
    struct sockaddr_storage packed = {0};
    socklen_t length = sizeof packed;
    ssize_t count = TEMP_FAILURE_RETRY(
        recvfrom(fd, bytes, size, MSG_TRUNC, (struct sockaddr *)&packed, &length));
    if (count < 0)
        return -errno;
    clinux_address_unpack(&packed, from);
    return count;
}

// The kernel writes sizes and addresses into the headers, which point at the fields below them.
struct clinux_inbox {
    struct mmsghdr headers[CLINUX_INBOX_COUNT];
    struct iovec rooms[CLINUX_INBOX_COUNT];
    struct sockaddr_storage sources[CLINUX_INBOX_COUNT];
    // The room for one time stamp; a union, for its alignment.
    union {
        struct cmsghdr first;
        uint8_t bytes[CMSG_SPACE(sizeof(struct timespec))];
    } times[CLINUX_INBOX_COUNT];
    int64_t waited[CLINUX_INBOX_COUNT];
    uint8_t bytes[CLINUX_INBOX_COUNT][CLINUX_INBOX_ROOM];
};

static int64_t nanoseconds(struct timespec time) {
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// Returns the kernel's time of arrival, or 0.
static int64_t came_at(struct msghdr *header) {
    for (struct cmsghdr *one = CMSG_FIRSTHDR(header); one; one = CMSG_NXTHDR(header, one)) {
        if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        struct timespec time;
        memcpy(&time, CMSG_DATA(one), sizeof time);
        return nanoseconds(time);
    }
    return 0;
}

/// Offers the room anew, because the kernel has overwritten its sizes.
static void offer_room(struct clinux_inbox *inbox, int index) {
    struct msghdr *header = &inbox->headers[index].msg_hdr;
    header->msg_namelen = sizeof inbox->sources[index];
    header->msg_controllen = sizeof inbox->times[index];
}

struct clinux_inbox *clinux_inbox_make(void) {
    struct clinux_inbox *inbox = calloc(1, sizeof *inbox);
    if (inbox == NULL)
        return NULL;
    for (int i = 0; i < CLINUX_INBOX_COUNT; i++) {
        inbox->rooms[i] = (struct iovec){inbox->bytes[i], CLINUX_INBOX_ROOM};
        inbox->headers[i].msg_hdr.msg_name = &inbox->sources[i];
        inbox->headers[i].msg_hdr.msg_control = &inbox->times[i];
        inbox->headers[i].msg_hdr.msg_iov = &inbox->rooms[i];
        inbox->headers[i].msg_hdr.msg_iovlen = 1;
        offer_room(inbox, i);
    }
    return inbox;
}

void clinux_inbox_free(struct clinux_inbox *inbox) {
    free(inbox);
}

int clinux_inbox_receive(struct clinux_inbox *inbox, int fd) {
    int count = (int)TEMP_FAILURE_RETRY(
        recvmmsg(fd, inbox->headers, CLINUX_INBOX_COUNT, MSG_TRUNC, NULL));
    // The kernel's stamps are of the wall clock.
    struct timespec now = {0};
    if (count > 0)
        clock_gettime(CLOCK_REALTIME, &now);
    for (int i = 0; i < count; i++) {
        int64_t came = came_at(&inbox->headers[i].msg_hdr);
        inbox->waited[i] = came > 0 ? nanoseconds(now) - came : 0;
        offer_room(inbox, i);
    }
    return count < 0 ? 0 : count;
}

const uint8_t *clinux_inbox_bytes(const struct clinux_inbox *inbox, int index, size_t *size) {
    *size = inbox->headers[index].msg_len;
    return inbox->bytes[index];
}

int64_t clinux_inbox_waited(const struct clinux_inbox *inbox, int index) {
    return inbox->waited[index];
}

void clinux_inbox_source(
    const struct clinux_inbox *inbox, int index, struct clinux_address *from) {
    clinux_address_unpack(&inbox->sources[index], from);
}

// Twice the longest datagram, so that many short ones lie close together, on few pages.
#define BYTES (2 * CLINUX_OUTBOX_ROOM + CLINUX_OUTBOX_COUNT * 128)

struct clinux_outbox {
    int count;
    size_t used;
    struct mmsghdr headers[CLINUX_OUTBOX_COUNT];
    struct iovec rooms[CLINUX_OUTBOX_COUNT];
    struct sockaddr_storage targets[CLINUX_OUTBOX_COUNT];
    int errors[CLINUX_OUTBOX_COUNT];
    uint8_t bytes[BYTES];
};

struct clinux_outbox *clinux_outbox_make(void) {
    return calloc(1, sizeof(struct clinux_outbox));
}

void clinux_outbox_free(struct clinux_outbox *outbox) {
    free(outbox);
}

int clinux_outbox_is_full(const struct clinux_outbox *outbox) {
    return outbox->count == CLINUX_OUTBOX_COUNT || outbox->used + CLINUX_OUTBOX_ROOM > BYTES;
}

uint8_t *clinux_outbox_room(struct clinux_outbox *outbox) {
    return outbox->bytes + outbox->used;
}

int clinux_outbox_add(
    struct clinux_outbox *outbox, size_t size, int is_v6, const struct clinux_address *to) {
    int place = outbox->count;
    struct msghdr *header = &outbox->headers[place].msg_hdr;
    int error = clinux_address_pack(to, is_v6, &outbox->targets[place], &header->msg_namelen);
    if (error < 0)
        return error;
    outbox->rooms[place] = (struct iovec){clinux_outbox_room(outbox), size};
    header->msg_name = &outbox->targets[place];
    header->msg_iov = &outbox->rooms[place];
    header->msg_iovlen = 1;
    outbox->used += size;
    return outbox->count++;
}

int clinux_outbox_send(struct clinux_outbox *outbox, int fd) {
    int count = outbox->count, done = 0;
    while (done < count) {
        int sent = sendmmsg(fd, outbox->headers + done, count - done, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        // The kernel stops at the first datagram that it cannot send; the next call, which begins
        // with that datagram, returns the reason.
        if (sent < 0)
            outbox->errors[done++] = errno;
        for (int i = 0; i < sent; i++)
            outbox->errors[done++] = 0;
    }
    outbox->count = 0;
    outbox->used = 0;
    return count;
}

int clinux_outbox_error(const struct clinux_outbox *outbox, int index) {
    return outbox->errors[index];
}
