/*
 * nursery.c: the process that vessels are cloned from, one for each monitor. It lives in namespaces that are not the host's, which take
 * the kernel longer to make than a vessel may take to start: what it clones inherits them.
 *
 * It is executed with a socket as descriptor 3. Each request is a byte with the descriptors of a guest's memory and, where there are
 * any, of its constants; the memory's first page is the plan. The answer tells the vessel's number; whether it got ready, ptrace tells.
 */
#include "vessel.h"

/* The namespaces that all vessels of a monitor are in. */
#define SHARED (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC)

#define MOST_DESCRIPTORS 2

static uint64_t namespaces;

static void answer(long pid, uint64_t granted)
{
    const struct nursery_answer said = { .pid = pid, .namespaces = granted };

    call(SYS_sendto, VESSEL_NURSERY_FD, (long)&said, sizeof said, MSG_NOSIGNAL, 0, 0);
}

/* A sibling: the child that it returns 0 in is the monitor's, who can trace it and wait for it. */
static long clone_sibling(uint64_t flags)
{
    return call(SYS_clone, flags | CLONE_PARENT | SIGCHLD, 0, 0, 0, 0, 0);
}

/* With all namespaces, or as many as the kernel allows: hosts differ in what an ordinary user may have. */
static long start_nursery(void)
{
    static const uint64_t wishes[] = { SHARED, SHARED & ~CLONE_NEWNET, SHARED & ~CLONE_NEWUSER, 0 };
    long pid = -1;

    for (unsigned i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        pid = clone_sibling(wishes[i]);
        if (pid < 0)
            continue;
        namespaces = wishes[i];
        break;
    }
    return pid;
}

/* Only the monitor ends it: a terminal's Ctrl-C is the monitor's affair, and so is its end. */
static void settle(void)
{
    static const uint64_t every_signal = UINT64_MAX;
    static const uint64_t no_limit_left[2];

    call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&every_signal, 0, sizeof every_signal, 0, 0);
    call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0);
    call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
    call(SYS_setrlimit, RLIMIT_CORE, (long)no_limit_left, 0, 0, 0, 0);
    /* Standard streams: whoever reads them waits for the last who has them. */
    call(SYS_close_range, 0, VESSEL_NURSERY_FD - 1, 0, 0, 0, 0);
    call(SYS_close_range, VESSEL_NURSERY_FD + 1, UINT32_MAX, 0, 0, 0, 0);
    call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
    keep_to_vessels();
}

/* Fills in the descriptors of the next request, -1 for those that did not come. Ends when there will be no other. */
static void receive(int descriptors[MOST_DESCRIPTORS])
{
    struct {
        struct cmsghdr header;
        int descriptors[MOST_DESCRIPTORS];
    } control;
    char byte;
    struct iovec piece = { &byte, 1 };
    struct msghdr message = { .pieces = &piece, .piece_count = 1, .control = &control, .control_length = sizeof control };
    long got;

    do
        got = call(SYS_recvmsg, VESSEL_NURSERY_FD, (long)&message, 0, 0, 0, 0);
    while (got == -EINTR);
    if (got <= 0)
        leave(0);
    const uint64_t bytes = message.control_length < sizeof control.header ? 0 : control.header.length - sizeof control.header;
    for (unsigned i = 0; i < MOST_DESCRIPTORS; i++)
        descriptors[i] = i < bytes / sizeof(int) ? control.descriptors[i] : -1;
}

/* What a host answers that does not let us have a namespace. Want of memory, say, is no reason to do without. */
static int is_forbidden(long result)
{
    return result == -EPERM || result == -EINVAL || result == -ENOSPC || result == -ENOSYS;
}

static void serve(const int descriptors[MOST_DESCRIPTORS])
{
    const int memory = descriptors[0];
    uint64_t own = OWN_NAMESPACES;
    long result = call(SYS_mmap, PLAN_ADDRESS, VESSEL_PLAN_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, memory, 0);

    if (result == PLAN_ADDRESS) {
        result = clone_sibling(own);
        if (is_forbidden(result))
            result = clone_sibling(own = 0);
        if (result == 0)
            become_vessel(memory, descriptors[1]);
        call(SYS_munmap, PLAN_ADDRESS, VESSEL_PLAN_BYTES, 0, 0, 0, 0);
    }
    for (unsigned i = 0; i < MOST_DESCRIPTORS; i++)
        if (descriptors[i] >= 0)
            call(SYS_close, descriptors[i], 0, 0, 0, 0, 0);
    answer(result, namespaces | own);
}

_Noreturn void _start(void)
{
    long pid = start_nursery();

    if (pid != 0) {
        answer(pid, namespaces);
        leave(0);
    }
    settle();
    for (;;) {
        int descriptors[MOST_DESCRIPTORS];

        receive(descriptors);
        serve(descriptors);
    }
}
