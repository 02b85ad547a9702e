#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

// The process itself, its arguments and rights; and the programs that it starts.

#include <stddef.h>
#include <stdint.h>

/// Returns the text of an errno; never NULL, valid for ever.
const char *clinux_error_text(int error);
/// Finds the columns and rows of the terminal; -ENOTTY when `fd` is no terminal.
int clinux_terminal_size(int fd, int *columns, int *rows);

/// Opens /dev/null, the wrong way round, for each closed one of the three standard streams.
void clinux_fill_streams(void);

/// Locks pages touched from now on, after freeing unused heap memory.
int clinux_memory_lock(void);
/// Forbids core dumps, and reading of this memory by other processes of the same user.
int clinux_hide_memory(void);
/// Ignores broken pipes, and signals with no meaning here that would end the process.
void clinux_ignore_strays(void);

/// Returns how many words the program was started with, its own name first.
int clinux_argument_count(void);
/// Returns one of these words, valid for as long as the program runs.
const char *clinux_argument(int index);

/// Gives the calling thread the rights of a user and of one group; for root only.
///
/// Calls must not nest. The process's other threads keep their rights.
int clinux_act_as(uint32_t user, uint32_t group);
/// Gives the thread its own rights again.
int clinux_act_as_itself(void);

// A program that runs beside this one.

/// Starts a program with these arguments, its own name first, and with only this environment; a
/// NULL ends each.
///
/// Its input is `input`, or /dev/null if that is negative; its output is /dev/null; its standard
/// error is this program's. It leads a process group of its own and has no signal blocked or
/// ignored. Returns its process id.
int64_t clinux_child_start(const char *path, char *const arguments[], char *const environment[],
                           int input);
/// Makes the two ends of a connection of packets: `ends[0]` never blocks, and no program inherits
/// either.
int clinux_packet_pair(int ends[2]);
/// Returns 1 when the program has ended: `status` is its exit status, or 128 plus its signal. 0
/// while it runs.
int clinux_child_ended(int64_t process, int *status);

#endif
