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
#include <unistd.h>

static char folder[256];
static int number, is_kept;
static atomic_int count;

__attribute__((constructor)) static void prepare(void) {
    const char *words = getenv("CUT");
    if (words == NULL || sscanf(words, "%255[^:]:%d", folder, &number) != 2)
        abort();
    is_kept = strstr(words, ":kept") != NULL;
}

// A change of `path` is about to be made.
static void change(const char *path) {
    if (strncmp(path, folder, strlen(folder)) != 0 || ++count != number)
        return;
    if (is_kept)
        sync();
    reboot(RB_POWER_OFF);
    abort();
}

static void change_file(int fd) {
    char link[32], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size < 0 ? 0 : size] = 0;
    change(path);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int mkdir(const char *path, mode_t mode) {
    change(path);
    return NEXT(mkdir)(path, mode);
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

int fsync(int fd) {
    change_file(fd);
    return NEXT(fsync)(fd);
}

int fdatasync(int fd) {
    change_file(fd);
    return NEXT(fdatasync)(fd);
}

int ftruncate(int fd, off_t size) {
    change_file(fd);
    return NEXT(ftruncate)(fd, size);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    change_file(fd);
    return NEXT(write)(fd, bytes, size);
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
        change(path);
    }
    return NEXT(open)(path, flags, mode);
}
