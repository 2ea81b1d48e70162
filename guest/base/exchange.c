/* exchange.c: one request at a time: the exchange hypercall behind the functions of mayfly.h. */
#include "base.h"

_Static_assert(sizeof(struct mayfly_request_head) % 8 == 0, "strings follow the head at once");

/* Where the response stands. */
enum stage {
    IDLE,    /* no request yet */
    ASKED,   /* a request waits for its response */
    BEGUN,   /* the head is being written */
    SENDING, /* the head was handed over, pieces follow */
    ENDED,   /* the last piece is known, mayfly_next() takes it along */
    COMPLETE /* the receiver has all of it */
};

static enum stage stage;
static struct mayfly_hc_exchange exchange;
static struct {
    struct mayfly_response_head head;
    char strings[MAYFLY_EXCHANGE_HEAD_MAX - sizeof(struct mayfly_response_head)];
} response BUFFER;
static _Alignas(8) BUFFER uint8_t buffer[MAYFLY_EXCHANGE_BUFFER_MIN];

bool mayfly_offered(void)
{
    return (boot_info->host_features & MAYFLY_FEATURE_EXCHANGE) != 0;
}

static void call(uint32_t operation)
{
    exchange.operation = operation;
    exchange.buffer = buffer;
    exchange.buffer_len = sizeof buffer;
    mayfly_out(MAYFLY_EXCHANGE_PIO, &exchange);
    if (exchange.ret != SOLO5_R_OK && (operation != MAYFLY_EXCHANGE_TRY_READ || exchange.ret != SOLO5_R_AGAIN))
        die("exchange: the monitor refused a call\n");
    exchange.head_len = 0;
    exchange.body = NULL;
    exchange.body_len = 0;
}

static void must(bool right, const char *line)
{
    if (!right)
        die(line);
}

static const char *behind(const char *string)
{
    return string + strlen(string) + 1;
}

void mayfly_next(struct mayfly_request *request)
{
    const struct mayfly_request_head *head = (const void *)buffer;

    if (stage == ASKED)
        mayfly_respond(204);
    if (stage == BEGUN)
        mayfly_end(NULL, 0);
    call(MAYFLY_EXCHANGE_NEXT);
    stage = ASKED;

    request->method = (const char *)(head + 1);
    request->origin = behind(request->method);
    request->target = behind(request->origin);
    request->headers = behind(request->target);
    request->header_count = head->header_count;
    request->time_ns = head->time_ns;
    request->entropy = head->entropy;
    request->body_len = head->body_len;
    request->body = buffer + exchange.request_head_len;
    request->piece_len = exchange.request_body_len;
    request->more = (exchange.flags & MAYFLY_EXCHANGE_MORE) != 0;
}

/* The piece that a call brought takes the place of everything before. */
static void take_piece(struct mayfly_request *request)
{
    request->method = request->origin = request->target = request->headers = NULL;
    request->header_count = 0;
    request->entropy = NULL;
    request->body = buffer;
    request->piece_len = exchange.request_body_len;
    request->more = (exchange.flags & MAYFLY_EXCHANGE_MORE) != 0;
}

bool mayfly_read(struct mayfly_request *request)
{
    if (!request->more)
        return false;
    call(MAYFLY_EXCHANGE_READ);
    take_piece(request);
    return true;
}

bool mayfly_try_read(struct mayfly_request *request)
{
    if (!request->more)
        return false;
    call(MAYFLY_EXCHANGE_TRY_READ);
    if (exchange.ret == SOLO5_R_AGAIN)
        return false;
    take_piece(request);
    return true;
}

const char *mayfly_header(const struct mayfly_request *request, const char *name)
{
    const char *at = request->headers;

    for (uint32_t i = 0; i < request->header_count; i++) {
        const char *value = behind(at);
        if (strcmp(at, name) == 0)
            return value;
        at = behind(value);
    }
    return NULL;
}

void mayfly_respond(uint32_t status)
{
    must(stage == ASKED, "mayfly_respond: there is no request that waits for a response\n");
    response.head = (struct mayfly_response_head){ .status = status };
    stage = BEGUN;
}

bool mayfly_add_header(const char *name, const char *value)
{
    size_t name_len = strlen(name) + 1, value_len = strlen(value) + 1;

    must(stage == BEGUN, "mayfly_add_header: the response has not begun, or its head is gone\n");
    if (name_len + value_len > sizeof response.strings - response.head.strings_len)
        return false;
    char *at = response.strings + response.head.strings_len;
    memcpy(at, name, name_len);
    memcpy(at + name_len, value, value_len);
    response.head.strings_len += (uint32_t)(name_len + value_len);
    response.head.header_count++;
    return true;
}

/* Puts a piece into the next call, and the head with the first one. */
static void attach(const void *piece, size_t len)
{
    must(stage == BEGUN || stage == SENDING, "mayfly_write, mayfly_end, mayfly_complete: the response has not begun, or has ended\n");
    if (stage == BEGUN) {
        exchange.head = &response;
        exchange.head_len = sizeof response.head + response.head.strings_len;
    }
    exchange.body = piece;
    exchange.body_len = len;
}

void mayfly_write(const void *piece, size_t len)
{
    attach(piece, len);
    call(MAYFLY_EXCHANGE_WRITE);
    stage = SENDING;
}

void mayfly_end(const void *piece, size_t len)
{
    attach(piece, len);
    stage = ENDED;
}

void mayfly_complete(const void *piece, size_t len)
{
    attach(piece, len);
    call(MAYFLY_EXCHANGE_END);
    stage = COMPLETE;
}

void mayfly_abandon(const void *why, size_t len)
{
    must(stage == SENDING, "mayfly_abandon: there is no response that has begun\n");
    exchange.body = why;
    exchange.body_len = len < MAYFLY_ABANDON_MAX ? len : MAYFLY_ABANDON_MAX;
    call(MAYFLY_EXCHANGE_ABANDON);
    die("exchange: the monitor let a guest go on that had given up\n");
}
