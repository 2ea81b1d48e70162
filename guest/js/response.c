/* response.c: one response for each request, from JavaScript's values or in the runtime's own name. */
#include "runtime.h"

struct mayfly_request request;

static bool given;
static struct text text;     /* the body, when it was a string */
static js_value buffer = JS_UNDEFINED; /* the ArrayBuffer that the body lies in: the prelude's own, never detached */

void response_expect(void)
{
    given = false;
}

bool response_is_given(void)
{
    return given;
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

void response_give(int32_t status, js_value headers, js_value body, u32 offset, u32 len)
{
    u32 count = length_of(headers);

    if (given)
        return;
    if (JS_IsArrayBuffer(body)) {
        buffer = JS_DupValue(context, body);
    } else if (body != JS_UNDEFINED) {
        text = text_of(body);
        if (text.at == 0) {
            response_fail("out-of-memory", "the response's body does not fit into memory");
            return;
        }
    }
    given = true;
    mayfly_respond((u32)status);
    for (u32 i = 0; i + 1 < count; i += 2) {
        struct text name = header_text(headers, i), value = header_text(headers, i + 1);
        /* The prelude has counted: only want of memory leaves a header out. */
        if (name.at != 0 && value.at != 0 && !mayfly_add_header(linear(name.at), linear(value.at)))
            give_up("the prelude let a head pass that is too long\n");
        text_free(name);
        text_free(value);
    }
    if (text.at != 0)
        mayfly_end(linear(text.at), text.len);
    else if (buffer != JS_UNDEFINED)
        mayfly_end(linear(bytes_of(buffer) + offset), len);
    else
        mayfly_end(NULL, 0);
}

void response_fail(const char *kind, const char *message)
{
    static char json[512];
    char *at = json;
    const char *const parts[] = { "{\"error\":{\"kind\":\"", kind, "\",\"message\":\"", message, "\"}}" };

    if (given)
        return;
    given = true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t len = strlen(parts[i]);
        memcpy(at, parts[i], len);
        at += len;
    }
    mayfly_respond(500);
    mayfly_add_header("content-type", "application/json");
    mayfly_add_header("mayfly-failure", kind);
    mayfly_end(json, (size_t)(at - json));
}
