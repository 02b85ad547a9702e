// Cuts the current of a machine before a program's next change to a disk:
// LD_PRELOAD=libcut.so CUT=FOLDER:NUMBER[:kept] PROGRAM.
//
// Counts the calls that change what is under FOLDER, and in the place of number NUMBER (from 1)
// powers the machine off. What was written and not waited for is lost then; with `kept` the disk
// has had time for all of it. Both are what a real machine may do. Only for a guest's own kernel.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[256];
static int number, is_kept;
static atomic_int count;
// To the process that powers the machine off: this one may give its rights away meanwhile.
static int power = -1;

// Waits for a word, with the rights that the program begins with.
static void wait_for_word(int word) {
    char what;
    if (read(word, &what, 1) == 1) {
        if (is_kept)
            sync();
        reboot(RB_POWER_OFF);
    }
    _exit(0);
}

static void hire(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        abort();
    pid_t first = fork();
    if (first == 0) {
        // An orphan, so that the program never waits for it.
        if (fork() == 0) {
            close(ends[1]);
            wait_for_word(ends[0]);
        }
        _exit(0);
    }
    if (first < 0 || waitpid(first, NULL, 0) != first)
        abort();
    close(ends[0]);
    power = ends[1];
}

__attribute__((constructor)) static void prepare(void) {
    const char *words = getenv("CUT");
    if (words == NULL || sscanf(words, "%255[^:]:%d", folder, &number) != 2)
        abort();
    is_kept = strstr(words, ":kept") != NULL;
    if (geteuid() == 0)
        hire();
}

// A change of `path` is about to be made.
static void change(const char *path) {
    if (strncmp(path, folder, strlen(folder)) != 0 || ++count != number)
        return;
    if (write(power, "!", 1) != 1)
        abort();
    for (;;)
        pause();
}

static void find(int fd, char *path, size_t most) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, most - 1);
    path[size < 0 ? 0 : size] = 0;
}

static void change_file(int fd) {
    char path[512];
    find(fd, path, sizeof path);
    change(path);
}

// The same of a name in an open directory.
static void change_at(int directory, const char *name) {
    if (directory == AT_FDCWD || name[0] == '/') {
        change(name);
        return;
    }
    char path[512];
    find(directory, path, sizeof path);
    strncat(path, "/", sizeof path - strlen(path) - 1);
    strncat(path, name, sizeof path - strlen(path) - 1);
    change(path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int mkdir(const char *path, mode_t mode) {
    change(path);
    return NEXT(mkdir)(path, mode);
}

int mkdirat(int directory, const char *path, mode_t mode) {
    change_at(directory, path);
    return NEXT(mkdirat)(directory, path, mode);
}

int chmod(const char *path, mode_t mode) {
    change(path);
    return NEXT(chmod)(path, mode);
}

int fchmod(int fd, mode_t mode) {
    change_file(fd);
    return NEXT(fchmod)(fd, mode);
}

int lchown(const char *path, uid_t owner, gid_t group) {
    change(path);
    return NEXT(lchown)(path, owner, group);
}

int fchown(int fd, uid_t owner, gid_t group) {
    change_file(fd);
    return NEXT(fchown)(fd, owner, group);
}

int unlink(const char *path) {
    change(path);
    return NEXT(unlink)(path);
}

int rename(const char *from, const char *to) {
    change(to);
    return NEXT(rename)(from, to);
}

int unlinkat(int directory, const char *path, int flags) {
    change_at(directory, path);
    return NEXT(unlinkat)(directory, path, flags);
}

int renameat(int directory, const char *from, int other, const char *to) {
    change_at(other, to);
    return NEXT(renameat)(directory, from, other, to);
}

int fsync(int fd) {
    change_file(fd);
    return NEXT(fsync)(fd);
}

int ftruncate(int fd, off_t size) {
    change_file(fd);
    return NEXT(ftruncate)(fd, size);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    change_file(fd);
    return NEXT(write)(fd, bytes, size);
}

// What a caller of open or openat gives only with O_CREAT.
static mode_t mode_given(int flags, va_list more) {
    return flags & O_CREAT ? va_arg(more, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = mode_given(flags, more);
    va_end(more);
    if (flags & O_CREAT)
        change(path);
    return NEXT(open)(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = mode_given(flags, more);
    va_end(more);
    if (flags & O_CREAT)
        change_at(directory, path);
    return NEXT(openat)(directory, path, flags, mode);
}
