/* trap.c: reports an exception on the console and aborts. Only where nobody below us does it better. */
#include "base.h"

/* What the CPU pushed, behind what trap-entry.S pushed. */
struct trap_frame {
    uint64_t vector, error_code, rip, cs, rflags, rsp, ss;
};

struct gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

#define VECTORS        32
#define INTERRUPT_GATE 0x8e /* present, CPL 0, interrupts off (Intel SDM volume 3, section 6.14.1) */
#define CODE_SELECTOR  8
#define PAGE_FAULT     14

extern char trap_entries[]; /* trap-entry.S: one each 16 bytes */

static const char names[VECTORS][4] = { "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "#9",  "#TS",
                                        "#NP", "#SS", "#GP", "#PF", "#15", "#MF", "#AC", "#MC", "#XM", "#VE", "#CP" };

static char *put_text(char *at, const char *text)
{
    while (*text != '\0')
        *at++ = *text++;
    return at;
}

static char *put_hex(char *at, const char *name, uint64_t value)
{
    int shift = 60;

    at = put_text(at, name);
    at = put_text(at, "=0x");
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[value >> shift & 15];
    return at;
}

__attribute__((noreturn)) void trap_report(const struct trap_frame *frame);
void trap_report(const struct trap_frame *frame)
{
    char line[160], *at = line;

    at = put_text(at, "trap: type=");
    at = put_text(at, names[frame->vector]);
    at = put_hex(at, " ec", frame->error_code);
    at = put_hex(at, " rip", frame->rip);
    at = put_hex(at, " rsp", frame->rsp);
    if (frame->vector == PAGE_FAULT) {
        uint64_t cr2;
        __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
        at = put_hex(at, " cr2", cr2);
    }
    *at++ = '\n';
    solo5_console_write(line, (size_t)(at - line));
    solo5_abort();
}

struct table {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

void trap_start(void)
{
    /* Flat code and data of CPL 0, at the selectors that solo5-hvt's own table has them at: that table is not mapped. */
    static const uint64_t segments[3] = { 0, 0x00af9b000000ffff, 0x00cf93000000ffff };
    static struct gate gates[VECTORS];
    struct table gdt = { sizeof segments - 1, (uint64_t)segments };
    struct table idt = { sizeof gates - 1, (uint64_t)gates };
    uint16_t cs;

    __asm__("mov %%cs, %0" : "=r"(cs));
    /*
     * At CPL 3 a monitor stands below us that reports an exception with registers and symbols. At CPL 0, under solo5-hvt, an
     * exception without an IDT would end the machine without a word. The handler shares the stack: a stack of its own would take a
     * TSS, and an overflown stack ends the machine either way.
     */
    if ((cs & 3) != 0)
        return;
    for (unsigned i = 0; i < VECTORS; i++) {
        uint64_t entry = (uint64_t)trap_entries + 16 * i;
        gates[i] = (struct gate){ .offset_low = (uint16_t)entry,
                                  .selector = CODE_SELECTOR,
                                  .type = INTERRUPT_GATE,
                                  .offset_middle = (uint16_t)(entry >> 16),
                                  .offset_high = (uint32_t)(entry >> 32) };
    }
    __asm__ volatile("lgdt %0; lidt %1" : : "m"(gdt), "m"(idt));
}
