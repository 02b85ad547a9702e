#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int64_t clinux_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

int64_t clinux_suspended_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec - clinux_monotonic_ns();
}

int64_t clinux_thread_time_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t clinux_wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

void clinux_sleep_ns(int64_t duration) {
    struct timespec rest = {duration / 1000000000, duration % 1000000000};
    nanosleep(&rest, NULL);
}

void clinux_host_name(char *name, size_t size) {
    if (gethostname(name, size) != 0) name[0] = 0;
    name[size - 1] = 0;
}

const char *clinux_error_text(int error) {
    // Unlike strerror, it is safe on every thread and does not translate.
    const char *text = strerrordesc_np(error);
    return text != NULL ? text : "Unknown error";
}

const char *clinux_environment(const char *name) {
    return getenv(name);
}

int clinux_is_terminal(int fd) {
    return isatty(fd);
}

int clinux_terminal_size(int fd, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        return -errno;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

int clinux_is_foreground(int fd) {
    pid_t group = tcgetpgrp(fd);
    return group < 0 || group == getpgrp();
}

int64_t clinux_process_id(void) {
    return getpid();
}

uint32_t clinux_user_id(void) {
    return geteuid();
}

// A group with its texts, which lie in the buffer; 0, or a negated errno.
static int find_group(const char *name, struct group *group, char *buffer, size_t size) {
    struct group *found = NULL;
    int error = getgrnam_r(name, group, buffer, size, &found);
    if (error != 0)
        return -error;
    return found != NULL ? 0 : -ENOENT;
}

int64_t clinux_group_id(const char *name) {
    struct group group;
    char buffer[16384];
    int error = find_group(name, &group, buffer, sizeof buffer);
    return error != 0 ? error : (int64_t)group.gr_gid;
}

int clinux_group_lists(const char *name, const char *user) {
    struct group group;
    char buffer[16384];
    int error = find_group(name, &group, buffer, sizeof buffer);
    if (error != 0)
        return error;
    for (char **member = group.gr_mem; *member != NULL; member++) {
        if (strcmp(*member, user) == 0)
            return 1;
    }
    return 0;
}

void clinux_fill_streams(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        // What a closed stream refuses, this one refuses too; and no socket gets its number.
        if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return;
    }
}

// Whether memory may be locked without end.
static int may_lock_all(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
        return 1;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, data) < 0)
        return 0;
    return data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK) ? 1 : 0;
}

int clinux_memory_lock(void) {
    if (!may_lock_all())
        return -EPERM;
    // Locked pages cannot be given back.
    malloc_trim(0);
    // ONFAULT: only what is touched is locked. Without it every thread's whole stack is.
    return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0 ? -errno : 0;
}

int clinux_hide_memory(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

void clinux_ignore_strays(void) {
    const int strays[] = {SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM,   SIGVTALRM,
                          SIGPROF, SIGPOLL, SIGPWR,  SIGSTKFLT};
    for (size_t i = 0; i < sizeof strays / sizeof strays[0]; i++)
        signal(strays[i], SIG_IGN);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        signal(number, SIG_IGN);
}

void clinux_stop(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    raise(SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}
