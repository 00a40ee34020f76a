// The harness's side of the control page.
#ifndef FAULT_CONTROL_H
#define FAULT_CONTROL_H

#include <stdint.h>

/// What a system call does; a call has one of these.
enum {
    FAULT_READ = 1 << 0,
    FAULT_OPEN = 1 << 1,
    FAULT_CREATE = 1 << 2,
    FAULT_WRITE = 1 << 3,
    FAULT_SYNC = 1 << 4,
    FAULT_NAME = 1 << 5,
    FAULT_REMOVE = 1 << 6,
    FAULT_CHANGE = 1 << 7,
    FAULT_MAP = 1 << 8,
    FAULT_SPAWN = 1 << 9,
    FAULT_TELL = 1 << 10,
};

/// What happens to the call that is struck.
enum {
    FAULT_TRACE_ONLY,
    FAULT_KILL,
    FAULT_KILL_AFTER,
    FAULT_FAIL,
    FAULT_SHORT_WRITE,
};

struct fault_page;

/// Makes the file anew and maps it; NULL with errno when that fails.
struct fault_page *fault_page_make(const char *path);
/// Gives the mapping back.
void fault_page_close(struct fault_page *page);

/// Says whose calls are looked at: programs whose name begins with `program`, on paths below `root`.
void fault_page_limit(struct fault_page *page, const char *program, const char *root);
/// Forgets what was told back and begins; name and path may be empty.
void fault_page_arm(
    struct fault_page *page, uint32_t mode, uint32_t kinds, const char *name, const char *path, uint32_t occurrence,
    int32_t error, uint32_t lasting_kinds);
/// Ends everything that goes on.
void fault_page_clear(struct fault_page *page);

uint32_t fault_page_is_armed(struct fault_page *page);
uint32_t fault_page_strikes(struct fault_page *page);

uint32_t fault_page_traced(struct fault_page *page);
uint32_t fault_page_trace_kind(struct fault_page *page, uint32_t number);
const char *fault_page_trace_name(struct fault_page *page, uint32_t number);
const char *fault_page_trace_path(struct fault_page *page, uint32_t number);

#endif
