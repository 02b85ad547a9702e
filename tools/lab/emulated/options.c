// Of libemulated.so: the socket options that QEMU in user mode does not know.
//
// LD_PRELOAD=libemulated.so EMULATED_SOCKET=PATH PROGRAM
//
// An option that QEMU refuses goes, with its socket, to the program that listens at PATH
// (options.py), which belongs to this machine and sets it.

#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

// Sends a socket, an option and its value; returns 0 or an errno.
static int32_t hand_over(int fd, const int32_t option[2], const void *value, size_t size) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("EMULATED_SOCKET");
    if (path == NULL)
        return ENOPROTOOPT;
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int link = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (link < 0)
        return errno;

    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    struct iovec parts[] = {{(void *)option, 2 * sizeof *option}, {(void *)value, size}};
    struct msghdr message = {
        .msg_iov = parts,
        .msg_iovlen = 2,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    int32_t result;
    if (connect(link, (struct sockaddr *)&address, sizeof address) < 0 ||
        sendmsg(link, &message, MSG_NOSIGNAL) < 0 ||
        recv(link, &result, sizeof result, 0) != (ssize_t)sizeof result)
        result = EIO;
    close(link);
    return result;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
    if (syscall(SYS_setsockopt, fd, level, option, value, size) == 0)
        return 0;
    if (errno != ENOPROTOOPT)
        return -1;
    size_t length = size;
    if (level == SOL_SOCKET && option == SO_ATTACH_REUSEPORT_CBPF) {
        const struct sock_fprog *program = value;
        value = program->filter;
        length = program->len * sizeof *program->filter;
    }
    errno = hand_over(fd, (int32_t[]){level, option}, value, length);
    return errno == 0 ? 0 : -1;
}
