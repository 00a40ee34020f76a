// The control page: what the harness asks of the library in Preload, and what that tells back. Both map the same file.
#ifndef FAULT_LAYOUT_H
#define FAULT_LAYOUT_H

#include <stdatomic.h>
#include <stdint.h>

// Where the file is in the mount namespace of a test.
#define FAULT_PAGE_PATH "/etc/git-sidecar-faults"

enum {
    FAULT_TEXT = 200,
    FAULT_TRACE = 8192,
};

struct fault_call {
    uint32_t kind;
    char name[24];
    char path[FAULT_TEXT];
};

struct fault_page {
    // Everything else is only looked at while this is set.
    _Atomic uint32_t armed;

    // What is struck: calls of these kinds, below `root` where they have a path; of this name and at this normalized
    // path, unless these are empty; the `occurrence`th of them, counted from 1 over all threads and processes.
    uint32_t kinds;
    uint32_t occurrence;
    char program[32];
    char root[FAULT_TEXT];
    char name[24];
    char path[FAULT_TEXT];

    // How: a mode of control.h, an error number, and the kinds of all calls that go on failing afterwards.
    uint32_t mode;
    int32_t error;
    uint32_t lasting_kinds;
    // Who is killed; 0 is who makes the call.
    int32_t victim;

    // Told back.
    _Atomic uint32_t count;
    _Atomic uint32_t strikes;
    struct fault_call struck;
    _Atomic uint32_t traced;
    struct fault_call trace[FAULT_TRACE];
};

#endif
