/* start.c: the entry point. Every instruction here is part of every boot: no hypercall, nothing privileged unless needed. */
#include "base.h"

const struct hvt_boot_info *boot_info;

/*
 * The stack protector's canary is a global, not the word at %fs:0x28: setting the FS base is a privileged instruction, and one
 * that is emulated costs more than the rest of a boot. Programs without thread-local variables never need it.
 */
uintptr_t __stack_chk_guard;

extern char __image_end[]; /* base.ld, page-aligned */

static uint64_t ticks(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* Solo5's own log switches come first on its command lines; they are no business of the program's. */
static const char *skip_log_words(const char *words)
{
    for (;;) {
        while (*words == ' ')
            words++;
        if (strncmp(words, "--solo5:", 8) != 0)
            return words;
        while (*words != ' ' && *words != '\0')
            words++;
    }
}

/* Enters as a C function would: rsp is 8 below a multiple of 16, rdi is the argument. */
__attribute__((noreturn, no_stack_protector)) void _start(const struct hvt_boot_info *info)
{
    static struct solo5_start_info start;

    boot_info = info;
    /* Spread over the word; the lowest byte is zero, so that no string function can read or write past it. */
    __stack_chk_guard = (uintptr_t)(ticks() * 0x9e3779b97f4a7c15u) & ~(uintptr_t)0xff;
    trap_start();
    tls_start();

    start.cmdline = skip_log_words(info->cmdline);
    start.heap_start = (uintptr_t)__image_end;
    start.heap_size = info->mem_size - start.heap_start;
    solo5_exit(solo5_app_main(&start));
}
