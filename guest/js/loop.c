/* loop.c: from a request to the end of its exchange: the handler's call, promise jobs, timers, and waiting in the monitor's poll. */
#include "runtime.h"

/* JavaScript's dispatch(method, url, headers, hasBody) and turn(ready), from the prelude (host.ts). */
#define DISPATCH_ARGUMENTS 4
#define TURN_ARGUMENTS     1

#define NS_PER_MS 1e6
/* Longer than any limit of wall time. */
#define WAIT_MS_MAX 1e9
/* After so many turns in a row that want another one at once, events are looked for all the same. */
#define TURNS_MAX 64

static js_value dispatch, turn;
/* Where their arguments go. */
static engine_ptr arguments;

void loop_start(js_value natives)
{
    dispatch = get_property(natives, "dispatch");
    turn = get_property(natives, "turn");
    arguments = wasm_malloc(DISPATCH_ARGUMENTS * sizeof(js_value));
}

static js_value request_url(void)
{
    static char url[2 * MAYFLY_EXCHANGE_HEAD_MAX] __attribute__((section(".bss.0url"))); /* behind smaller data: js.ld */
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

/* Calls a function of the prelude, whose own failures nobody could be told of. */
static js_value call(js_value function, u32 count)
{
    js_value result = JS_Call(context, function, JS_UNDEFINED, count, arguments);

    if (result != JS_EXCEPTION)
        return result;
    JS_FreeValue(context, JS_GetException(context));
    return JS_UNDEFINED;
}

static void call_dispatch(void)
{
    js_value *values = linear(arguments);

    values[0] = value_of_latin1(request.method, strlen(request.method));
    values[1] = request_url();
    values[2] = request_headers();
    values[3] = value_of_bool(request.more || request.piece_len > 0);
    JS_FreeValue(context, call(dispatch, DISPATCH_ARGUMENTS));
    for (u32 i = 0; i < DISPATCH_ARGUMENTS; i++)
        JS_FreeValue(context, values[i]);
}

/* After how many milliseconds the prelude wants its next turn; below zero when it waits for nothing. */
static double call_turn(u32 ready)
{
    js_value *values = linear(arguments);

    values[0] = value_of_int((int32_t)ready);
    js_value result = call(turn, TURN_ARGUMENTS);
    double wait = result == JS_UNDEFINED ? -1 : double_of(result);
    JS_FreeValue(context, result);
    return wait;
}

/* Waits, and answers what came: bit n for handle n, the uppermost for the request's body. */
static u32 wait_for(double ms)
{
    solo5_time_t ns = (solo5_time_t)((ms < WAIT_MS_MAX ? ms : WAIT_MS_MAX) * NS_PER_MS);
    solo5_handle_set_t ready;

    solo5_yield(solo5_clock_monotonic() + ns, &ready);
    return (u32)(ready >> MAYFLY_READY_OUTBOUND);
}

/* Nothing is left that could bring the handler on. */
static void end_unsettled(void)
{
    static const char memory[] = "out-of-memory", needs_more[] = "the function needs more memory than it has";
    static const char unsettled[] = "never-settled";
    bool refused = linear_refused();

    if (response_stage() == RESPONSE_BEGUN)
        response_abandon(refused ? memory : unsettled,
                         refused ? needs_more : "the response's body never ends: nothing is left to wait for");
    if (response_stage() == RESPONSE_EXPECTED)
        response_fail(refused ? memory : unsettled,
                      refused ? needs_more : "the handler's promise can never settle: nothing is left to wait for");
}

void loop_answer(void)
{
    u32 ready = 0, turns = 0;

    response_release();
    call_dispatch();
    for (;;) {
        jobs_run();
        if (response_stage() == RESPONSE_FINISHED)
            return;
        double wait = call_turn(ready);
        ready = 0;
        /* What a turn began may settle at once. */
        if (qjs_is_job_pending())
            continue;
        if (response_stage() == RESPONSE_FINISHED)
            return;
        if (wait < 0) {
            end_unsettled();
            return;
        }
        if (wait > 0 || ++turns % TURNS_MAX == 0)
            ready = wait_for(wait);
    }
}
