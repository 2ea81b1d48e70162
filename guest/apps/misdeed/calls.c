/* calls.c: hypercalls with arguments that nobody may trust. */
#include "misdeed.h"

#define EXCHANGE 9

static const char *const call_names[] = { "none",       "walltime",  "puts",     "poll", "block-write",
                                          "block-read", "net-write", "net-read", "halt", "exchange" };

static unsigned call_named(const char *name)
{
    for (unsigned i = 1; i < sizeof call_names / sizeof *call_names; i++)
        if (strcmp(call_names[i], name) == 0)
            return i;
    say("misdeed: there is no hypercall \"%s\"\n", name);
    solo5_exit(99);
}

/* An argument struct of any hypercall, right in all but what a misdeed then changes. */
union argument {
    struct hvt_hc_walltime walltime;
    struct hvt_hc_puts puts;
    struct hvt_hc_poll poll;
    struct hvt_hc_block_read block;
    struct hvt_hc_net_read net;
    struct hvt_hc_halt halt;
    struct mayfly_hc_exchange exchange;
};

static uint8_t buffer[MAYFLY_EXCHANGE_BUFFER_MIN];
static union argument argument;

static void prepare(unsigned call)
{
    switch (call) {
    case HVT_HYPERCALL_PUTS:
        argument.puts = (struct hvt_hc_puts){ .data = "puts\n", .len = 5 };
        break;
    case HVT_HYPERCALL_BLOCK_WRITE:
    case HVT_HYPERCALL_BLOCK_READ:
        argument.block = (struct hvt_hc_block_read){ .handle = 1, .data = buffer, .len = 512 };
        break;
    case HVT_HYPERCALL_NET_WRITE:
    case HVT_HYPERCALL_NET_READ:
        argument.net = (struct hvt_hc_net_read){ .handle = 2, .data = buffer, .len = 1514 };
        break;
    case EXCHANGE:
        argument.exchange = (struct mayfly_hc_exchange){ .operation = MAYFLY_EXCHANGE_NEXT,
                                                         .buffer = buffer,
                                                         .buffer_len = sizeof buffer };
        break;
    }
}

/* Ends with the hypercall's result when it has one that is not 0. */
static void make(unsigned call, void *at)
{
    int result = 0;

    mayfly_out(call == EXCHANGE ? MAYFLY_EXCHANGE_PIO : (uint16_t)(HVT_HYPERCALL_PIO_BASE + call), at);
    if (call == HVT_HYPERCALL_BLOCK_WRITE || call == HVT_HYPERCALL_BLOCK_READ)
        result = argument.block.ret;
    if (call == HVT_HYPERCALL_NET_WRITE || call == HVT_HYPERCALL_NET_READ)
        result = argument.net.ret;
    if (result != 0)
        solo5_exit(result);
}

static void bad_argument(const char *line)
{
    unsigned call = call_named(next_word(&line));

    make(call, (void *)address_named(next_word(&line), 8));
}

static void bad_data(const char *line)
{
    unsigned call = call_named(next_word(&line));

    prepare(call);
    switch (call) {
    case HVT_HYPERCALL_PUTS:
        argument.puts.data = (const char *)address_named(next_word(&line), argument.puts.len);
        break;
    case HVT_HYPERCALL_HALT:
        argument.halt.cookie = (void *)address_named(next_word(&line), 512);
        break;
    case HVT_HYPERCALL_NET_WRITE:
    case HVT_HYPERCALL_NET_READ:
        argument.net.data = (void *)address_named(next_word(&line), argument.net.len);
        break;
    default:
        argument.block.data = (void *)address_named(next_word(&line), argument.block.len);
    }
    make(call, &argument);
}

static void bad_handle(const char *line)
{
    unsigned call = call_named(next_word(&line));

    prepare(call);
    /* Block and net arguments begin alike. */
    argument.block.handle = next_number(&line, 63);
    make(call, &argument);
}

static void bad_length(const char *line)
{
    unsigned call = call_named(next_word(&line));
    uint64_t length = next_number(&line, 0);

    prepare(call);
    if (call == HVT_HYPERCALL_PUTS)
        argument.puts.len = length;
    else if (call == HVT_HYPERCALL_NET_READ || call == HVT_HYPERCALL_NET_WRITE)
        argument.net.len = length;
    else
        argument.block.len = length;
    make(call, &argument);
}

static void bad_offset(const char *line)
{
    unsigned call = call_named(next_word(&line));

    prepare(call);
    argument.block.offset = next_number(&line, UINT64_MAX - 511);
    make(call, &argument);
}

static void bad_timeout(const char *line)
{
    argument.poll.timeout_nsecs = next_number(&line, UINT64_MAX);
    make(HVT_HYPERCALL_POLL, &argument);
}

static void out(const char *line)
{
    uint16_t port = (uint16_t)next_number(&line, 0x80);
    uint64_t bytes = next_number(&line, 4);

    if (bytes == 1)
        __asm__ volatile("outb %b0, %w1" : : "a"(&argument), "d"(port) : "memory");
    else if (bytes == 2)
        __asm__ volatile("outw %w0, %w1" : : "a"(&argument), "d"(port) : "memory");
    else
        mayfly_out(port, &argument);
}

static void in(const char *line)
{
    uint16_t port = (uint16_t)next_number(&line, 0x60);
    uint64_t bytes = next_number(&line, 4), value = 0;

    if (bytes == 1)
        __asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port) : "memory");
    else if (bytes == 2)
        __asm__ volatile("inw %w1, %w0" : "+a"(value) : "d"(port) : "memory");
    else
        __asm__ volatile("inl %w1, %k0" : "+a"(value) : "d"(port) : "memory");
}

static void outs(const char *line)
{
    uint16_t port = (uint16_t)next_number(&line, 0x502);
    uint64_t bytes = next_number(&line, 4);
    const void *from = &argument;

    if (bytes == 1)
        __asm__ volatile("outsb" : "+S"(from) : "d"(port) : "memory");
    else if (bytes == 2)
        __asm__ volatile("outsw" : "+S"(from) : "d"(port) : "memory");
    else
        __asm__ volatile("outsl" : "+S"(from) : "d"(port) : "memory");
}

static void ins(const char *line)
{
    uint16_t port = (uint16_t)next_number(&line, 0x502);
    uint64_t bytes = next_number(&line, 4);
    void *to = buffer;

    if (bytes == 1)
        __asm__ volatile("insb" : "+D"(to) : "d"(port) : "memory");
    else if (bytes == 2)
        __asm__ volatile("insw" : "+D"(to) : "d"(port) : "memory");
    else
        __asm__ volatile("insl" : "+D"(to) : "d"(port) : "memory");
}

const struct misdeed calls[] = {
    { "argument", bad_argument }, { "data", bad_data },       { "handle", bad_handle }, { "length", bad_length },
    { "offset", bad_offset },     { "timeout", bad_timeout }, { "out", out },           { "in", in },
    { "outs", outs },             { "ins", ins },             { NULL, NULL },
};
