// badnet: a bad network between two stations, the same one for the same seed.
//
// badnet --a PORT:STATION --b PORT:STATION --control PATH [--bind ADDRESS] [--seed N]
//     What reaches PORT of side a goes, from PORT of side b, to the UDP port STATION of side b, and
//     the other way round. So station a takes badnet's PORT of side a for station b. All is on
//     ADDRESS (127.0.0.1), unless STATION is an IPv4 ADDRESS:PORT. Prints one JSON line, with the
//     seed, when it is ready.
//
// Who connects to the Unix socket PATH sends one command, a line, and is answered by one JSON line.
// WAY is ab, ba or both; KIND is 1 to 15 (a handshake message of that type), data, any, or off.
//     loss WAY PERCENT [BURST]       Gilbert-Elliott, BURST datagrams lost in a row on average
//     delay WAY MS [JITTER-MS [free]]
//                                    a fixed delay, and up to JITTER more; the order is kept,
//                                    unless each is free of those before it
//     pause WAY MS                   nothing arrives for so long, then all at once, in order
//     reorder WAY PERCENT MS         holds some back MS longer, behind what follows them
//     duplicate WAY PERCENT
//     rate WAY KBIT QUEUE-MS         a narrow link, headers included, and the queue before it
//     drop WAY KIND                  lets none of these through; off ends it
//     clear WAY                      a good network again
//     capture FILE|off               records what enters: for each datagram 8 bytes ns, 1 byte way
//                                    (0 ab, 1 ba), 1 byte 0, 2 bytes length, the bytes; all little
//                                    endian
//     replay WAY FILE KIND [MS]      sends what a capture has of one way again, MS apart
//     status                         counters of both ways

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "path.h"

enum { LINE_MAX_BYTES = 4096, WORDS_MAX = 5 };

static struct path paths[2]; // 0: a to b, 1: b to a
static int sockets[2];       // facing a, facing b
static struct sockaddr_in stations[2];
static int caller = -1; // on the control socket; others wait
static FILE *capture;
static uint8_t buffer[DATAGRAM_MAX];

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

// --- datagrams ---

static void record(int way, size_t count, int64_t moment) {
    uint8_t head[12] = {0};
    for (int i = 0; i < 8; i++)
        head[i] = (uint8_t)(moment >> (8 * i));
    head[8] = (uint8_t)way;
    head[10] = (uint8_t)count;
    head[11] = (uint8_t)(count >> 8);
    fwrite(head, sizeof head, 1, capture);
    fwrite(buffer, 1, count, capture);
    fflush(capture); // for who reads along
}

static void receive(int side) {
    for (int i = 0; i < 256; i++) {
        ssize_t count = recv(sockets[side], buffer, sizeof buffer, MSG_DONTWAIT);
        // ECONNREFUSED tells of an earlier datagram: that station is down.
        if (count < 0 && errno == ECONNREFUSED)
            continue;
        if (count < 0)
            return;
        int64_t moment = now();
        if (capture != NULL)
            record(side, (size_t)count, moment);
        path_enter(&paths[side], buffer, (size_t)count, moment);
    }
}

static void deliver(int way) {
    struct datagram *datagram;
    while ((datagram = path_leave(&paths[way], now())) != NULL) {
        int to = !way;
        sendto(sockets[to], datagram->bytes, datagram->count, MSG_NOSIGNAL,
            (struct sockaddr *)&stations[to], sizeof stations[to]);
        paths[way].sent++;
        free(datagram);
    }
}

// --- commands ---

static bool replay(int way, const char *file, int rule, double gap_ms) {
    FILE *from = fopen(file, "rb");
    if (from == NULL)
        return false;
    uint8_t head[12];
    int64_t due = now();
    while (fread(head, sizeof head, 1, from) == 1) {
        size_t count = head[10] | (size_t)head[11] << 8;
        if (fread(buffer, 1, count, from) != count)
            break;
        if (head[8] != way || !kind_matches(rule, kind_of(buffer, count)))
            continue;
        path_put(&paths[way], buffer, count, due);
        due += (int64_t)(gap_ms * 1e6);
    }
    fclose(from);
    return true;
}

static bool set_capture(const char *file) {
    if (capture != NULL)
        fclose(capture);
    capture = strcmp(file, "off") == 0 ? NULL : fopen(file, "wb");
    return capture != NULL || strcmp(file, "off") == 0;
}

// One command on one way; `words[2]` and later are its numbers, zeros where not given.
static bool obey_on(int way, const char *verb, char **words, int count) {
    struct path *path = &paths[way];
    double first = strtod(words[2], NULL), second = strtod(words[3], NULL);
    if (strcmp(verb, "clear") == 0) {
        path_clear(path);
    } else if (count < 3) {
        return false;
    } else if (strcmp(verb, "loss") == 0) {
        path_set_loss(path, first / 100, second);
    } else if (strcmp(verb, "delay") == 0) {
        path->delay = (int64_t)(first * 1e6);
        path->jitter = (int64_t)(second * 1e6);
        path->is_in_order = strcmp(words[4], "free") != 0;
    } else if (strcmp(verb, "pause") == 0) {
        int64_t until = now() + (int64_t)(first * 1e6);
        if (until > path->last_due)
            path->last_due = until;
    } else if (strcmp(verb, "reorder") == 0) {
        path->reorder = first / 100;
        path->hold = (int64_t)(second * 1e6);
    } else if (strcmp(verb, "duplicate") == 0) {
        path->duplicate = first / 100;
    } else if (strcmp(verb, "rate") == 0) {
        path->rate = first * 1e3;
        path->queue_max = (int64_t)(second * 1e6);
    } else if (strcmp(verb, "drop") == 0) {
        path->drop_rule = kind_named(words[2]);
        return path->drop_rule >= 0;
    } else if (strcmp(verb, "replay") == 0) {
        int rule = kind_named(words[3]);
        return rule >= 0 && replay(way, words[2], rule, strtod(words[4], NULL));
    } else {
        return false;
    }
    return true;
}

static bool obey(char *line) {
    static char none[] = "";
    char *words[WORDS_MAX] = {none, none, none, none, none}, *rest = line;
    int count = 0;
    for (char *word; count < WORDS_MAX && (word = strtok_r(rest, " \t\r", &rest)) != NULL;)
        words[count++] = word;
    if (strcmp(words[0], "status") == 0)
        return true;
    if (strcmp(words[0], "capture") == 0)
        return set_capture(words[1]);
    bool both = strcmp(words[1], "both") == 0, done = false;
    for (int way = 0; way < 2; way++) {
        if (!both && strcmp(words[1], way == 0 ? "ab" : "ba") != 0)
            continue;
        done = obey_on(way, words[0], words, count);
        if (!done)
            return false;
    }
    return done;
}

static void answer(void) {
    char line[LINE_MAX_BYTES];
    ssize_t length = read(caller, line, sizeof line);
    if (length > 0 && line[length - 1] == '\n') {
        line[length - 1] = '\0';
        bool is_done = obey(line);
        FILE *out = fdopen(dup(caller), "w");
        if (out == NULL)
            err(1, "answer");
        fprintf(out, "{\"ok\":%s,\"ab\":{", is_done ? "true" : "false");
        path_report(&paths[0], out);
        fputs("},\"ba\":{", out);
        path_report(&paths[1], out);
        fputs("}}\n", out);
        fclose(out);
    }
    close(caller);
    caller = -1;
}

// --- start ---

static int open_control(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        err(1, "%s", path);
    }
    strcpy(address.sun_path, path);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4) != 0)
        err(1, "%s", path);
    return fd;
}

static void open_side(int side, const char *text, const char *address) {
    unsigned port, station;
    char host[16];
    if (text != NULL && sscanf(text, "%u:%15[0-9.]:%u", &port, host, &station) != 3) {
        snprintf(host, sizeof host, "%s", address);
        if (sscanf(text, "%u:%u", &port, &station) != 2)
            text = NULL;
    }
    struct sockaddr_in own = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
    if (text == NULL || inet_pton(AF_INET, address, &own.sin_addr) != 1 ||
        inet_pton(AF_INET, host, &to.sin_addr) != 1) {
        fprintf(stderr, "badnet: --a and --b take PORT:STATION, --bind an IPv4 address\n");
        exit(2);
    }
    own.sin_port = htons((uint16_t)port);
    to.sin_port = htons((uint16_t)station);
    stations[side] = to;
    sockets[side] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int room = 4 << 20, yes = 1;
    // The storm of a flood may send from the same address; what comes there is for this socket.
    setsockopt(sockets[side], SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(sockets[side], SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (sockets[side] < 0 || bind(sockets[side], (struct sockaddr *)&own, sizeof own) != 0)
        err(1, "%s", text);
}

static void run(int control) {
    for (;;) {
        struct pollfd waits[] = {
            {.fd = sockets[0], .events = POLLIN},
            {.fd = sockets[1], .events = POLLIN},
            {.fd = caller < 0 ? control : caller, .events = POLLIN},
        };
        int64_t next = path_next(&paths[0]), other = path_next(&paths[1]);
        next = next < other ? next : other;
        int64_t left = next == INT64_MAX ? 1000000000 : next - now();
        left = left < 0 ? 0 : left;
        struct timespec wait = {left / 1000000000, left % 1000000000};
        if (ppoll(waits, 3, &wait, NULL) < 0 && errno != EINTR)
            err(1, "ppoll");
        receive(0);
        receive(1);
        deliver(0);
        deliver(1);
        if (waits[2].revents != 0 && caller < 0)
            caller = accept4(control, NULL, NULL, SOCK_CLOEXEC);
        else if (waits[2].revents != 0)
            answer();
    }
}

int main(int count, char **words) {
    const char *sides[2] = {NULL, NULL}, *control = "badnet.sock", *address = "127.0.0.1";
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        err(1, "getrandom");
    seed >>= 32; // short enough to type
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(words[i], "--a") == 0)
            sides[0] = words[i + 1];
        else if (strcmp(words[i], "--b") == 0)
            sides[1] = words[i + 1];
        else if (strcmp(words[i], "--bind") == 0)
            address = words[i + 1];
        else if (strcmp(words[i], "--control") == 0)
            control = words[i + 1];
        else if (strcmp(words[i], "--seed") == 0)
            seed = strtoull(words[i + 1], NULL, 10);
    }
    open_side(0, sides[0], address);
    open_side(1, sides[1], address);
    path_start(&paths[0], seed);
    path_start(&paths[1], ~seed);
    int fd = open_control(control);
    printf("{\"badnet\":\"ready\",\"seed\":%" PRIu64 "}\n", seed);
    fflush(stdout);
    run(fd);
}
