/*
 * misdeed.c: does what no guest should. The words on the command line choose (or, with the exchange and an empty command line,
 * the target of the first request: /argument/puts/outside). A misdeed that was survived says so and ends with 0, or with the
 * result of the hypercall that it made.
 *
 * words                           the guest …
 * argument CALL PLACE             makes a hypercall whose argument struct lies at PLACE
 * data CALL PLACE                 … whose data lie at PLACE (puts, block-read, block-write, net-read, net-write, halt's cookie)
 * handle CALL HANDLE              … on a device that it does not have (0, 63, 64, 0xffffffffffffffff, or the other kind's)
 * length CALL LENGTH              … of a length that it may not have
 * offset CALL OFFSET              … outside the block device
 * timeout TIMEOUT                 polls with a time-out of so many nanoseconds
 * out PORT BYTES                  writes to a port with a width: an unknown hypercall, a narrow one, the monitor's own ports
 * in PORT BYTES                   reads from a port
 * outs PORT BYTES, ins PORT BYTES … with a string instruction
 *
 * CALL   walltime puts poll block-write block-read net-write net-read halt exchange
 * PLACE  null monitor boot text rodata data stack end (reaches over the end of memory) outside high (near 4 GiB) huge (2^63) wrap (2^64 - 8)
 *        or a number
 *
 * read PLACE, write PLACE         touches memory
 * jump PLACE                      jumps there
 * overflow-stack                  recurses for ever
 * no-stack                        points the stack at nothing and pushes
 * modify-itself                   changes an instruction of its own
 * smash-stack                     writes past an array on the stack
 *
 * run INSTRUCTION                 executes one of: ud2 int3 int-0x80 divide hlt cli sti mov-cr0 mov-cr3 mov-cr4 mov-dr7 wrmsr rdmsr
 *                                 wrmsr-efer wrmsr-lstar syscall sysenter vmcall vmmcall lgdt lldt ltr invlpg wbinvd swapgs clts
 *                                 xsetbv rdpmc icebp iretq lretq popf-iopl single-step unaligned unaligned-vector split-lock avx
 *                                 sse-exception x87-exception wrmsr-odd-base
 *
 * triple-fault                    lidt with an empty table, then ud2
 * handled                         ud2 with a handler that skips it: no misdeed, ends with 0
 * handler-faults                  a handler that does it again
 * handler-nowhere                 a handler that does not exist
 * table-outside, table-monitor    a table beyond the end of memory, in the monitor's pages
 * handler-no-stack                an exception while the stack points at nothing
 *
 * loop                            never ends
 * loop-calls, loop-console        makes hypercalls for ever: walltime, console
 * loop-poll                       polls without waiting
 * loop-faults                     raises exceptions that its handler skips, for ever
 * sleep-forever                   waits for what never comes
 * touch-memory                    writes to every page that it has, and ends
 *
 * exchange-…                      breaks the exchange: see exchange.c
 */
#include "misdeed.h"

uintptr_t heap_start, memory_end;
bool asked;

static const struct misdeed *const tables[] = { calls, jumps, instructions, handlers, endless, exchanges };

static const struct misdeed *find(const char *word)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct misdeed *at = tables[i]; at->word != NULL; at++)
            if (strcmp(at->word, word) == 0)
                return at;
    return NULL;
}

int solo5_app_main(const struct solo5_start_info *info)
{
    static struct mayfly_request request;
    const char *line = info->cmdline;

    heap_start = info->heap_start;
    memory_end = info->heap_start + info->heap_size;
    if (*line == '\0' && mayfly_offered()) {
        mayfly_next(&request);
        asked = true;
        line = request.target;
    }
    const char *words = line;
    const struct misdeed *misdeed = find(next_word(&line));
    if (misdeed == NULL) {
        say("misdeed: got \"%s\", expected words of the table in misdeed.c\n", words);
        return 99;
    }
    misdeed->commit(line);
    say("survived: %s\n", words);
    return SOLO5_EXIT_SUCCESS;
}
