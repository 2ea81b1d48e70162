/* imports.c: what the engine imports: a clock, random bytes, the console. No files, no modules from outside. */
#include "runtime.h"

/* WASI's numbers (wasi_snapshot_preview1). */
#define WASI_OK             0
#define WASI_BADF           8
#define WASI_STDERR         2
#define WASI_CHARACTER_DEVICE 2
#define WASI_FDSTAT_BYTES   24

u32 wasi_clock_time_get(u32 clock, u64 precision, u32 out)
{
    uint64_t now = wall_now();

    (void)clock;
    (void)precision;
    memcpy(linear(out), &now, sizeof now);
    return WASI_OK;
}

u32 wasi_random_get(u32 out, u32 len)
{
    entropy_fill(linear(out), len);
    return WASI_OK;
}

struct wasi_piece {
    u32 at;
    u32 len;
};

u32 wasi_fd_write(u32 fd, u32 pieces, u32 count, u32 out)
{
    const struct wasi_piece *piece = linear(pieces);
    u32 written = 0;

    if (fd > WASI_STDERR)
        return WASI_BADF;
    for (; count > 0; count--, piece++) {
        solo5_console_write(linear(piece->at), piece->len);
        written += piece->len;
    }
    memcpy(linear(out), &written, sizeof written);
    return WASI_OK;
}

u32 wasi_fd_fdstat_get(u32 fd, u32 out)
{
    uint8_t *stat = linear(out);

    (void)fd;
    memset(stat, 0, WASI_FDSTAT_BYTES);
    stat[0] = WASI_CHARACTER_DEVICE;
    return WASI_OK;
}

u32 wasi_fd_close(u32 fd)
{
    (void)fd;
    return WASI_BADF;
}

u32 wasi_fd_seek(u32 fd, u64 offset, u32 whence, u32 out)
{
    (void)fd;
    (void)offset;
    (void)whence;
    (void)out;
    return WASI_BADF;
}

/* The engine's package lets its host define functions by name; the runtime's are natives.c's. */
u32 host_call(u32 name, u32 name_len, u32 self, u32 argc, u32 argv)
{
    (void)name;
    (void)name_len;
    (void)self;
    (void)argc;
    (void)argv;
    engine_trap("a host function that nobody defined");
}

/* A guest lives in UTC. */
u32 host_get_timezone_offset(u32 low, u32 high)
{
    (void)low;
    (void)high;
    return 0;
}

/* Nothing is interrupted from within: the monitor limits CPU time. */
u32 host_interrupt(void)
{
    return 0;
}

/* A function is one bundle: there is nothing to be imported at run time. */
u32 host_module_load(u32 name, u32 len)
{
    (void)name;
    (void)len;
    return 0;
}

u32 host_module_normalize(u32 base, u32 name)
{
    (void)base;
    (void)name;
    return 0;
}

/* An extension called a function that neither it nor the engine has (src/build/function/link-symbols.ts). */
void host_unresolved(u32 name)
{
    engine_trap(linear(name));
}
