/* net.c: sends COUNT frames back to where they came from, addresses swapped ("COUNT [SECONDS]"; fails when none comes for so long). */
#include "../say.h"
#include "../words.h"

static void swap_addresses(uint8_t *frame)
{
    for (int i = 0; i < SOLO5_NET_ALEN; i++) {
        uint8_t byte = frame[i];
        frame[i] = frame[SOLO5_NET_ALEN + i];
        frame[SOLO5_NET_ALEN + i] = byte;
    }
}

int solo5_app_main(const struct solo5_start_info *info)
{
    const char *line = info->cmdline;
    uint64_t count = next_number(&line, 1), patience = next_number(&line, 5) * 1000000000;
    uint8_t *frame = (uint8_t *)info->heap_start;
    struct solo5_net_info device;
    solo5_handle_t handle;

    if (solo5_net_acquire("service0", &handle, &device) != SOLO5_R_OK)
        return 99;
    const uint8_t *mac = device.mac_address;
    say("service0: mac %x:%x:%x:%x:%x:%x mtu %u\n", (uint64_t)mac[0], (uint64_t)mac[1], (uint64_t)mac[2],
        (uint64_t)mac[3], (uint64_t)mac[4], (uint64_t)mac[5], (uint64_t)device.mtu);

    size_t room = device.mtu + SOLO5_NET_HLEN, len;
    if (solo5_net_read(handle, frame, room - 1, &len) != SOLO5_R_EINVAL)
        return 2;
    if (solo5_net_write(handle, frame, room + 1) != SOLO5_R_EINVAL)
        return 3;
    while (count > 0) {
        solo5_result_t result = solo5_net_read(handle, frame, room, &len);
        if (result == SOLO5_R_AGAIN) {
            solo5_handle_set_t ready = 0;
            solo5_yield(solo5_clock_monotonic() + patience, &ready);
            if (ready != UINT64_C(1) << handle)
                return 4;
            continue;
        }
        if (result != SOLO5_R_OK)
            return 5;
        swap_addresses(frame);
        if (solo5_net_write(handle, frame, len) != SOLO5_R_OK)
            return 6;
        count--;
    }
    return SOLO5_EXIT_SUCCESS;
}
