/*
 * vessel.c: the process in which a guest runs when there is no KVM. It maps guest memory at its own addresses, gives up everything
 * else that it has, and hands over: from then on no system call is possible, and the monitor drives it by ptrace.
 */
#include "vessel.h"

/* The first address that no process can map (TASK_SIZE_MAX; arch/x86/include/asm/page_64_types.h). */
#define ADDRESSES_END 0x7ffffffff000
/* Where the filter lies, from the start of the hand-over page. */
#define FILTER_OFFSET 256

extern const char hand_over_code[], hand_over_code_end[];

static struct vessel_plan *const plan = (struct vessel_plan *)PLAN_ADDRESS;

/* Passes a result on, or tells the monitor which step failed, and ends. */
static long check(uint32_t step, long result)
{
    if (result >= 0)
        return result;
    plan->step = step;
    plan->error = -result;
    leave(1);
}

static void map_guest_memory(int memory, int constants)
{
    for (uint32_t i = 0; i < plan->region_count; i++) {
        const struct vessel_region *region = &plan->regions[i];
        /* Constants are sealed: before Linux 6.7 nobody may share such a mapping; where nobody can write, private is the same. */
        const long how = region->is_constant ? MAP_PRIVATE : MAP_SHARED;
        check(VESSEL_STEP_MAP,
              call(SYS_mmap, region->start, region->end - region->start, region->protection, how | MAP_FIXED_NOREPLACE,
                   region->is_constant ? constants : memory, region->start));
    }
}

/* Puts the last instructions and the filter into the guest's page: the page is not writable, the descriptor is. */
static void place_hand_over(int memory)
{
    const uint64_t at = plan->hand_over;
    const struct {
        struct sock_fprog program;
        struct sock_filter refuse_all;
    } filter = {
        /* Every system call of every architecture: a signal that the monitor sees, and that kills where there is no monitor. */
        { 1, at + FILTER_OFFSET + sizeof(struct sock_fprog) },
        { BPF_RET_K, 0, 0, SECCOMP_RET_TRAP },
    };

    check(VESSEL_STEP_HAND_OVER,
          call(SYS_pwrite64, memory, (long)hand_over_code, hand_over_code_end - hand_over_code, at, 0, 0));
    check(VESSEL_STEP_HAND_OVER,
          call(SYS_pwrite64, memory, (long)&filter, sizeof filter, at + FILTER_OFFSET, 0, 0));
}

static void give_up_rights(void)
{
    char byte;
    struct iovec piece = { &byte, 1 };
    struct msghdr peeked = { .pieces = &piece, .piece_count = 1 };
    static const struct {
        uint32_t version, pid;
    } header = { LINUX_CAPABILITY_VERSION_3, 0 };
    static const uint32_t no_capabilities[6];
    static const uint64_t no_limit_left[2];

    check(VESSEL_STEP_LIMITS, call(SYS_setrlimit, RLIMIT_CORE, (long)no_limit_left, 0, 0, 0, 0));
    check(VESSEL_STEP_LIMITS, call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0));
    check(VESSEL_STEP_LIMITS, call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0));
    check(VESSEL_STEP_LIMITS, call(SYS_capset, (long)&header, (long)no_capabilities, 0, 0, 0, 0));
    /* Last, because a change of rights clears it. */
    check(VESSEL_STEP_LIMITS, call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0));
    /* A monitor that died before that sends no signal any more; its end of the nursery's socket is closed. */
    if (call(SYS_recvmsg, VESSEL_NURSERY_FD, (long)&peeked, MSG_PEEK | MSG_DONTWAIT, 0, 0, 0) == 0)
        leave(1);
}

/* A stop for every few milliseconds of CPU time, so that the monitor can look at its deadline. Costs nothing while nothing runs. */
static void start_ticks(void)
{
    static const int64_t every[4] = { 0, VESSEL_TICK_US, 0, VESSEL_TICK_US };

    static const uint64_t no_signal;

    /* Whatever the monitor's thread blocks is blocked here, too. */
    check(VESSEL_STEP_TIMER, call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&no_signal, 0, sizeof no_signal, 0, 0));
    check(VESSEL_STEP_TIMER, call(SYS_setitimer, ITIMER_PROF, (long)every, 0, 0, 0, 0));
}

static _Noreturn void hand_over(void)
{
    const uint64_t at = plan->hand_over;
    const uint64_t end = plan->memory_bytes;
    register uint64_t r12 __asm__("r12") = SYS_seccomp;
    register uint64_t r13 __asm__("r13") = SECCOMP_SET_MODE_FILTER;

    __asm__ volatile("jmp *%0"
                     :
                     : "b"(at), "a"(SYS_munmap), "D"(end), "S"(ADDRESSES_END - end), "d"(at + FILTER_OFFSET), "r"(r12), "r"(r13)
                     : "memory");
    __builtin_unreachable();
}

_Noreturn void become_vessel(int memory, int constants)
{
    map_guest_memory(memory, constants);
    place_hand_over(memory);
    give_up_rights();
    start_ticks();
    check(VESSEL_STEP_TRACE, call(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0, 0, 0));
    check(VESSEL_STEP_CLOSE, call(SYS_close_range, 0, UINT32_MAX, 0, 0, 0, 0));
    hand_over();
}
