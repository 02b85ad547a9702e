// A plugin of QEMU: counts the instructions of each thread of the program that it runs.
//
// qemu-aarch64 -plugin libcount.so,to=FOLDER PROGRAM
//
// FOLDER/PID.count has a `struct thread` for each thread, in the order in which they began, which
// others may read meanwhile. A turn is what a thread does from one wait for events to the next.

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// What is used of QEMU's interface for plugins, version 1.
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
typedef void translated_function(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void executed_function(unsigned, void *);
typedef void called_function(
    qemu_plugin_id_t, unsigned, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
    uint64_t, uint64_t, uint64_t);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, translated_function *);
void qemu_plugin_register_vcpu_tb_exec_cb(
    struct qemu_plugin_tb *, executed_function *, int, void *);
void qemu_plugin_register_vcpu_syscall_cb(qemu_plugin_id_t, called_function *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);

#define EXPORTED __attribute__((visibility("default")))
#define THREADS_MAX 64
#define EPOLL_PWAIT 22 // Of arm64, whose C library calls it for epoll_wait.

EXPORTED int qemu_plugin_version = 1;

struct thread {
    uint64_t instructions, turns, greatest, began;
};

static struct thread *threads;

static void executed(unsigned number, void *count) {
    threads[number % THREADS_MAX].instructions += (uintptr_t)count;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(block);
    qemu_plugin_register_vcpu_tb_exec_cb(block, executed, 0, (void *)count);
}

static void called(
    qemu_plugin_id_t id, unsigned number, int64_t call, uint64_t a, uint64_t b, uint64_t c,
    uint64_t d, uint64_t e, uint64_t f, uint64_t g, uint64_t h) {
    (void)id, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
    if (call != EPOLL_PWAIT)
        return;
    struct thread *thread = &threads[number % THREADS_MAX];
    uint64_t turn = thread->instructions - thread->began;
    if (thread->turns > 0 && turn > thread->greatest)
        thread->greatest = turn;
    thread->began = thread->instructions;
    thread->turns++;
}

EXPORTED int qemu_plugin_install(
    qemu_plugin_id_t id, const void *info, int count, char **words) {
    (void)info;
    char path[512];
    size_t size = THREADS_MAX * sizeof *threads;
    const char *folder = count == 1 && strncmp(words[0], "to=", 3) == 0 ? words[0] + 3 : ".";
    snprintf(path, sizeof path, "%s/%d.count", folder, (int)getpid());
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
        return -1;
    threads = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (threads == MAP_FAILED)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_vcpu_syscall_cb(id, called);
    return 0;
}
