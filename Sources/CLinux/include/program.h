#ifndef CLINUX_PROGRAM_H
#define CLINUX_PROGRAM_H

// What only a program that a person runs needs: its arguments, its end, and files written for
// somebody else.

#include <stdint.h>

/// How many words the program was started with, its own name first.
int clinux_argument_count(void);
/// One of them, valid for as long as the program runs.
const char *clinux_argument(int index);

/// Writes the path of the running program's file, with a zero at its end; 0, or -errno.
int clinux_program_path(char *path, int size);

_Noreturn void clinux_exit(int status);

#endif
