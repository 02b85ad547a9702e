// Says when this machine stood still, as a guest does while its host runs others: pauses [MS]
//
// On each processor a thread of the highest priority but one wakes every 5 ms. Woken MS (default
// 10) or more too late, it prints "FROM TO", in ns of CLOCK_MONOTONIC: in between, nothing that
// must be in time could be. Runs until it is ended. Where it may not have that priority it says
// nothing, because a busy program would look like a machine that stands still.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const int64_t period = 5000000;
static int64_t limit = 10000000;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *watch(void *processor)
{
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET((intptr_t)processor, &own);
    struct sched_param high = {.sched_priority = sched_get_priority_max(SCHED_FIFO) - 1};
    if (pthread_setaffinity_np(pthread_self(), sizeof own, &own)
        || pthread_setschedparam(pthread_self(), SCHED_FIFO, &high))
        return NULL;
    for (int64_t due = now() + period;; due += period) {
        struct timespec time = {due / 1000000000, due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
        int64_t woken = now();
        if (woken - due < limit) continue;
        char line[64];
        int length = snprintf(line, sizeof line, "%lld %lld\n", (long long)due, (long long)woken);
        if (write(STDOUT_FILENO, line, length) < 0) exit(0);
        due = woken;
    }
}

int main(int count, char **words)
{
    if (count > 1) limit = atof(words[1]) * 1e6;
    cpu_set_t all;
    if (limit <= 0 || sched_getaffinity(0, sizeof all, &all)) return 2;
    pthread_t thread;
    for (intptr_t processor = 0; processor < CPU_SETSIZE; processor++)
        if (CPU_ISSET(processor, &all)
            && pthread_create(&thread, NULL, watch, (void *)processor)) return 1;
    pause();
}
