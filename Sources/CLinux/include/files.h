#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

// Whole small files, never a position in one. A path is taken from an open directory, or from the
// current one (AT_FDCWD); `follow` is whether a symbolic link in its last place is followed.

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

struct clinux_file_status {
    uint64_t size;
    uint64_t links; // How many names it has.
    uint32_t mode;  // Permission bits only.
    uint32_t owner;
    uint32_t group;
    int is_regular;
    int is_directory;
    int is_link;
    int is_socket;
};

/// Without `follow` it describes a symbolic link itself.
int clinux_file_status(
    int directory, const char *path, int follow, struct clinux_file_status *status);
/// Opens for reading; `status` describes the very file opened.
int clinux_file_open(
    int directory, const char *path, int follow, struct clinux_file_status *status);
/// Opens whatever can be read, and waits for who writes to a pipe; "-" is standard input.
int clinux_source_open(const char *path);
/// Opens anything, without any right to its contents (O_PATH); `status` describes what it is.
int clinux_place_open(
    int directory, const char *path, int follow, struct clinux_file_status *status);
/// Where the open symbolic link leads, with a zero at its end.
int clinux_link_read(int fd, char *target, size_t size);
/// Opens a new file for writing; -EEXIST when there is one. The umask does not apply.
int clinux_file_create(int directory, const char *path, uint32_t mode);
/// Opens an existing file for writing, such as one of /sys.
int clinux_output_open(const char *path);
int clinux_file_sync(int fd);
int clinux_file_rename(int directory, const char *from, const char *to);
int clinux_file_remove(int directory, const char *path);
int clinux_directory_make(int directory, const char *path, uint32_t mode);
/// 0 where the process may make files in a directory.
int clinux_directory_writable(int directory, const char *path);
/// Makes what was renamed or removed in the directory last through a power cut.
int clinux_directory_sync(int directory, const char *path);

/// Calls `visit` with each name, in no order, without "." and ".."; -EFBIG beyond `most` names.
int clinux_directory_list(
    int directory, const char *path, size_t most,
    void (*visit)(void *argument, const char *name), void *argument);

#endif
