#ifndef CLINUX_DESCRIPTOR_H
#define CLINUX_DESCRIPTOR_H

// Descriptors, and the kernel objects that an event loop waits for.

#include <stddef.h>
#include <stdint.h>

/// Both go on after EINTR.
ptrdiff_t clinux_read(int fd, void *bytes, size_t size);
ptrdiff_t clinux_write(int fd, const void *bytes, size_t size);
/// Waits for one descriptor: 1 when one of `events` came, 0 at the time-out.
int clinux_poll(int fd, short events, int timeout_ms);

#define CLINUX_READABLE 0x001u
#define CLINUX_WRITABLE 0x004u

/// The events of one descriptor after an epoll wake-up.
struct clinux_ready {
    uint32_t events;
    uint32_t token;
};

/// The most descriptors that one wait returns; the next wait returns the others.
#define CLINUX_READY_MAX 64

int clinux_epoll_make(void);
#define CLINUX_ADD 1
#define CLINUX_REMOVE 2
#define CLINUX_MODIFY 3
/// Adds or removes a descriptor, or changes the events to wait for.
int clinux_epoll_control(int epoll, int operation, int fd, uint32_t events, uint32_t token);
/// Returns 0 also when a signal cut the wait short.
int clinux_epoll_wait(int epoll, struct clinux_ready *ready, int capacity, int timeout_ms);

int clinux_timer_make(void);
/// Fires once at `at` on CLOCK_MONOTONIC, then after each `every`; both 0 disarm the timer.
int clinux_timer_set(int fd, int64_t at_ns, int64_t every_ns);
int clinux_event_make(void);

/// Blocks the signals in the calling thread, and so in the threads it starts from now on.
int clinux_signals_make(const int *signals, int count);
/// The number of the next signal; 0 when none is waiting.
int clinux_signals_next(int fd);

#endif
