// storm: sends the datagrams of a file to a port of this machine, so many a second.
//
// storm PORT RATE FILE [FROM]
//     FILE has records of a length (2 bytes, little-endian) and so many bytes. They leave in turn,
//     from one port: any, or FROM, which badnet has. RATE 0: as many as it can. Ends when its
//     standard input does, and prints then how many were sent, and in how many seconds.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
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

static void die(const char *what) {
    fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (double)moment.tv_sec + (double)moment.tv_nsec / 1e9;
}

static void load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file)
        die(path);
    uint8_t head[2];
    while (known < DATAGRAMS_MAX && fread(head, 1, 2, file) == 2) {
        size_t size = head[0] | (size_t)head[1] << 8;
        if (size > SIZE_MAX_ || fread(bytes[known], 1, size, file) != size)
            break;
        sizes[known++] = size;
    }
    fclose(file);
    if (!known)
        die("no datagrams");
}

static bool is_over(void) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    return poll(&input, 1, 0) > 0;
}

int main(int count, char **words) {
    if (count != 4 && count != 5)
        die("storm PORT RATE FILE [FROM]");
    double rate = atof(words[2]);
    load(words[3]);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    // Bound to all addresses, it gets nothing that another socket of the port has one address for;
    // connected, it would get all the answers.
    struct sockaddr_in from = {.sin_family = AF_INET};
    if (count == 5)
        from.sin_port = htons((uint16_t)atoi(words[4]));
    int yes = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (struct sockaddr *)&from, sizeof from) < 0)
        die("bind");
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
        }
        int done = sendmmsg(fd, messages, (unsigned)size, 0);
        if (done < 0)
            die("sendmmsg");
        sent += (uint64_t)done;
    }
    printf("%" PRIu64 " %.3f\n", sent, now() - began);
    return 0;
}
