// Plants a fault in a program that has none, so that a watch can be shown to see it:
// LD_PRELOAD=libplant.so PLANT=FAULT PROGRAM.
//
//   leak          100 kB a second that nobody frees
//   descriptors   2 descriptors a second that nobody closes
//   threads       a thread a second that does not end; of these three also several at once
//   race          two threads write one number
//   overflow      a read behind the end of the heap's memory
//
// The last two are for programs built with a sanitizer, and this library with it (tools/sanitize).
//
// Without PLANT, and in any program not named intercomd, it does nothing.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile long number;

static void rest(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void *idle(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void *write_number(void *unused)
{
    for (int round = 0; round < 1000; round++)
        number++;
    return unused;
}

static void start(void *(*body)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL) == 0)
        pthread_detach(thread);
}

static void overflow(void)
{
    volatile size_t size = 8;
    volatile char *memory = malloc(size);
    if (memory == NULL)
        return;
    memory[0] = 1;
    number = memory[size];
    free((void *)memory);
}

static void *work(void *fault)
{
    const char *name = fault;
    // The program is to be at work first.
    rest(1000);
    if (strcmp(name, "race") == 0) {
        start(write_number);
        write_number(NULL);
        return NULL;
    }
    if (strcmp(name, "overflow") == 0) {
        overflow();
        return NULL;
    }
    for (;;) {
        char *lost = strstr(name, "leak") ? malloc(50000) : NULL;
        if (lost != NULL)
            memset(lost, 1, 50000);
        if (strstr(name, "descriptors"))
            (void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (strstr(name, "threads") && number++ % 2 == 0)
            start(idle);
        rest(500);
    }
}

__attribute__((constructor)) static void plant(void)
{
    static char fault[64];
    const char *wish = getenv("PLANT");
    bool meant = strcmp(program_invocation_short_name, "intercomd") == 0;
    if (wish == NULL || strlen(wish) >= sizeof fault || !meant)
        return;
    strcpy(fault, wish);
    // What the program starts, such as a sanitizer's symbolizer, is to be whole.
    unsetenv("LD_PRELOAD");
    // The program's signals are its main thread's: this one takes none.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, fault) == 0)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
