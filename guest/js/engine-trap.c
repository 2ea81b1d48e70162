/* engine-trap.c: the engine's end when it does what WebAssembly forbids: an abort(), a call into nowhere. */
#include "runtime.h"

static bool starved;

bool engine_starved(void)
{
    return starved;
}

void engine_trap(const char *what)
{
    static const char said[] = "the JavaScript engine trapped: ";

    starved = linear_refused();
    if (starved)
        overflow_leave();
    solo5_console_write(said, sizeof said - 1);
    solo5_console_write(what, strlen(what));
    solo5_console_write("\n", 1);
    solo5_abort();
}
