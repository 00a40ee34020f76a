#pragma once
#include <git2.h>
#include <git2/sys/odb_backend.h>
// git_error_clear moved here with 1.8; before, <git2.h> has it.
#if __has_include(<git2/sys/errors.h>)
#include <git2/sys/errors.h>
#endif
