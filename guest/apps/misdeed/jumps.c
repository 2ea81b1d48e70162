/* jumps.c: touches and jumps to memory that is absent, or there for something else. */
#include "misdeed.h"

#define RETURNS 0xc3c3c3c3c3c3c3c3 /* c3 is `ret`: a jump there would succeed */
#define MIB     UINT64_C(0x100000)

/* Large enough for every hypercall's data. */
static volatile uint64_t writable[256] = { RETURNS };
static const uint64_t constant[256] = { RETURNS };

__attribute__((noinline)) static void code(void)
{
    __asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop");
}

uint64_t address_named(const char *name, uint64_t len)
{
    /* Far enough below for nobody to miss it, should a hypercall write there. */
    volatile uint64_t *stack = (volatile uint64_t *)((uintptr_t)__builtin_frame_address(0) - 8192);
    /* A net ring may lie behind the end that the guest is told; the whole memory is MiB. */
    uint64_t end = (memory_end + MIB - 1) & -MIB;
    const struct {
        const char *name;
        uint64_t address;
    } places[] = {
        { "null", 0 },
        { "monitor", 0x1000 },
        { "boot", 0x80000 },
        { "text", (uint64_t)code },
        { "rodata", (uint64_t)constant },
        { "data", (uint64_t)writable },
        { "stack", (uint64_t)stack },
        { "end", end - len / 2 },
        { "outside", end + 0x10000000 },
        { "high", 0xfffffff8 },
        { "huge", UINT64_C(1) << 63 },
        { "wrap", UINT64_MAX - 7 },
    };

    *stack = RETURNS;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].name, name) == 0)
            return places[i].address;
    return next_number(&name, 0);
}

static void read_there(const char *line)
{
    (void)*(volatile uint8_t *)address_named(next_word(&line), 0);
}

static void write_there(const char *line)
{
    *(volatile uint8_t *)address_named(next_word(&line), 0) = 0x90;
}

static void jump_there(const char *line)
{
    ((void (*)(void))address_named(next_word(&line), 0))();
}

/* The depth comes back through a volatile, so that the compiler can not make a loop of it. */
__attribute__((noinline)) static uint64_t recurse(uint64_t depth)
{
    volatile uint64_t frame[64];

    frame[depth % 64] = depth;
    return recurse(depth + 1) + frame[depth % 64];
}

static void overflow_stack(const char *line)
{
    (void)line;
    writable[0] = recurse(0);
}

static void no_stack(const char *line)
{
    (void)line;
    __asm__ volatile("mov $8, %%esp; push %%rax" : : : "memory");
}

static void modify_itself(const char *line)
{
    (void)line;
    *(volatile uint8_t *)(uintptr_t)code = 0xc3;
    code();
}

__attribute__((noinline)) static void fill(volatile char *at, size_t len)
{
    while (len-- > 0)
        *at++ = 'x';
}

__attribute__((noinline)) static void smash(size_t len)
{
    volatile char small[16];

    fill(small, len);
}

static void smash_stack(const char *line)
{
    smash(next_number(&line, 64));
}

const struct misdeed jumps[] = {
    { "read", read_there },   { "write", write_there },           { "jump", jump_there },
    { "no-stack", no_stack }, { "overflow-stack", overflow_stack }, { "modify-itself", modify_itself },
    { "smash-stack", smash_stack }, { NULL, NULL },
};
