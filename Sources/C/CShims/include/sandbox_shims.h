#pragma once
// What a process does to confine itself. Neither glibc nor the kernel's headers of
// Debian 12 have all of it, and prctl(2) and syscall(2) are variadic. Each line says which call it is.

/// landlock_create_ruleset(2) with LANDLOCK_CREATE_RULESET_VERSION: the version of Landlock; -1 without it.
int shim_landlock_version(void);
/// landlock_create_ruleset(2): a rule set that refuses all that this version can refuse.
int shim_landlock_create(int version);
/// landlock_add_rule(2): allows reading below an open directory or file, and with `writes` changing what is below.
int shim_landlock_allow(int rules, int place, int version, int writes);
/// prctl(2) with PR_SET_NO_NEW_PRIVS: no program that is executed gets more rights.
int shim_no_new_privileges(void);
/// landlock_restrict_self(2).
int shim_landlock_enforce(int rules);
/// seccomp(2): refuses with EPERM what reads and writes of files do not need: sockets, other programs and processes,
/// changes of owners and modes, and whatever manages the machine.
int shim_refuse_calls(void);
/// prctl(2) with PR_SET_PDEATHSIG: SIGKILL comes when the thread that started us ends. Fails when `parent` has ended.
int shim_die_with_parent(int parent);
/// prctl(2) with PR_SET_DUMPABLE: nobody else reads our memory and environment, and no core is written.
int shim_not_dumpable(void);
/// setrlimit(2), whose first parameter is an enumeration that Swift cannot name: 'd'ata, 'c'pu seconds, 'f'ile size,
/// open 'n'umbers, 'k'ernel dumps. A limit that is lower already stays.
int shim_lower_limit(char which, unsigned long long value);
/// Whether this program was built with a sanitizer, which reserves more memory than any limit allows.
int shim_is_sanitized(void);
/// socketpair(2) with SOCK_CLOEXEC.
int shim_socket_pair(int *ours, int *theirs);
