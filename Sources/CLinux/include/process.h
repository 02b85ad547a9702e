#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

// The process itself: its arguments and its rights; and programs that it runs beside it.

#include <stddef.h>
#include <stdint.h>

/// The text of an errno; never NULL, valid for ever.
const char *clinux_error_text(int error);
/// Columns and rows of the terminal; -ENOTTY when it is none.
int clinux_terminal_size(int fd, int *columns, int *rows);
/// Whether the terminal is this process group's to draw on; 1 also where it is nobody's.
int clinux_is_foreground(int fd);
/// The id of a group by its name, or a negated errno (-ENOENT: no such group).
int64_t clinux_group_id(const char *name);

/// Whether a group's list of members has a user: 1, or 0; a negated errno (-ENOENT: no such group).
int clinux_group_lists(const char *name, const char *user);

/// Opens /dev/null, the wrong way round, for whichever of the three standard streams is closed.
void clinux_fill_streams(void);

/// Locks what is touched from now on, after giving back what the heap does not use.
int clinux_memory_lock(void);
/// No core dumps, and no other process of the same user may read this one's memory.
int clinux_hide_memory(void);
/// Ignores broken pipes, and the signals that would end the process though they ask nothing of it.
void clinux_ignore_strays(void);

/// How many words the program was started with, its own name first.
int clinux_argument_count(void);
/// One of them, valid for as long as the program runs.
const char *clinux_argument(int index);

/// The calling thread acts with the rights of a user and of one group; for root only.
///
/// Never within another call of it. The process's other threads keep their rights.
int clinux_act_as(uint32_t user, uint32_t group);
/// The thread acts with its own rights again.
int clinux_act_as_itself(void);

// A program, run beside this one.

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
