#ifndef CLINUX_FILES_H
#define CLINUX_FILES_H

// Whole small files, never a position in one.

#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

struct clinux_file_status {
    uint64_t size;
    uint32_t mode; // Permission bits only.
    uint32_t owner;
    uint32_t group;
    int is_regular;
    int is_directory;
    int is_link;
    int is_socket;
};

/// `follow`: 0 describes a symbolic link itself.
int clinux_file_status(const char *path, int follow, struct clinux_file_status *status);
/// Opens for reading; `status` describes the very file opened.
int clinux_file_open(const char *path, struct clinux_file_status *status);
/// Opens a new file for writing; -EEXIST when there is one. The umask does not apply.
int clinux_file_create(const char *path, uint32_t mode);
/// Opens an existing file for writing, such as one of /sys.
int clinux_output_open(const char *path);
int clinux_file_sync(int fd);
int clinux_file_rename(const char *from, const char *to);
int clinux_file_remove(const char *path);
/// Gives a file to a user and group; a symbolic link itself, not what it points to.
int clinux_file_set_owner(const char *path, uint32_t owner, uint32_t group);
/// Gives an open file to a user and group, unless it is theirs.
int clinux_file_give(int fd, uint32_t owner, uint32_t group);
int clinux_directory_make(const char *path, uint32_t mode);
/// Only an empty one.
int clinux_directory_remove(const char *path);
/// Makes what was renamed or removed in the directory last through a power cut.
int clinux_directory_sync(const char *path);

/// Calls `visit` with each name, in no order, without "." and "..".
int clinux_directory_list(
    const char *path, void (*visit)(void *argument, const char *name), void *argument);

#endif
