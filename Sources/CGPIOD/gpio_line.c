#include "gpio_line.h"

#include <gpiod.h>

#ifdef GPIOD_LINE_BULK_MAX_LINES /* Only libgpiod 1.x knows bulks. */
int cgpiod_major_version(void) { return 1; }
#else
int cgpiod_major_version(void) { return 2; }
#endif
