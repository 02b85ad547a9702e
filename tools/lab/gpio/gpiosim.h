// What libgpiosim.so and gpiosim say to each other.
//
// One request and its answer are a packet each on a fresh SOCK_SEQPACKET connection, so that
// any thread of any program may ask at any time. An answer may carry one descriptor: the end of
// a socket pair that stands for an open chip or for lines of the kernel's older interface, or of a
// pipe for lines of the newer one. Its other end tells the simulator by a hang-up when the program
// has closed it, or died; it is named by its inode, which both sides can look up, so that the
// preload keeps no table of descriptors.

#ifndef GPIOSIM_H
#define GPIOSIM_H

#include <linux/gpio.h>
#include <stdint.h>

#define GPIOSIM_SOCKET_VARIABLE "GPIOSIM_SOCKET"
#define GPIOSIM_CHIPS_MAX 8

// Besides the kernel's own request numbers.
enum gpiosim_request {
    GPIOSIM_COUNT = 1, // Returns a bit for each chip there is.
    GPIOSIM_OPEN = 2,  // Opens chip number `handle`.
};

struct gpiosim_packet {
    uint64_t handle;  // The inode of the descriptor asked about.
    uint32_t request; // An ioctl request number, or one of the above.
    int32_t result;   // In the answer: as the ioctl returns it, or a negated errno.
    union {
        struct gpiochip_info chip;
        struct gpioline_info line;
        struct gpiohandle_request lines;
        struct gpioevent_request event;
        struct gpiohandle_data values;
        struct gpio_v2_line_info v2_line;
        struct gpio_v2_line_request v2_lines;
        struct gpio_v2_line_values v2_values;
    } body; // The ioctl's argument.
};

#endif
