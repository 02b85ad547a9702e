// fuzz: sends a station datagrams that nobody should send, as fast as it takes them.
//
// fuzz --to PORT --samples FILE --mac-key HEX [--count N] [--rate N] [--seed N]
//      [--flood]
// fuzz --plain --to PORT --samples FILE [--rate N] [--from PORT] [--sources N]
//     PORT is the station's on 127.0.0.1; FILE a capture of badnet with what it was truly sent; HEX
//     the key of the mac of messages to it. --rate: at most so many a second (100,000); the rate
//     falls when the kernel has to drop some for want of room or they wait too long there, and
//     rises again. --flood: it does not fall.
//     --plain: the datagrams of FILE as they are, in turn, until a signal comes, at an even rate;
//     from one port: any, or that which badnet has (--from). So many addresses of 127.0.0.0/8 take
//     turns (--sources): each is an address of this machine, so nothing has to be forged.
//
// The datagrams follow from the seed and the samples. They leave by several source ports; answers
// are counted. Prints one JSON object at the end: sent, answers, dropped (by the kernel, for each
// of the sockets of the port), seconds, kinds. SIGINT and SIGTERM end it early, in order.

#define _GNU_SOURCE
#include "mutate.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SOCKETS = 16, BATCH = 16, SAMPLES_MAX = 4096, ROWS_MAX = 4 };

static const double RATE_LEAST = 2000, RATE_STEP = 300, RATE_CUT = 0.7;
static const int64_t LOOK_NS = 20000000;
// What waits at the station may be this much late; and a small datagram takes this much room there.
static const double LATE_S = 0.02, ROOM = 768;

static struct sample data[SAMPLES_MAX], handshakes[SAMPLES_MAX];
static struct mutator mutator = {.data = data, .handshakes = handshakes};
static uint16_t port, from;
static uint64_t count = 100000, sent, answers, sources, kinds[KINDS];
static double rate_most = 100000;
static bool flood, plain;
static struct sockaddr_in to;
static int sockets[SOCKETS], socket_count = SOCKETS;
static uint8_t bodies[BATCH][DATAGRAM_MAX];
static volatile sig_atomic_t stopped;

static void on_signal(int number) {
    (void)number;
    stopped = 1;
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

// What badnet wrote of the one way that leads to the station: 8 bytes ns, way, 0, size, bytes.
static void load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        err(1, "%s", path);
    uint8_t head[12];
    while (fread(head, sizeof head, 1, file) == 1) {
        size_t size = head[10] | (size_t)head[11] << 8;
        uint8_t *bytes = malloc(size > 0 ? size : 1);
        if (bytes == NULL || fread(bytes, 1, size, file) != size)
            break;
        bool is_data = plain || (size > 0 && bytes[0] >= 0x10);
        if (is_data && mutator.data_count < SAMPLES_MAX)
            data[mutator.data_count++] = (struct sample){bytes, size};
        else if (!is_data && size > 0 && mutator.handshake_count < SAMPLES_MAX)
            handshakes[mutator.handshake_count++] = (struct sample){bytes, size};
    }
    fclose(file);
    if (mutator.data_count == 0) {
        fprintf(stderr, "fuzz: %s: holds no data packet\n", path);
        exit(1);
    }
}

static void open_sockets(void) {
    to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(from)};
    for (int i = 0; i < socket_count; i++) {
        int room = 1 << 20, reuse = plain;
        sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        setsockopt(sockets[i], SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
        // Bound to all addresses, a plain one gets nothing that badnet's has one address for, and
        // all that is answered to its many; connected, it would get the first, and not the second.
        if (sockets[i] < 0 || (plain ? bind(sockets[i], (struct sockaddr *)&own, sizeof own)
                                     : connect(sockets[i], (struct sockaddr *)&to, sizeof to)) < 0)
            err(1, "socket");
        setsockopt(sockets[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    }
}

// What the kernel has dropped at the sockets of the port, in the order of /proc, and the bytes that
// wait there; returns how many sockets there are.
static int read_drops(uint64_t drops[ROWS_MAX], uint64_t *waiting) {
    int rows = 0;
    *waiting = 0;
    const char *tables[] = {"/proc/net/udp", "/proc/net/udp6"};
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(tables[i], "r");
        char line[512];
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            unsigned local = 0, queue = 0;
            const char *last = strrchr(line, ' ');
            if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %*s %*x:%x", &local, &queue) != 2 ||
                local != port)
                continue;
            *waiting += queue;
            while (last > line && (last[1] < '0' || last[1] > '9')) {
                do
                    last--;
                while (last > line && *last != ' ');
            }
            if (rows < ROWS_MAX)
                drops[rows++] = strtoull(last + 1, NULL, 10);
        }
        if (file != NULL)
            fclose(file);
    }
    return rows;
}

static void take_answers(int fd) {
    uint8_t bytes[2048];
    while (recv(fd, bytes, sizeof bytes, 0) >= 0)
        answers++;
    // Nobody listens: whoever started us finds out why.
    if (errno == ECONNREFUSED)
        stopped = 1;
}

// Lets a message leave from an address of its own.
static void leave_from(struct msghdr *message, char room[CMSG_SPACE(sizeof(struct in_pktinfo))],
    uint64_t number) {
    message->msg_control = room;
    message->msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    uint32_t address = (127U << 24 | 66U << 16) + 1 + (uint32_t)number;
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(address)};
    memcpy(CMSG_DATA(header), &info, sizeof info);
}

static void prepare_plain(struct msghdr *message, struct iovec *body, unsigned place) {
    static char room[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    const struct sample *sample = &data[(sent + place) % mutator.data_count];
    *body = (struct iovec){(void *)sample->bytes, sample->count};
    message->msg_name = &to;
    message->msg_namelen = sizeof to;
    if (sources > 0)
        leave_from(message, room[place], (sent + place) % sources);
}

// Sends a batch by one of the sockets; what the kernel does not take is tried again.
static void send_batch(unsigned size) {
    static unsigned turn;
    int fd = sockets[turn++ % (unsigned)socket_count];
    struct iovec places[BATCH];
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < size; i++) {
        messages[i].msg_hdr.msg_iov = &places[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        if (plain) {
            prepare_plain(&messages[i].msg_hdr, &places[i], i);
            continue;
        }
        enum kind kind;
        places[i] = (struct iovec){bodies[i], mutate(&mutator, bodies[i], &kind)};
        kinds[kind]++;
    }
    for (unsigned done = 0; done < size && !stopped;) {
        int result = sendmmsg(fd, messages + done, size - done, 0);
        if (result > 0) {
            done += (unsigned)result;
            sent += (unsigned)result;
        } else if (errno == ECONNREFUSED) {
            stopped = 1;
        } else if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR) {
            err(1, "send");
        }
    }
    take_answers(fd);
}

static void run(void) {
    uint64_t before[ROWS_MAX] = {0}, drops[ROWS_MAX] = {0};
    uint64_t waiting, last = 0;
    int rows = read_drops(before, &waiting);
    double rate = flood ? rate_most : rate_most / 4;
    int64_t begin = now_ns(), due = begin, look = begin + LOOK_NS;
    while (sent < count && !stopped) {
        unsigned size = count - sent < BATCH ? (unsigned)(count - sent) : BATCH;
        send_batch(size);
        due += (int64_t)(size * 1e9 / rate);
        int64_t now = now_ns();
        if (now >= look) {
            uint64_t all = 0;
            look = now + LOOK_NS;
            rows = read_drops(drops, &waiting);
            for (int i = 0; i < rows; i++)
                all += drops[i] - before[i];
            bool full = all > last || (double)waiting > rate * LATE_S * ROOM;
            if (!flood)
                rate = full ? fmax(rate * RATE_CUT, RATE_LEAST) : rate + RATE_STEP;
            rate = fmin(rate, rate_most);
            last = all;
        }
        // Somebody who was kept from running does not make up for it in one gust.
        if (due < now - 2000000)
            due = now;
        if (due > now + 200000) {
            struct timespec until = {due / 1000000000, due % 1000000000};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        }
    }
    double seconds = (double)(now_ns() - begin) / 1e9;
    // The last answers are on their way.
    usleep(200000);
    for (int i = 0; i < socket_count; i++)
        take_answers(sockets[i]);
    rows = read_drops(drops, &waiting);
    printf("{\"sent\": %" PRIu64 ", \"answers\": %" PRIu64 ", \"seconds\": %.3f, \"dropped\": [",
        sent, answers, seconds);
    for (int i = 0; i < rows; i++)
        printf("%s%" PRIu64, i > 0 ? ", " : "", drops[i] - before[i]);
    printf("], \"kinds\": {");
    for (int i = 0; i < KINDS; i++)
        printf("%s\"%s\": %" PRIu64, i > 0 ? ", " : "", kind_names[i], kinds[i]);
    printf("}}\n");
}

static void read_mac_key(const char *hex) {
    for (int i = 0; i < KEY_SIZE; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            err(1, "--mac-key: 64 hexadecimal digits");
        mutator.mac_key[i] = (uint8_t)byte;
    }
}

int main(int argc, char **argv) {
    const char *samples = NULL, *mac_key = NULL;
    if (getrandom(&mutator.state, 4, 0) != 4)
        err(1, "getrandom");
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--flood") == 0) {
            flood = true;
            continue;
        }
        if (strcmp(argv[i], "--plain") == 0) {
            flood = plain = true;
            socket_count = 1;
            count = UINT64_MAX;
            continue;
        }
        if (strcmp(argv[i], "--to") == 0)
            port = (uint16_t)atoi(value);
        else if (strcmp(argv[i], "--samples") == 0)
            samples = value;
        else if (strcmp(argv[i], "--mac-key") == 0)
            mac_key = value;
        else if (strcmp(argv[i], "--count") == 0)
            count = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--rate") == 0)
            rate_most = strtod(value, NULL);
        else if (strcmp(argv[i], "--from") == 0)
            from = (uint16_t)atoi(value);
        else if (strcmp(argv[i], "--sources") == 0)
            sources = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            mutator.state = strtoull(value, NULL, 10);
        else
            samples = NULL, i = argc;
        i++;
    }
    if (port == 0 || samples == NULL || (mac_key == NULL && !plain) || rate_most <= 0) {
        fputs("usage: fuzz --to PORT --samples FILE --mac-key HEX [--count N] [--rate N] "
              "[--seed N] [--flood]\n"
              "       fuzz --plain --to PORT --samples FILE [--rate N] [--from PORT] "
              "[--sources N]\n", stderr);
        return 2;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (mac_key != NULL)
        read_mac_key(mac_key);
    load(samples);
    open_sockets();
    run();
    return 0;
}
