#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "address.h"
#include "socket.h"

// The kernel writes sizes and addresses into the headers, which point at what follows them.
struct clinux_inbox {
    struct mmsghdr headers[CLINUX_INBOX_COUNT];
    struct iovec rooms[CLINUX_INBOX_COUNT];
    struct sockaddr_storage sources[CLINUX_INBOX_COUNT];
    uint8_t bytes[CLINUX_INBOX_COUNT][CLINUX_INBOX_ROOM];
};

struct clinux_inbox *clinux_inbox_make(void) {
    struct clinux_inbox *inbox = calloc(1, sizeof *inbox);
    if (inbox == NULL)
        return NULL;
    for (int i = 0; i < CLINUX_INBOX_COUNT; i++) {
        inbox->rooms[i] = (struct iovec){inbox->bytes[i], CLINUX_INBOX_ROOM};
        inbox->headers[i].msg_hdr.msg_name = &inbox->sources[i];
        inbox->headers[i].msg_hdr.msg_namelen = sizeof inbox->sources[i];
        inbox->headers[i].msg_hdr.msg_iov = &inbox->rooms[i];
        inbox->headers[i].msg_hdr.msg_iovlen = 1;
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
    // Each address took only so much of its room; the next one may be longer.
    for (int i = 0; i < count; i++)
        inbox->headers[i].msg_hdr.msg_namelen = sizeof inbox->sources[i];
    return count < 0 ? 0 : count;
}

const uint8_t *clinux_inbox_bytes(const struct clinux_inbox *inbox, int index, size_t *size) {
    *size = inbox->headers[index].msg_len;
    return inbox->bytes[index];
}

void clinux_inbox_source(
    const struct clinux_inbox *inbox, int index, struct clinux_address *from) {
    clinux_address_unpack(&inbox->sources[index], from);
}
