#define _GNU_SOURCE
#include "include/release_shims.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void fill_times(struct timespec times[2], long long nanoseconds) {
    long long rest = (nanoseconds % 1000000000 + 1000000000) % 1000000000;
    times[0] = (struct timespec){.tv_sec = 0, .tv_nsec = UTIME_OMIT};
    times[1] = (struct timespec){.tv_sec = (nanoseconds - rest) / 1000000000, .tv_nsec = rest};
}

int shim_set_modified(int file, long long nanoseconds) {
    struct timespec times[2];
    fill_times(times, nanoseconds);
    return futimens(file, times);
}

int shim_set_link_modified(int directory, const char *name, long long nanoseconds) {
    struct timespec times[2];
    fill_times(times, nanoseconds);
    return utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW);
}

int shim_usable_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

int shim_clone_file(int target, int source) {
    return ioctl(target, FICLONE, source);
}

int shim_rename_new(int old_directory, const char *old_path, int new_directory, const char *new_path) {
    return renameat2(old_directory, old_path, new_directory, new_path, RENAME_NOREPLACE);
}

int shim_yield_to_others(void) {
    // On Linux both mean the calling thread alone. Class 3 of ioprio_set(2) is "idle".
    int result = setpriority(PRIO_PROCESS, 0, 19);
    if (syscall(SYS_ioprio_set, 1, 0, 3 << 13) != 0) result = -1;
    return result;
}
