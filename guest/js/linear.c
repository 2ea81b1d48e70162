/* linear.c: the engine's memory: from LINEAR_BASE to the end of the guest's, handed out in pages of 64 KiB. */
#include "runtime.h"

/* What an error needs to be described when memory is used up. */
#define RESERVE_BYTES (512 * 1024)

/* The engine's allocator asks for whole pages, and may have some that lie free. */
#define SLACK_BYTES (4 * LINEAR_PAGE)

/* With less than this for its heap the engine would hardly start. */
#define HEAP_PAGES_MIN (1024 * 1024 / LINEAR_PAGE)

u32 linear_pages;

static u32 pages_at_start;
static u32 pages_max;
static bool refused;

void linear_start(uintptr_t memory_end, u32 pages)
{
    pages_max = (u32)((memory_end - LINEAR_BASE) / LINEAR_PAGE);
    if (pages_max < pages + HEAP_PAGES_MIN)
        give_up(NOT_STARTED "its modules need more memory than there is: at least 1 MiB behind the image\n");
    pages_at_start = pages;
    linear_pages = pages;
    /* The stack that the machine started on lies at the very end and is used no more. A grown page is all zeros. */
    memset((void *)(memory_end - 4096), 0, 4096);
}

u32 linear_grow(u32 pages)
{
    u32 before = linear_pages;

    if (pages > pages_max - before) {
        refused = true;
        return UINT32_MAX;
    }
    linear_pages = before + pages;
    return before;
}

bool linear_full(void)
{
    return (pages_max - linear_pages) * LINEAR_PAGE <= RESERVE_BYTES + SLACK_BYTES;
}

bool linear_refused(void)
{
    return refused;
}

void linear_forget_refusal(void)
{
    refused = false;
}

void linear_limit(void)
{
    qjs_set_memory_limit((pages_max - pages_at_start) * LINEAR_PAGE - RESERVE_BYTES);
}

void linear_lift_limit(void)
{
    qjs_set_memory_limit(UINT32_MAX);
}
