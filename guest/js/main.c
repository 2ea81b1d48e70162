/* main.c: the runtime: starts engine, prelude and application, then answers one request after the other. */
#include "runtime.h"

/* JavaScript's dispatch(method, url, headers, hasBody), from the prelude. */
#define DISPATCH_ARGUMENTS 4

u32 context;

/* The prelude's function, and where its arguments go. */
static js_value dispatch;
static engine_ptr arguments;

void give_up(const char *line)
{
    solo5_console_write(line, strlen(line));
    solo5_exit(SOLO5_EXIT_FAILURE);
}

static js_value request_url(void)
{
    static char url[2 * MAYFLY_EXCHANGE_HEAD_MAX];
    size_t origin = strlen(request.origin), target = strlen(request.target);

    memcpy(url, request.origin, origin);
    memcpy(url + origin, request.target, target);
    return value_of_latin1(url, origin + target);
}

/* Names and values in turn. */
static js_value request_headers(void)
{
    js_value array = JS_NewArray(context);
    const char *at = request.headers;

    for (u32 i = 0; i < 2 * request.header_count; i++) {
        size_t len = strlen(at);
        JS_SetPropertyUint32(context, array, i, value_of_latin1(at, len));
        at += len + 1;
    }
    return array;
}

static void answer(void)
{
    js_value *values = linear(arguments);

    response_release();
    values[0] = value_of_latin1(request.method, strlen(request.method));
    values[1] = request_url();
    values[2] = request_headers();
    values[3] = value_of_bool(request.more || request.piece_len > 0);
    js_value result = JS_Call(context, dispatch, JS_UNDEFINED, DISPATCH_ARGUMENTS, arguments);
    if (result == JS_EXCEPTION)
        JS_FreeValue(context, JS_GetException(context));
    else
        JS_FreeValue(context, result);
    jobs_run();
    for (u32 i = 0; i < DISPATCH_ARGUMENTS; i++)
        JS_FreeValue(context, values[i]);
    if (response_is_given())
        return;
    if (linear_refused())
        response_fail("out-of-memory", "the function needs more memory than it has");
    else
        response_fail("never-settled", "the handler's promise can never settle: nothing is left to wait for");
}

/* Whether the engine may be entered: it may not after it was left in the middle. */
static bool is_sound = true;

static void serve(void)
{
    response_expect();
    if (is_sound) {
        entropy_seed(request.entropy);
        wall_set(request.time_ns);
        linear_forget_refusal();
        linear_limit();
        is_sound = overflow_guarded(answer);
    }
    if (!is_sound)
        response_fail("stack-overflow", "the stack overflowed inside the JavaScript engine, which is unusable now");
}

__attribute__((noreturn, used)) static void runtime(uintptr_t memory_end)
{
    static const char name[] = "dispatch";

    linear_start(memory_end, application_find(memory_end));
    engine_initialize();
    if (qjs_init() != 0)
        give_up("the JavaScript engine did not start\n");
    context = qjs_get_context_ptr();
    overflow_start();
    linear_limit();

    js_value natives = natives_object();
    application_start(natives);
    dispatch = get_property(natives, name);
    arguments = wasm_malloc(DISPATCH_ARGUMENTS * sizeof(js_value));
    for (;;) {
        mayfly_next(&request);
        serve();
    }
}

int solo5_app_main(const struct solo5_start_info *info)
{
    static const char unsupported[] = "this image is a function: its monitor must offer the exchange\n";

    if (!mayfly_offered())
        give_up(unsupported);
    /* From here on the native stack is the one that has nothing mapped below it. */
    __asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall runtime"
                     :
                     : "r"((uintptr_t)NATIVE_STACK + NATIVE_STACK_BYTES), "D"(info->heap_start + info->heap_size)
                     : "memory");
    __builtin_unreachable();
}
