/* engine-trap.c: the engine's end when it does what WebAssembly forbids: an abort(), a call into nowhere. */
#include "runtime.h"

void engine_trap(const char *what)
{
    static const char said[] = "the JavaScript engine trapped: ";

    solo5_console_write(said, sizeof said - 1);
    solo5_console_write(what, strlen(what));
    solo5_console_write("\n", 1);
    solo5_abort();
}
