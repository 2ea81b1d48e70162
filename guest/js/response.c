/* response.c: one response for each request, whole or in pieces, from JavaScript's values or in the runtime's own name. */
#include "runtime.h"

struct mayfly_request request;

static enum response_stage stage;
static struct text text;     /* the body, when it was a string */
static js_value buffer = JS_UNDEFINED; /* the ArrayBuffer that the body lies in: the prelude's own, never detached */

void response_expect(void)
{
    stage = RESPONSE_EXPECTED;
}

enum response_stage response_stage(void)
{
    return stage;
}

void response_release(void)
{
    text_free(text);
    text = (struct text){ 0 };
    JS_FreeValue(context, buffer);
    buffer = JS_UNDEFINED;
}

static struct text header_text(js_value headers, u32 index)
{
    js_value value = JS_GetPropertyUint32(context, headers, index);
    struct text string = text_of(value);

    JS_FreeValue(context, value);
    if (string.at != 0 && !text_to_latin1(&string))
        give_up("the prelude let a header pass that is not HTTP's\n");
    return string;
}

void headers_each(js_value headers, bool (*add)(const char *name, const char *value))
{
    u32 count = length_of(headers);

    for (u32 i = 0; i + 1 < count; i += 2) {
        struct text name = header_text(headers, i), value = header_text(headers, i + 1);
        /* The prelude has counted: only want of memory leaves a header out. */
        if (name.at != 0 && value.at != 0 && !add(linear(name.at), linear(value.at)))
            give_up("the prelude let a head pass that is too long\n");
        text_free(name);
        text_free(value);
    }
}

/* respond(status, headers, body, offset, length): a whole response. The exchange ends with it. */
js_value native_respond(const js_value *arguments)
{
    js_value body = arguments[2];

    if (stage != RESPONSE_EXPECTED)
        return JS_UNDEFINED;
    if (JS_IsArrayBuffer(body)) {
        buffer = JS_DupValue(context, body);
    } else if (body != JS_UNDEFINED) {
        text = text_of(body);
        if (text.at == 0) {
            response_fail("out-of-memory", "the response's body does not fit into memory");
            return JS_UNDEFINED;
        }
    }
    stage = RESPONSE_FINISHED;
    mayfly_respond((u32)int_of(arguments[0]));
    headers_each(arguments[1], mayfly_add_header);
    if (text.at != 0) {
        mayfly_end(linear(text.at), text.len);
    } else if (buffer != JS_UNDEFINED) {
        struct piece piece = piece_of(arguments + 2);
        mayfly_end(linear(piece.at), piece.len);
    } else {
        mayfly_end(NULL, 0);
    }
    return JS_UNDEFINED;
}

/* respondBegin(status, headers) */
js_value native_respond_begin(const js_value *arguments)
{
    if (stage == RESPONSE_EXPECTED) {
        stage = RESPONSE_BEGUN;
        mayfly_respond((u32)int_of(arguments[0]));
        headers_each(arguments[1], mayfly_add_header);
        /* The head leaves at once: who streams may have to think before the first piece. */
        mayfly_write(NULL, 0);
    }
    return JS_UNDEFINED;
}

/* respondWrite(buffer, offset, length): waits while the receiver is slow. */
js_value native_respond_write(const js_value *arguments)
{
    struct piece piece = piece_of(arguments);

    if (piece.at == 0)
        return JS_EXCEPTION;
    if (stage == RESPONSE_BEGUN)
        mayfly_write(linear(piece.at), piece.len);
    return JS_UNDEFINED;
}

/* respondEnd(): the receiver has everything; the handler may go on. */
js_value native_respond_end(const js_value *arguments)
{
    (void)arguments;
    if (stage == RESPONSE_BEGUN) {
        stage = RESPONSE_COMPLETE;
        mayfly_complete(NULL, 0);
    }
    return JS_UNDEFINED;
}

/* finish(): nothing more is done for this request. A response without its end gets it with the runtime's next call. */
js_value native_finish(const js_value *arguments)
{
    (void)arguments;
    if (stage == RESPONSE_BEGUN) {
        stage = RESPONSE_COMPLETE;
        mayfly_end(NULL, 0);
    }
    if (stage == RESPONSE_COMPLETE)
        stage = RESPONSE_FINISHED;
    return JS_UNDEFINED;
}

/* refuse(reason): there is nothing to serve. Says why on the console, and ends the machine. */
js_value native_refuse(const js_value *arguments)
{
    struct text reason = text_of(arguments[0]);

    if (reason.at != 0)
        solo5_console_write(linear(reason.at), reason.len);
    give_up("\n");
}

/* What the runtime says of a failure in its own name; prelude/verdict.ts says it of what a handler threw. */
static struct words {
    char *at;
    size_t len;
} told(const char *kind, const char *message)
{
    static char json[512];
    char *at = json;
    const char *const parts[] = { "{\"error\":{\"kind\":\"", kind, "\",\"message\":\"", message, "\"}}" };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t len = strlen(parts[i]);
        memcpy(at, parts[i], len);
        at += len;
    }
    return (struct words){ json, (size_t)(at - json) };
}

/* abandon(why): a response that has begun cannot be continued. The machine ends, so that nobody takes it for whole. */
js_value native_abandon(const js_value *arguments)
{
    struct text why = text_of(arguments[0]);

    if (why.at == 0)
        response_abandon("out-of-memory", "there is no memory left to tell what the response's body failed with");
    mayfly_abandon(linear(why.at), why.len);
}

void response_abandon(const char *kind, const char *message)
{
    struct words why = told(kind, message);

    mayfly_abandon(why.at, why.len);
}

void response_fail(const char *kind, const char *message)
{
    struct words why = told(kind, message);

    stage = RESPONSE_FINISHED;
    mayfly_respond(500);
    mayfly_add_header("content-type", "application/json");
    mayfly_add_header("mayfly-failure", kind);
    mayfly_end(why.at, why.len);
}
