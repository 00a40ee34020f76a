#define _GNU_SOURCE
#include "include/linux_shims.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int shim_rename_exchange(int old_directory, const char *old_path, int new_directory, const char *new_path) {
    return renameat2(old_directory, old_path, new_directory, new_path, RENAME_EXCHANGE);
}

int shim_pidfd_open(int pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int shim_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, (void *)0, 0);
}

void shim_name_this_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int shim_pipe(int *read_end, int *write_end) {
    int ends[2];
    int result = pipe2(ends, O_CLOEXEC);
    if (result == 0) {
        *read_end = ends[0];
        *write_end = ends[1];
    }
    return result;
}

int shim_sync_volume(int descriptor) { return syncfs(descriptor); }

int shim_open_beneath(int directory, const char *path, int flags) {
    struct open_how how = {
        .flags = (unsigned int)flags,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int shim_open_name_flag(void) {
    return O_PATH;
}

/// A child begins in a group of its own, with no signal blocked and none ignored.
static int begin_afresh(posix_spawnattr_t *attributes) {
    sigset_t signals;
    sigemptyset(&signals);
    int code = posix_spawnattr_setsigmask(attributes, &signals);
    sigfillset(&signals);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &signals);
    if (code == 0) code = posix_spawnattr_setpgroup(attributes, 0);
    if (code == 0)
        code = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return code;
}

int shim_spawn(
    int *child, const char *path, char *const *arguments, char *const *environment, const char *directory, int input,
    int output, int error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }

    const int sources[3] = {input, output, error};
    for (int target = 0; code == 0 && target < 3; target++)
        code = posix_spawn_file_actions_adddup2(&actions, sources[target], target);
    if (code == 0 && directory != NULL) code = posix_spawn_file_actions_addchdir_np(&actions, directory);
    // Our own descriptors are closed on exec anyway; this is for those of libraries and of whoever started us.
    if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (code == 0) code = begin_afresh(&attributes);
    if (code == 0) code = posix_spawn(child, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return code;
}

int shim_spawn_open(int *child, int program, char *const *arguments, int socket, int null, int error) {
    static char *const no_environment[] = {NULL};
    // Above all numbers that they are going to have.
    const int sources[5] = {
        fcntl(null, F_DUPFD_CLOEXEC, 16), fcntl(null, F_DUPFD_CLOEXEC, 16), fcntl(error, F_DUPFD_CLOEXEC, 16),
        fcntl(socket, F_DUPFD_CLOEXEC, 16), fcntl(program, F_DUPFD_CLOEXEC, 16)};
    int code = 0;
    for (int index = 0; index < 5; index++)
        if (sources[index] < 0) code = EMFILE;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int has_actions = 0, has_attributes = 0;
    if (code == 0) code = posix_spawn_file_actions_init(&actions);
    has_actions = code == 0;
    if (code == 0) code = posix_spawnattr_init(&attributes);
    has_attributes = has_actions && code == 0;
    for (int target = 0; code == 0 && target < 5; target++)
        code = posix_spawn_file_actions_adddup2(&actions, sources[target], target);
    if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(&actions, 5);
    if (code == 0) code = begin_afresh(&attributes);
    if (code == 0) code = posix_spawn(child, "/proc/self/fd/4", &actions, &attributes, arguments, no_environment);
    if (has_actions) posix_spawn_file_actions_destroy(&actions);
    if (has_attributes) posix_spawnattr_destroy(&attributes);
    for (int index = 0; index < 5; index++)
        if (sources[index] >= 0) close(sources[index]);
    return code;
}

int shim_ended_child(int pid) {
    siginfo_t information;
    memset(&information, 0, sizeof information);
    if (waitid(pid == 0 ? P_ALL : P_PID, (id_t)pid, &information, WEXITED | WNOHANG | WNOWAIT) != 0) return -1;
    return information.si_signo == 0 ? 0 : information.si_pid;
}

long shim_omit_time(void) {
    return UTIME_OMIT;
}

long shim_read_entries(int directory, void *buffer, unsigned long size) {
    return getdents64(directory, buffer, size);
}

int shim_start_thread(
    unsigned long *thread, int detached, unsigned long stack_size, void *(*body)(void *), void *argument) {
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code != 0) return code;
    if (stack_size != 0) code = pthread_attr_setstacksize(&attributes, stack_size);
    if (code == 0 && detached) code = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (code == 0) {
        // A thread starts with its creator's mask; these signals stay deliverable: they are a thread's own failures.
        static const int synchronous[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGPROF};
        sigset_t blocked, before;
        sigfillset(&blocked);
        for (unsigned long index = 0; index < sizeof synchronous / sizeof *synchronous; index++)
            sigdelset(&blocked, synchronous[index]);
        pthread_sigmask(SIG_BLOCK, &blocked, &before);
        pthread_t started;
        code = pthread_create(&started, &attributes, body, argument);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (code == 0) *thread = started;
    }
    pthread_attr_destroy(&attributes);
    return code;
}
