/*
 * ptrace-loop.c: the least that a hypercall can cost between two processes on this kernel: a child that does nothing but `out`, which
 * faults, and a parent that does nothing but step over it. For each line "N" on stdin it makes N round trips and prints how long
 * they took, in nanoseconds.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CODE 0x100000

static long must(long result, const char *what)
{
    if (result == -1) {
        perror(what);
        exit(1);
    }
    return result;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The loop of the bench's own guest: out %eax, %dx; dec %ecx; jnz. Here it never ends. No system call is possible, as in a vessel. */
static _Noreturn void be_guest(void)
{
    static const uint8_t code[] = { 0xef, 0xff, 0xc9, 0x75, 0xfb, 0xeb, 0xf9 };
    struct sock_filter refuse_all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP);
    struct sock_fprog filter = { 1, &refuse_all };
    void *page = mmap((void *)CODE, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    must(page == MAP_FAILED ? -1 : 0, "mmap");
    memcpy(page, code, sizeof code);
    must(mprotect(page, 4096, PROT_READ | PROT_EXEC), "mprotect");
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
    must(ptrace(PTRACE_TRACEME, 0, 0, 0), "ptrace");
    must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), "seccomp");
    __asm__ volatile("jmp *%0" : : "r"((uint64_t)CODE), "a"(0x101000), "c"(UINT32_MAX), "d"(0x501));
    __builtin_unreachable();
}

static void wait_for_fault(pid_t child)
{
    int status;

    must(waitpid(child, &status, __WALL), "waitpid");
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSEGV) {
        fprintf(stderr, "ptrace-loop: got status 0x%x, expected a stop by SIGSEGV\n", status);
        exit(1);
    }
}

static void keep_on(pid_t process, int cpu)
{
    cpu_set_t only;

    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    must(sched_setaffinity(process, sizeof only, &only), "sched_setaffinity");
}

int main(void)
{
    static struct user_regs_struct registers;
    pid_t child = (pid_t)must(fork(), "fork");

    if (child == 0)
        be_guest();
    wait_for_fault(child);
    must(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD), "ptrace");
    keep_on(0, sched_getcpu());
    keep_on(child, sched_getcpu());
    must(ptrace(PTRACE_GETREGS, child, 0, &registers), "ptrace");
    for (unsigned long count; scanf("%lu", &count) == 1;) {
        uint64_t start = now_ns();
        for (unsigned long i = 0; i < count; i++) {
            must(ptrace(PTRACE_POKEUSER, child, offsetof(struct user_regs_struct, rip), registers.rip + 1), "ptrace");
            must(ptrace(PTRACE_SYSEMU, child, 0, 0), "ptrace");
            wait_for_fault(child);
            must(ptrace(PTRACE_GETREGS, child, 0, &registers), "ptrace");
        }
        printf("%lu\n", now_ns() - start);
        fflush(stdout);
    }
    return 0;
}
