#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

// Whole small files, never a position in one.

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

struct clinux_file_status {
    uint64_t size;
    uint32_t mode;  // Permission bits only.
    uint32_t owner;
    uint32_t group;
    int is_regular;
    int is_directory;
    int is_link;
    int is_socket;
};

/// Without `follow` it describes a symbolic link itself.
int clinux_file_status(const char *path, int follow, struct clinux_file_status *status);
/// Opens for reading; `status` describes the very file opened.
int clinux_file_open(const char *path, struct clinux_file_status *status);
/// Opens whatever can be read, and waits for who writes to a pipe; "-" is standard input.
int clinux_source_open(const char *path);
/// Opens a new file for writing; -EEXIST when there is one. The umask does not apply.
int clinux_file_create(const char *path, uint32_t mode);
/// Opens an existing file for writing, such as one of /sys.
int clinux_output_open(const char *path);
int clinux_file_sync(int fd);
int clinux_file_rename(const char *from, const char *to);
int clinux_file_remove(const char *path);
int clinux_directory_make(const char *path, uint32_t mode);
/// 0 where the process may make files in a directory.
int clinux_directory_writable(const char *path);
/// Makes what was renamed or removed in the directory last through a power cut.
int clinux_directory_sync(const char *path);

/// Calls `visit` with each name, in no order, without "." and ".."; -EFBIG beyond `most` names.
int clinux_directory_list(
    const char *path, size_t most,
    void (*visit)(void *argument, const char *name), void *argument);

// A file that only grows, and is cut where it was written to in vain.

/// Opens for appending, and makes a file that is not there; no link, no pipe, no device.
///
/// `size` is what it holds; `last` its last byte, 0 when it is empty.
int clinux_append_open(const char *path, uint32_t mode, uint64_t *size, uint8_t *last);
/// Waits until the disk has what was written.
int clinux_append_sync(int fd);
int clinux_append_cut(int fd, uint64_t size);

#endif
