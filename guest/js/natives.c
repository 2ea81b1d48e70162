/* natives.c: the functions that the prelude calls in the runtime. Their arguments are the prelude's: right in kind and number. */
#include "runtime.h"

/* JSCFunctionEnum's "generic magic" (quickjs.h). */
#define JS_CFUNC_GENERIC_MAGIC 1

#define NS_PER_MS 1e6

/* print(text): a line on the console. */
static js_value print(const js_value *arguments)
{
    struct text text = text_of(arguments[0]);

    if (text.at != 0) {
        /* The engine ends a text with a zero; a line feed in its place saves a copy, or a second exit for one byte. */
        char *end = (char *)linear(text.at) + text.len;
        *end = '\n';
        solo5_console_write(linear(text.at), text.len + 1);
        *end = '\0';
    }
    text_free(text);
    return JS_UNDEFINED;
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
    struct piece piece = piece_of(arguments);

    if (piece.at == 0)
        return JS_EXCEPTION;
    entropy_fill(linear(piece.at), piece.len);
    return JS_UNDEFINED;
}

/* monotonic(): milliseconds that pass evenly, from an unspecified start. */
static js_value monotonic(const js_value *arguments)
{
    (void)arguments;
    return JS_NewNumber(context, (double)solo5_clock_monotonic() / NS_PER_MS);
}

/* relieve(): lets an error be told when memory was used up. True if it was. */
static js_value relieve(const js_value *arguments)
{
    (void)arguments;
    linear_lift_limit();
    return value_of_bool(linear_refused());
}

/* memoryWasFull() */
static js_value memory_was_full(const js_value *arguments)
{
    (void)arguments;
    return value_of_bool(linear_full());
}

/* collect(): looks for garbage; the engine will not again before its heap has grown by half. */
static js_value collect(const js_value *arguments)
{
    (void)arguments;
    qjs_run_gc();
    return JS_UNDEFINED;
}

/* load(index): evaluates a part of the prelude. */
static js_value load(const js_value *arguments)
{
    return parts_load((u32)int_of(arguments[0]));
}

static const struct {
    const char *name;
    js_value (*function)(const js_value *arguments);
    u32 length;
} natives[] = {
    { "print", print, 1 },
    { "bodyIsHere", native_body_is_here, 0 },
    { "bodyText", native_body_text, 0 },
    { "bodyBytes", native_body_bytes, 0 },
    { "readBody", native_read_body, 0 },
    { "respond", native_respond, 5 },
    { "respondBegin", native_respond_begin, 2 },
    { "respondWrite", native_respond_write, 3 },
    { "respondEnd", native_respond_end, 0 },
    { "finish", native_finish, 0 },
    { "abandon", native_abandon, 1 },
    { "refuse", native_refuse, 1 },
    { "encode", native_encode, 1 },
    { "decode", native_decode, 3 },
    { "isUtf8", native_is_utf8, 3 },
    { "random", random_number, 0 },
    { "fillRandom", fill_random, 3 },
    { "monotonic", monotonic, 0 },
    { "relieve", relieve, 0 },
    { "memoryWasFull", memory_was_full, 0 },
    { "collect", collect, 0 },
    { "mayFetch", native_may_fetch, 0 },
    { "fetchOpen", native_fetch_open, 8 },
    { "fetchWrite", native_fetch_write, 5 },
    { "fetchRead", native_fetch_read, 1 },
    { "fetchClose", native_fetch_close, 1 },
    { "load", load, 1 },
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
