// Of libemulated.so: the processor time of a thread, without what QEMU adds to it.
//
// A station leaves work out when its media thread takes most of a processor. In QEMU it takes ten
// to thirty times as much, which is QEMU's.

#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SLOWER 20

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_THREAD_CPUTIME_ID) {
        long long spent = (time->tv_sec * 1000000000ll + time->tv_nsec) / SLOWER;
        time->tv_sec = spent / 1000000000ll;
        time->tv_nsec = spent % 1000000000ll;
    }
    return result;
}
