// Makes the media loop of a daemon stand still or spin: LD_PRELOAD=libstall.so STALL=FILE PROGRAM.
//
// While FILE exists the thread named "media" does not come back from its wait for events: it
// sleeps, or, when the first byte of FILE is 's', turns round and round as a broken driver would.
// When FILE begins with 'x' and a number, the thread comes back, but everything takes that many
// times as long: a slow processor. In virtual time, where computing takes none, it is 'w' and a
// number: each turn takes so many milliseconds. The thread sleeps for them, and its clock of
// processor time counts them.
//
// While the file of WORN exists, disk and name server do not answer: fsync and getaddrinfo
// do not come back.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

typedef int waits(int epoll, struct epoll_event *events, int capacity, int timeout);

typedef int tells(clockid_t clock, struct timespec *time);

static waits *next;
static tells *clock_of;
static const char *path;
static int64_t slept;

__attribute__((constructor)) static void prepare(void)
{
    next = (waits *)dlsym(RTLD_NEXT, "epoll_wait");
    clock_of = (tells *)dlsym(RTLD_NEXT, "clock_gettime");
    path = getenv("STALL");
}

static int is_media(void)
{
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof name);
    return strcmp(name, "media") == 0;
}

// 0: no such file; otherwise its first byte, or 1. The number behind an 'x' goes to `times`.
static int wish(int *times)
{
    char text[8] = {1};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    if (read(file, text, sizeof text - 1) <= 0)
        text[0] = 1;
    close(file);
    *times = atoi(text + 1);
    return text[0];
}

static int64_t spent(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

// What the thread has done since it was here last takes `times` as long, but no turn more than a
// third of a second: where the machine is held up, the kernel counts the time of others to it.
static void toil(int times)
{
    static int64_t before;
    int64_t now = spent();
    int64_t more = (times - 1) * (now - before);
    int64_t end = now + (more < 333000000 ? more : 333000000);
    while (before != 0 && now < end)
        now = spent();
    before = now;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = clock_of(clock, time);
    if (clock == CLOCK_THREAD_CPUTIME_ID && slept != 0 && is_media()) {
        int64_t ns = time->tv_nsec + slept;
        time->tv_sec += ns / 1000000000;
        time->tv_nsec = ns % 1000000000;
    }
    return result;
}

int epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeout)
{
    if (path != NULL && is_media()) {
        int what, times = 1;
        while ((what = wish(&times)) != 0 && what != 'x' && what != 'w')
            if (what != 's')
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        if (what == 'w') {
            slept += times * 1000000ll;
            nanosleep(&(struct timespec){times / 1000, times % 1000 * 1000000l}, NULL);
        }
        toil(what == 'x' && times > 1 ? times : 1);
    }
    return next(epoll, events, capacity, timeout);
}

static void wear(void)
{
    const char *file = getenv("WORN");
    while (file != NULL && access(file, F_OK) == 0)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

int fsync(int file)
{
    wear();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
    wear();
    return ((__typeof__(&getaddrinfo))dlsym(RTLD_NEXT, "getaddrinfo"))(
        node, service, hints, found);
}
