/* natives.c: the functions that the prelude calls in the runtime. Their arguments are the prelude's: right in kind and number. */
#include "runtime.h"

/* JSCFunctionEnum's "generic magic" (quickjs.h). */
#define JS_CFUNC_GENERIC_MAGIC 1

typedef js_value native(const js_value *arguments);

/* print(text): a line on the console. */
static js_value print(const js_value *arguments)
{
    struct text text = text_of(arguments[0]);

    if (text.at != 0) {
        /* Behind the text there is a zero, and it is ours for now. */
        char *end = (char *)linear(text.at) + text.len;
        *end = '\n';
        solo5_console_write(linear(text.at), text.len + 1);
        *end = '\0';
    }
    text_free(text);
    return JS_UNDEFINED;
}

/* bodyText(): the request's body as a string. */
static js_value body_text(const js_value *arguments)
{
    struct text body = body_take();
    (void)arguments;

    if (body.at == 0)
        return JS_ThrowOutOfMemory(context);
    /* The byte order mark is no part of the text (Encoding standard, "UTF-8 decode"). */
    u32 skip = body.len >= 3 && memcmp(linear(body.at), "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    js_value value = JS_NewStringLen(context, body.at + skip, body.len - skip);
    wasm_free(body.at);
    return value;
}

/* bodyBytes(): the request's body as an ArrayBuffer. */
static js_value body_bytes(const js_value *arguments)
{
    struct text body = body_take();
    (void)arguments;

    if (body.at == 0)
        return JS_ThrowOutOfMemory(context);
    js_value value = JS_NewArrayBufferCopy(context, body.at, body.len);
    wasm_free(body.at);
    return value;
}

/* respond(status, headers, body, offset, length) */
static js_value respond(const js_value *arguments)
{
    response_give(int_of(arguments[0]), arguments[1], arguments[2], (u32)int_of(arguments[3]),
                  (u32)int_of(arguments[4]));
    return JS_UNDEFINED;
}

/* encode(string): its UTF-8 as an ArrayBuffer. */
static js_value encode(const js_value *arguments)
{
    struct text text = text_of(arguments[0]);

    if (text.at == 0)
        return JS_ThrowOutOfMemory(context);
    js_value value = JS_NewArrayBufferCopy(context, text.at, text.len);
    text_free(text);
    return value;
}

/* decode(buffer, offset, length): the string that UTF-8 means. */
static js_value decode(const js_value *arguments)
{
    engine_ptr bytes = bytes_of(arguments[0]);

    if (bytes == 0)
        return JS_EXCEPTION;
    return JS_NewStringLen(context, bytes + (u32)int_of(arguments[1]), (u32)int_of(arguments[2]));
}

/* random(): Math.random. */
static js_value random_number(const js_value *arguments)
{
    (void)arguments;
    return JS_NewNumber(context, entropy_number());
}

/* fillRandom(buffer, offset, length) */
static js_value fill_random(const js_value *arguments)
{
    engine_ptr bytes = bytes_of(arguments[0]);

    if (bytes == 0)
        return JS_EXCEPTION;
    entropy_fill(linear(bytes + (u32)int_of(arguments[1])), (u32)int_of(arguments[2]));
    return JS_UNDEFINED;
}

/* relieve(): lets an error be told when memory was used up. True if it was. */
static js_value relieve(const js_value *arguments)
{
    (void)arguments;
    linear_lift_limit();
    return value_of_bool(linear_refused());
}

static const struct {
    const char *name;
    native *function;
    u32 length;
} natives[] = {
    { "print", print, 1 },           { "bodyText", body_text, 0 },         { "bodyBytes", body_bytes, 0 },
    { "respond", respond, 5 },       { "encode", encode, 1 },              { "decode", decode, 3 },
    { "random", random_number, 0 },  { "fillRandom", fill_random, 3 },     { "relieve", relieve, 0 },
};

js_value native_call(u32 from, js_value self, u32 argc, u32 argv, u32 magic)
{
    /* The engine hands over at least `length` arguments: it fills up with undefined. */
    (void)from;
    (void)self;
    (void)argc;
    return natives[magic].function(linear(argv));
}

js_value natives_object(void)
{
    js_value object = JS_NewObject(context);

    for (u32 i = 0; i < sizeof natives / sizeof natives[0]; i++) {
        engine_ptr name = name_in(natives[i].name);
        js_value function = JS_NewCFunction2(context, engine_native_call, name, natives[i].length,
                                             JS_CFUNC_GENERIC_MAGIC, i);
        wasm_free(name);
        set_property(object, natives[i].name, function);
    }
    return object;
}
