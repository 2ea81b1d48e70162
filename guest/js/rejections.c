/* rejections.c: rejected promises that nobody handles, as the engine sees them, told to the prelude. */
#include "runtime.h"

#define REJECTED_ARGUMENTS 3

static js_value rejected;

void rejections_start(js_value natives)
{
    rejected = get_property(natives, "rejected");
    qjs_set_promise_rejection_handler(1);
}

static void tell(u32 promise, u32 reason, u32 handled)
{
    engine_ptr at = wasm_malloc(REJECTED_ARGUMENTS * sizeof(js_value));
    js_value *values = linear(at);

    /* Without memory for this there will be a louder failure. */
    if (at == 0)
        return;
    memcpy(&values[0], linear(promise), sizeof *values);
    memcpy(&values[1], linear(reason), sizeof *values);
    values[2] = value_of_bool(handled != 0);
    js_value result = JS_Call(context, rejected, JS_UNDEFINED, REJECTED_ARGUMENTS, at);
    if (result == JS_EXCEPTION)
        result = JS_GetException(context);
    JS_FreeValue(context, result);
    wasm_free(at);
}

/* The engine gives handles away: they are ours to free. */
void host_promise_rejection(u32 promise, u32 reason, u32 handled)
{
    tell(promise, reason, handled);
    qjs_free_value(promise);
    qjs_free_value(reason);
}
