#define _GNU_SOURCE
#include "descriptor.h"

#include "internal.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

_Static_assert(CLINUX_READABLE == EPOLLIN && CLINUX_WRITABLE == EPOLLOUT, "epoll bits");
_Static_assert(CLINUX_ADD == EPOLL_CTL_ADD && CLINUX_MODIFY == EPOLL_CTL_MOD, "epoll operations");
_Static_assert(CLINUX_REMOVE == EPOLL_CTL_DEL, "epoll operations");

ptrdiff_t clinux_read(int fd, void *bytes, size_t size) {
    ssize_t count = TEMP_FAILURE_RETRY(read(fd, bytes, size));
    return count < 0 ? -errno : count;
}

ptrdiff_t clinux_write(int fd, const void *bytes, size_t size) {
    ssize_t count = TEMP_FAILURE_RETRY(write(fd, bytes, size));
    return count < 0 ? -errno : count;
}

int clinux_poll(int fd, short events, int timeout_ms) {
    struct pollfd entry = {.fd = fd, .events = events};
    return result(poll(&entry, 1, timeout_ms));
}

int clinux_epoll_make(void) {
    return result(epoll_create1(EPOLL_CLOEXEC));
}

int clinux_epoll_control(int epoll, int operation, int fd, uint32_t events, uint32_t token) {
    struct epoll_event event = {.events = events, .data.u32 = token};
    return result(epoll_ctl(epoll, operation, fd, &event));
}

int clinux_epoll_wait(int epoll, struct clinux_ready *ready, int capacity, int timeout_ms) {
    // epoll_event is packed on some machines only: copying spares Swift the difference.
    struct epoll_event events[CLINUX_READY_MAX];
    if (capacity > CLINUX_READY_MAX)
        capacity = CLINUX_READY_MAX;
    int count = epoll_wait(epoll, events, capacity, timeout_ms);
    if (count < 0)
        return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++)
        ready[i] = (struct clinux_ready){events[i].events, events[i].data.u32};
    return count;
}

int clinux_timer_make(void) {
    return result(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
}

static struct timespec timespec_of(int64_t ns) {
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

int clinux_timer_set(int fd, int64_t at_ns, int64_t every_ns) {
    struct itimerspec spec = {timespec_of(every_ns), timespec_of(at_ns)};
    return result(timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL));
}

int clinux_event_make(void) {
    return result(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

int clinux_signals_make(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++)
        sigaddset(&set, signals[i]);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0)
        return -error;
    return result(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

int clinux_signals_next(int fd) {
    struct signalfd_siginfo info;
    ptrdiff_t count = clinux_read(fd, &info, sizeof info);
    return count == sizeof info ? (int)info.ssi_signo : 0;
}
