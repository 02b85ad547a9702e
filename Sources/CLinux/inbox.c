#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "address.h"
#include "socket.h"

// The kernel writes sizes and addresses into the headers, which point at what follows them.
struct clinux_inbox {
    struct mmsghdr headers[CLINUX_INBOX_COUNT];
    struct iovec rooms[CLINUX_INBOX_COUNT];
    struct sockaddr_storage sources[CLINUX_INBOX_COUNT];
    // One time each; a union, for its alignment.
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

/// What the kernel says of when it came, or 0.
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

/// The kernel changes what it was told of its room.
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
    int count;
    do
        count = recvmmsg(fd, inbox->headers, CLINUX_INBOX_COUNT, MSG_TRUNC, NULL);
    while (count < 0 && errno == EINTR);
    // The kernel stamps with the clock of the day.
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
