/*
 * block.c: a block device, tried out. The command line:
 *   check                every edge of the device; ends with the number of the failure
 *   read OFFSET BYTES    writes what is there to the console; ends with the result
 *   fill OFFSET BYTES N  fills with bytes of value N; ends with the result
 *   bench COUNT          reads COUNT blocks of 4 KiB one after the other and tells nanoseconds
 */
#include "../say.h"
#include "../words.h"

#define BENCH_BYTES 4096

static solo5_handle_t handle;
static struct solo5_block_info device;

static int check(uint8_t *out, uint8_t *in)
{
    uint64_t size = device.block_size, last = device.capacity - size;

    for (uint64_t offset = 0; offset <= last; offset += 7 * size) {
        for (uint64_t i = 0; i < size; i++) {
            out[i] = (uint8_t)(offset / size + i);
            in[i] = 0;
        }
        if (solo5_block_write(handle, offset, out, size) != SOLO5_R_OK)
            return 1;
        if (solo5_block_read(handle, offset, in, size) != SOLO5_R_OK || memcmp(out, in, size) != 0)
            return 2;
    }
    if (solo5_block_write(handle, last, out, size) != SOLO5_R_OK || solo5_block_read(handle, last, in, size) != SOLO5_R_OK)
        return 3;
    if (memcmp(out, in, size) != 0)
        return 4;
    static const struct {
        int64_t offset, bytes; /* in half blocks; the offset from the end when negative or zero */
    } wrong[] = { { 0, 2 }, { -2, 4 }, { 2, 1 }, { 2, 3 }, { 1, 2 }, { 2, 0 } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t half = (int64_t)size / 2;
        uint64_t offset = (uint64_t)(wrong[i].offset * half) + (wrong[i].offset <= 0 ? device.capacity : 0);
        uint64_t bytes = (uint64_t)(wrong[i].bytes * half);
        if (solo5_block_write(handle, offset, out, bytes) != SOLO5_R_EINVAL)
            return 10 + (int)i;
        if (solo5_block_read(handle, offset, in, bytes) != SOLO5_R_EINVAL)
            return 20 + (int)i;
    }
    struct solo5_block_info again;
    solo5_handle_t other;
    if (solo5_block_acquire("storage", &other, &again) != SOLO5_R_EINVAL)
        return 30;
    if (solo5_block_acquire("absent", &other, &again) != SOLO5_R_EINVAL)
        return 31;
    return SOLO5_EXIT_SUCCESS;
}

static int bench(uint64_t count, uint8_t *buffer)
{
    solo5_time_t start = solo5_clock_monotonic();
    uint64_t offset = 0;

    for (uint64_t i = 0; i < count; i++) {
        if (offset + BENCH_BYTES > device.capacity)
            offset = 0;
        if (solo5_block_read(handle, offset, buffer, BENCH_BYTES) != SOLO5_R_OK)
            return 1;
        offset += BENCH_BYTES;
    }
    say("%u blocks in %u ns\n", count, solo5_clock_monotonic() - start);
    return SOLO5_EXIT_SUCCESS;
}

int solo5_app_main(const struct solo5_start_info *info)
{
    const char *line = info->cmdline;
    uint8_t *buffer = (uint8_t *)info->heap_start;

    if (solo5_block_acquire("storage", &handle, &device) != SOLO5_R_OK)
        return 99;
    const char *word = next_word(&line);
    if (strcmp(word, "bench") == 0)
        return bench(next_number(&line, 1000), buffer);
    if (strcmp(word, "read") == 0) {
        uint64_t offset = next_number(&line, 0), bytes = next_number(&line, device.block_size);
        solo5_result_t result = solo5_block_read(handle, offset, buffer, bytes);
        if (result == SOLO5_R_OK)
            solo5_console_write((const char *)buffer, bytes);
        return (int)result;
    }
    if (strcmp(word, "fill") == 0) {
        uint64_t offset = next_number(&line, 0), bytes = next_number(&line, device.block_size);
        memset(buffer, (int)next_number(&line, 0), bytes);
        return (int)solo5_block_write(handle, offset, buffer, bytes);
    }
    say("storage: %u bytes in blocks of %u\n", device.capacity, device.block_size);
    return check(buffer, buffer + device.block_size);
}
