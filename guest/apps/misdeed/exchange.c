/*
 * exchange.c: breaks the exchange. Each takes a request first, where its name does not say otherwise.
 *
 * exchange-…              the guest …
 * read-first write-first response-first   reads, writes, responds before it has a request
 * no-response             asks for the next request without having answered
 * body-first              sends a body before its head
 * second-head             sends two heads
 * head-shorter head-longer                says that its strings are shorter, longer than head_len does
 * head-tiny head-giant    sends a head of 8 bytes, of 64 KiB and 16
 * count                   counts two headers where one is
 * unterminated            leaves out the last zero byte
 * reserved                sets the reserved field
 * name empty-name value   sends a header whose name or value HTTP does not allow: "bad name", "", "a CR LF set-cookie: b=c"
 * status STATUS           answers with that status
 * operation OPERATION     asks for that operation
 * head PLACE, body PLACE, buffer PLACE    gives an address that it may not give (see misdeed.c)
 * body-length BYTES       sends a body that reaches that far
 * buffer-length BYTES     gives a buffer of that size
 * read-on                 reads on when the body is over
 * crash exit              crashes, exits, without having answered
 * crash-midway exit-midway                … after the first piece of the response
 * silent sleep            computes, waits, and never answers
 * stall                   waits for ever after the first piece
 * endless                 sends a body without end
 * short-body long-body    sends less, more than its content-length says
 * smuggle                 sends content-length and transfer-encoding
 * body-of-204             sends a body with a status that has none
 * many-headers            sends as many headers as a head holds
 */
#include "misdeed.h"

static struct mayfly_hc_exchange raw;
static uint8_t buffer[MAYFLY_EXCHANGE_BUFFER_MIN];
static struct {
    struct mayfly_response_head head;
    char strings[MAYFLY_EXCHANGE_HEAD_MAX];
} response;

static void call(uint32_t operation)
{
    raw.operation = operation;
    mayfly_out(MAYFLY_EXCHANGE_PIO, &raw);
    raw.head_len = raw.body_len = 0;
}

/* A head of `count` headers, right in itself. */
static void set_head(uint32_t status, uint32_t count, const char *strings, size_t len)
{
    response.head = (struct mayfly_response_head){ .status = status, .header_count = count, .strings_len = (uint32_t)len };
    memcpy(response.strings, strings, len);
    raw.head = &response;
    raw.head_len = sizeof response.head + len;
}

static void set_body(const void *body, uint64_t len)
{
    raw.body = body;
    raw.body_len = len;
}

#define HEAD(STATUS, COUNT, STRINGS) set_head(STATUS, COUNT, STRINGS, sizeof(STRINGS))
#define PLAIN                        HEAD(200, 1, "content-type\0text/plain")
#define HELLO                        set_body("hello", 5)
#define WRITE                        call(MAYFLY_EXCHANGE_WRITE)
#define NEXT                         call(MAYFLY_EXCHANGE_NEXT)
#define ASK                          if (!asked) NEXT
#define READ                         call(MAYFLY_EXCHANGE_READ)
#define CRASH                        __asm__ volatile("ud2")
#define SLEEP                        solo5_yield(UINT64_MAX, NULL)

static uint64_t named(const char *line, uint64_t len)
{
    return address_named(next_word(&line), len);
}

static uint64_t number(const char *line)
{
    return next_number(&line, 0);
}

static void many_headers(void)
{
    enum { COUNT = 3000 };
    size_t len = 0;

    for (unsigned i = 0; i < COUNT; i++, len += 8)
        memcpy(response.strings + len, "x-a\0bcd", 8);
    set_head(200, COUNT, response.strings, len);
}

/* What follows each name and word runs with `line`, the words behind that one. */
#define MISDEEDS(DO)                                                                                                   \
    DO(read_first, "exchange-read-first", READ)                                                                        \
    DO(write_first, "exchange-write-first", PLAIN; WRITE)                                                              \
    DO(response_first, "exchange-response-first", PLAIN; NEXT)                                                         \
    DO(no_response, "exchange-no-response", ASK; NEXT)                                                                 \
    DO(body_first, "exchange-body-first", ASK; HELLO; WRITE)                                                           \
    DO(second_head, "exchange-second-head", ASK; PLAIN; WRITE; PLAIN; WRITE)                                           \
    DO(head_shorter, "exchange-head-shorter", ASK; PLAIN; response.head.strings_len -= 1; WRITE)                       \
    DO(head_longer, "exchange-head-longer", ASK; PLAIN; response.head.strings_len += 1; WRITE)                         \
    DO(head_tiny, "exchange-head-tiny", ASK; PLAIN; raw.head_len = 8; WRITE)                                           \
    DO(head_giant, "exchange-head-giant", ASK; PLAIN; response.head.strings_len = MAYFLY_EXCHANGE_HEAD_MAX;            \
       raw.head_len = MAYFLY_EXCHANGE_HEAD_MAX + 16; WRITE)                                                            \
    DO(count, "exchange-count", ASK; HEAD(200, 2, "content-type\0text/plain"); WRITE)                                  \
    DO(unterminated, "exchange-unterminated", ASK; set_head(200, 1, "x-a\0bcd", 7); WRITE)                             \
    DO(reserved, "exchange-reserved", ASK; PLAIN; response.head.reserved = 1; WRITE)                                   \
    DO(name, "exchange-name", ASK; HEAD(200, 1, "bad name\0value"); WRITE)                                             \
    DO(empty_name, "exchange-empty-name", ASK; HEAD(200, 1, "\0value"); WRITE)                                         \
    DO(value, "exchange-value", ASK; HEAD(200, 1, "x-a\0a\r\nset-cookie: b=c"); WRITE)                                 \
    DO(status, "exchange-status", ASK; PLAIN; response.head.status = (uint32_t)number(line); NEXT)                     \
    DO(operation, "exchange-operation", ASK; PLAIN; call((uint32_t)number(line)))                                      \
    DO(head, "exchange-head", ASK; PLAIN; raw.head = (const void *)named(line, raw.head_len); WRITE)                   \
    DO(body, "exchange-body", ASK; PLAIN; HELLO; raw.body = (const void *)named(line, 5); WRITE)                       \
    DO(buffer, "exchange-buffer", raw.buffer = (void *)named(line, sizeof buffer); ASK; PLAIN; NEXT)                   \
    DO(body_length, "exchange-body-length", ASK; PLAIN; HELLO; raw.body_len = number(line); WRITE)                     \
    DO(buffer_length, "exchange-buffer-length", raw.buffer_len = number(line); ASK; PLAIN; NEXT)                       \
    DO(read_on, "exchange-read-on", ASK; READ; READ; PLAIN; NEXT)                                                      \
    DO(crash, "exchange-crash", ASK; CRASH)                                                                            \
    DO(exit, "exchange-exit", ASK; solo5_exit(0))                                                                      \
    DO(crash_midway, "exchange-crash-midway", ASK; PLAIN; HELLO; WRITE; CRASH)                                         \
    DO(exit_midway, "exchange-exit-midway", ASK; PLAIN; HELLO; WRITE; solo5_exit(0))                                   \
    DO(silent, "exchange-silent", ASK; for (;;) __asm__ volatile(""))                                                  \
    DO(sleep, "exchange-sleep", ASK; SLEEP)                                                                            \
    DO(stall, "exchange-stall", ASK; PLAIN; HELLO; WRITE; SLEEP)                                                       \
    DO(endless, "exchange-endless", ASK; for (PLAIN;;) { set_body(buffer, sizeof buffer); WRITE; })                    \
    DO(short_body, "exchange-short-body", ASK; HEAD(200, 1, "content-length\000100"); HELLO; NEXT)                     \
    DO(long_body, "exchange-long-body", ASK; HEAD(200, 1, "content-length\0002"); HELLO; NEXT)                         \
    DO(smuggle, "exchange-smuggle", ASK; HEAD(200, 2, "content-length\0005\0transfer-encoding\0chunked"); HELLO; NEXT) \
    DO(body_of_204, "exchange-body-of-204", ASK; set_head(204, 0, "", 0); HELLO; NEXT)                                 \
    DO(many_headers, "exchange-many-headers", ASK; many_headers(); NEXT)

#define DEFINE(NAME, WORD, ...)                                                                                        \
    static void do_##NAME(const char *line)                                                                            \
    {                                                                                                                  \
        (void)line;                                                                                                    \
        raw.buffer = buffer;                                                                                           \
        raw.buffer_len = sizeof buffer;                                                                                \
        __VA_ARGS__;                                                                                                   \
    }
MISDEEDS(DEFINE)

#define LIST(NAME, WORD, ...) { WORD, do_##NAME },
const struct misdeed exchanges[] = { MISDEEDS(LIST){ NULL, NULL } };
