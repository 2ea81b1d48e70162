/* clock.c: the monotonic clock from the time-stamp counter, the wall clock from the monitor. */
#include "base.h"

#define NS_PER_S UINT64_C(1000000000)

solo5_time_t solo5_clock_monotonic(void)
{
    static uint64_t ns_per_tick; /* 32 bits behind the point */
    uint32_t low, high;

    if (ns_per_tick == 0)
        ns_per_tick = (NS_PER_S << 32) / boot_info->cpu_cycle_freq;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    /* A pure function of the counter: there is no state that a snapshot could bring back and make run backwards. */
    return (solo5_time_t)((unsigned __int128)((uint64_t)high << 32 | low) * ns_per_tick >> 32);
}

solo5_time_t solo5_clock_wall(void)
{
    struct hvt_hc_walltime walltime = { 0 };

    mayfly_hypercall(HVT_HYPERCALL_WALLTIME, &walltime);
    return walltime.nsecs;
}

void solo5_yield(solo5_time_t deadline, solo5_handle_set_t *ready_set)
{
    solo5_time_t now = solo5_clock_monotonic();
    struct hvt_hc_poll poll = { .timeout_nsecs = deadline > now ? deadline - now : 0 };

    mayfly_hypercall(HVT_HYPERCALL_POLL, &poll);
    if (ready_set != NULL)
        *ready_set = poll.ready_set;
}
