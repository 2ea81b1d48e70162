/*
 * trainer.c: runs JavaScript files in the engine, as a program of the host. An engine that was compiled with counters tells so how often
 * it takes each of its branches (src/build/function/train-engine.ts). The same files always give the same counts.
 *
 * trainer MEMORY SCRIPT...   MEMORY: the engine's memory as it starts
 */
#define _GNU_SOURCE
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEMORY_BYTES ((size_t)64 << 20)
#define SCRIPT_BYTES (1 << 20)

/* quickjs.h's JS_EVAL_TYPE_MODULE, and a promise's state. */
#define EVAL_MODULE 1
#define FULFILLED 1

u32 qjs_eval(u32 code, u32 len, u32 name, u32 flags);
u32 qjs_get_string(u32 handle);

u32 context;
uintptr_t __stack_chk_guard = 0x595e9fbd94fda766;

static char **scripts;

void give_up(const char *line)
{
    fprintf(stderr, "%s\n", line);
    exit(EXIT_FAILURE);
}

/* ---- What the runtime's files find in a guest ---- */

void solo5_console_write(const char *text, size_t len)
{
    fwrite(text, 1, len, stderr);
}

void solo5_abort(void)
{
    exit(EXIT_FAILURE);
}

/* A clock that goes on by a millisecond whenever it is read. */
uint64_t wall_now(void)
{
    static uint64_t now = UINT64_C(1700000000000000000);

    return now += 1000000;
}

/* Numbers that look random: primes are searched with them. xorshift64. */
void entropy_fill(void *to, size_t len)
{
    static uint64_t state = UINT64_C(88172645463325252);

    for (uint8_t *at = to; len > 0; len--) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *at++ = (uint8_t)(state >> 32);
    }
}

js_value native_call(u32 in, js_value self, u32 argc, u32 argv, u32 magic)
{
    (void)in;
    (void)self;
    (void)argc;
    (void)argv;
    (void)magic;
    give_up("a native function, of which there are none here");
}

void host_promise_rejection(u32 promise, u32 reason, u32 handled)
{
    (void)promise;
    (void)reason;
    (void)handled;
}

/* ---- Training ---- */

static engine_ptr read_script(const char *path, u32 *len)
{
    engine_ptr code = wasm_malloc(SCRIPT_BYTES);
    FILE *file = fopen(path, "r");

    if (code == 0 || file == NULL)
        give_up(path);
    *len = (u32)fread(linear(code), 1, SCRIPT_BYTES - 1, file);
    ((char *)linear(code))[*len] = '\0';
    fclose(file);
    return code;
}

/* Evaluates a module to its end. */
static void evaluate(const char *path)
{
    u32 len;
    engine_ptr code = read_script(path, &len);
    /* Not the path: what is counted must not depend on where the files lie. */
    engine_ptr name = name_in("training");
    u32 promise = qjs_eval(code, len, name, EVAL_MODULE);

    while (qjs_is_job_pending())
        qjs_execute_pending_job();
    if (qjs_is_exception(promise))
        give_up(path);
    if (qjs_promise_state(promise) != FULFILLED) {
        fprintf(stderr, "%s: %s\n", path, (char *)linear(qjs_get_string(qjs_promise_result(promise))));
        exit(EXIT_FAILURE);
    }
    qjs_free_value(promise);
    wasm_free(name);
    wasm_free(code);
}

/* As runtime() in main.c. */
__attribute__((noreturn, used)) static void train(void)
{
    linear_start(LINEAR_BASE + MEMORY_BYTES, LINEAR_BYTES / LINEAR_PAGE);
    engine_initialize();
    if (qjs_init() != 0)
        give_up("the JavaScript engine did not start");
    context = qjs_get_context_ptr();
    overflow_start();
    linear_limit();
    extensions_start();
    for (char **script = scripts; *script != NULL; script++)
        evaluate(*script);
    exit(EXIT_SUCCESS);
}

/* The engine's code has its guest's addresses in it. */
static void map(uintptr_t at, size_t len)
{
    void *place = (void *)at;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;

    if (mmap(place, len, PROT_READ | PROT_WRITE, flags, -1, 0) != place)
        give_up("the engine's addresses are taken");
}

int main(int count, char **arguments)
{
    FILE *memory;

    if (count < 3 || (memory = fopen(arguments[1], "r")) == NULL)
        give_up("usage: trainer MEMORY SCRIPT...");
    scripts = arguments + 2;
    map(NATIVE_STACK, NATIVE_STACK_BYTES);
    map(LINEAR_BASE, MEMORY_BYTES);
    if (fread(linear(0), 1, LINEAR_BYTES, memory) != LINEAR_BYTES)
        give_up("MEMORY is too short");
    __asm__ volatile("mov %0, %%rsp\n\txor %%ebp, %%ebp\n\tcall train" : : "r"((uintptr_t)NATIVE_STACK + NATIVE_STACK_BYTES) : "memory");
    __builtin_unreachable();
}
