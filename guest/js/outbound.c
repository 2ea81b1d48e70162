/* outbound.c: what fetch stands on: requests to the outside, several at once. The prelude waits for them by its turns. */
#include "runtime.h"

#define NO_ROOM   (-1)
#define TOO_LONG  (-2)

/* mayFetch(): whether the monitor lets anything out. */
js_value native_may_fetch(const js_value *arguments)
{
    (void)arguments;
    return value_of_bool(mayfly_outbound_offered());
}

static bool begin(js_value method, js_value url, u32 redirect)
{
    struct text verb = text_of(method), place = text_of(url);
    bool begun = verb.at != 0 && place.at != 0 && text_to_latin1(&verb) && text_to_latin1(&place) &&
                 mayfly_outbound_begin(linear(verb.at), linear(place.at), redirect);

    text_free(verb);
    text_free(place);
    return begun;
}

static bool has_room;

static bool add_header(const char *name, const char *value)
{
    has_room = has_room && mayfly_outbound_add_header(name, value);
    return true;
}

/* fetchOpen(method, url, headers, redirect, body, offset, length, more): a handle, -1 when too many are open, -2 when the head is too long. */
js_value native_fetch_open(const js_value *arguments)
{
    struct piece piece = { 0 };
    u32 handle;

    if (!begin(arguments[0], arguments[1], (u32)int_of(arguments[3])))
        return value_of_int(TOO_LONG);
    has_room = true;
    headers_each(arguments[2], add_header);
    if (!has_room)
        return value_of_int(TOO_LONG);
    if (JS_IsArrayBuffer(arguments[4])) {
        piece = piece_of(arguments + 4);
        if (piece.at == 0)
            return JS_EXCEPTION;
    }
    if (!mayfly_outbound_open(linear(piece.at), piece.len, is_true(arguments[7]), &handle))
        return value_of_int(NO_ROOM);
    return value_of_int((int32_t)handle);
}

/* fetchWrite(handle, buffer, offset, length, more): false when there is no room yet. */
js_value native_fetch_write(const js_value *arguments)
{
    struct piece piece = piece_of(arguments + 1);

    if (piece.at == 0)
        return JS_EXCEPTION;
    return value_of_bool(
        mayfly_outbound_write((u32)int_of(arguments[0]), linear(piece.at), piece.len, is_true(arguments[4])));
}

/* [status, redirected, url, statusText, name, value, …] */
static js_value head_of(const struct mayfly_outbound_response *head)
{
    js_value array = JS_NewArray(context);
    const char *at = (const char *)(head + 1);

    JS_SetPropertyUint32(context, array, 0, value_of_int((int32_t)head->status));
    JS_SetPropertyUint32(context, array, 1, value_of_int((int32_t)head->redirected));
    for (u32 i = 0; i < 2 + 2 * head->header_count; i++) {
        size_t len = strlen(at);
        JS_SetPropertyUint32(context, array, 2 + i, value_of_latin1(at, len));
        at += len + 1;
    }
    return array;
}

/* fetchRead(handle): nothing yet, the head, a piece, true at the end, or why it failed. */
js_value native_fetch_read(const js_value *arguments)
{
    struct mayfly_outbound_answer answer;

    if (!mayfly_outbound_read((u32)int_of(arguments[0]), &answer))
        return JS_UNDEFINED;
    if (answer.flags & MAYFLY_OUTBOUND_HEAD)
        return head_of(answer.head);
    if (answer.flags & MAYFLY_OUTBOUND_FAILED)
        return value_of_utf8(answer.bytes, answer.len);
    if (answer.flags & MAYFLY_OUTBOUND_END)
        return value_of_bool(true);
    return value_of_bytes(answer.bytes, answer.len);
}

/* fetchClose(handle) */
js_value native_fetch_close(const js_value *arguments)
{
    mayfly_outbound_close((u32)int_of(arguments[0]));
    return JS_UNDEFINED;
}
