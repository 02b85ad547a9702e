#define _GNU_SOURCE
#include "process.h"

#include "internal.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <malloc.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

const char *clinux_error_text(int error) {
    // Unlike strerror, this function is safe on every thread and does not translate.
    const char *text = strerrordesc_np(error);
    return text != NULL ? text : "Unknown error";
}

int clinux_terminal_size(int fd, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        return -errno;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}

void clinux_fill_streams(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        // This stream refuses the same calls as a closed one; and no socket gets its number.
        if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            return;
    }
}

// Returns whether memory may be locked without a limit.
static int may_lock_all(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
        return 1;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    return syscall(SYS_capget, &header, data) == 0
        && data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK);
}

int clinux_memory_lock(void) {
    if (!may_lock_all())
        return -EPERM;
    // Locked pages cannot be given back.
    malloc_trim(0);
    // ONFAULT: only touched pages are locked. Without it every thread's whole stack is.
    return result(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
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

static int argument_count;
static char **own_arguments;

// glibc hands the arguments of main to every constructor. Embedded Swift has no CommandLine.
__attribute__((constructor)) static void remember(int argc, char **argv) {
    argument_count = argc;
    own_arguments = argv;
}

int clinux_argument_count(void) {
    return argument_count;
}

const char *clinux_argument(int index) {
    return own_arguments[index];
}

// The C library's functions change every thread of the process; these system calls change only the
// calling thread. On 32-bit machines the older calls take ids of 16 bits.
#ifdef SYS_setresuid32
#define SET_USER SYS_setresuid32
#define SET_GROUP SYS_setresgid32
#define SET_GROUPS SYS_setgroups32
#else
#define SET_USER SYS_setresuid
#define SET_GROUP SYS_setresgid
#define SET_GROUPS SYS_setgroups
#endif

#define GROUPS_MAX 256
#define SAME ((uid_t)-1)

// The user and groups of the thread before it acted as another user.
static _Thread_local gid_t own_groups[GROUPS_MAX];
static _Thread_local int own_count;
static _Thread_local gid_t own_group;
static _Thread_local uid_t own_user;

int clinux_act_as_itself(void) {
    // The user first: the groups can only be changed with root's rights.
    if (syscall(SET_USER, SAME, own_user, SAME) < 0 ||
        syscall(SET_GROUP, SAME, own_group, SAME) < 0 ||
        syscall(SET_GROUPS, own_count, own_groups) < 0)
        return -errno;
    return 0;
}

int clinux_act_as(uint32_t user, uint32_t group) {
    int count = getgroups(GROUPS_MAX, own_groups);
    if (count < 0)
        return -errno;
    own_count = count;
    own_group = getegid();
    own_user = geteuid();
    gid_t only = group;
    if (syscall(SET_GROUPS, 1, &only) < 0 || syscall(SET_GROUP, SAME, only, SAME) < 0 ||
        syscall(SET_USER, SAME, user, SAME) < 0) {
        int error = errno;
        clinux_act_as_itself();
        return -error;
    }
    return 0;
}

int64_t clinux_child_start(const char *path, char *const arguments[], char *const environment[],
                           int input) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    int error = posix_spawn_file_actions_init(&files);
    if (error != 0)
        return -error;
    error = posix_spawnattr_init(&how);
    if (error != 0) {
        posix_spawn_file_actions_destroy(&files);
        return -error;
    }
    sigemptyset(&none);
    sigfillset(&all);
    // The actions of these two cannot change; the C library leaves out its own two.
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    pid_t process = 0;
    if ((error = input < 0
                     ? posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
                     : posix_spawn_file_actions_adddup2(&files, input, 0)) == 0 &&
        (error = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0)) == 0 &&
        (error = posix_spawnattr_setsigmask(&how, &none)) == 0 &&
        (error = posix_spawnattr_setsigdefault(&how, &all)) == 0 &&
        (error = posix_spawnattr_setpgroup(&how, 0)) == 0 &&
        (error = posix_spawnattr_setflags(
             &how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)) == 0)
        error = posix_spawn(&process, path, &files, &how, arguments, environment);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return error != 0 ? -error : process;
}

int clinux_child_ended(int64_t process, int *status) {
    int found = 0;
    pid_t ended = waitpid((pid_t)process, &found, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR))
        return 0;
    // The status went to another caller of wait, so it is unknown.
    *status = ended < 0 ? 0 : WIFEXITED(found) ? WEXITSTATUS(found) : 128 + WTERMSIG(found);
    return 1;
}

int clinux_packet_pair(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return 0;
}
