// What programs ask of a descriptor, and the answers.
//
// A part of gpiosim.c, which alone includes it.

#ifndef GPIOSIM_REQUESTS_H
#define GPIOSIM_REQUESTS_H

#include "v1.h"
#include "v2.h"

static int describe_chip(const struct chip *chip, struct gpiochip_info *info) {
    snprintf(info->name, sizeof info->name, "gpiochip%d", (int)(chip - chips));
    memcpy(info->label, chip->label, sizeof info->label);
    info->lines = chip->count;
    return 0;
}

static int ask_chip(struct chip *chip, struct gpiosim_packet *packet, int *theirs) {
    switch (packet->request) {
    case GPIO_GET_CHIPINFO_IOCTL:
        return describe_chip(chip, &packet->body.chip);
    case GPIO_GET_LINEINFO_IOCTL:
        return v1_describe(chip, &packet->body.line);
    case GPIO_GET_LINEHANDLE_IOCTL:
        return v1_request(chip, &packet->body.lines, theirs);
    case GPIO_GET_LINEEVENT_IOCTL:
        return v1_request_edges(chip, &packet->body.event, theirs);
    case GPIO_V2_GET_LINEINFO_IOCTL:
        return v2_describe(chip, &packet->body.v2_line);
    case GPIO_V2_GET_LINE_IOCTL:
        return v2_request(chip, &packet->body.v2_lines, theirs);
    default:
        return -EINVAL;
    }
}

static int ask_line(struct line *line, struct gpiosim_packet *packet) {
    switch (packet->request) {
    case GPIOHANDLE_GET_LINE_VALUES_IOCTL:
        return v1_get(line, &packet->body.values);
    case GPIOHANDLE_SET_LINE_VALUES_IOCTL:
        return set_value(line, packet->body.values.values[0] != 0);
    case GPIO_V2_LINE_GET_VALUES_IOCTL:
        return v2_get(line, &packet->body.v2_values);
    case GPIO_V2_LINE_SET_VALUES_IOCTL:
        return set_value(line, (int)(packet->body.v2_values.bits & 1));
    default:
        return -EINVAL;
    }
}

static int answer(struct gpiosim_packet *packet, int *theirs) {
    if (packet->request == GPIOSIM_COUNT) {
        int present = 0;
        for (int i = 0; i < chip_count; i++)
            present |= chips[i].is_present << i;
        return present;
    }
    if (packet->request == GPIOSIM_OPEN) {
        if (packet->handle >= (uint64_t)chip_count || !chips[packet->handle].is_present)
            return -ENOENT;
        struct chip *chip = &chips[packet->handle];
        return chip->is_denied ? -EACCES : hand_out(chip, CHIP, NULL, theirs);
    }

    struct handle *handle = handles;
    while (handle < handles + HANDLES_MAX && (handle->fd < 0 || handle->inode != packet->handle))
        handle++;
    if (handle == handles + HANDLES_MAX)
        return -ENODEV; // Unplugged.
    return handle->kind == CHIP ? ask_chip(handle->chip, packet, theirs)
                                : ask_line(handle->line, packet);
}

static void serve(int link) {
    struct gpiosim_packet packet;
    int theirs = -1;
    if (recv(link, &packet, sizeof packet, 0) != (ssize_t)sizeof packet)
        return;
    packet.result = answer(&packet, &theirs);
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &theirs, sizeof theirs);
    struct iovec body = {&packet, sizeof packet};
    struct msghdr reply = {.msg_iov = &body, .msg_iovlen = 1};
    if (theirs >= 0) {
        reply.msg_control = &control;
        reply.msg_controllen = sizeof control;
    }
    sendmsg(link, &reply, MSG_NOSIGNAL);
    if (theirs >= 0)
        close(theirs);
}

#endif
