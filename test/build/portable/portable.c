/* portable.c: a program for Solo5's public interface and nothing else: console, block, net, time. */
#include "solo5.h"

static size_t length(const char *text)
{
    size_t n = 0;

    while (text[n])
        n++;
    return n;
}

static void puts(const char *text)
{
    solo5_console_write(text, length(text));
}

int solo5_app_main(const struct solo5_start_info *si)
{
    struct solo5_block_info disk;
    struct solo5_net_info card;
    solo5_handle_t disk_handle, card_handle;
    solo5_handle_set_t ready;
    size_t received;
    uint8_t sector[512], frame[1514];

    puts("Hello, ");
    puts(si->cmdline);
    puts("!\n");
    if (solo5_block_acquire("storage", &disk_handle, &disk) != SOLO5_R_OK)
        return 1;
    if (solo5_net_acquire("service", &card_handle, &card) != SOLO5_R_OK)
        return 2;
    if (solo5_block_read(disk_handle, 0, sector, sizeof sector) != SOLO5_R_OK)
        return 3;
    sector[0]++;
    if (solo5_block_write(disk_handle, 0, sector, sizeof sector) != SOLO5_R_OK)
        return 4;
    solo5_yield(solo5_clock_monotonic() + 1000000, &ready);
    if (solo5_net_read(card_handle, frame, sizeof frame, &received) != SOLO5_R_AGAIN)
        return 5;
    if (solo5_clock_wall() == 0)
        solo5_abort();
    solo5_exit(SOLO5_EXIT_SUCCESS);
}
