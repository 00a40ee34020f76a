#pragma once
// System calls that a confined process tries; Swift cannot call variadic functions. Each returns what the call does.

long probe_ptrace(int process);
long probe_io_uring(void);
long probe_execute(void);
long probe_fork(void);
long probe_limit(int process);
