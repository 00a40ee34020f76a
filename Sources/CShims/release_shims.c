#define _GNU_SOURCE
#include "include/release_shims.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>

int shim_clone_file(int target, int source) {
    return ioctl(target, FICLONE, source);
}

int shim_rename_new(const char *old_path, const char *new_path) {
    return renameat2(AT_FDCWD, old_path, AT_FDCWD, new_path, RENAME_NOREPLACE);
}
