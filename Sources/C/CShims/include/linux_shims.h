#pragma once
// Linux calls that `import Glibc` cannot see, because they need _GNU_SOURCE. Each line says which.

/// Headers that Glibc's module map leaves out; their plain functions are then used as they are.
#include <sys/eventfd.h>

/// renameat2(2) with RENAME_EXCHANGE: swaps two directory entries atomically.
int shim_rename_exchange(int old_directory, const char *old_path, int new_directory, const char *new_path);
/// pidfd_open(2) has no glibc wrapper before 2.36.
int shim_pidfd_open(int pid);
/// pidfd_send_signal(2), the same.
int shim_pidfd_send_signal(int pidfd, int signal);
/// pthread_setname_np(3) for the calling thread.
void shim_name_this_thread(const char *name);
/// pipe2(2) with O_CLOEXEC.
int shim_pipe(int *read_end, int *write_end);
/// syncfs(2).
int shim_sync_volume(int descriptor);
/// openat2(2) has no glibc wrapper: opens what lies below a directory, and no part of the path may be a symbolic link.
int shim_open_beneath(int directory, const char *path, int flags);
/// O_PATH.
int shim_open_name_flag(void);
/// posix_spawn(3) with posix_spawn_file_actions_addchdir_np and addclosefrom_np: the child leads its own process group,
/// has all signals unblocked and at their default, and no descriptors but the three. Returns an error number.
int shim_spawn(
    int *child, const char *path, char *const *arguments, char *const *environment, const char *directory, int input,
    int output, int error);
/// posix_spawn(3) of an open program by /proc/self/fd: the child leads a process group, has an empty environment, all
/// signals at their default, the socket as descriptor 3, the program as 4, an open file as standard error and nothing
/// else. Returns an error number.
int shim_spawn_open(int *child, int program, char *const *arguments, int socket, int null, int error);
/// waitid(2) with WNOWAIT, whose siginfo_t is a union that Swift reads badly: the number of a child that has ended and is
/// not reaped yet; 0 for none, -1 for a failure. `pid` is a child's number, or 0 for any child.
int shim_ended_child(int pid);
/// UTIME_OMIT.
long shim_omit_time(void);
/// getdents64(2).
long shim_read_entries(int directory, void *buffer, unsigned long size);
/// Starts a detached or joinable pthread. In C because Swift takes pthread_attr_t for a type of whichever module includes
/// <pthread.h> first. The thread has all asynchronous signals blocked: they are for the thread that listens to them.
int shim_start_thread(
    unsigned long *thread, int detached, unsigned long stack_size, void *(*body)(void *), void *argument);

