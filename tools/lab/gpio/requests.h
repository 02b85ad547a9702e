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
    struct handle *made = NULL;
    switch (packet->request) {
    case GPIO_GET_CHIPINFO_IOCTL:
        return describe_chip(chip, &packet->body.chip);
    case GPIO_GET_LINEINFO_IOCTL:
        return v1_describe(chip, &packet->body.line);
    case GPIO_GET_LINEHANDLE_IOCTL:
        return v1_request(chip, &packet->body.lines, &made, theirs);
    case GPIO_GET_LINEEVENT_IOCTL:
        return v1_request_edges(chip, &packet->body.event, &made, theirs);
    case GPIO_V2_GET_LINEINFO_IOCTL:
        return v2_describe(chip, &packet->body.v2_line);
    case GPIO_V2_GET_LINE_IOCTL:
        return v2_request(chip, &packet->body.v2_lines, &made, theirs);
    default:
        return -EINVAL;
    }
}

static int ask_lines(struct handle *handle, struct gpiosim_packet *packet) {
    int is_v2 = handle->kind == V2_LINES, is_v1 = !is_v2;
    switch (packet->request) {
    case GPIOHANDLE_GET_LINE_VALUES_IOCTL:
        return is_v1 ? v1_get(handle, &packet->body.values) : -EINVAL;
    case GPIOHANDLE_SET_LINE_VALUES_IOCTL:
        return is_v1 ? v1_set(handle, &packet->body.values) : -EINVAL;
    case GPIOHANDLE_SET_CONFIG_IOCTL:
        return handle->kind == V1_VALUES ? v1_configure(handle, &packet->body.config) : -EINVAL;
    case GPIO_V2_LINE_GET_VALUES_IOCTL:
        return is_v2 ? v2_get(handle, &packet->body.v2_values) : -EINVAL;
    case GPIO_V2_LINE_SET_VALUES_IOCTL:
        return is_v2 ? v2_set(handle, &packet->body.v2_values) : -EINVAL;
    case GPIO_V2_LINE_SET_CONFIG_IOCTL:
        return is_v2 ? v2_configure(handle, &packet->body.v2_config) : -EINVAL;
    default:
        return -EINVAL;
    }
}

static int answer(struct gpiosim_packet *packet, int *theirs) {
    struct handle *made = NULL;
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
        return chip->is_denied ? -EACCES : hand_out(chip, CHIP, &made, theirs);
    }

    struct handle *handle = handles;
    while (handle < handles + HANDLES_MAX && (handle->fd < 0 || handle->inode != packet->handle))
        handle++;
    if (handle == handles + HANDLES_MAX)
        return -ENODEV; // Unplugged.
    return handle->kind == CHIP ? ask_chip(handle->chip, packet, theirs)
                                : ask_lines(handle, packet);
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
