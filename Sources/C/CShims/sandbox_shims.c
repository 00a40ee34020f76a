#define _GNU_SOURCE
#include "include/sandbox_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The numbers are the same on all processors.
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

// As in <linux/landlock.h> of newer kernels; Debian 12 has an older one.
struct ruleset_attributes {
    uint64_t handled_files;
    uint64_t handled_network;
    uint64_t scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t place;
} __attribute__((packed));

enum {
    files_of_version_1 = (1 << 13) - 1,
    may_write_file = 1 << 1,
    may_read_file = 1 << 2,
    may_read_directory = 1 << 3,
    may_remove_directory = 1 << 4,
    may_remove_file = 1 << 5,
    may_make_directory = 1 << 7,
    may_make_file = 1 << 8,
    may_make_symlink = 1 << 12,
    may_refer = 1 << 13,
    may_truncate = 1 << 14,
    may_control_device = 1 << 15,
};

int shim_landlock_version(void) {
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

int shim_landlock_create(int version) {
    struct ruleset_attributes attributes = {.handled_files = files_of_version_1};
    unsigned long size = 8;
    if (version >= 2) attributes.handled_files |= may_refer;
    if (version >= 3) attributes.handled_files |= may_truncate;
    if (version >= 5) attributes.handled_files |= may_control_device;
    // Binding and connecting TCP.
    if (version >= 4) {
        attributes.handled_network = 3;
        size = 16;
    }
    // Abstract sockets, and signals to processes outside.
    if (version >= 6) {
        attributes.scoped = 3;
        size = 24;
    }
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
}

int shim_landlock_allow(int rules, int place, int version, int writes) {
    struct stat status;
    if (fstat(place, &status) != 0) return -1;
    uint64_t allowed = may_read_file;
    if (S_ISDIR(status.st_mode)) allowed |= may_read_directory;
    if (writes) {
        allowed |= may_write_file;
        if (version >= 3) allowed |= may_truncate;
        if (S_ISDIR(status.st_mode))
            allowed |= may_remove_directory | may_remove_file | may_make_directory | may_make_file | may_make_symlink
                | may_refer;
    }
    struct path_rule rule = {.allowed = allowed, .place = place};
    return (int)syscall(SYS_landlock_add_rule, rules, 1, &rule, 0);
}

int shim_no_new_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int shim_landlock_enforce(int rules) {
    return (int)syscall(SYS_landlock_restrict_self, rules, 0);
}

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the numbers of system calls on this processor are not known here"
#endif

static const int refused[] = {
    // The network, and other processes' sockets.
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    // Other programs and other processes.
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_tkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_pidfd_send_signal, SYS_pidfd_open, SYS_kcmp, SYS_setpgid,
    SYS_setsid, SYS_unshare, SYS_setns,
#ifdef SYS_pidfd_getfd
    SYS_pidfd_getfd,
#endif
#ifdef SYS_process_madvise
    SYS_process_madvise,
#endif
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
    // Ways around the filter, and large parts of the kernel that nobody here needs.
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_memfd_create, SYS_personality,
#ifdef SYS_modify_ldt
    SYS_modify_ldt,
#endif
    // Landlock does not cover owners, modes and attributes.
    SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr,
    SYS_lremovexattr, SYS_fremovexattr, SYS_mknodat,
#ifdef SYS_chmod
    SYS_chmod, SYS_chown, SYS_lchown, SYS_mknod,
#endif
#ifdef SYS_fchmodat2
    SYS_fchmodat2,
#endif
    // The machine.
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_open_tree,
    SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_kexec_load, SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_syslog,
    SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname,
    SYS_fanotify_init, SYS_vhangup,
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl, SYS_ioperm,
#endif
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ARGUMENT(number) \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + (number) * sizeof(uint64_t))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, count)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

int shim_refuse_calls(void) {
    enum { count = sizeof refused / sizeof *refused };
    struct sock_filter program[2 * count + 32];
    unsigned short length = 0;
    const struct sock_filter head[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0),
        REFUSE(EPERM),
        LOAD(nr),
        // The other numbers of the same processor (x32).
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        REFUSE(EPERM),
        // Its flags lie in memory: the C library then asks in the old way.
        SKIP_UNLESS(SYS_clone3, 1),
        REFUSE(ENOSYS),
        // Threads of our own only.
        SKIP_UNLESS(SYS_clone, 4),
        ARGUMENT(0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        ALLOW,
        REFUSE(EPERM),
        // Signals for ourselves, as abort(3) sends them.
        SKIP_UNLESS(SYS_tgkill, 4),
        ARGUMENT(0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1),
        ALLOW,
        REFUSE(EPERM),
        // Limits of our own.
        SKIP_UNLESS(SYS_prlimit64, 4),
        ARGUMENT(0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        ALLOW,
        REFUSE(EPERM),
    };
    for (unsigned index = 0; index < sizeof head / sizeof *head; index++) program[length++] = head[index];
    for (unsigned index = 0; index < count; index++) {
        program[length++] = (struct sock_filter)SKIP_UNLESS(refused[index], 1);
        program[length++] = (struct sock_filter)REFUSE(EPERM);
    }
    program[length++] = (struct sock_filter)ALLOW;
    struct sock_fprog filter = {.len = length, .filter = program};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
}

int shim_die_with_parent(int parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return -1;
    // It may have ended before the signal was asked for. A parent in another namespace of processes is number 0.
    if (getppid() != parent) {
        errno = ESRCH;
        return -1;
    }
    return 0;
}

int shim_not_dumpable(void) {
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int shim_lower_limit(char which, unsigned long long value) {
    int resource;
    switch (which) {
    case 'd': resource = RLIMIT_DATA; break;
    case 'c': resource = RLIMIT_CPU; break;
    case 'f': resource = RLIMIT_FSIZE; break;
    case 'n': resource = RLIMIT_NOFILE; break;
    case 'k': resource = RLIMIT_CORE; break;
    default: errno = EINVAL; return -1;
    }
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return -1;
    if (limit.rlim_max > value) limit.rlim_max = value;
    if (limit.rlim_cur > value) limit.rlim_cur = value;
    return setrlimit(resource, &limit);
}

int shim_is_sanitized(void) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
    return 1;
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 1;
#endif
    return 0;
}

int shim_socket_pair(int *ours, int *theirs) {
    int ends[2];
    int result = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
    if (result == 0) {
        *ours = ends[0];
        *theirs = ends[1];
    }
    return result;
}
