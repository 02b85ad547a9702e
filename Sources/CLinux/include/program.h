#ifndef CLINUX_PROGRAM_H
#define CLINUX_PROGRAM_H

// What only a program that a person runs needs: its arguments, its end, and files written for
// somebody else.

#include <stdint.h>

/// How many words the program was started with, its own name first.
int clinux_argument_count(void);
/// One of them, valid for as long as the program runs.
const char *clinux_argument(int index);

_Noreturn void clinux_exit(int status);
/// Gives a file to a user and group; a symbolic link itself, not what it points to.
int clinux_file_set_owner(const char *path, uint32_t owner, uint32_t group);

#endif
