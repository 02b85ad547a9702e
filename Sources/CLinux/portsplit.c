#define _GNU_SOURCE
#include <linux/filter.h>
#include <netinet/in.h>

#include "internal.h"

// The classic BPF program that picks the socket of a port for each datagram. The kernel runs the
// program with the datagram's payload at offset 0; the result is the socket's number in the order
// of binding. An empty datagram ends the program with 0, by a read past its end.

// The most instructions for each preferred address, and for all the rest.
enum { CODES_EACH = 11, CODES_ELSE = 40 };

struct program {
    struct sock_filter codes[CODES_EACH * CLINUX_PREFERRED_MAX + CODES_ELSE];
    unsigned short count;
};

static void add(struct program *program, uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
    program->codes[program->count++] = (struct sock_filter){code, yes, no, k};
}

static void finish(struct program *program, enum clinux_port_socket socket) {
    add(program, BPF_RET | BPF_K, socket, 0, 0);
}

/// Keeps a number of the network header in a cell, for the blocks below.
static void keep(struct program *program, uint16_t size, uint32_t offset, uint32_t cell) {
    add(program, BPF_LD | size | BPF_ABS, (uint32_t)SKF_NET_OFF + offset, 0, 0);
    add(program, BPF_ST, cell, 0, 0);
}

/// Adds a block for one address: the first number that differs leads to the next block. So no jump
/// is long, however many blocks there are.
static void add_block(struct program *program, const uint32_t *numbers, uint8_t count) {
    for (uint8_t i = 0; i < count; i++) {
        add(program, BPF_LD | BPF_MEM, i, 0, 0);
        add(program, BPF_JMP | BPF_JEQ | BPF_K, numbers[i], 0, 2 * (count - i) - 1);
    }
    finish(program, CLINUX_PORT_DATA);
}

static void add_v4(struct program *program, const struct clinux_address *addresses, int count) {
    keep(program, BPF_H, 20, 0);
    keep(program, BPF_W, 12, 1);
    for (int i = 0; i < count; i++) {
        const uint32_t numbers[] = {addresses[i].port, (uint32_t)addresses[i].low};
        if (clinux_address_is_v4(&addresses[i]))
            add_block(program, numbers, 2);
    }
    finish(program, CLINUX_PORT_STRAYS);
}

static void add_v6(struct program *program, const struct clinux_address *addresses, int count) {
    // Only where UDP follows the header at once is the port at a fixed offset.
    add(program, BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_NET_OFF + 6, 0, 0);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 1, 0);
    finish(program, CLINUX_PORT_STRAYS);
    // The numbers that differ most come first.
    keep(program, BPF_H, 40, 0);
    for (uint32_t i = 0; i < 4; i++)
        keep(program, BPF_W, 20 - 4 * i, 1 + i);
    for (int i = 0; i < count; i++) {
        const struct clinux_address *one = &addresses[i];
        const uint32_t numbers[] = {one->port, (uint32_t)one->low, (uint32_t)(one->low >> 32),
            (uint32_t)one->high, (uint32_t)(one->high >> 32)};
        if (!clinux_address_is_v4(one))
            add_block(program, numbers, 5);
    }
    finish(program, CLINUX_PORT_STRAYS);
}

static void add_data(struct program *program, const struct clinux_address *addresses, int count) {
    add(program, BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_NET_OFF, 0, 0);
    // Version 4 without options.
    add(program, BPF_JMP | BPF_JEQ | BPF_K, 0x45, 0, 1);
    unsigned short leap = program->count;
    add(program, BPF_JMP | BPF_JA, 0, 0, 0);
    add(program, BPF_ALU | BPF_AND | BPF_K, 0xf0, 0, 0);
    add(program, BPF_JMP | BPF_JEQ | BPF_K, 0x60, 1, 0);
    finish(program, CLINUX_PORT_STRAYS);
    add_v6(program, addresses, count);
    program->codes[leap].k = program->count - leap - 1u;
    add_v4(program, addresses, count);
}

int clinux_udp_split(
    int fd, uint8_t asking, uint8_t first, const struct clinux_address *preferred, int count) {
    if (count > CLINUX_PREFERRED_MAX)
        return -E2BIG;
    struct program program = {.count = 0};
    add(&program, BPF_LD | BPF_B | BPF_ABS, 0, 0, 0);
    add(&program, BPF_JMP | BPF_JGE | BPF_K, first, 3, 0);
    add(&program, BPF_JMP | BPF_JEQ | BPF_K, asking, 0, 1);
    finish(&program, CLINUX_PORT_INITIATIONS);
    finish(&program, CLINUX_PORT_HANDSHAKE);
    if (count < 0)
        finish(&program, CLINUX_PORT_DATA);
    else
        add_data(&program, preferred, count);
    struct sock_fprog filter = {program.count, program.codes};
    return result(
        setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter));
}
