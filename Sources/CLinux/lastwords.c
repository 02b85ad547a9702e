#define _GNU_SOURCE
#include "thread.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* A handler runs only system calls, arithmetic, and _dl_find_object, which is made for handlers: no
 * allocation, no lock, no stdio. */

enum { CALLERS = 4, NAME = 160 };

static const struct {
    int number;
    const char *name;
} faults[] = {{SIGILL, "SIGILL"}, {SIGTRAP, "SIGTRAP"}, {SIGSEGV, "SIGSEGV"},
              {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"},   {SIGABRT, "SIGABRT"}};
enum { FAULTS = sizeof faults / sizeof faults[0] };

static struct sigaction before[FAULTS];
static char mark[16];
static __thread uintptr_t stack_top;

struct line {
    char text[1536];
    size_t size;
};

static void add(struct line *line, const char *text, size_t most) {
    for (size_t i = 0; i < most && text[i] != 0 && line->size < sizeof line->text - 1; i++)
        line->text[line->size++] = text[i];
}

static void say(struct line *line, const char *text) { add(line, text, SIZE_MAX); }

static void say_hex(struct line *line, uintptr_t value) {
    char digits[2 * sizeof value + 3];
    size_t at = sizeof digits;
    digits[--at] = 0;
    do
        digits[--at] = "0123456789abcdef"[value & 15];
    while ((value >>= 4) != 0);
    digits[--at] = 'x';
    digits[--at] = '0';
    say(line, digits + at);
}

/* A file of the program on disk; offsets in its tables are used only if they lie inside it. */
struct image {
    const char *bytes;
    size_t size;
};

static struct image map(const char *path) {
    struct image image = {NULL, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        return image;
    if (fstat(fd, &status) == 0 && status.st_size > (off_t)sizeof(ElfW(Ehdr))) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED)
            image = (struct image){bytes, (size_t)status.st_size};
    }
    close(fd);
    return image;
}

static const void *inside(struct image image, uint64_t offset, uint64_t size) {
    return offset <= image.size && size <= image.size - offset ? image.bytes + offset : NULL;
}

/* Writes the name of the function around `address`, as linked. */
static void say_function(struct line *line, struct image image, uintptr_t address) {
    const ElfW(Ehdr) *header = inside(image, 0, sizeof *header);
    if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return;
    const ElfW(Shdr) *sections =
        inside(image, header->e_shoff, (uint64_t)header->e_shnum * sizeof *sections);
    for (int wanted = SHT_SYMTAB; sections != NULL; wanted = SHT_DYNSYM) {
        for (int i = 0; i < header->e_shnum; i++) {
            if (sections[i].sh_type != (unsigned)wanted || sections[i].sh_link >= header->e_shnum)
                continue;
            const ElfW(Shdr) *text = &sections[sections[i].sh_link];
            const ElfW(Sym) *symbols = inside(image, sections[i].sh_offset, sections[i].sh_size);
            const char *names = inside(image, text->sh_offset, text->sh_size);
            if (symbols == NULL || names == NULL)
                continue;
            for (size_t k = 0; k < sections[i].sh_size / sizeof *symbols; k++) {
                const ElfW(Sym) *symbol = &symbols[k];
                if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC
                    || symbol->st_name >= text->sh_size || address < symbol->st_value
                    || address - symbol->st_value >= symbol->st_size)
                    continue;
                size_t most = text->sh_size - symbol->st_name;
                say(line, " ");
                add(line, names + symbol->st_name, most < NAME ? most : NAME);
                return;
            }
        }
        if (wanted == SHT_DYNSYM)
            return;
    }
}

/* Writes "0x1234 function" for the program, as linked; "0x1234 function of FILE" for a library. */
static void say_place(struct line *line, uintptr_t address, int is_return) {
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found) != 0) {
        say_hex(line, address);
        return;
    }
    const char *path = found.dlfo_link_map->l_name;
    int is_own = path == NULL || path[0] == 0;
    uintptr_t linked = address - found.dlfo_link_map->l_addr;
    say_hex(line, linked);
    struct image image = map(is_own ? "/proc/self/exe" : path);
    if (image.bytes != NULL) {
        /* After a call that never returns, another function may begin. */
        say_function(line, image, linked - (is_return ? 1 : 0));
        munmap((void *)image.bytes, image.size);
    }
    if (!is_own) {
        say(line, " of ");
        say(line, path);
    }
}

static void where(const ucontext_t *context, uintptr_t *place, uintptr_t *frame, uintptr_t *stack) {
#if defined(__x86_64__)
    *place = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
    *frame = (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
    *stack = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    *place = context->uc_mcontext.pc;
    *frame = context->uc_mcontext.regs[29];
    *stack = context->uc_mcontext.sp;
#else
    (void)context;
    *place = *frame = *stack = 0;
#endif
}

/* Writes the callers: each frame lies on the thread's own stack, above the one that it called; any
 * other frame ends the chain. */
static void say_callers(struct line *line, uintptr_t frame, uintptr_t stack) {
    for (int i = 0; i < CALLERS; i++) {
        if (stack_top < 2 * sizeof(uintptr_t) || frame % sizeof(uintptr_t) != 0 || frame < stack
            || frame > stack_top - 2 * sizeof(uintptr_t))
            return;
        const uintptr_t *pair = (const uintptr_t *)frame;
        // Code without frame pointers may leave any value here: only a place in code is printed.
        struct dl_find_object code;
        if (_dl_find_object((void *)pair[1], &code) != 0)
            return;
        say(line, i == 0 ? "; called from " : ", ");
        say_place(line, pair[1], 1);
        stack = frame + 1;
        frame = pair[0];
    }
}

static void speak(int number, siginfo_t *info, void *context) {
    (void)info;
    int kept = errno;
    int fault = 0;
    while (fault < FAULTS - 1 && faults[fault].number != number)
        fault++;
    /* From here on the signal has its former action, with which tgkill repeats it below. */
    sigaction(number, &before[fault], NULL);

    struct line line = {.size = 0};
    char name[17] = {0};
    prctl(PR_GET_NAME, name);
    say(&line, mark);
    say(&line, faults[fault].name);
    say(&line, " in thread ");
    say(&line, name);
    say(&line, " at ");
    uintptr_t place, frame, stack;
    where(context, &place, &frame, &stack);
    say_place(&line, place, 0);
    say_callers(&line, frame, stack);
    line.text[line.size++] = '\n';
    ssize_t written = write(STDERR_FILENO, line.text, line.size);
    (void)written;

    syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), number);
    errno = kept;
}

int clinux_last_words_thread(void *stack, size_t size, const void *top) {
    stack_top = (uintptr_t)top;
    stack_t alternate = {.ss_sp = stack, .ss_size = size};
    return sigaltstack(&alternate, NULL) < 0 ? -errno : 0;
}

int clinux_last_words(const char *before_text) {
    static char stack[CLINUX_LAST_WORDS_STACK] __attribute__((aligned(16)));
    strncpy(mark, before_text, sizeof mark - 1);
    int error = clinux_last_words_thread(stack, sizeof stack, __builtin_frame_address(0));
    struct sigaction action = {.sa_sigaction = speak, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < FAULTS && error == 0; i++)
        if (sigaction(faults[i].number, &action, &before[i]) < 0)
            error = -errno;
    return error;
}
