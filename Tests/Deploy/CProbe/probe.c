#define _GNU_SOURCE
#include "include/probe.h"

#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

long probe_ptrace(int process) { return ptrace(PTRACE_ATTACH, process, 0, 0); }

long probe_io_uring(void) { return syscall(SYS_io_uring_setup, 1, 0); }

long probe_execute(void) {
    char *const none[] = {NULL};
    return execve("/bin/true", none, none);
}

long probe_fork(void) {
    long child = fork();
    if (child == 0) _exit(0);
    return child;
}

long probe_limit(int process) {
    struct rlimit limit = {0, 0};
    return prlimit(process, RLIMIT_NOFILE, &limit, NULL);
}
