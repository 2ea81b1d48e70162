/* outbound.c: requests to the outside, several at once: the outbound hypercall behind the functions of mayfly.h. */
#include "base.h"

static struct {
    struct mayfly_outbound_request head;
    char strings[MAYFLY_OUTBOUND_HEAD_MAX - sizeof(struct mayfly_outbound_request)];
} draft BUFFER;
static _Alignas(8) BUFFER uint8_t inbox[MAYFLY_OUTBOUND_HEAD_MAX];
static struct mayfly_hc_outbound outbound;

bool mayfly_outbound_offered(void)
{
    return (boot_info->host_features & MAYFLY_FEATURE_OUTBOUND) != 0;
}

/* The result of a call that may be told to come again. */
static bool call(uint32_t operation, uint32_t handle)
{
    outbound.operation = operation;
    outbound.handle = handle;
    mayfly_out(MAYFLY_OUTBOUND_PIO, &outbound);
    if (outbound.ret != SOLO5_R_OK && outbound.ret != SOLO5_R_AGAIN)
        die("outbound: the monitor refused a call\n");
    return outbound.ret == SOLO5_R_OK;
}

static bool add(const char *string)
{
    size_t len = strlen(string) + 1;

    if (len > sizeof draft.strings - draft.head.strings_len)
        return false;
    memcpy(draft.strings + draft.head.strings_len, string, len);
    draft.head.strings_len += (uint32_t)len;
    return true;
}

bool mayfly_outbound_begin(const char *method, const char *url, uint32_t redirect)
{
    draft.head = (struct mayfly_outbound_request){ .redirect = redirect };
    return add(method) && add(url);
}

bool mayfly_outbound_add_header(const char *name, const char *value)
{
    uint32_t before = draft.head.strings_len;

    if (!add(name) || !add(value)) {
        draft.head.strings_len = before;
        return false;
    }
    draft.head.header_count++;
    return true;
}

static void attach(const void *piece, size_t len, bool more)
{
    outbound.body = piece;
    outbound.body_len = len;
    outbound.in_flags = more ? MAYFLY_OUTBOUND_MORE : 0;
}

bool mayfly_outbound_open(const void *piece, size_t len, bool more, uint32_t *handle)
{
    attach(piece, len, more);
    outbound.head = &draft;
    outbound.head_len = sizeof draft.head + draft.head.strings_len;
    bool taken = call(MAYFLY_OUTBOUND_OPEN, 0);
    *handle = outbound.handle;
    return taken;
}

bool mayfly_outbound_write(uint32_t handle, const void *piece, size_t len, bool more)
{
    attach(piece, len, more);
    return call(MAYFLY_OUTBOUND_WRITE, handle);
}

bool mayfly_outbound_read(uint32_t handle, struct mayfly_outbound_answer *answer)
{
    outbound.buffer = inbox;
    outbound.buffer_len = sizeof inbox;
    if (!call(MAYFLY_OUTBOUND_READ, handle))
        return false;
    answer->flags = outbound.out_flags;
    answer->head = (const void *)inbox;
    answer->bytes = inbox;
    answer->len = outbound.answer_len;
    return true;
}

void mayfly_outbound_close(uint32_t handle)
{
    call(MAYFLY_OUTBOUND_CLOSE, handle);
}
