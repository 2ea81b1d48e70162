/* console.c: whole buffers, one hypercall each. */
#include "base.h"

void solo5_console_write(const char *buf, size_t size)
{
    struct hvt_hc_puts puts = { .data = buf, .len = size };

    mayfly_hypercall(HVT_HYPERCALL_PUTS, &puts);
}
