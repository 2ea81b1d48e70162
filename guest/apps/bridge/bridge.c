/* bridge.c: passes COUNT frames between its two network devices, unchanged ("COUNT [SECONDS]" on the command line). */
#include "../words.h"

static const char *const names[2] = { "service0", "service1" };

int solo5_app_main(const struct solo5_start_info *info)
{
    const char *line = info->cmdline;
    uint64_t count = next_number(&line, 1), patience = next_number(&line, 5) * 1000000000;
    uint8_t *frame = (uint8_t *)info->heap_start;
    struct solo5_net_info device[2];
    solo5_handle_t handle[2];

    for (int i = 0; i < 2; i++)
        if (solo5_net_acquire(names[i], &handle[i], &device[i]) != SOLO5_R_OK)
            return 99;
    while (count > 0) {
        solo5_handle_set_t ready = 0;
        solo5_yield(solo5_clock_monotonic() + patience, &ready);
        if (ready == 0)
            return 1;
        for (int i = 0; i < 2; i++) {
            size_t len;
            if ((ready >> handle[i] & 1) == 0)
                continue;
            if (solo5_net_read(handle[i], frame, device[i].mtu + SOLO5_NET_HLEN, &len) != SOLO5_R_OK)
                return 2;
            if (solo5_net_write(handle[1 - i], frame, len) != SOLO5_R_OK)
                return 3;
            if (--count == 0)
                break;
        }
    }
    return SOLO5_EXIT_SUCCESS;
}
