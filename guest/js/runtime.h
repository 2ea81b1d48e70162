/* runtime.h: what the files of the runtime share. */
#ifndef RUNTIME_H_INCLUDED
#define RUNTIME_H_INCLUDED

#include "engine.h"
#include <mayfly.h>
#include <solo5.h>
#include <string.h>

/* The engine's context, where every call of its interface starts. */
extern u32 context;

/* main.c: says why on the console, and ends the machine. */
void give_up(const char *line) __attribute__((noreturn));

/* How it begins to say why there will be no first request: src/function/not-started.ts looks for it. */
#define NOT_STARTED "the application did not start: "

/* extensions.c: once, before the prelude. */
void extensions_start(void);

/* linear.c: once, before the engine's first instruction. */
void linear_start(uintptr_t memory_end, u32 pages);
/* Whether the engine asked for memory that the guest does not have, since the last linear_forget_refusal(). */
bool linear_refused(void);
void linear_forget_refusal(void);
/* Whether the engine's heap once came up to its limit: then it refuses memory without asking for any. */
bool linear_full(void);
/* A limit below what there is, so that an error about memory can still be told; and the limit lifted. */
void linear_limit(void);
void linear_lift_limit(void);

/* entropy.c */
/* Once, before the application: the monitor gives entropy only with a request. */
void entropy_start(void);
void entropy_seed(const uint8_t seed[32]);
void entropy_fill(void *to, size_t len);
double entropy_number(void);

/* wall.c: the wall clock, from the request's time and the time-stamp counter. */
void wall_set(uint64_t ns);
uint64_t wall_now(void);

/* application.c: what lies behind the engine's memory. */
/* Checks it, and answers how many pages of the engine's memory end behind it. */
u32 application_find(uintptr_t memory_end);
/* Evaluates prelude and application. The prelude finds the natives in `object`. */
void application_start(js_value object);

/* parts.c: the prelude's modules. The first is the prelude, each other a part of it that load() of the natives evaluates. */
struct bytecode {
    engine_ptr at;
    u32 len;
};
void parts_find(engine_ptr at);
struct bytecode parts_code(u32 index);
js_value parts_load(u32 index);

/* values.c: JavaScript values from bytes and back. Numbers of bytes fit in 32 bits, as the engine's memory does. */
js_value value_of_bool(bool truth);
js_value value_of_int(int32_t number);
/* A string from bytes that are characters U+0000 to U+00FF, as HTTP's are. */
js_value value_of_latin1(const char *text, size_t len);
/* A string from UTF-8, and an ArrayBuffer, from bytes outside the engine's memory. */
js_value value_of_utf8(const void *bytes, size_t len);
js_value value_of_bytes(const void *bytes, size_t len);
/* A C string in the engine's memory, to be given to wasm_free(). Gives up when there is no memory. */
engine_ptr name_in(const char *name);
void set_property(js_value object, const char *name, js_value value);
js_value get_property(js_value object, const char *name);
u32 length_of(js_value array);
int32_t int_of(js_value value);
double double_of(js_value value);
bool is_true(js_value value);

/* Part of an ArrayBuffer, from three arguments: buffer, offset, length. `at` is 0, and an exception is pending, when it was detached. */
struct piece {
    engine_ptr at;
    u32 len;
};
struct piece piece_of(const js_value *arguments);

/* A string's bytes in the engine's memory, until text_free(). `at` is 0 when there is no memory or the value throws. */
struct text {
    engine_ptr at;
    u32 len;
};
struct text text_of(js_value value);
void text_free(struct text text);
/* Makes Latin-1 of UTF-8, in place; false when a character is not one of its 256. */
bool text_to_latin1(struct text *text);

/* The request that is being answered. */
extern struct mayfly_request request;

/* response.c: one response for each request. */
enum response_stage {
    RESPONSE_EXPECTED,
    RESPONSE_BEGUN,    /* pieces follow */
    RESPONSE_COMPLETE, /* the receiver has all of it, the handler still works */
    RESPONSE_FINISHED
};
void response_expect(void);
enum response_stage response_stage(void);
/* Answers in the runtime's own name: a 500 with `mayfly-failure: KIND`. Only while a response is expected. */
void response_fail(const char *kind, const char *message);
/* The same for a response that has begun: it breaks off, and the machine ends. */
void response_abandon(const char *kind, const char *message) __attribute__((noreturn));
/* Frees what the last response lay in. */
void response_release(void);
/* Names and values in turn, each as a C string of bytes. */
void headers_each(js_value headers, bool (*add)(const char *name, const char *value));

/* loop.c: answers the request: calls the handler, then runs jobs and timers and waits, until the exchange has ended. */
void loop_start(js_value natives);
void loop_answer(void);

/* What the prelude calls, by file. prelude/host.ts says what each does. */
js_value native_body_is_here(const js_value *arguments);
js_value native_body_text(const js_value *arguments);
js_value native_body_bytes(const js_value *arguments);
js_value native_read_body(const js_value *arguments);

js_value native_respond(const js_value *arguments);
js_value native_respond_begin(const js_value *arguments);
js_value native_respond_write(const js_value *arguments);
js_value native_respond_end(const js_value *arguments);
js_value native_finish(const js_value *arguments);
js_value native_abandon(const js_value *arguments);
js_value native_refuse(const js_value *arguments);

js_value native_encode(const js_value *arguments);
js_value native_decode(const js_value *arguments);
js_value native_is_utf8(const js_value *arguments);

js_value native_may_fetch(const js_value *arguments);
js_value native_fetch_open(const js_value *arguments);
js_value native_fetch_write(const js_value *arguments);
js_value native_fetch_read(const js_value *arguments);
js_value native_fetch_close(const js_value *arguments);

/* natives.c: the object through which the prelude reaches the runtime. */
js_value natives_object(void);

/* text.c: the string of bytes in the engine's memory that are, or should be, UTF-8. */
js_value text_decode(engine_ptr at, u32 len);

/* rejections.c: from now on the prelude hears of rejected promises that nobody handles. */
void rejections_start(js_value natives);

/* overflow.c: what happens when a stack overflows where the engine does not look: `body` is left, and false is the answer. */
void overflow_start(void);
bool overflow_guarded(void (*body)(void));
/* Leaves `body` at once; comes back when there is none. */
void overflow_leave(void);

/* engine-trap.c: whether the engine was left because an extension in C++ got no memory, which it cannot tell otherwise. */
bool engine_starved(void);

/* jobs.c: runs promise jobs until there are none. */
void jobs_run(void);

#endif
