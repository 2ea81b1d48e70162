/* endless.c: takes all the time or all the memory there is. */
#include "misdeed.h"

static void loop(const char *line)
{
    (void)line;
    for (;;)
        __asm__ volatile("");
}

static void loop_calls(const char *line)
{
    (void)line;
    for (;;)
        solo5_clock_wall();
}

static void loop_console(const char *line)
{
    (void)line;
    for (;;)
        solo5_console_write("again\n", 6);
}

static void loop_poll(const char *line)
{
    (void)line;
    for (;;)
        solo5_yield(0, NULL);
}

static void sleep_forever(const char *line)
{
    (void)line;
    for (;;)
        solo5_yield(UINT64_MAX, NULL);
}

static void touch_memory(const char *line)
{
    uintptr_t stack = (uintptr_t)&line & ~UINT64_C(4095);

    for (uintptr_t at = heap_start; at < stack; at += 4096)
        *(volatile uint64_t *)at = at;
}

const struct misdeed endless[] = {
    { "loop", loop },           { "loop-calls", loop_calls },       { "loop-console", loop_console },
    { "loop-poll", loop_poll }, { "sleep-forever", sleep_forever }, { "touch-memory", touch_memory },
    { NULL, NULL },
};
