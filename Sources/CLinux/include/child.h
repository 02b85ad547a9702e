#ifndef CLINUX_CHILD_H
#define CLINUX_CHILD_H

// A program, run beside this one.

#include <stdint.h>

/// Starts a program with these arguments, its own name first, and this environment alone; each has
/// a NULL at its end.
///
/// Its input is `input`, or /dev/null where that is negative; its output is /dev/null, its
/// complaints go where this program's go. It leads a process group of its own and has no signal
/// blocked or ignored. Returns its process id.
int64_t clinux_child_start(const char *path, char *const arguments[], char *const environment[],
                           int input);
/// Makes two ends of a connection of packets: `ends[0]` never blocks, and neither is inherited.
int clinux_packet_pair(int ends[2]);
/// 1 when it has ended: `status` is what it exited with, or 128 and its signal. 0 while it runs.
int clinux_child_ended(int64_t process, int *status);
/// Ends it, and what it has started in its group.
void clinux_child_kill(int64_t process);

#endif
