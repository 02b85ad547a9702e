#define _GNU_SOURCE
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gpio_generation.h"
#include "gpio_line.h"

#define PREFIX "gpiochip"

struct gpiod_chip *cgpiod_open_path(const char *path) {
    char target[256];
    ssize_t size = readlink(path, target, sizeof target - 1);
    errno = 0;
    if (size <= 0)
        return gpiod_chip_open(path);
    char *real = realpath(path, NULL);
    if (real == NULL)
        return NULL;
    struct gpiod_chip *chip = gpiod_chip_open(real);
    int error = errno;
    free(real);
    errno = error;
    return chip;
}

/* Returns the number in a chip's name, or -1. */
static int number_of(const char *name) {
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return -1;
    const char *digits = name + strlen(PREFIX);
    size_t count = strspn(digits, "0123456789");
    return count >= 1 && count <= 6 && digits[count] == '\0' ? atoi(digits) : -1;
}

static int is_chip(const struct dirent *entry) {
    // A link would list its chip twice.
    return number_of(entry->d_name) >= 0 && entry->d_type != DT_LNK;
}

static int by_number(const struct dirent **left, const struct dirent **right) {
    return number_of((*left)->d_name) - number_of((*right)->d_name);
}

int cgpiod_chip_numbers(int *numbers, int capacity) {
    // The library's own iterators stop altogether when one chip cannot be opened.
    struct dirent **entries;
    int count = scandir("/dev", &entries, is_chip, by_number);
    if (count < 0)
        return -errno;
    for (int i = 0; i < count; i++) {
        if (i < capacity)
            numbers[i] = number_of(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return count < capacity ? count : capacity;
}
