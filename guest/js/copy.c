/* copy.c: memcpy, memmove and memset for an engine that moves a few bytes at a time; the base layer's are for many. */
#include <stdint.h>
#include <string.h>

typedef long long vector __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t word __attribute__((aligned(1), may_alias));
typedef uint32_t half __attribute__((aligned(1), may_alias));

/* From this length on the processor's own loop is the fastest. */
#define LONG_BYTES 512

/* Up to 16 bytes: everything is loaded before anything is stored, so that the ranges may overlap. */
static void move_short(uint8_t *to, const uint8_t *from, size_t len)
{
    if (len >= 8) {
        word first = *(const word *)from, last = *(const word *)(from + len - 8);
        *(word *)to = first;
        *(word *)(to + len - 8) = last;
    } else if (len >= 4) {
        half first = *(const half *)from, last = *(const half *)(from + len - 4);
        *(half *)to = first;
        *(half *)(to + len - 4) = last;
    } else if (len > 0) {
        uint8_t first = from[0], middle = from[len / 2], last = from[len - 1];
        to[0] = first;
        to[len / 2] = middle;
        to[len - 1] = last;
    }
}

/* In ascending order: right when `to` lies below `from`, or apart. */
static void move_up(uint8_t *to, const uint8_t *from, size_t len)
{
    if (len > LONG_BYTES) {
        __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
        return;
    }
    vector last = *(const vector *)(from + len - sizeof(vector));
    uint8_t *end = to + len - sizeof(vector);
    for (; to < end; to += sizeof(vector), from += sizeof(vector))
        *(vector *)to = *(const vector *)from;
    *(vector *)end = last;
}

/* In descending order: right when `to` lies above `from`. */
static void move_down(uint8_t *to, const uint8_t *from, size_t len)
{
    vector first = *(const vector *)from;
    size_t at = len;

    for (; at > sizeof(vector); at -= sizeof(vector))
        *(vector *)(to + at - sizeof(vector)) = *(const vector *)(from + at - sizeof(vector));
    *(vector *)to = first;
}

void *memmove(void *to, const void *from, size_t len)
{
    if (len <= sizeof(vector))
        move_short(to, from, len);
    else if ((uintptr_t)to - (uintptr_t)from >= len)
        move_up(to, from, len);
    else
        move_down(to, from, len);
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    return memmove(to, from, len);
}

void *memset(void *to, int byte, size_t len)
{
    uint8_t *at = to;
    uint64_t pattern = 0x0101010101010101u * (uint8_t)byte;

    if (len > LONG_BYTES) {
        __asm__ volatile("rep stosb" : "+D"(at), "+c"(len) : "a"(byte) : "memory");
    } else if (len >= 8) {
        uint8_t *end = at + len - 8;
        for (; at < end; at += 8)
            *(word *)at = pattern;
        *(word *)end = pattern;
    } else {
        for (; len > 0; len--) {
            *at++ = (uint8_t)byte;
            __asm__ volatile("");
        }
    }
    return to;
}
