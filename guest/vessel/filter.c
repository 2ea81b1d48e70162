/*
 * filter.c: what is left of the kernel's calls to the nursery and to vessels in the making. The monitor may drop the right to start
 * programs once it has its nursery; whoever breaks into the monitor must not find that right here.
 */
#include "vessel.h"

#define LOAD(offset)                 { BPF_LD_W_ABS, 0, 0, offset }
#define UNLESS_EQUAL(value, skipped) { BPF_JEQ_K, 0, skipped, value }
#define WHEN_EQUAL(value, skipped)   { BPF_JEQ_K, skipped, 0, value }
#define ALLOW                        { BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW }
/* Not a signal: a vessel's own filter, which raises one, goes before a mere error. */
#define REFUSE                       { BPF_RET_K, 0, 0, SECCOMP_RET_EPERM }
#define ALLOW_CALL(number)           UNLESS_EQUAL(number, 1), ALLOW

/* struct seccomp_data (include/uapi/linux/seccomp.h): the low half of the first argument is all of it that these calls look at. */
#define NUMBER         0
#define ARCHITECTURE   4
#define FIRST_ARGUMENT 16

void keep_to_vessels(void)
{
    static const struct sock_filter filter[] = {
        LOAD(ARCHITECTURE),
        WHEN_EQUAL(AUDIT_ARCH_X86_64, 1),
        REFUSE,
        LOAD(NUMBER),
        ALLOW_CALL(SYS_recvmsg),
        ALLOW_CALL(SYS_sendto),
        ALLOW_CALL(SYS_mmap),
        ALLOW_CALL(SYS_munmap),
        ALLOW_CALL(SYS_close),
        ALLOW_CALL(SYS_close_range),
        ALLOW_CALL(SYS_pwrite64),
        ALLOW_CALL(SYS_setrlimit),
        ALLOW_CALL(SYS_prctl),
        ALLOW_CALL(SYS_capset),
        ALLOW_CALL(SYS_rt_sigprocmask),
        ALLOW_CALL(SYS_setitimer),
        ALLOW_CALL(SYS_seccomp),
        ALLOW_CALL(SYS_exit_group),
        /* Vessels, and nothing else that clone can make. */
        UNLESS_EQUAL(SYS_clone, 4),
        LOAD(FIRST_ARGUMENT),
        WHEN_EQUAL(OWN_NAMESPACES | CLONE_PARENT | SIGCHLD, 1),
        UNLESS_EQUAL(CLONE_PARENT | SIGCHLD, 5),
        ALLOW,
        /* To be traced, not to trace. */
        UNLESS_EQUAL(SYS_ptrace, 3),
        LOAD(FIRST_ARGUMENT),
        UNLESS_EQUAL(PTRACE_TRACEME, 1),
        ALLOW,
        REFUSE,
    };
    const struct sock_fprog program = { sizeof filter / sizeof *filter, (uint64_t)filter };

    /* A kernel without filters says so to the first vessel, which cannot do without its own. */
    call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0, 0);
}
