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

/* linear.c: once, before the engine's first instruction. */
void linear_start(uintptr_t memory_end, u32 pages);
/* Whether the engine asked for memory that the guest does not have, since the last linear_forget_refusal(). */
bool linear_refused(void);
void linear_forget_refusal(void);
/* A limit below what there is, so that an error about memory can still be told; and the limit lifted. */
void linear_limit(void);
void linear_lift_limit(void);

/* entropy.c */
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

/* values.c: JavaScript values from bytes and back. Numbers of bytes fit in 32 bits, as the engine's memory does. */
js_value value_of_bool(bool truth);
js_value value_of_int(int32_t number);
/* A string from bytes that are characters U+0000 to U+00FF, as HTTP's are. */
js_value value_of_latin1(const char *text, size_t len);
/* A C string in the engine's memory, to be given to wasm_free(). Gives up when there is no memory. */
engine_ptr name_in(const char *name);
void set_property(js_value object, const char *name, js_value value);
js_value get_property(js_value object, const char *name);
u32 length_of(js_value array);
int32_t int_of(js_value value);
/* Where an ArrayBuffer's bytes lie; 0, and an exception is pending, when it was detached. */
engine_ptr bytes_of(js_value buffer);

/* A string's bytes in the engine's memory, until text_free(). `at` is 0 when there is no memory or the value throws. */
struct text {
    engine_ptr at;
    u32 len;
};
struct text text_of(js_value value);
void text_free(struct text text);
/* Makes Latin-1 of UTF-8, in place; false when a character is not one of its 256. */
bool text_to_latin1(struct text *text);

/* body.c: the request's body, brought into the engine's memory as a whole. `at` is to be given to wasm_free(). */
struct text body_take(void);

/* response.c: one response for each request. */
extern struct mayfly_request request;
void response_expect(void);
bool response_is_given(void);
/* Hands over status, headers (names and values in turn) and body: undefined, a string, or part of an ArrayBuffer. */
void response_give(int32_t status, js_value headers, js_value body, u32 offset, u32 len);
/* Answers in the runtime's own name: a 500 with `mayfly-failure: KIND`. */
void response_fail(const char *kind, const char *message);
/* Frees what the last response lay in. */
void response_release(void);

/* natives.c: the object through which the prelude reaches the runtime. */
js_value natives_object(void);

/* overflow.c: what happens when a stack overflows where the engine does not look: `body` is left, and false is the answer. */
void overflow_start(void);
bool overflow_guarded(void (*body)(void));

/* jobs.c: runs promise jobs until there are none. */
void jobs_run(void);

#endif
