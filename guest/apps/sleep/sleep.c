/* sleep.c: yields for as many milliseconds as the command line says and tells how long that took. */
#include "../say.h"
#include "../words.h"

int solo5_app_main(const struct solo5_start_info *info)
{
    const char *line = info->cmdline;
    uint64_t asked = next_number(&line, 10) * 1000000;
    solo5_handle_set_t ready = ~UINT64_C(0);
    solo5_time_t start = solo5_clock_monotonic();

    solo5_yield(start + asked, &ready);
    uint64_t slept = solo5_clock_monotonic() - start;
    say("slept %u ns\n", slept);
    if (ready != 0) {
        say("ready set is 0x%x without a device\n", ready);
        return 2;
    }
    return slept < asked ? 1 : SOLO5_EXIT_SUCCESS;
}
