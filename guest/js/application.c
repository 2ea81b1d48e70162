/* application.c: the segment behind the engine's memory: bytecode of prelude and application, put there by `mayfly build`. */
#include "application.h"
#include "runtime.h"

#define FNV_BASIS 0x811c9dc5u
#define FNV_PRIME 0x01000193u

static const struct application *application(void)
{
    return linear(LINEAR_BYTES);
}

static u32 padded(u32 len)
{
    return (len + 3) & ~UINT32_C(3);
}

static u32 application_bytes(void)
{
    return (u32)sizeof(struct application) + padded(application()->prelude_len) + padded(application()->program_len);
}

/* FNV-1a over words of 32 bits. */
static u32 checksum(void)
{
    const u32 *word = &application()->prelude_len;
    const u32 *end = (const void *)((const u8 *)application() + application_bytes());
    u32 hash = FNV_BASIS;

    for (; word < end; word++)
        hash = (hash ^ *word) * FNV_PRIME;
    return hash;
}

u32 application_find(uintptr_t memory_end)
{
    const uintptr_t room = memory_end - (uintptr_t)application();

    if (memcmp(application()->magic, "MAYFLYJS", 8) != 0)
        give_up("this image is a runtime without an application: build one with mayfly build\n");
    /* The lengths first: what they name is read for the checksum. */
    if (application()->prelude_len > room / 4 || application()->program_len > room / 4 || application_bytes() > room ||
        checksum() != application()->checksum)
        give_up("the application's bytecode is corrupt: its checksum does not match\n");
    return (LINEAR_BYTES + application_bytes() + LINEAR_PAGE - 1) / LINEAR_PAGE;
}

/* Says on the console what was thrown. */
static void report(js_value thrown)
{
    js_value stack = get_property(thrown, "stack");
    struct text what = text_of(thrown), where = text_of(stack);

    if (what.at != 0)
        solo5_console_write(linear(what.at), what.len);
    solo5_console_write("\n", 1);
    if (where.at != 0 && stack != JS_UNDEFINED)
        solo5_console_write(linear(where.at), where.len);
}

/* Runs a module to its end. One that awaits what never comes has not ended. */
static void evaluate(engine_ptr code, u32 len)
{
    u32 result = qjs_eval_bytecode(code, len);

    if (qjs_is_exception(result)) {
        report(JS_GetException(context));
        give_up("the application did not start\n");
    }
    jobs_run();
    if (qjs_is_promise(result) && qjs_promise_state(result) != 1) {
        if (qjs_promise_state(result) == 2) {
            js_value thrown;
            memcpy(&thrown, linear(qjs_promise_result(result)), sizeof thrown);
            report(thrown);
        }
        give_up("the application did not start: its module threw, or waits for something that never comes\n");
    }
    qjs_free_value(result);
}

void application_start(js_value object)
{
    const engine_ptr prelude = LINEAR_BYTES + (u32)sizeof(struct application);

    js_value global = JS_GetGlobalObject(context);
    set_property(global, "__mayfly", JS_DupValue(context, object));
    JS_FreeValue(context, global);
    parts_find(prelude);
    evaluate(parts_code(0).at, parts_code(0).len);
    evaluate(prelude + padded(application()->prelude_len), application()->program_len);
}
