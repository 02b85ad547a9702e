#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

#define ADDRESSES_MAX 8
/* The resolver keeps whole answers on its stack. */
#define STACK_SIZE (256 * 1024)

struct answer {
    int result;
    struct clinux_address addresses[ADDRESSES_MAX];
};

struct question {
    int fd;
    char host[]; /* Zero-terminated. */
};

static void *look_up(void *pointer) {
    struct question *question = pointer;
    struct answer answer = {0};
    answer.result = clinux_resolve(question->host, answer.addresses, ADDRESSES_MAX);
    // Whoever asked may have gone: then nobody hears it, and nothing is shared with them.
    (void)send(question->fd, &answer, sizeof answer, MSG_NOSIGNAL);
    close(question->fd);
    free(question);
    return NULL;
}

int clinux_lookup_start(const char *host) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    size_t size = strlen(host) + 1;
    struct question *question = malloc(sizeof *question + size);
    int error = question == NULL ? ENOMEM : 0;
    if (error == 0) {
        question->fd = ends[1];
        memcpy(question->host, host, size);
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&attributes, STACK_SIZE);
        pthread_t thread;
        error = pthread_create(&thread, &attributes, look_up, question);
        pthread_attr_destroy(&attributes);
    }
    if (error == 0)
        return ends[0];
    free(question);
    close(ends[0]);
    close(ends[1]);
    return -error;
}

int clinux_lookup_finish(
    int fd, struct clinux_address *addresses, int capacity, int timeout_ms) {
    struct answer answer = {.result = CLINUX_LOOKUP_SILENT};
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    if (poll(&waiting, 1, timeout_ms) > 0 && recv(fd, &answer, sizeof answer, 0) != sizeof answer)
        answer.result = CLINUX_LOOKUP_SILENT;
    close(fd);
    if (answer.result <= 0)
        return answer.result;
    int count = answer.result < capacity ? answer.result : capacity;
    memcpy(addresses, answer.addresses, (size_t)count * sizeof *addresses);
    return count;
}
