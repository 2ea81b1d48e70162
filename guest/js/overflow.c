/* overflow.c: ends recursions: with a RangeError where one can be thrown, else by leaving the engine in the middle. */
#include "runtime.h"

/* The engine's own stack is 1 MiB. What is left below its limit is for functions that do not look before they take some. */
#define STACK_LIMIT_BYTES (LINEAR_STACK_BYTES - 256 * 1024)

static engine_ptr message;
static void *way_out[5];
static bool is_guarded;

void overflow_start(void)
{
    message = name_in("Maximum call stack size exceeded");
    qjs_set_max_stack_size(STACK_LIMIT_BYTES);
    engine_stack_limit = LINEAR_STACK_BYTES - STACK_LIMIT_BYTES;
}

js_value engine_stack_error(void)
{
    return JS_ThrowRangeError(context, message, 0);
}

/* Nothing that the engine held is given back: it must not be entered again. */
void overflow_leave(void)
{
    if (!is_guarded)
        return;
    is_guarded = false;
    __builtin_longjmp(way_out, 1);
}

void engine_overflow(void)
{
    overflow_leave();
    give_up("the stack overflowed while the application started\n");
}

bool overflow_guarded(void (*body)(void))
{
    if (__builtin_setjmp(way_out) != 0)
        return false;
    is_guarded = true;
    body();
    is_guarded = false;
    return true;
}
