/* tls.c: thread-local variables: the main program's own, and two more blocks switched between. Ends with the number of the failure. */
#include <solo5.h>

static __thread volatile uint64_t zeroed;
static __thread volatile uint64_t set = 0xc0ffee;
static __thread _Alignas(64) volatile uint8_t aligned[64];

static bool is_fresh(void)
{
    return zeroed == 0 && set == 0xc0ffee && (uintptr_t)aligned % 64 == 0 && aligned[63] == 0;
}

/* Memory that was used before, with a few bytes on either side of the blocks. */
#define USED 0xa5
#define EDGE 64

static bool is_used(uintptr_t from)
{
    for (uintptr_t at = from; at < from + EDGE; at++)
        if (*(volatile uint8_t *)at != USED)
            return false;
    return true;
}

static bool enter(uintptr_t block)
{
    return solo5_set_tls_base(solo5_tls_tp_offset(block)) == SOLO5_R_OK;
}

int solo5_app_main(const struct solo5_start_info *info)
{
    /* Addresses that are not aligned as the variables must be. */
    uintptr_t first = info->heap_start + EDGE + 8, second = first + solo5_tls_size() + EDGE + 32;
    for (uintptr_t at = info->heap_start; at < second + solo5_tls_size() + EDGE; at++)
        *(volatile uint8_t *)at = USED;

    if (!is_fresh())
        return 1;
    zeroed = 1;
    if (solo5_tls_init(0) != SOLO5_R_EINVAL)
        return 2;
    if (solo5_tls_init(first) != SOLO5_R_OK || solo5_tls_init(second) != SOLO5_R_OK)
        return 3;
    if (!is_used(first - EDGE) || !is_used(second - EDGE) || !is_used(second + solo5_tls_size()))
        return 8;
    if (!enter(first) || !is_fresh())
        return 4;
    zeroed = 2;
    set = 22;
    if (!enter(second) || !is_fresh())
        return 5;
    zeroed = 3;
    if (!enter(first) || zeroed != 2 || set != 22)
        return 6;
    if (!enter(second) || zeroed != 3 || set != 0xc0ffee)
        return 7;
    return SOLO5_EXIT_SUCCESS;
}
