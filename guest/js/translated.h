/* translated.h: the operations that the translated engine is written in. Only the engine's own file includes it. */
#ifndef TRANSLATED_H_INCLUDED
#define TRANSLATED_H_INCLUDED

#include "engine.h"
#include <string.h>

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* ---- Numbers: SSE4.1 rounds; there is no C library here ---- */

#define isnan(x)    __builtin_isnan(x)
#define signbit(x)  __builtin_signbit(x)
#define fabs(x)     __builtin_fabs(x)
#define fabsf(x)    __builtin_fabsf(x)
#define copysign    __builtin_copysign
#define copysignf   __builtin_copysignf
#define NAN         __builtin_nanf("")
#define INFINITY    __builtin_inff()
#define floor(x)    __builtin_floor(x)
#define floorf(x)   __builtin_floorf(x)
#define ceil(x)     __builtin_ceil(x)
#define ceilf(x)    __builtin_ceilf(x)
#define trunc(x)    __builtin_trunc(x)
#define truncf(x)   __builtin_truncf(x)
#define nearbyint(x)  __builtin_nearbyint(x)
#define nearbyintf(x) __builtin_nearbyintf(x)
#define sqrt(x)     __builtin_sqrt(x)
#define sqrtf(x)    __builtin_sqrtf(x)

/* ---- Bytes ----
 *
 * A program without a C library has no memcpy() that the compiler would know, and calls one: here to look at a number's bits.
 */
#define memcpy  __builtin_memcpy
#define memmove __builtin_memmove
#define memset  __builtin_memset

/* ---- Traps ---- */

#define TRAP(what)  (engine_trap(#what), 0)
#define UNREACHABLE TRAP(UNREACHABLE)

/* ---- Memory ----
 *
 * A constant base, and no bounds check: a place is 32 bits and an offset another 32, behind the end of guest memory nothing is mapped
 * for 8 GiB, and a machine's page tables see what runs out.
 */
#define DEFINE_LOAD(name, stored, widened, result)      \
    static inline result name(u64 at)                   \
    {                                                   \
        stored value;                                   \
        __builtin_memcpy(&value, (void *)(LINEAR_BASE + at), sizeof value); \
        return (result)(widened)value;                  \
    }

#define DEFINE_STORE(name, stored, given)               \
    static inline void name(u64 at, given value)        \
    {                                                   \
        stored narrow = (stored)value;                  \
        __builtin_memcpy((void *)(LINEAR_BASE + at), &narrow, sizeof narrow); \
    }

static inline void memory_fill(u32 at, u32 byte, u32 len)
{
    memset(linear(at), (int)byte, len);
}

static inline void memory_copy(u32 to, u32 from, u32 len)
{
    memmove(linear(to), linear(from), len);
}

/* ---- Calls through the table ---- */

typedef void (*table_function)(void);

struct table_entry {
    u32 type; /* TABLE_NOTHING where there is none */
    table_function function;
};

#define TABLE_NOTHING UINT32_MAX

#define CALL_INDIRECT(signature, wanted, at, ...)                                    \
    ((LIKELY((at) < TABLE_ENTRIES && table[at].type == (wanted)) || TRAP(CALL_INDIRECT)), \
     ((signature)table[at].function)(__VA_ARGS__))

/* ---- Stacks ----
 *
 * The engine guards itself against deep recursion by the pointer into the stack it keeps in its own memory. Half of its
 * functions keep nothing there, so that a deep recursion of those would run off the native stack unseen. Hence every recursion passes through
 * a function that lowers the engine's pointer to where the native one stands: then one check holds both.
 */
register uintptr_t native_stack_pointer __asm__("rsp");

static u32 stack_pointer;

/* The engine's own limit, once the runtime has set it. */
u32 engine_stack_limit;

/* What is left of the engine's stack when a recursion is stopped by force; STACK_RATIO times as much is left of the native one. */
#define STACK_FLOOR 65536

static inline u32 stack_enter(void)
{
    u32 before = stack_pointer;
    u32 native = (u32)((native_stack_pointer - NATIVE_STACK) / STACK_RATIO);

    if (native < before)
        stack_pointer = native & ~UINT32_C(15);
    /* A recursion in which the engine never looks. */
    if (UNLIKELY(stack_pointer < STACK_FLOOR))
        engine_overflow();
    return before;
}

#define STACK_ENTER const u32 stack_before = stack_enter()
#define STACK_LEAVE stack_pointer = stack_before

/* In functions that JavaScript calls, which may throw at once: the engine itself looks on most ways to them, not on all. */
#define STACK_CHECK                            \
    if (UNLIKELY(stack_pointer < engine_stack_limit)) { \
        STACK_LEAVE;                           \
        return engine_stack_error();           \
    }

#endif
