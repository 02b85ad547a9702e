#ifndef CLINUX_H
#define CLINUX_H

// The Linux interfaces that Glibc's module map leaves out, and the macros, variadic calls and
// address structures that Swift cannot use well. No `#define _GNU_SOURCE` here: it breaks `fd_set`
// for importers.
//
// Unless documented otherwise, a function returns 0 or a count, and for a failure the negated
// errno, which no later call can overwrite.

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "files.h"
#include "input.h"
#include "machine.h"
#include "network.h"
#include "process.h"
#include "secret.h"
#include "socket.h"
#include "thread.h"

#endif
