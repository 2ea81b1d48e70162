/* handlers.c: exception handlers that work, and some that do not. */
#include "misdeed.h"

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

static _Alignas(16) struct gate gates[32];

extern char skip_ud2[], run_ud2_again[];
/* The frame's rip moves over the two bytes of ud2. */
__asm__(".text\n"
        "skip_ud2: addq $2, (%rsp); iretq\n"
        "run_ud2_again: ud2\n");

static void load_table(const void *table, uint16_t limit)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) idt = { limit, (uint64_t)table };

    __asm__ volatile("lidt %0" : : "m"(idt));
}

static void set_handlers(uint64_t handler)
{
    uint16_t cs;

    __asm__("mov %%cs, %0" : "=r"(cs));
    for (int i = 0; i < 32; i++)
        gates[i] = (struct gate){ .offset_low = (uint16_t)handler,
                                  .selector = (cs & 3) == 0 ? cs : 8, /* what solo5-hvt's guests use */
                                  .type = 0x8e,
                                  .offset_middle = (uint16_t)(handler >> 16),
                                  .offset_high = (uint32_t)(handler >> 32) };
    load_table(gates, sizeof gates - 1);
}

static void triple_fault(const char *line)
{
    (void)line;
    load_table(NULL, 0);
    __asm__ volatile("ud2");
}

static void handled(const char *line)
{
    uint64_t canary = 0x1234;

    (void)line;
    set_handlers((uint64_t)skip_ud2);
    __asm__ volatile("push %0; ud2; pop %0" : "+r"(canary) : : "memory");
    if (canary != 0x1234)
        solo5_exit(1);
}

static void handler_faults(const char *line)
{
    (void)line;
    set_handlers((uint64_t)run_ud2_again);
    __asm__ volatile("ud2");
}

static void handler_nowhere(const char *line)
{
    (void)line;
    set_handlers(memory_end + 0x10000000);
    __asm__ volatile("ud2");
}

static void table_outside(const char *line)
{
    (void)line;
    load_table((void *)(memory_end - 16), sizeof gates - 1);
    __asm__ volatile("ud2");
}

static void table_monitor(const char *line)
{
    (void)line;
    load_table((void *)0x1000, sizeof gates - 1);
    __asm__ volatile("ud2");
}

static void handler_no_stack(const char *line)
{
    (void)line;
    set_handlers((uint64_t)skip_ud2);
    __asm__ volatile("mov $0x1008, %%esp; ud2" : : : "memory");
}

static void loop_faults(const char *line)
{
    (void)line;
    set_handlers((uint64_t)skip_ud2);
    for (;;)
        __asm__ volatile("ud2");
}

const struct misdeed handlers[] = {
    { "triple-fault", triple_fault },
    { "handled", handled },
    { "handler-faults", handler_faults },
    { "handler-nowhere", handler_nowhere },
    { "handler-no-stack", handler_no_stack },
    { "table-outside", table_outside },
    { "table-monitor", table_monitor },
    { "loop-faults", loop_faults },
    { NULL, NULL },
};
