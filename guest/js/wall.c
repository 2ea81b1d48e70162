/* wall.c: the wall clock without a hypercall: the time of the request, and the time-stamp counter since. */
#include "runtime.h"

static uint64_t base_ns;
static solo5_time_t base_monotonic;

void wall_set(uint64_t ns)
{
    base_ns = ns;
    base_monotonic = solo5_clock_monotonic();
}

uint64_t wall_now(void)
{
    /* Only before the first request: the start of engine and application. */
    if (base_ns == 0)
        wall_set(solo5_clock_wall());
    return base_ns + (solo5_clock_monotonic() - base_monotonic);
}
