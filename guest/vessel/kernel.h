/* kernel.h: the few facts of Linux on x86-64 that the vessel needs; no libc and no kernel headers are at hand. */
#ifndef VESSEL_KERNEL_H
#define VESSEL_KERNEL_H

#include <stdint.h>

/* arch/x86/entry/syscalls/syscall_64.tbl */
#define SYS_close          3
#define SYS_mmap           9
#define SYS_munmap         11
#define SYS_rt_sigprocmask 14
#define SYS_pwrite64       18
#define SYS_setitimer      38
#define SYS_sendto         44
#define SYS_recvmsg        47
#define SYS_clone          56
#define SYS_ptrace         101
#define SYS_capset         126
#define SYS_prctl          157
#define SYS_setrlimit      160
#define SYS_exit_group     231
#define SYS_seccomp        317
#define SYS_close_range    436

/* include/uapi/linux/sched.h */
#define CLONE_PARENT  0x00008000ul
#define CLONE_NEWNS   0x00020000ul
#define CLONE_NEWIPC  0x08000000ul
#define CLONE_NEWUSER 0x10000000ul
#define CLONE_NEWPID  0x20000000ul
#define CLONE_NEWNET  0x40000000ul
#define SIG_BLOCK     0
#define SIG_SETMASK   2
#define SIGKILL       9
#define SIGCHLD       17

/* include/uapi/asm-generic/mman-common.h, include/uapi/linux/mman.h */
#define PROT_READ           1
#define PROT_WRITE          2
#define MAP_SHARED          0x01
#define MAP_PRIVATE         0x02
#define MAP_FIXED_NOREPLACE 0x100000

/* include/uapi/asm-generic/errno-base.h; include/linux/socket.h */
#define EPERM        1
#define EINTR        4
#define EINVAL       22
#define ENOSPC       28
#define ENOSYS       38
#define SOL_SOCKET   1
#define SCM_RIGHTS   1
#define MSG_PEEK     0x02
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000

/* include/uapi/linux/prctl.h, seccomp.h, filter.h, time.h, capability.h; include/uapi/asm-generic/resource.h */
#define PR_SET_PDEATHSIG           1
#define PR_SET_DUMPABLE            4
#define PR_SET_NO_NEW_PRIVS        38
#define SECCOMP_SET_MODE_FILTER    1
#define SECCOMP_RET_TRAP           0x00030000u
#define SECCOMP_RET_EPERM          0x00050001u
#define SECCOMP_RET_ALLOW          0x7fff0000u
#define AUDIT_ARCH_X86_64          0xc000003eu
#define BPF_RET_K                  0x06
#define BPF_JEQ_K                  0x15
#define BPF_LD_W_ABS               0x20
#define RLIMIT_CORE                4
#define ITIMER_PROF                2
#define PTRACE_TRACEME             0
#define LINUX_CAPABILITY_VERSION_3 0x20080522u

struct sock_filter {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
};

struct sock_fprog {
    uint16_t len;
    uint64_t filter; /* address */
};

/* include/linux/socket.h, include/uapi/linux/uio.h */
struct iovec {
    void *base;
    uint64_t length;
};

struct msghdr {
    void *name;
    uint32_t name_length;
    struct iovec *pieces;
    uint64_t piece_count;
    void *control;
    uint64_t control_length;
    uint32_t flags;
};

struct cmsghdr {
    uint64_t length; /* with this header */
    int32_t level, type;
};

/* Returns the result, or -errno. */
static inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#endif
