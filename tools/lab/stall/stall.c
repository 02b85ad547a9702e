// Makes the media loop of a daemon stand still or spin: LD_PRELOAD=libstall.so STALL=FILE PROGRAM.
//
// While FILE exists the thread named "media" does not come back from its wait for events: it
// sleeps, or, when the first byte of FILE is 's', turns round and round as a broken driver would.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

typedef int waits(int epoll, struct epoll_event *events, int capacity, int timeout);

static waits *next;
static const char *path;

__attribute__((constructor)) static void prepare(void)
{
    next = (waits *)dlsym(RTLD_NEXT, "epoll_wait");
    path = getenv("STALL");
}

static int is_media(void)
{
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof name);
    return strcmp(name, "media") == 0;
}

// 0: no such file; otherwise its first byte, or 1.
static int wish(void)
{
    char byte = 1;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    if (read(file, &byte, 1) < 0)
        byte = 1;
    close(file);
    return byte;
}

int epoll_wait(int epoll, struct epoll_event *events, int capacity, int timeout)
{
    if (path != NULL && is_media()) {
        int what;
        while ((what = wish()) != 0)
            if (what != 's')
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return next(epoll, events, capacity, timeout);
}
