#pragma once
// Linux calls that releases need and `import Glibc` cannot offer. Each line says why.

/// ioctl(2) with FICLONE is variadic: makes one file share the other's blocks, copy on write.
int shim_clone_file(int target, int source);
/// renameat2(2) with RENAME_NOREPLACE needs _GNU_SOURCE: renames, and never over something that exists.
int shim_rename_new(const char *old_path, const char *new_path);
