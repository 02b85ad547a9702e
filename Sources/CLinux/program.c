#define _GNU_SOURCE
#include "CLinux.h"

#include <stdlib.h>

void clinux_exit(int status) {
    exit(status);
}

int clinux_file_set_owner(const char *path, uint32_t owner, uint32_t group) {
    return lchown(path, owner, group) < 0 ? -errno : 0;
}
