#pragma once
// git_libgit2_opts() is variadic, which Swift cannot call, and a wrong argument type is undefined behaviour:
// one function for each use. All of them change process-wide state of libgit2 and return its status.

#include <stddef.h>
#include <stdint.h>

/// GIT_OPT_SET_SEARCH_PATH: where libgit2 looks for the configuration of `level` (a git_config_level_t).
int shim_git_set_search_path(int level, const char *path);
/// GIT_OPT_SET_OWNER_VALIDATION: whether a repository of another user is refused.
int shim_git_set_owner_validation(int enabled);
/// GIT_OPT_SET_MWINDOW_SIZE and GIT_OPT_SET_MWINDOW_MAPPED_LIMIT: bytes of a pack mapped at once, and of all packs.
int shim_git_set_window_sizes(size_t window, size_t mapped);
/// GIT_OPT_SET_MWINDOW_FILE_LIMIT: how many pack files stay open.
int shim_git_set_window_file_limit(size_t files);
/// GIT_OPT_SET_CACHE_MAX_SIZE: bytes of objects kept in memory.
int shim_git_set_cache_size(int64_t bytes);
/// GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION: whether every read object is hashed again.
int shim_git_set_strict_hash_verification(int enabled);
/// GIT_OPT_ENABLE_FSYNC_GITDIR: whether written objects are forced to the disk.
int shim_git_set_fsync(int enabled);
/// GIT_OPT_DISABLE_PACK_KEEP_FILE_CHECKS: whether the search for .keep files beside packs is left out.
int shim_git_set_keep_file_checks_disabled(int disabled);
/// GIT_OPT_SET_ALLOCATOR: the usual allocation, which `shim_git_limit_allocations` can limit.
int shim_git_set_limiting_allocator(void);
/// The most bytes that libgit2 may allocate at once on this thread; SIZE_MAX for no limit. Returns the limit before.
size_t shim_git_limit_allocations(size_t bytes);
