/* exit.c: the ways to end. */
#include "base.h"

void solo5_exit(int status)
{
    struct hvt_hc_halt halt = { .cookie = NULL, .exit_status = status };

    for (;;)
        mayfly_hypercall(HVT_HYPERCALL_HALT, &halt);
}

void solo5_abort(void)
{
    solo5_exit(SOLO5_EXIT_ABORT);
}

void die(const char *line)
{
    solo5_console_write(line, strlen(line));
    solo5_abort();
}

/* The compiler calls this when a function finds its canary changed. */
__attribute__((noreturn)) void __stack_chk_fail(void);
void __stack_chk_fail(void)
{
    die("stack smashed: a function wrote past the end of its array\n");
}
