/* console.c: writes N bytes in pieces of M ("N M" on the command line). Byte i is '0' + i % 64, or a line break where that is 63. */
#include "../words.h"

#define PERIOD 64

int solo5_app_main(const struct solo5_start_info *info)
{
    const char *line = info->cmdline;
    uint64_t total = next_number(&line, 1024), piece = next_number(&line, total);
    char *pattern = (char *)info->heap_start;

    if (piece == 0 || piece + PERIOD > info->heap_size / 2)
        return SOLO5_EXIT_FAILURE;
    for (uint64_t i = 0; i < piece + PERIOD; i++)
        pattern[i] = i % PERIOD == PERIOD - 1 ? '\n' : (char)('0' + i % PERIOD);
    for (uint64_t written = 0; written < total; written += piece) {
        uint64_t left = total - written;
        solo5_console_write(pattern + written % PERIOD, left < piece ? left : piece);
    }
    return SOLO5_EXIT_SUCCESS;
}
