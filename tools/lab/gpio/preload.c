// libgpiosim.so: puts simulated GPIO chips under the real libgpiod, 1.6 or 2.
//
// LD_PRELOAD=libgpiosim.so GPIOSIM_SOCKET=/path/of/gpiosim's/socket PROGRAM
//
// Looking for, opening and asking /dev/gpiochipN is answered by the simulator (gpiosim.c); the
// descriptors it hands out are polled, read and closed by the kernel like any other. Nothing
// here allocates, except listing /dev and resolving a path. Without GPIOSIM_SOCKET all calls go
// where they always go.

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "gpiosim.h"

#define DEVICE "/dev/gpiochip"
#define SYSTEM "/sys/bus/gpio/devices/gpiochip"
#define NUMBER_FILE "/dev"
#define MAJOR 254
#define SUBSYSTEM "/sys/dev/char/254:"
#define SUBSYSTEM_LINK "/subsystem"
#define GPIO_TYPE 0xB4

// The function this library stands in front of. Two threads may both look it up: the answer is
// the same, and storing a pointer is one instruction.
#define REAL(name)                                                 \
    ({                                                             \
        static __typeof__(name) *found;                            \
        if (found == NULL)                                         \
            found = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);   \
        found;                                                     \
    })

static int fail(int error) {
    errno = error;
    return -1;
}

// Asks the simulator; returns the result, or -1 with errno. `fd` receives a descriptor, or -1.
static int ask(struct gpiosim_packet *packet, int *fd) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, getenv(GPIOSIM_SOCKET_VARIABLE), sizeof address.sun_path - 1);
    int link = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (link < 0)
        return -1;

    char control[CMSG_SPACE(sizeof(int))];
    struct iovec body = {packet, sizeof *packet};
    struct msghdr answer = {
        .msg_iov = &body,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    ssize_t size = -1;
    if (connect(link, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(link, packet, sizeof *packet, MSG_NOSIGNAL) == (ssize_t)sizeof *packet)
        size = recvmsg(link, &answer, MSG_CMSG_CLOEXEC);
    close(link);
    if (size != (ssize_t)sizeof *packet)
        return fail(ENODEV);

    struct cmsghdr *header = CMSG_FIRSTHDR(&answer);
    if (fd != NULL)
        *fd = -1;
    if (fd != NULL && header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(header), sizeof *fd);
    return packet->result < 0 ? fail(-packet->result) : packet->result;
}

static int is_simulated(void) {
    const char *path = getenv(GPIOSIM_SOCKET_VARIABLE);
    return path != NULL && *path != '\0';
}

// The chip number in a path of the form PREFIX<number>SUFFIX; -1 for any other path.
static int chip_of(const char *path, const char *prefix, const char *suffix) {
    size_t length = strlen(prefix);
    if (path == NULL || strncmp(path, prefix, length) != 0 || !is_simulated())
        return -1;
    size_t digits = strspn(path + length, "0123456789");
    if (digits < 1 || digits > 6 || strcmp(path + length + digits, suffix) != 0)
        return -1;
    return atoi(path + length);
}

static int chip_exists(int chip) {
    struct gpiosim_packet packet = {.request = GPIOSIM_COUNT};
    int chips = ask(&packet, NULL);
    return chips >= 0 && chip < GPIOSIM_CHIPS_MAX && (chips >> chip & 1);
}

// Opens what is simulated; -2 when the path is not.
static int open_simulated(const char *path) {
    int chip = chip_of(path, DEVICE, "");
    if (chip >= 0) {
        struct gpiosim_packet packet = {.request = GPIOSIM_OPEN, .handle = (uint64_t)chip};
        int fd;
        return ask(&packet, &fd) < 0 ? -1 : fd;
    }
    chip = chip_of(path, SYSTEM, NUMBER_FILE);
    if (chip < 0)
        return -2;
    if (!chip_exists(chip))
        return fail(ENOENT);
    int fd = memfd_create("gpiosim", MFD_CLOEXEC);
    if (fd >= 0) {
        dprintf(fd, "%d:%d\n", MAJOR, chip);
        lseek(fd, 0, SEEK_SET);
    }
    return fd;
}

// Both names are exported: which one a program calls depends on how it was compiled.
#define OPEN(name)                                    \
    int name(const char *path, int flags, ...) {      \
        int fd = open_simulated(path);                \
        if (fd != -2)                                 \
            return fd;                                \
        mode_t mode = 0;                              \
        if (flags & (O_CREAT | __O_TMPFILE)) {        \
            va_list rest;                             \
            va_start(rest, flags);                    \
            mode = va_arg(rest, mode_t);              \
            va_end(rest);                             \
        }                                             \
        return REAL(name)(path, flags, mode);         \
    }
OPEN(open)
OPEN(open64)

int access(const char *path, int mode) {
    int chip = chip_of(path, DEVICE, "");
    if (chip < 0)
        chip = chip_of(path, SYSTEM, NUMBER_FILE);
    if (chip < 0)
        return REAL(access)(path, mode);
    return chip_exists(chip) ? 0 : fail(ENOENT);
}

// stat and stat64 describe a 64-bit machine's file in the same structure.
#define STAT(name, type)                                                  \
    int name(const char *path, struct type *status) {                     \
        int chip = chip_of(path, DEVICE, "");                             \
        if (chip < 0)                                                     \
            return REAL(name)(path, status);                              \
        if (!chip_exists(chip))                                           \
            return fail(ENOENT);                                          \
        *status = (struct type){                                          \
            .st_mode = S_IFCHR | 0660,                                    \
            .st_nlink = 1,                                                \
            .st_rdev = makedev(MAJOR, (unsigned)chip),                    \
        };                                                                \
        return 0;                                                         \
    }
STAT(stat, stat)
STAT(lstat, stat)
STAT(stat64, stat64)
STAT(lstat64, stat64)

// Where a path leads that is simulated, as text; 0 when it is not.
static int resolve(const char *path, char *target, size_t size) {
    int chip = chip_of(path, SUBSYSTEM, SUBSYSTEM_LINK);
    if (chip >= 0 && chip_exists(chip))
        return snprintf(target, size, "/sys/bus/gpio");
    // A chip itself, or a link to one.
    ssize_t length = -1;
    if (is_simulated() && path != NULL)
        length = readlink(path, target, size - 1);
    if (length >= 0)
        target[length] = '\0';
    else
        snprintf(target, size, "%s", path != NULL ? path : "");
    chip = chip_of(target, DEVICE, "");
    return chip >= 0 && chip_exists(chip);
}

// libgpiod 2 asks by this whether a device is a GPIO chip.
char *realpath(const char *path, char *resolved) {
    char target[64];
    int error = errno;
    if (!resolve(path, target, sizeof target)) {
        errno = error;
        return REAL(realpath)(path, resolved);
    }
    return resolved != NULL ? strcpy(resolved, target) : strdup(target);
}

// Adds one simulated chip to the entries of /dev, if the caller's filter wants it.
static int add_chip(
    struct dirent ***entries, int count, int chip, int (*filter)(const struct dirent *)) {
    struct dirent *entry = calloc(1, sizeof *entry);
    struct dirent **grown = realloc(*entries, (size_t)(count + 1) * sizeof *grown);
    if (grown != NULL)
        *entries = grown;
    if (entry == NULL || grown == NULL) {
        free(entry);
        return count;
    }
    snprintf(entry->d_name, sizeof entry->d_name, "gpiochip%d", chip);
    entry->d_type = DT_CHR;
    entry->d_reclen = sizeof *entry;
    if (filter != NULL && !filter(entry)) {
        free(entry);
        return count;
    }
    grown[count] = entry;
    return count + 1;
}

typedef int filter_function(const struct dirent *);
typedef int order_function(const struct dirent **, const struct dirent **);

static int scan(
    int count, struct dirent ***entries, filter_function *filter, order_function *order) {
    struct gpiosim_packet packet = {.request = GPIOSIM_COUNT};
    int chips = ask(&packet, NULL);
    if (count < 0 || chips < 0)
        return count;
    // Real chips, if the machine has any, are hidden: their numbers would be taken twice.
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (strncmp((*entries)[i]->d_name, "gpiochip", 8) == 0)
            free((*entries)[i]);
        else
            (*entries)[kept++] = (*entries)[i];
    }
    for (int chip = 0; chip < GPIOSIM_CHIPS_MAX; chip++) {
        if (chips >> chip & 1)
            kept = add_chip(entries, kept, chip, filter);
    }
    if (order != NULL)
        qsort(*entries, (size_t)kept, sizeof **entries, (int (*)(const void *, const void *))order);
    return kept;
}

static int lists_devices(const char *path) {
    return is_simulated() && (strcmp(path, "/dev") == 0 || strcmp(path, "/dev/") == 0);
}

int scandir(
    const char *path, struct dirent ***entries, filter_function *filter, order_function *order) {
    int count = REAL(scandir)(path, entries, filter, order);
    return lists_devices(path) ? scan(count, entries, filter, order) : count;
}

// On the 64-bit machines this is for, both structures are one.
int scandir64(
    const char *path, struct dirent64 ***entries, int (*filter)(const struct dirent64 *),
    int (*order)(const struct dirent64 **, const struct dirent64 **)) {
    int count = REAL(scandir64)(path, entries, filter, order);
    if (!lists_devices(path))
        return count;
    return scan(
        count, (struct dirent ***)entries, (filter_function *)filter, (order_function *)order);
}

// Whether a descriptor stands for lines of the newer interface.
static int is_line_pipe(int fd, const struct stat *status) {
    return S_ISFIFO(status->st_mode) && (fcntl(fd, F_GETFL) & O_DIRECT) != 0;
}

ssize_t read(int fd, void *buffer, size_t size) {
    ssize_t count = REAL(read)(fd, buffer, size);
    struct stat status;
    if (count != 0 || size == 0 || !is_simulated() || fstat(fd, &status) < 0 ||
        !is_line_pipe(fd, &status))
        return count;
    return fail(ENODEV); // Lines have no end but that of their chip.
}

// Where the kernel writes the descriptor of a new line in the caller's argument.
static void set_descriptor(unsigned long request, void *argument, int fd) {
    if (request == GPIO_GET_LINEHANDLE_IOCTL)
        ((struct gpiohandle_request *)argument)->fd = fd;
    else if (request == GPIO_GET_LINEEVENT_IOCTL)
        ((struct gpioevent_request *)argument)->fd = fd;
    else if (request == GPIO_V2_GET_LINE_IOCTL)
        ((struct gpio_v2_line_request *)argument)->fd = fd;
    else if (fd >= 0)
        close(fd);
}

int ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);

    struct stat status;
    // Real GPIO descriptors are no sockets or pipes, and those know no GPIO requests.
    if (_IOC_TYPE(request) != GPIO_TYPE || !is_simulated() || fstat(fd, &status) < 0 ||
        (!S_ISSOCK(status.st_mode) && !is_line_pipe(fd, &status)))
        return REAL(ioctl)(fd, request, argument);

    struct gpiosim_packet packet = {.handle = status.st_ino, .request = (uint32_t)request};
    size_t size = _IOC_SIZE(request);
    if (size > sizeof packet.body)
        return fail(EINVAL);
    memcpy(&packet.body, argument, size);
    int made;
    int result = ask(&packet, &made);
    if (result < 0)
        return -1;
    memcpy(argument, &packet.body, size);
    set_descriptor(request, argument, made);
    return result;
}
