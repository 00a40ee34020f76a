// Stands between a program and the C library and has one system call fail, or the process die at it, as the control page
// says. Loaded by /etc/ld.so.preload of a mount namespace, so that a child with an empty environment has it too.
#define _GNU_SOURCE
#include "../Control/include/control.h"
#include "../Control/layout.h"

#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

enum verdict { PASS, FAIL, SHORTEN, DIE_AFTER };

// Calls without a path: they are not looked for below the root.
static const char *const NO_PATH = "-";
static struct fault_page *page;

static long (*next_syscall)(long, ...);

__attribute__((constructor)) static void find_page(void) {
    next_syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    char program[4096];
    ssize_t length = next_syscall(SYS_readlink, "/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) return;
    program[length] = 0;
    const char *slash = strrchr(program, '/');
    int file = (int)next_syscall(SYS_openat, AT_FDCWD, FAULT_PAGE_PATH, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    // The harness itself is started before it has made the page.
    if (next_syscall(SYS_lseek, file, 0L, SEEK_END) < (long)sizeof *page) {
        next_syscall(SYS_close, file);
        return;
    }
    long mapped = next_syscall(SYS_mmap, NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, (long)file, 0L);
    next_syscall(SYS_close, file);
    if (mapped == -1) return;
    struct fault_page *found = (struct fault_page *)mapped;
    const char *name = slash == NULL ? program : slash + 1;
    if (found->program[0] != 0 && strncmp(name, found->program, strlen(found->program)) == 0)
        page = found;
    else
        next_syscall(SYS_munmap, mapped, sizeof *page);
}

static int active(void) {
    return page != NULL && atomic_load_explicit(&page->armed, memory_order_acquire) != 0;
}

static void die(void) {
    int victim = page->victim == 0 ? (int)next_syscall(SYS_getpid) : page->victim;
    // The worker's sandbox refuses the signal; ending all of its threads at once comes to the same.
    if (next_syscall(SYS_kill, victim, SIGKILL) != 0) next_syscall(SYS_exit_group, 137);
    // The signal ends all threads; until then this one does nothing more.
    for (;;) next_syscall(SYS_pause);
}

// The path of a call, absolute; empty when it cannot be told.
static void full_path(int directory, const char *path, char *out, size_t size) {
    out[0] = 0;
    if (path != NULL && path[0] == '/') {
        snprintf(out, size, "%s", path);
        return;
    }
    char link[48];
    if (directory == AT_FDCWD)
        snprintf(link, sizeof link, "/proc/self/cwd");
    else
        snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    char base[4096];
    long length = next_syscall(SYS_readlink, link, base, sizeof base - 1);
    if (length <= 0) return;
    base[length] = 0;
    char *deleted = strstr(base, " (deleted)");
    if (deleted != NULL) *deleted = 0;
    snprintf(out, size, path == NULL || path[0] == 0 ? "%s" : "%s/%s", base, path);
}

// What differs between two runs becomes a star: names of commits, of packs, and of what is temporary.
static void normalize(const char *path, char *out, size_t size) {
    size_t used = 0;
    while (*path != 0 && used + 2 < size) {
        size_t digits = strspn(path, "0123456789abcdef");
        const char *random = NULL;
        if (strncmp(path, ".git-sidecar-tmp-", 17) == 0) random = path + 17;
        if (strncmp(path, "pack_git2_", 10) == 0 || strncmp(path, "tmp_object_", 11) == 0) random = strrchr(path, '_') + 1;
        if (random != NULL) {
            while (path < random && used + 2 < size) out[used++] = *path++;
            while (isalnum((unsigned char)*path)) path++;
            out[used++] = '*';
        } else if (digits >= 32) {
            path += digits;
            out[used++] = '*';
        } else {
            // A whole run at a time, so that no hash begins in the middle of a word.
            size_t run = digits > 0 ? digits : 1;
            while (run-- > 0 && used + 2 < size) out[used++] = *path++;
        }
    }
    out[used] = 0;
}

static enum verdict judge(const char *name, uint32_t kind, int directory, const char *path) {
    if ((kind & (page->kinds | page->lasting_kinds)) == 0) return PASS;
    char normal[FAULT_TEXT] = "-";
    if (path != NO_PATH) {
        char full[8192];
        full_path(directory, path, full, sizeof full);
        size_t length = strlen(page->root);
        if (strncmp(full, page->root, length) != 0 || (full[length] != '/' && full[length] != 0)) return PASS;
        normalize(full[length] == 0 ? "." : full + length + 1, normal, sizeof normal);
    }
    int lasts = atomic_load(&page->strikes) > 0 && (kind & page->lasting_kinds) != 0;
    if (!lasts) {
        if ((kind & page->kinds) == 0) return PASS;
        if (page->name[0] != 0 && strcmp(page->name, name) != 0) return PASS;
        if (page->path[0] != 0 && strcmp(page->path, normal) != 0) return PASS;
        uint32_t number = atomic_fetch_add(&page->count, 1) + 1;
        if (page->mode == FAULT_TRACE_ONLY) {
            uint32_t place = atomic_fetch_add(&page->traced, 1);
            if (place < FAULT_TRACE) {
                struct fault_call *call = &page->trace[place];
                call->kind = kind;
                snprintf(call->name, sizeof call->name, "%s", name);
                memcpy(call->path, normal, sizeof normal);
            }
            return PASS;
        }
        if (number != page->occurrence) return PASS;
        snprintf(page->struck.name, sizeof page->struck.name, "%s", name);
        memcpy(page->struck.path, normal, sizeof normal);
    }
    atomic_fetch_add(&page->strikes, 1);
    switch (page->mode) {
    case FAULT_KILL: die(); break;
    case FAULT_KILL_AFTER: return DIE_AFTER;
    case FAULT_SHORT_WRITE:
        if (!lasts) return SHORTEN;
        break;
    }
    errno = page->error;
    return FAIL;
}

#define WRAP(type, name, parameters, arguments, kind, directory, path, failure) \
    type name parameters { \
        static __typeof__(&name) next; \
        if (next == NULL) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
        if (!active()) return next arguments; \
        enum verdict verdict = judge(#name, kind, directory, path); \
        if (verdict == FAIL) return failure; \
        type result = next arguments; \
        if (verdict == DIE_AFTER) die(); \
        return result; \
    }

// Of a write that is shortened, this much is written.
#define WRAP_WRITE(name, parameters, arguments) \
    ssize_t name parameters { \
        static __typeof__(&name) next; \
        if (next == NULL) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
        if (!active()) return next arguments; \
        enum verdict verdict = judge(#name, FAULT_WRITE, file, NULL); \
        if (verdict == FAIL) return -1; \
        if (verdict == SHORTEN && size > 1) size /= 2; \
        ssize_t result = next arguments; \
        if (verdict == DIE_AFTER) die(); \
        return result; \
    }

#define OPEN_KIND (flags & O_CREAT ? FAULT_CREATE : FAULT_OPEN)
#define WRAP_OPEN(name, parameters, arguments, directory) \
    int name parameters { \
        static int (*next) parameters; \
        if (next == NULL) next = (__typeof__(next))dlsym(RTLD_NEXT, #name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list list; \
            va_start(list, flags); \
            mode = va_arg(list, mode_t); \
            va_end(list); \
        } \
        if (!active()) return next arguments; \
        enum verdict verdict = judge(#name, OPEN_KIND, directory, path); \
        if (verdict == FAIL) return -1; \
        int result = next arguments; \
        if (verdict == DIE_AFTER) die(); \
        return result; \
    }

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode), AT_FDCWD)
WRAP_OPEN(openat, (int directory, const char *path, int flags, ...), (directory, path, flags, mode), directory)
WRAP_OPEN(openat64, (int directory, const char *path, int flags, ...), (directory, path, flags, mode), directory)
WRAP(DIR *, opendir, (const char *path), (path), FAULT_OPEN, AT_FDCWD, path, NULL)

WRAP_WRITE(write, (int file, const void *bytes, size_t size), (file, bytes, size))
WRAP_WRITE(pwrite, (int file, const void *bytes, size_t size, off_t offset), (file, bytes, size, offset))
WRAP(ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count), FAULT_WRITE, file, NULL, -1)
WRAP(int, ftruncate, (int file, off_t size), (file, size), FAULT_WRITE, file, NULL, -1)
WRAP(int, fallocate, (int file, int mode, off_t offset, off_t size), (file, mode, offset, size), FAULT_WRITE, file, NULL, -1)
WRAP(int, posix_fallocate, (int file, off_t offset, off_t size), (file, offset, size), FAULT_WRITE, file, NULL, page->error)

WRAP(int, fsync, (int file), (file), FAULT_SYNC, file, NULL, -1)
WRAP(int, fdatasync, (int file), (file), FAULT_SYNC, file, NULL, -1)
WRAP(int, syncfs, (int file), (file), FAULT_SYNC, file, NULL, -1)

WRAP(int, rename, (const char *old, const char *new), (old, new), FAULT_NAME, AT_FDCWD, new, -1)
WRAP(int, renameat, (int from, const char *old, int to, const char *new), (from, old, to, new), FAULT_NAME, to, new, -1)
WRAP(int, renameat2, (int from, const char *old, int to, const char *new, unsigned flags), (from, old, to, new, flags), FAULT_NAME, to, new, -1)
WRAP(int, link, (const char *old, const char *new), (old, new), FAULT_NAME, AT_FDCWD, new, -1)
WRAP(int, linkat, (int from, const char *old, int to, const char *new, int flags), (from, old, to, new, flags), FAULT_NAME, to, new, -1)
WRAP(int, symlink, (const char *target, const char *path), (target, path), FAULT_NAME, AT_FDCWD, path, -1)
WRAP(int, symlinkat, (const char *target, int directory, const char *path), (target, directory, path), FAULT_NAME, directory, path, -1)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), FAULT_NAME, AT_FDCWD, path, -1)
WRAP(int, mkdirat, (int directory, const char *path, mode_t mode), (directory, path, mode), FAULT_NAME, directory, path, -1)
WRAP(int, unlink, (const char *path), (path), FAULT_REMOVE, AT_FDCWD, path, -1)
WRAP(int, unlinkat, (int directory, const char *path, int flags), (directory, path, flags), FAULT_REMOVE, directory, path, -1)
WRAP(int, rmdir, (const char *path), (path), FAULT_REMOVE, AT_FDCWD, path, -1)

WRAP(int, chmod, (const char *path, mode_t mode), (path, mode), FAULT_CHANGE, AT_FDCWD, path, -1)
WRAP(int, fchmod, (int file, mode_t mode), (file, mode), FAULT_CHANGE, file, NULL, -1)
WRAP(int, fchmodat, (int directory, const char *path, mode_t mode, int flags), (directory, path, mode, flags), FAULT_CHANGE, directory, path, -1)
WRAP(int, futimens, (int file, const struct timespec times[2]), (file, times), FAULT_CHANGE, file, NULL, -1)
WRAP(int, utimensat, (int directory, const char *path, const struct timespec times[2], int flags), (directory, path, times, flags), FAULT_CHANGE, directory, path, -1)
WRAP(int, utimes, (const char *path, const struct timeval times[2]), (path, times), FAULT_CHANGE, AT_FDCWD, path, -1)

WRAP(ssize_t, read, (int file, void *bytes, size_t size), (file, bytes, size), FAULT_READ, file, NULL, -1)
WRAP(ssize_t, pread, (int file, void *bytes, size_t size, off_t offset), (file, bytes, size, offset), FAULT_READ, file, NULL, -1)
WRAP(ssize_t, getdents64, (int file, void *bytes, size_t size), (file, bytes, size), FAULT_READ, file, NULL, -1)
WRAP(ssize_t, readlink, (const char *path, char *bytes, size_t size), (path, bytes, size), FAULT_READ, AT_FDCWD, path, -1)
WRAP(ssize_t, readlinkat, (int directory, const char *path, char *bytes, size_t size), (directory, path, bytes, size), FAULT_READ, directory, path, -1)
WRAP(int, stat, (const char *path, struct stat *status), (path, status), FAULT_READ, AT_FDCWD, path, -1)
WRAP(int, lstat, (const char *path, struct stat *status), (path, status), FAULT_READ, AT_FDCWD, path, -1)
WRAP(int, fstat, (int file, struct stat *status), (file, status), FAULT_READ, file, NULL, -1)
WRAP(int, fstatat, (int directory, const char *path, struct stat *status, int flags), (directory, path, status, flags), FAULT_READ, directory, path, -1)
WRAP(int, statvfs, (const char *path, struct statvfs *status), (path, status), FAULT_READ, AT_FDCWD, path, -1)

WRAP(void *, mmap, (void *at, size_t size, int protection, int flags, int file, off_t offset), (at, size, protection, flags, file, offset), FAULT_MAP, file, flags & MAP_ANONYMOUS ? "/" : NULL, MAP_FAILED)

WRAP(int, posix_spawn, (pid_t *child, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]), (child, path, actions, attributes, arguments, environment), FAULT_SPAWN, AT_FDCWD, NO_PATH, page->error)
WRAP(int, pthread_create, (pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument), (thread, attributes, body, argument), FAULT_SPAWN, AT_FDCWD, NO_PATH, page->error)
WRAP(int, socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends), FAULT_SPAWN, AT_FDCWD, NO_PATH, -1)
WRAP(int, pipe2, (int ends[2], int flags), (ends, flags), FAULT_SPAWN, AT_FDCWD, NO_PATH, -1)
WRAP(int, memfd_create, (const char *name, unsigned flags), (name, flags), FAULT_SPAWN, AT_FDCWD, NO_PATH, -1)
WRAP(int, kill, (pid_t process, int number), (process, number), FAULT_TELL, AT_FDCWD, NO_PATH, -1)
WRAP(int, connect, (int socket, const struct sockaddr *address, socklen_t size), (socket, address, size), FAULT_TELL, AT_FDCWD, NO_PATH, -1)

// What has no function of its own in the C library; six arguments are what any call takes at most.
long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long), d = va_arg(list, long),
         e = va_arg(list, long), f = va_arg(list, long);
    va_end(list);
    enum verdict verdict = PASS;
    if (active() && number == SYS_openat2)
        verdict = judge("openat2", FAULT_OPEN, (int)a, (const char *)b);
    else if (active() && number == SYS_renameat2)
        verdict = judge("renameat2", FAULT_NAME, (int)c, (const char *)d);
    else if (active() && number == SYS_pidfd_open)
        verdict = judge("pidfd_open", FAULT_SPAWN, AT_FDCWD, NO_PATH);
    else if (active() && number == SYS_pidfd_send_signal)
        verdict = judge("pidfd_send_signal", FAULT_TELL, AT_FDCWD, NO_PATH);
    if (verdict == FAIL) return -1;
    if (next_syscall == NULL) next_syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    long result = next_syscall(number, a, b, c, d, e, f);
    if (verdict == DIE_AFTER) die();
    return result;
}
