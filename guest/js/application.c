/* application.c: the segment behind the engine's memory: bytecode of prelude and application, put there by `mayfly build`. */
#include "application.h"
#include "runtime.h"

#define FNV_BASIS 0x811c9dc5u
#define FNV_PRIME 0x01000193u

static const struct application *application(void)
{
    return linear(LINEAR_BYTES);
}

static u64 padded(u32 len)
{
    return ((u64)len + 3) & ~UINT64_C(3);
}

/* Whatever the lengths are, their sum is what it should be: it has 64 bits. */
static u64 application_bytes(void)
{
    return sizeof(struct application) + padded(application()->prelude_len) + padded(application()->program_len);
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
    if (application_bytes() > room || checksum() != application()->checksum)
        give_up("the application's bytecode is corrupt: its checksum does not match\n");
    return (u32)((LINEAR_BYTES + application_bytes() + LINEAR_PAGE - 1) / LINEAR_PAGE);
}

static void say(const char *text)
{
    solo5_console_write(text, strlen(text));
}

static bool is_about_memory(struct text thrown)
{
    static const char words[] = "InternalError: out of memory";

    return linear_refused() || (thrown.len == sizeof words - 1 && memcmp(linear(thrown.at), words, thrown.len) == 0);
}

/* Ends the machine with what was thrown: its sentence in the first line, the stack in those below. */
__attribute__((noreturn)) static void give_up_thrown(js_value thrown)
{
    /* Else nothing could be told of memory that is used up. */
    linear_lift_limit();
    js_value stack = get_property(thrown, "stack");
    struct text what = text_of(thrown), where = text_of(stack);

    say(is_about_memory(what) ? NOT_STARTED "its modules need more memory than there is: " : NOT_STARTED "its module threw ");
    if (what.at != 0)
        solo5_console_write(linear(what.at), what.len);
    else
        say("something that cannot be read");
    say("\n");
    if (where.at != 0 && stack != JS_UNDEFINED && stack != JS_EXCEPTION)
        solo5_console_write(linear(where.at), where.len);
    solo5_exit(SOLO5_EXIT_FAILURE);
}

/* Runs a module to its end. One that awaits what never comes has not ended. */
static void evaluate(engine_ptr code, u32 len)
{
    u32 result = qjs_eval_bytecode(code, len);

    if (qjs_is_exception(result))
        give_up_thrown(JS_GetException(context));
    jobs_run();
    if (qjs_is_promise(result) && qjs_promise_state(result) != 1) {
        if (qjs_promise_state(result) == 2) {
            js_value thrown;
            memcpy(&thrown, linear(qjs_promise_result(result)), sizeof thrown);
            give_up_thrown(thrown);
        }
        give_up(NOT_STARTED "its module awaits what never comes: no timer runs while modules are evaluated\n");
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
    evaluate(prelude + (u32)padded(application()->prelude_len), application()->program_len);
}
