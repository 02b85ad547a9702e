#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "address.h"
#include "socket.h"

// Twice the longest, so that many short ones lie close together, on as few pages as they need.
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
        // The kernel stops at the first it cannot send, and says why when that is asked for alone.
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
