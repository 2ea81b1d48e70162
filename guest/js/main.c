/* main.c: the runtime: starts engine, prelude and application, then answers one request after the other. */
#include "runtime.h"

u32 context;

void give_up(const char *line)
{
    solo5_console_write(line, strlen(line));
    solo5_exit(SOLO5_EXIT_FAILURE);
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
        is_sound = overflow_guarded(loop_answer);
    }
    if (is_sound || response_stage() == RESPONSE_FINISHED)
        return;
    const char *kind = engine_starved() ? "out-of-memory" : "stack-overflow";
    const char *message = engine_starved() ? "an extension of the JavaScript engine got no memory, and the engine is unusable now"
                                           : "the stack overflowed inside the JavaScript engine, which is unusable now";

    if (response_stage() == RESPONSE_EXPECTED)
        response_fail(kind, message);
    else if (response_stage() == RESPONSE_BEGUN)
        response_abandon(kind, message);
    else
        give_up("behind its response the JavaScript engine overflowed its stack, or an extension of it got no memory\n");
}

__attribute__((noreturn, used)) static void runtime(uintptr_t memory_end)
{
    linear_start(memory_end, application_find(memory_end));
    engine_initialize();
    if (qjs_init() != 0)
        give_up("the JavaScript engine did not start\n");
    context = qjs_get_context_ptr();
    overflow_start();
    linear_limit();
    extensions_start();
    entropy_start();

    js_value natives = natives_object();
    application_start(natives);
    loop_start(natives);
    rejections_start(natives);
    /* Here, once: the engine will not look for garbage again before its heap has grown by half. */
    qjs_run_gc();
    for (;;) {
        mayfly_next(&request);
        serve();
    }
}

int solo5_app_main(const struct solo5_start_info *info)
{
    static const char unsupported[] =
        "this image is a function, which answers requests: try mayfly invoke, or mayfly serve\n";

    if (!mayfly_offered())
        give_up(unsupported);
    /* From here on the native stack is the one that has nothing mapped below it. */
    __asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall runtime"
                     :
                     : "r"((uintptr_t)NATIVE_STACK + NATIVE_STACK_BYTES), "D"(info->heap_start + info->heap_size)
                     : "memory");
    __builtin_unreachable();
}
