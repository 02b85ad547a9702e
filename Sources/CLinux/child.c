#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/wait.h>

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
    // The C library refuses to name its own two.
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
    // Somebody else has taken note of its end: there is nothing to be known of it.
    *status = ended < 0 ? 0 : WIFEXITED(found) ? WEXITSTATUS(found) : 128 + WTERMSIG(found);
    return 1;
}

void clinux_child_kill(int64_t process) {
    if (process > 1)
        kill((pid_t)-process, SIGKILL);
}

int clinux_packet_pair(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return 0;
}
