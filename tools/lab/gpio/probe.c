// gpioprobe: does with the lines of a chip what it reads, by the product's own calls (CGPIOD).
//
// Tests/System/test_tools.py compiles it for libgpiod 2. Each command is a line, and so is its
// answer; a failure is "error ERRNO". It holds one chip, one input and one output at a time.
//
//     chips                               their numbers
//     chip PATH                           its label and the number of its lines
//     line OFFSET                         NAME,CONSUMER,USED,OUTPUT
//     input OFFSET BIAS ACTIVE-LOW        BIAS as in cgpiod_bias
//     output OFFSET ACTIVE-LOW VALUE
//     next MS                             waits so long for an edge: VALUE NS, or none
//     get input|output                    its value
//     set VALUE
//     close input|output

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpio_line.h"

static char path[256];
static struct cgpiod_chip *chip;
static struct cgpiod_line *input, *output;

static void tell(int result, const char *text) {
    if (result < 0)
        printf("error %s\n", strerrorname_np(-result));
    else
        printf("%s\n", text);
    fflush(stdout);
}

static int list(char *text, size_t size) {
    int numbers[16], count = cgpiod_chip_numbers(numbers, 16);
    for (int i = 0; i < count; i++)
        snprintf(text + strlen(text), size - strlen(text), i > 0 ? " %d" : "%d", numbers[i]);
    return count;
}

static int describe(unsigned offset, char *text, size_t size) {
    struct cgpiod_line_info info;
    int result = cgpiod_chip_line_info(chip, offset, &info);
    snprintf(
        text, size, "%s,%s,%d,%d", info.name, info.consumer, info.is_used, info.is_output);
    return result;
}

static int open_chip(const char *wanted, char *text, size_t size) {
    if (chip != NULL)
        cgpiod_chip_close(chip);
    chip = NULL;
    snprintf(path, sizeof path, "%s", wanted);
    int result = cgpiod_chip_open(path, &chip);
    if (result == 0)
        snprintf(text, size, "%s %d", cgpiod_chip_label(chip), cgpiod_chip_line_count(chip));
    else
        chip = NULL;
    return result;
}

static int next(int milliseconds, char *text, size_t size) {
    struct pollfd polled = {.fd = cgpiod_fd(input), .events = POLLIN};
    struct cgpiod_edge edge;
    poll(&polled, 1, milliseconds);
    int result = cgpiod_next_edge(input, &edge);
    if (result > 0)
        snprintf(text, size, "%d %lld", edge.is_active, (long long)edge.monotonic_ns);
    else
        snprintf(text, size, "none");
    return result;
}

int main(void) {
    char row[512], word[256], text[512];
    int a, b, c;
    while (fgets(row, sizeof row, stdin) != NULL) {
        int result = -ENOSYS;
        *text = '\0';
        if (strcmp(row, "chips\n") == 0)
            result = list(text, sizeof text);
        else if (sscanf(row, "chip %255s", word) == 1)
            result = open_chip(word, text, sizeof text);
        else if (sscanf(row, "line %d", &a) == 1)
            result = describe((unsigned)a, text, sizeof text);
        else if (sscanf(row, "input %d %d %d", &a, &b, &c) == 3)
            result = cgpiod_open_input(
                path, (unsigned)a, "probe", (enum cgpiod_bias)b, c, &input);
        else if (sscanf(row, "output %d %d %d", &a, &b, &c) == 3)
            result = cgpiod_open_output(path, (unsigned)a, "probe", b, c, &output);
        else if (sscanf(row, "next %d", &a) == 1)
            result = next(a, text, sizeof text);
        else if (sscanf(row, "get %255s", word) == 1) {
            result = cgpiod_get(*word == 'i' ? input : output);
            snprintf(text, sizeof text, "%d", result);
        } else if (sscanf(row, "set %d", &a) == 1)
            result = cgpiod_set(output, a);
        else if (sscanf(row, "close %255s", word) == 1) {
            cgpiod_close(*word == 'i' ? input : output);
            result = 0;
        }
        tell(result, text);
    }
    return 0;
}
