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
