#pragma once
// Linux calls that releases need and `import Glibc` cannot offer. Each line says why.

/// ioctl(2) with FICLONE is variadic: makes one file share the other's blocks, copy on write.
int shim_clone_file(int target, int source);
/// futimens(2): UTIME_OMIT and struct timespec are awkward to reach; sets the time of modification alone.
int shim_set_modified(int file, long long nanoseconds);
/// utimensat(2), the same for a symbolic link itself.
int shim_set_link_modified(int directory, const char *name, long long nanoseconds);
/// sched_getaffinity(2) needs _GNU_SOURCE: how many processors this process may use.
int shim_usable_processors(void);
/// renameat2(2) with RENAME_NOREPLACE needs _GNU_SOURCE: renames, and never over something that exists.
int shim_rename_new(int old_directory, const char *old_path, int new_directory, const char *new_path);
/// setpriority(2) takes an enumeration that Swift reads differently by glibc version, ioprio_set(2) has no wrapper: gives
/// the calling thread the lowest priority on processors and disks.
int shim_yield_to_others(void);
