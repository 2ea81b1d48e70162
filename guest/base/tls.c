/* tls.c: thread-local storage, local-exec model (ELF Handling for TLS, variant II: variables lie below the thread pointer). */
#include "base.h"

/* base.ld: the template of PT_TLS, and room for the main program's copy. */
extern const char __tls_template[];
extern char __tls_main[];
/* Their addresses are numbers. Weak, because the compiler takes every other symbol's address for non-zero. */
extern char __tls_data_size[] __attribute__((weak));
extern char __tls_size[] __attribute__((weak));
extern char __tls_align[] __attribute__((weak));

#define TLS_DATA_SIZE ((uintptr_t)__tls_data_size)
#define TLS_SIZE      ((uintptr_t)__tls_size)
#define TLS_ALIGN     ((uintptr_t)__tls_align)

#define MSR_FS_BASE 0xc0000100u

static uintptr_t round_up(uintptr_t value, uintptr_t align)
{
    return (value + align - 1) & -align;
}

/* The thread pointer points at itself; the slack lets a block start at any address. */
size_t solo5_tls_size(void)
{
    return round_up(round_up(TLS_SIZE, TLS_ALIGN) + TLS_ALIGN + sizeof(uintptr_t), 16);
}

uintptr_t solo5_tls_tp_offset(uintptr_t tls)
{
    return round_up(tls + round_up(TLS_SIZE, TLS_ALIGN), TLS_ALIGN);
}

solo5_result_t solo5_tls_init(uintptr_t tls)
{
    if (tls == 0)
        return SOLO5_R_EINVAL;
    uintptr_t pointer = solo5_tls_tp_offset(tls);
    char *variables = (char *)(pointer - round_up(TLS_SIZE, TLS_ALIGN));

    memcpy(variables, __tls_template, TLS_DATA_SIZE);
    memset(variables + TLS_DATA_SIZE, 0, TLS_SIZE - TLS_DATA_SIZE);
    *(uintptr_t *)pointer = pointer;
    return SOLO5_R_OK;
}

solo5_result_t solo5_set_tls_base(uintptr_t base)
{
    __asm__ volatile("wrmsr" : : "c"(MSR_FS_BASE), "a"((uint32_t)base), "d"((uint32_t)(base >> 32)) : "memory");
    return SOLO5_R_OK;
}

void tls_start(void)
{
    if (TLS_SIZE == 0)
        return;
    solo5_tls_init((uintptr_t)__tls_main);
    solo5_set_tls_base(solo5_tls_tp_offset((uintptr_t)__tls_main));
}
