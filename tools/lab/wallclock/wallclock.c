// Sets the wall clock of one program: LD_PRELOAD=libwallclock.so WALLCLOCK=FILE PROGRAM.
//
// FILE holds one int64 in the machine's byte order: seconds that CLOCK_REALTIME is set on by, and
// may change while the program runs. All other clocks go as they go. Without the variable, or the
// file, nothing changes.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t none;
static const volatile int64_t *set_on = &none;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void prepare(void)
{
    real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("WALLCLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    void *mapped = mmap(NULL, sizeof *set_on, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED)
        set_on = mapped;
    close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = real_clock_gettime(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += *set_on;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    (void)zone;
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0)
        *time = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
    return result;
}

time_t time(time_t *place)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (place != NULL)
        *place = now.tv_sec;
    return now.tv_sec;
}
