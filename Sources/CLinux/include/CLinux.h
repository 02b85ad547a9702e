#ifndef CLINUX_H
#define CLINUX_H

// The Linux interfaces that Glibc's module map leaves out, and the macros and variadic calls
// Swift cannot import. No `#define _GNU_SOURCE` here: it breaks `fd_set` for importers.

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "constant_time.h"
#include "secret.h"

#endif
