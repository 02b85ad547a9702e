// gpiosim: GPIO chips made of nothing, for machines that have none.
//
// gpiosim --socket PATH --control PATH --chip LABEL:LINE,LINE,FIRST..LAST [--chip ...]
//     Serves the chips, gpiochip0 first, to programs that run under libgpiosim.so with
//     GPIOSIM_SOCKET=PATH. A range such as GPIO0..GPIO27 names 28 lines; "-" is one without.
//
// gpiosim ctl CONTROL VERB...     what the world does to the lines; prints one JSON object
//     set LINE 0|1        drives the pin; "ns" is the CLOCK_MONOTONIC time of the edge
//     press LINE          closes a key to ground (the same as set LINE 0)
//     release LINE        opens it: the pin goes where its bias pulls it
//     bounce LINE N MS    turns the pin over, with N bounces in MS milliseconds
//     get LINE            the level of the pin, and whether a program drives it
//     claim LINE [NAME]   holds the line as a kernel driver would; without NAME lets it go
//     unplug CHIP         takes the chip away under the programs that use it; CHIP is a label
//     replug CHIP         or gpiochipN
//     deny CHIP on|off    refuses to open the chip, as for a user outside group gpio
//     keep CHIP on|off    keeps an output as it is when its program ends, as a Raspberry Pi does
//     fail-read on|off    lets every reading of a level fail with EIO

#define _GNU_SOURCE
#include <err.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "requests.h"

#define TEXT_MAX 512

static struct {
    struct line *line;
    int left;
    int64_t next, interval;
} bounce;

static struct chip *find_chip(const char *name) {
    for (int i = 0; i < chip_count; i++) {
        char number[32];
        snprintf(number, sizeof number, "gpiochip%d", i);
        if (strcmp(name, number) == 0 || strcmp(name, chips[i].label) == 0)
            return &chips[i];
    }
    return NULL;
}

static struct line *find_line(const char *name) {
    for (struct chip *chip = chips; chip < chips + chip_count; chip++) {
        for (uint32_t i = 0; i < chip->count; i++) {
            char place[48];
            snprintf(place, sizeof place, "gpiochip%d/%u", (int)(chip - chips), i);
            if (strcmp(name, place) == 0 ||
                (*name != '\0' && strcmp(name, chip->lines[i].name) == 0))
                return &chip->lines[i];
        }
    }
    return NULL;
}

static int64_t drive(struct line *line, int outside) {
    line->outside = outside;
    return settle(line);
}

static int64_t start_bounce(struct line *line, int count, int milliseconds) {
    int64_t moment = drive(line, !line->level);
    bounce.line = line;
    bounce.left = 2 * count;
    bounce.interval = count > 0 ? milliseconds * 1000000ll / bounce.left : 0;
    bounce.next = moment + bounce.interval;
    return moment;
}

static void go_on_bouncing(void) {
    while (bounce.left > 0 && bounce.next <= now()) {
        drive(bounce.line, !bounce.line->level);
        bounce.left--;
        bounce.next += bounce.interval;
    }
}

static void plug(struct chip *chip, int is_present) {
    chip->is_present = is_present;
    for (struct handle *handle = handles; handle < handles + HANDLES_MAX; handle++) {
        if (!is_present && handle->fd >= 0 && handle->chip == chip)
            release(handle);
    }
}

static int is_on(const char *word) {
    return strcmp(word, "on") == 0 || strcmp(word, "1") == 0;
}

// Does what the words say; writes the answer.
static void obey(char *text, char *reply) {
    char *words[4] = {"", "", "", ""}, *rest = text;
    for (int i = 0; i < 4; i++) {
        char *word = strtok_r(i == 0 ? text : NULL, " \t\r\n", &rest);
        words[i] = word != NULL ? word : "";
    }
    const char *verb = words[0];
    struct line *line = find_line(words[1]);
    struct chip *chip = find_chip(words[1]);
    int64_t moment = now();
    if (strcmp(verb, "fail-read") == 0) {
        reads_fail = is_on(words[1]);
    } else if (chip != NULL && (strcmp(verb, "unplug") == 0 || strcmp(verb, "replug") == 0)) {
        plug(chip, *verb == 'r');
    } else if (chip != NULL && strcmp(verb, "deny") == 0) {
        chip->is_denied = is_on(words[2]);
    } else if (chip != NULL && strcmp(verb, "keep") == 0) {
        chip->keeps = is_on(words[2]);
    } else if (line != NULL && strcmp(verb, "claim") == 0) {
        line->is_used = *words[2] != '\0';
        snprintf(line->consumer, sizeof line->consumer, "%s", words[2]);
    } else if (line != NULL && strcmp(verb, "set") == 0) {
        moment = drive(line, is_on(words[2]));
    } else if (line != NULL && strcmp(verb, "press") == 0) {
        moment = drive(line, 0);
    } else if (line != NULL && strcmp(verb, "release") == 0) {
        moment = drive(line, FLOATING);
    } else if (line != NULL && strcmp(verb, "bounce") == 0) {
        moment = start_bounce(line, atoi(words[2]), atoi(words[3]));
    } else if (line == NULL || strcmp(verb, "get") != 0) {
        snprintf(
            reply, TEXT_MAX, "{\"ok\":false,\"error\":\"no verb %.60s for %.60s\"}\n", verb,
            words[1]);
        return;
    }
    int size = snprintf(reply, TEXT_MAX, "{\"ok\":true,\"ns\":%lld", (long long)moment);
    if (line != NULL)
        size += snprintf(
            reply + size, TEXT_MAX - (size_t)size, ",\"level\":%d,\"driven\":%s", line->level,
            line->inside != FLOATING ? "true" : "false");
    snprintf(reply + size, TEXT_MAX - (size_t)size, "}\n");
}

static void listen_to_world(int link) {
    char text[TEXT_MAX], reply[TEXT_MAX];
    ssize_t size = recv(link, text, sizeof text - 1, 0);
    if (size <= 0)
        return;
    text[size] = '\0';
    obey(text, reply);
    send(link, reply, strlen(reply), MSG_NOSIGNAL);
}

static int unix_socket(const char *path, struct sockaddr_un *address, int type) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path) {
        fprintf(stderr, "gpiosim: the path is too long: %s\n", path);
        exit(2);
    }
    strcpy(address->sun_path, path);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        err(1, "socket");
    return fd;
}

static int listen_on(const char *path, int type) {
    struct sockaddr_un address;
    int fd = unix_socket(path, &address, type);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 64) < 0)
        err(1, "%s", path);
    return fd;
}

static int control(const char *path, int count, char **words) {
    struct sockaddr_un address;
    int fd = unix_socket(path, &address, SOCK_STREAM);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        err(1, "%s", path);
    char text[TEXT_MAX] = "";
    for (int i = 0; i < count; i++) {
        strncat(text, words[i], sizeof text - strlen(text) - 1);
        strncat(text, " ", sizeof text - strlen(text) - 1);
    }
    send(fd, text, strlen(text), MSG_NOSIGNAL);
    ssize_t size = recv(fd, text, sizeof text - 1, 0);
    if (size <= 0)
        err(1, "no answer");
    text[size] = '\0';
    fputs(text, stdout);
    return strncmp(text, "{\"ok\":true", 10) == 0 ? 0 : 1;
}

static void add_line(struct chip *chip, const char *name) {
    if (chip->count == LINES_MAX) {
        fprintf(stderr, "gpiosim: a chip has at most %d lines\n", LINES_MAX);
        exit(2);
    }
    struct line *line = &chip->lines[chip->count++];
    line->outside = line->inside = FLOATING;
    snprintf(line->name, sizeof line->name, "%s", strcmp(name, "-") == 0 ? "" : name);
}

// "LABEL:LINE,FIRST..LAST,-"
static void add_chip(char *text) {
    char *names = strchr(text, ':'), *rest;
    if (names == NULL || chip_count == GPIOSIM_CHIPS_MAX) {
        fprintf(stderr, "gpiosim: LABEL:LINES is expected, at most %d times\n", GPIOSIM_CHIPS_MAX);
        exit(2);
    }
    *names++ = '\0';
    struct chip *chip = &chips[chip_count++];
    chip->is_present = 1;
    snprintf(chip->label, sizeof chip->label, "%s", text);
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        char *last = strstr(name, "..");
        if (last == NULL) {
            add_line(chip, name);
            continue;
        }
        *last = '\0';
        last += 2;
        int letters = (int)strcspn(name, "0123456789");
        int end = atoi(last + strcspn(last, "0123456789"));
        for (int i = atoi(name + letters); i <= end; i++) {
            char full[GPIO_MAX_NAME_SIZE];
            snprintf(full, sizeof full, "%.*s%d", letters, name, i);
            add_line(chip, full);
        }
    }
}

static void accept_one(int listener, void (*body)(int)) {
    int link = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (link < 0)
        return;
    // Whoever connects and says nothing holds up the others no longer than this.
    struct timeval limit = {.tv_usec = 200000};
    setsockopt(link, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    body(link);
    close(link);
}

static void run(int programs, int world) {
    for (;;) {
        struct pollfd polled[HANDLES_MAX + 2];
        for (int i = 0; i < HANDLES_MAX; i++)
            polled[i] = (struct pollfd){.fd = handles[i].fd}; // Only hang-ups.
        polled[HANDLES_MAX] = (struct pollfd){.fd = programs, .events = POLLIN};
        polled[HANDLES_MAX + 1] = (struct pollfd){.fd = world, .events = POLLIN};

        int64_t next = next_settling();
        if (bounce.left > 0 && (next == 0 || bounce.next < next))
            next = bounce.next;
        int64_t left = next - now();
        left = left > 0 ? left : 0;
        struct timespec wait = {left / 1000000000, left % 1000000000};
        if (ppoll(polled, HANDLES_MAX + 2, next != 0 ? &wait : NULL, NULL) < 0)
            err(1, "poll");
        for (int i = 0; i < HANDLES_MAX; i++) {
            if (polled[i].revents != 0)
                release(&handles[i]);
        }
        go_on_bouncing();
        end_settling();
        if (polled[HANDLES_MAX].revents != 0)
            accept_one(programs, serve);
        if (polled[HANDLES_MAX + 1].revents != 0)
            accept_one(world, listen_to_world);
    }
}

static int usage(void) {
    fputs(
        "usage: gpiosim --socket PATH --control PATH --chip LABEL:LINE,FIRST..LAST ...\n"
        "       gpiosim ctl CONTROL VERB [WORD...]; the head of gpiosim.c has the verbs\n", stderr);
    return 2;
}

int main(int count, char **words) {
    if (count >= 4 && strcmp(words[1], "ctl") == 0)
        return control(words[2], count - 3, words + 3);
    const char *socket_path = NULL, *control_path = NULL;
    for (int i = 1; i + 1 < count; i += 2) {
        if (strcmp(words[i], "--socket") == 0)
            socket_path = words[i + 1];
        else if (strcmp(words[i], "--control") == 0)
            control_path = words[i + 1];
        else if (strcmp(words[i], "--chip") == 0)
            add_chip(words[i + 1]);
        else
            return usage();
    }
    if (count % 2 == 0 || socket_path == NULL || control_path == NULL || chip_count == 0)
        return usage();
    for (int i = 0; i < HANDLES_MAX; i++)
        handles[i].fd = -1;
    signal(SIGPIPE, SIG_IGN); // A program may end while an edge is on its way to it.
    // A real chip answers at once, also on a busy machine: without the right to it, hope.
    sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
    // The control socket last: who sees it can use both.
    int programs = listen_on(socket_path, SOCK_SEQPACKET);
    run(programs, listen_on(control_path, SOCK_STREAM));
}
