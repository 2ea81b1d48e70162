/* clock.c: both clocks go forward, the wall clock knows the century, and they agree on how long 20 ms are. */
#include "../say.h"

#define MS   UINT64_C(1000000)
#define Y2024 UINT64_C(1704067200000000000)

int solo5_app_main(const struct solo5_start_info *info)
{
    (void)info;
    solo5_time_t wall = solo5_clock_wall(), monotonic = solo5_clock_monotonic();

    for (int i = 0; i < 1000; i++) {
        solo5_time_t now = solo5_clock_monotonic();
        if (now < monotonic) {
            say("monotonic clock went back by %u ns\n", monotonic - now);
            return 1;
        }
    }
    if (wall < Y2024) {
        say("wall clock says %u ns\n", wall);
        return 2;
    }
    while (solo5_clock_monotonic() - monotonic < 20 * MS)
        ;
    uint64_t passed = solo5_clock_wall() - wall;
    /* The host may have taken the CPU away on either side of a reading, but not before it. */
    if (passed < 19 * MS || passed > 2000 * MS) {
        say("20 ms on the monotonic clock were %u ns on the wall\n", passed);
        return 3;
    }
    say("wall %u ns\n", wall);
    return SOLO5_EXIT_SUCCESS;
}
