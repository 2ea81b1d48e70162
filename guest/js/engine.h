/* engine.h: what the translated JavaScript engine stands on: its memory, its stacks, its traps, and the functions that it exports. */
#ifndef ENGINE_H_INCLUDED
#define ENGINE_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where things lie comes from src/build/function/layout.ts, as macros: LINEAR_BASE, LINEAR_BYTES (the engine's memory and what it
 * and its extensions have of it at the start), NATIVE_STACK, NATIVE_STACK_BYTES, STACK_RATIO (native stack to the engine's own).
 */
#define LINEAR_PAGE 65536

/* The translated code's names for types, as wasm2c writes them. */
typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;
typedef float f32;
typedef double f64;

/* A place in the engine's memory: an offset from LINEAR_BASE. */
typedef u32 engine_ptr;

/* A JavaScript value: the tag in the upper half. */
typedef u64 js_value;

#define JS_UNDEFINED ((js_value)3 << 32)
#define JS_EXCEPTION ((js_value)6 << 32)

static inline void *linear(engine_ptr at)
{
    return (void *)(LINEAR_BASE + (uintptr_t)at);
}

/* linear.c: the engine's memory in pages of 64 KiB. Growing answers the old size, or UINT32_MAX when the guest has no more. */
extern u32 linear_pages;
u32 linear_grow(u32 pages);

/* engine-trap.c: the engine did what WebAssembly forbids. Ends the machine: its state is worth nothing any more. */
void engine_trap(const char *what) __attribute__((noreturn, cold));

/*
 * overflow.c: the stack is used up. Where a function may throw, it throws what engine_stack_error() makes; where the engine never
 * looks, engine_overflow() leaves it for good.
 */
extern u32 engine_stack_limit;
js_value engine_stack_error(void);
void engine_overflow(void) __attribute__((noreturn, cold));

/* ---- What the engine imports ---- */

u32 host_call(u32 name, u32 name_len, u32 self, u32 argc, u32 argv);
u32 host_get_timezone_offset(u32 low, u32 high);
u32 host_interrupt(void);
u32 host_module_load(u32 name, u32 len);
u32 host_module_normalize(u32 base, u32 name);
void host_promise_rejection(u32 promise, u32 reason, u32 handled);
void host_unresolved(u32 name);
u32 wasi_clock_time_get(u32 clock, u64 precision, u32 out);
u32 wasi_fd_close(u32 fd);
u32 wasi_fd_fdstat_get(u32 fd, u32 out);
u32 wasi_fd_seek(u32 fd, u64 offset, u32 whence, u32 out);
u32 wasi_fd_write(u32 fd, u32 pieces, u32 count, u32 out);
u32 wasi_random_get(u32 out, u32 len);

/* ---- What it exports, as far as the runtime uses it ---- */

/* The place of native_call() in the engine's table of functions. */
extern const u32 engine_native_call;

/* natives.c: every function that JavaScript calls in the runtime; `magic` says which. */
js_value native_call(u32 context, js_value self, u32 argc, u32 argv, u32 magic);

void engine_initialize(void);
u32 qjs_init(void);
u32 qjs_get_context_ptr(void);
u32 qjs_get_runtime_ptr(void);
void qjs_set_max_stack_size(u32 bytes);
void qjs_set_memory_limit(u32 bytes);
void qjs_set_promise_rejection_handler(u32 is_set);
u32 qjs_eval_bytecode(u32 code, u32 len);
u32 qjs_is_exception(u32 handle);
u32 qjs_is_promise(u32 handle);
u32 qjs_promise_state(u32 handle);
u32 qjs_promise_result(u32 handle);
u32 qjs_is_job_pending(void);
u32 qjs_execute_pending_job(void);
void qjs_free_value(u32 handle);
void qjs_run_gc(void);
u32 wasm_malloc(u32 bytes);
void wasm_free(u32 at);

/* What its extensions export: each defines its names on the global object, and answers 0. */
u32 qjs_ext_crypto_init(u32 context, u32 runtime);
u32 qjs_ext_url_init(u32 context, u32 runtime);

js_value JS_DupValue(u32 context, js_value value);
void JS_FreeValue(u32 context, js_value value);
js_value JS_GetGlobalObject(u32 context);
js_value JS_NewObject(u32 context);
js_value JS_NewArray(u32 context);
js_value JS_NewNumber(u32 context, f64 number);
js_value JS_NewStringLen(u32 context, u32 text, u32 len);
js_value JS_NewArrayBufferCopy(u32 context, u32 bytes, u32 len);
js_value JS_NewCFunction2(u32 context, u32 function, u32 name, u32 length, u32 kind, u32 magic);
js_value JS_GetPropertyStr(u32 context, js_value object, u32 name);
js_value JS_GetPropertyUint32(u32 context, js_value object, u32 index);
u32 JS_SetPropertyStr(u32 context, js_value object, u32 name, js_value value);
u32 JS_SetPropertyUint32(u32 context, js_value object, u32 index, js_value value);
u32 JS_GetLength(u32 context, js_value object, u32 out);
u32 JS_GetArrayBuffer(u32 context, u32 out_len, js_value buffer);
u32 JS_IsArrayBuffer(js_value value);
u32 JS_ToCStringLen2(u32 context, u32 out_len, js_value value, u32 cesu8);
void JS_FreeCString(u32 context, u32 text);
u32 JS_ToInt32(u32 context, u32 out, js_value value);
u32 JS_ToFloat64(u32 context, u32 out, js_value value);
js_value JS_Call(u32 context, js_value function, js_value self, u32 argc, u32 argv);
js_value JS_GetException(u32 context);
js_value JS_ThrowOutOfMemory(u32 context);
js_value JS_ThrowRangeError(u32 context, u32 format, u32 values);

#endif
