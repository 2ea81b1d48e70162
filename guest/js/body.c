/* body.c: the request's body: piece by piece from the monitor into the engine's memory, as a whole or as it comes. */
#include "runtime.h"

/* The rest of the body in the engine's memory, to be given to wasm_free(). */
static struct text body_take(void)
{
    u64 expected = request.more && request.body_len != MAYFLY_BODY_LEN_UNKNOWN ? request.body_len : request.piece_len;
    struct text body = { 0 };

    /* A length that the engine's memory cannot hold fails here, before anything is read. */
    u32 room = expected < UINT32_MAX / 2 ? (u32)expected + 1 : 0;
    body.at = room == 0 ? 0 : wasm_malloc(room);
    while (body.at != 0) {
        if (request.piece_len >= room - body.len) {
            u32 doubled = room < UINT32_MAX / 4 ? 2 * room + (u32)request.piece_len : 0;
            engine_ptr larger = doubled == 0 ? 0 : wasm_malloc(doubled);
            if (larger != 0)
                memcpy(linear(larger), linear(body.at), body.len);
            wasm_free(body.at);
            body.at = larger;
            room = doubled;
            continue;
        }
        memcpy((u8 *)linear(body.at) + body.len, request.body, request.piece_len);
        body.len += (u32)request.piece_len;
        request.piece_len = 0;
        if (!mayfly_read(&request))
            break;
    }
    return body;
}

/* bodyIsHere(): whether the rest of the body need not be waited for. */
js_value native_body_is_here(const js_value *arguments)
{
    (void)arguments;
    return value_of_bool(!request.more);
}

/* bodyText(): the rest of the body as a string. */
js_value native_body_text(const js_value *arguments)
{
    struct text body = body_take();
    (void)arguments;

    if (body.at == 0)
        return JS_ThrowOutOfMemory(context);
    /* The byte order mark is no part of the text (Encoding standard, "UTF-8 decode"). */
    u32 skip = body.len >= 3 && memcmp(linear(body.at), "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    js_value value = text_decode(body.at + skip, body.len - skip);
    wasm_free(body.at);
    return value;
}

/* bodyBytes(): the rest of the body as an ArrayBuffer. */
js_value native_body_bytes(const js_value *arguments)
{
    struct text body = body_take();
    (void)arguments;

    if (body.at == 0)
        return JS_ThrowOutOfMemory(context);
    js_value value = JS_NewArrayBufferCopy(context, body.at, body.len);
    wasm_free(body.at);
    return value;
}

/* readBody(): the next piece as an ArrayBuffer, false when there is none yet, undefined when the body is over. */
js_value native_read_body(const js_value *arguments)
{
    (void)arguments;
    while (request.piece_len == 0) {
        if (!request.more)
            return JS_UNDEFINED;
        if (!mayfly_try_read(&request) && request.more)
            return value_of_bool(false);
    }
    js_value value = value_of_bytes(request.body, request.piece_len);
    request.piece_len = 0;
    return value;
}
