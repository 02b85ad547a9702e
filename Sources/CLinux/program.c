#define _GNU_SOURCE
#include "CLinux.h"

#include <stdlib.h>

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

void clinux_exit(int status) {
    exit(status);
}
