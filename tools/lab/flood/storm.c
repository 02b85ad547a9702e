// storm: sends the datagrams of a file to a port of this machine, so many a second.
//
// storm PORT RATE FILE [FROM [SOURCES]]
//     FILE has records of a length (2 bytes, little-endian) and so many bytes. They leave in turn,
//     from one port: any (0), or FROM, which badnet has. SOURCES addresses of 127.0.0.0/8 take
//     turns: each is an address of this machine, so nothing has to be forged. RATE 0: as many as
//     it can. Ends when its standard input does, and prints then how many were sent, and in how
//     many seconds.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 32, DATAGRAMS_MAX = 4096, SIZE_MAX_ = 1500 };

static uint8_t bytes[DATAGRAMS_MAX][SIZE_MAX_];
static size_t sizes[DATAGRAMS_MAX], known;

static double now(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (double)moment.tv_sec + (double)moment.tv_nsec / 1e9;
}

static void load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file)
        err(1, "%s", path);
    uint8_t head[2];
    while (known < DATAGRAMS_MAX && fread(head, 1, 2, file) == 2) {
        size_t size = head[0] | (size_t)head[1] << 8;
        if (size > SIZE_MAX_ || fread(bytes[known], 1, size, file) != size)
            break;
        sizes[known++] = size;
    }
    fclose(file);
    if (!known)
        err(1, "no datagrams");
}

static bool is_over(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    return poll(&input, 1, 0) > 0;
}

// Lets a message leave from an address of its own.
static void leave_from(struct msghdr *message, int place, uint64_t number) {
    static char room[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    message->msg_control = room[place];
    message->msg_controllen = sizeof room[0];
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    uint32_t address = (127U << 24 | 66U << 16) + 1 + (uint32_t)number;
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(address)};
    memcpy(CMSG_DATA(header), &info, sizeof info);
}

int main(int count, char **words) {
    if (count < 4 || count > 6)
        err(1, "storm PORT RATE FILE [FROM [SOURCES]]");
    double rate = atof(words[2]);
    load(words[3]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    // Bound to all addresses, it gets nothing that another socket of the port has one address for;
    // connected, it would get all the answers.
    struct sockaddr_in from = {.sin_family = AF_INET};
    if (count > 4)
        from.sin_port = htons((uint16_t)atoi(words[4]));
    uint64_t sources = count > 5 ? (uint64_t)atoi(words[5]) : 0;
    int yes = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (struct sockaddr *)&from, sizeof from) < 0)
        err(1, "bind");
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++)
        messages[i].msg_hdr = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to,
            .msg_iov = &parts[i], .msg_iovlen = 1};
    double start = now(), began = start, looked = start;
    uint64_t sent = 0;
    while (true) {
        double moment = now();
        if (moment - looked > 0.01) {
            looked = moment;
            if (is_over())
                break;
        }
        // What is late is left out: never more than the rate.
        double due = rate > 0 ? (moment - start) * rate - (double)sent : BATCH;
        if (due < 1) {
            nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
            continue;
        }
        if (due > rate / 20 + BATCH)
            start += (due - rate / 20) / rate;
        int size = due < BATCH ? (int)due : BATCH;
        for (int i = 0; i < size; i++) {
            size_t place = (sent + (uint64_t)i) % known;
            parts[i] = (struct iovec){bytes[place], sizes[place]};
            if (sources)
                leave_from(&messages[i].msg_hdr, i, (sent + (uint64_t)i) % sources);
        }
        int done = sendmmsg(fd, messages, (unsigned)size, 0);
        if (done < 0)
            err(1, "sendmmsg");
        sent += (uint64_t)done;
    }
    printf("%" PRIu64 " %.3f\n", sent, now() - began);
    return 0;
}
