#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

// Small files, read and written whole.

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/// Without `follow`, describes a symbolic link itself.
int clinux_file_status(const char *path, int follow, struct stat *status);
/// Opens for reading; `status` describes the opened file.
int clinux_file_open(const char *path, struct stat *status);
/// Opens any readable file, and waits for the writer of a pipe; "-" is standard input.
int clinux_source_open(const char *path);
/// Makes a new file and opens it for writing; -EEXIST when the file exists. The umask does not
/// apply.
int clinux_file_create(const char *path, uint32_t mode);
/// Opens an existing file for writing, such as one of /sys.
int clinux_output_open(const char *path);
int clinux_file_sync(int fd);
int clinux_file_rename(const char *from, const char *to);
int clinux_file_remove(const char *path);
int clinux_directory_make(const char *path, uint32_t mode);
/// Returns 0 where the process may make files in a directory.
int clinux_directory_writable(const char *path);
/// Makes renamings and removals in the directory last through a power cut.
int clinux_directory_sync(const char *path);

/// Calls `visit` with each name, in no order, without "." and ".."; -EFBIG beyond `most` names.
int clinux_directory_list(
    const char *path, size_t most,
    void (*visit)(void *argument, const char *name), void *argument);

// A file that only grows; the part of a failed write is cut off.

/// Opens for appending, and makes a missing file; no link, no pipe, no device.
///
/// `size` becomes the file's size, and `last` its last byte, 0 when the file is empty.
int clinux_append_open(const char *path, uint32_t mode, uint64_t *size, uint8_t *last);
int clinux_append_cut(int fd, uint64_t size);

#endif
