/* mayfly.h: the exchange, one HTTP request at a time answered by the guest, and requests to the outside. The ABI below: mayfly-abi.h. */
#ifndef MAYFLY_H_INCLUDED
#define MAYFLY_H_INCLUDED

#include "mayfly-abi.h"
#include <stdbool.h>

/* ---- The exchange: what a program uses ---- */

/* The request that is being answered. Strings and body lie in the base layer's buffer. */
struct mayfly_request {
    const char *method;     /* "GET" */
    const char *origin;     /* "http://127.0.0.1:8080" */
    const char *target;     /* "/hello?x=1" */
    const char *headers;    /* header_count times a name and a value, each ended by a zero byte */
    uint32_t header_count;
    uint64_t time_ns;       /* wall clock, nanoseconds since 1970 */
    const uint8_t *entropy; /* 32 random bytes, fresh for every request */
    uint64_t body_len;      /* bytes in all, or MAYFLY_BODY_LEN_UNKNOWN */
    const uint8_t *body;    /* the piece of the body at hand */
    size_t piece_len;       /* bytes of it */
    bool more;              /* the body goes on: mayfly_read() brings the next piece */
};

/* Whether the monitor offers the exchange. solo5-hvt does not. */
bool mayfly_offered(void);

/* Hands over what is left of the last response and waits for the next request. A response never begun is an empty 204. */
void mayfly_next(struct mayfly_request *request);

/*
 * Brings the next piece of the request's body; false when there is none. The piece takes the place of everything that came
 * before: method, origin, target, headers, entropy and the last piece are gone, and their pointers are NULL.
 */
bool mayfly_read(struct mayfly_request *request);

/* The value of the first header of that name (lower case), or NULL. */
const char *mayfly_header(const struct mayfly_request *request, const char *name);

/* Begins the response. Once for each request, before its headers and its body. */
void mayfly_respond(uint32_t status);

/* Adds a header to the response begun; false when the head has no room for it. Before the first piece of the body. */
bool mayfly_add_header(const char *name, const char *value);

/*
 * As mayfly_read(), but never waits: false when there is no piece yet. poll's ready set has MAYFLY_READY_BODY once there is.
 * It is also false when the body is over: then `more` is false, too.
 */
bool mayfly_try_read(struct mayfly_request *request);

/* Hands over a piece of the response's body; more follow. The piece may be reused at once. */
void mayfly_write(const void *piece, size_t len);

/* The last piece of the body, which travels with mayfly_next(): it stays untouched until then. A request costs one exit this way. */
void mayfly_end(const void *piece, size_t len);

/* The last piece of the body at once: the receiver has the whole response, and the program goes on until mayfly_next(). */
void mayfly_complete(const void *piece, size_t len);

/*
 * A response that has begun cannot go on: its receiver is told that it breaks off, and whoever runs the guest why, up to
 * MAYFLY_ABANDON_MAX bytes. The machine ends.
 */
void mayfly_abandon(const void *why, size_t len) __attribute__((noreturn));

/* ---- Requests to the outside: what a program uses ---- */

/* Whether the monitor offers them. */
bool mayfly_outbound_offered(void);

/* Begins a request's head. One at a time, until mayfly_outbound_open() has taken it. */
bool mayfly_outbound_begin(const char *method, const char *url, uint32_t redirect);

/* Adds a header to it; false when the head has no room. mayfly_outbound_begin() answers likewise. */
bool mayfly_outbound_add_header(const char *name, const char *value);

/* Starts the request; false when MAYFLY_OUTBOUND_MAX are open already. Whatever else is wrong with it is told by reading. */
bool mayfly_outbound_open(const void *piece, size_t len, bool more, uint32_t *handle);

/* Hands over a further piece of its body; false when there is no room for it yet. */
bool mayfly_outbound_write(uint32_t handle, const void *piece, size_t len, bool more);

/* What reading brought. Everything lies in the base layer's buffer, until the next call. */
struct mayfly_outbound_answer {
    uint32_t flags;                              /* MAYFLY_OUTBOUND_HEAD, _END, _FAILED; 0: a piece of the body */
    const struct mayfly_outbound_response *head; /* with _HEAD; its strings follow it */
    const uint8_t *bytes;                        /* the piece; with _FAILED the reason, UTF-8 */
    size_t len;
};

/* False when there is nothing yet; poll's ready set has the bit MAYFLY_READY_OUTBOUND + handle once there is. */
bool mayfly_outbound_read(uint32_t handle, struct mayfly_outbound_answer *answer);

/* Gives a request up. One that has ended or failed is closed already. */
void mayfly_outbound_close(uint32_t handle);

#endif
