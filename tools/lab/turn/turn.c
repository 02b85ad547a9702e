// Lets a thread read the clock once between two of its waits: LD_PRELOAD=libturn.so PROGRAM, in a
// guest in virtual time.
//
// Computing takes no time there, so the clock has not moved before the thread has waited; and each
// reading is a call into the guest's kernel, which is most of what a turn of a station costs. Waits
// are those of the product, below: a thread that waits otherwise may be told an old time for the
// next 32 readings. What another thread or the kernel stamps may lie some microseconds ahead, as a
// reading moves the clock a little.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

// Who does nothing but read the clock until it has moved sees it move after this many readings.
enum { READINGS = 32 };

static _Thread_local struct {
	struct timespec time;
	int left;
} known[CLOCK_BOOTTIME + 1];

int clock_gettime(clockid_t clock, struct timespec *time)
{
	static int (*real)(clockid_t, struct timespec *);
	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return real(clock, time);
	if (known[clock].left-- <= 0) {
		int result = real(clock, &known[clock].time);
		known[clock].left = result ? 0 : READINGS;
		if (result)
			return result;
	}
	*time = known[clock].time;
	return 0;
}

static void forget(void)
{
	known[CLOCK_REALTIME].left = known[CLOCK_MONOTONIC].left = known[CLOCK_BOOTTIME].left = 0;
}

#define WAIT(type, name, parameters, arguments)                                     \
	type name parameters                                                        \
	{                                                                           \
		static type(*real) parameters;                                      \
		if (!real)                                                          \
			real = (type(*) parameters)dlsym(RTLD_NEXT, #name);         \
		type result = real arguments;                                       \
		forget();                                                           \
		return result;                                                      \
	}

WAIT(int, epoll_wait, (int on, struct epoll_event *events, int most, int ms),
     (on, events, most, ms))
WAIT(int, poll, (struct pollfd *on, nfds_t count, int ms), (on, count, ms))
WAIT(int, usleep, (useconds_t us), (us))
WAIT(int, nanosleep, (const struct timespec *time, struct timespec *left), (time, left))
WAIT(int, clock_nanosleep,
     (clockid_t clock, int flags, const struct timespec *time, struct timespec *left),
     (clock, flags, time, left))
WAIT(ssize_t, read, (int from, void *bytes, size_t size), (from, bytes, size))
