#define _GNU_SOURCE
#include "include/git_shims.h"

#include <git2.h>
#include <git2/sys/alloc.h>
#if __has_include(<git2/sys/errors.h>)
#include <git2/sys/errors.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

int shim_git_set_search_path(int level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

int shim_git_set_owner_validation(int enabled) {
    return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

int shim_git_set_window_sizes(size_t window, size_t mapped) {
    int status = git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window);
    return status < 0 ? status : git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, mapped);
}

int shim_git_set_window_file_limit(size_t files) {
    return git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, files);
}

int shim_git_set_cache_size(int64_t bytes) {
    return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)bytes);
}

int shim_git_set_strict_hash_verification(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}

int shim_git_set_fsync(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

int shim_git_set_keep_file_checks_disabled(int disabled) {
    return git_libgit2_opts(GIT_OPT_DISABLE_PACK_KEEP_FILE_CHECKS, disabled);
}

// A delta of a few kilobytes can say that it unfolds to gigabytes, and libgit2 would allocate them. libgit2 has no limit
// for that but the allocator.
static _Thread_local size_t largest = SIZE_MAX;

size_t shim_git_limit_allocations(size_t bytes) {
    size_t before = largest;
    largest = bytes;
    return before;
}

static int is_refused(size_t size) {
    if (size <= largest) return 0;
    git_error_set_str(GIT_ERROR_NOMEMORY, "an object needs more memory than is allowed");
    return 1;
}

static void *checked(void *pointer) {
    if (!pointer) git_error_set_str(GIT_ERROR_NOMEMORY, "out of memory");
    return pointer;
}

static void *allocate(size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return is_refused(size) ? NULL : checked(malloc(size));
}

static void *reallocate(void *pointer, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return is_refused(size) ? NULL : checked(realloc(pointer, size));
}

static void release(void *pointer) { free(pointer); }

#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 6
static size_t product(size_t count, size_t size) {
    size_t result;
    return __builtin_mul_overflow(count, size, &result) ? SIZE_MAX : result;
}

static void *allocate_zeroed(size_t count, size_t size, const char *file, int line) {
    (void)file;
    (void)line;
    return is_refused(product(count, size)) ? NULL : checked(calloc(count, size));
}

static void *allocate_array(size_t count, size_t size, const char *file, int line) {
    return allocate(product(count, size), file, line);
}

static void *reallocate_array(void *pointer, size_t count, size_t size, const char *file, int line) {
    return reallocate(pointer, product(count, size), file, line);
}

static char *duplicate_bytes(const char *text, size_t length, const char *file, int line) {
    size_t size;
    if (__builtin_add_overflow(length, 1, &size)) size = SIZE_MAX;
    char *copy = allocate(size, file, line);
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = 0;
    }
    return copy;
}

static char *duplicate(const char *text, const char *file, int line) {
    return duplicate_bytes(text, strlen(text), file, line);
}

static char *duplicate_prefix(const char *text, size_t length, const char *file, int line) {
    return duplicate_bytes(text, strnlen(text, length), file, line);
}
#endif

int shim_git_set_limiting_allocator(void) {
    static git_allocator allocator = {
        .gmalloc = allocate,
        .grealloc = reallocate,
        .gfree = release,
#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 6
        .gcalloc = allocate_zeroed,
        .gstrdup = duplicate,
        .gstrndup = duplicate_prefix,
        .gsubstrdup = duplicate_bytes,
        .greallocarray = reallocate_array,
        .gmallocarray = allocate_array,
#endif
    };
    // A version whose structure has more members than are filled in above must not compile.
#if LIBGIT2_VER_MAJOR == 1 && LIBGIT2_VER_MINOR < 6
    _Static_assert(sizeof(git_allocator) == 9 * sizeof(void *), "git_allocator has members that are not known here");
#else
    _Static_assert(sizeof(git_allocator) == 3 * sizeof(void *), "git_allocator has members that are not known here");
#endif
    return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &allocator);
}
