#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int count;
static char **words;

// glibc hands the arguments of main to every constructor. Embedded Swift has no CommandLine.
__attribute__((constructor)) static void remember(int argc, char **argv) {
    count = argc;
    words = argv;
}

int clinux_argument_count(void) {
    return count;
}

const char *clinux_argument(int index) {
    return words[index];
}

int clinux_program_path(char *path, int size) {
    ssize_t count = readlink("/proc/self/exe", path, (size_t)size);
    if (count < 0) return -errno;
    if (count == size) return -ENAMETOOLONG;
    path[count] = 0;
    return 0;
}

void clinux_exit(int status) {
    exit(status);
}
