#define _GNU_SOURCE
#include "rights.h"

#include <errno.h>
#include <grp.h>
#include <sys/syscall.h>
#include <unistd.h>

// The C library's functions change every thread of the process; these system calls change the one
// that asks. On 32-bit machines the older calls take ids of 16 bits.
#ifdef SYS_setresuid32
#define SET_USER SYS_setresuid32
#define SET_GROUP SYS_setresgid32
#define SET_GROUPS SYS_setgroups32
#else
#define SET_USER SYS_setresuid
#define SET_GROUP SYS_setresgid
#define SET_GROUPS SYS_setgroups
#endif

#define GROUPS_MAX 256
#define SAME ((uid_t)-1)

// The user and groups of the thread before it acted as another user.
static _Thread_local gid_t own_groups[GROUPS_MAX];
static _Thread_local int own_count;
static _Thread_local gid_t own_group;
static _Thread_local uid_t own_user;

int clinux_act_as_itself(void) {
    // The user first: without root's rights the groups could not be changed.
    if (syscall(SET_USER, SAME, own_user, SAME) < 0 ||
        syscall(SET_GROUP, SAME, own_group, SAME) < 0 ||
        syscall(SET_GROUPS, own_count, own_groups) < 0)
        return -errno;
    return 0;
}

int clinux_act_as(uint32_t user, uint32_t group) {
    int count = getgroups(GROUPS_MAX, own_groups);
    if (count < 0)
        return -errno;
    own_count = count;
    own_group = getegid();
    own_user = geteuid();
    gid_t only = group;
    if (syscall(SET_GROUPS, 1, &only) < 0 || syscall(SET_GROUP, SAME, only, SAME) < 0 ||
        syscall(SET_USER, SAME, user, SAME) < 0) {
        int error = errno;
        clinux_act_as_itself();
        return -error;
    }
    return 0;
}
