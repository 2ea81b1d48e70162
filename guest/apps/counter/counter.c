/*
 * counter.c: keeps something in every place that a guest has, and tells each request what it finds there: a VM that was put back
 * finds what its snapshot found. Targets:
 *
 *   /           tells, and counts on
 *   /touch/N    writes to N pages of the heap besides
 *   /keep       keeps the request's body: all over the heap and in SSE registers
 *   /half       leaves the body unread behind its first piece
 *   /trap       does what is privileged besides: cr2 is one more place
 *   /crash      dies behind the first piece of its response
 */
#include "../words.h"
#include <mayfly.h>
#include <solo5.h>

#define PAGE 4096

static const char hex[] = "0123456789abcdef";

static uint64_t asked = 0;
static __thread uint64_t asked_thread = 0;
static volatile uint8_t *heap, *heap_end;
static char text[256];
static size_t text_len;

static void add(const char *name, uint64_t value)
{
    while (*name != '\0')
        text[text_len++] = *name++;
    for (int shift = 60; shift >= 0; shift -= 4)
        if (value >> shift != 0 || shift == 0)
            text[text_len++] = hex[value >> shift & 15];
    text[text_len++] = '\n';
}

static uint64_t read_sse(void)
{
    uint64_t value;

    __asm__ volatile("movq %%xmm15, %0" : "=r"(value));
    return value;
}

static void write_sse(uint64_t value)
{
    __asm__ volatile("movq %0, %%xmm15" : : "r"(value));
}

static void touch(uint64_t pages)
{
    for (; pages > 0; pages--)
        heap[pages * PAGE] = (uint8_t)pages | 1;
}

/* Over and over, from the first page of the heap on and right below the stack, so that no copy stands alone. */
static void keep(struct mayfly_request *request)
{
    volatile uint8_t *at = heap;

    do {
        if (request->piece_len >= 16)
            __asm__ volatile("movups (%0), %%xmm14" : : "r"(request->body));
        for (size_t i = 0; i < request->piece_len && at < heap_end; i++)
            *at++ = request->body[i];
        if (at + PAGE < heap_end)
            at += PAGE;
    } while (mayfly_read(request));
}

static void trap(void)
{
    uint64_t fault;

    __asm__ volatile("mov %%cr2, %0" : "=r"(fault));
    add("cr2 ", fault);
    __asm__ volatile("mov %0, %%cr2" : : "r"(fault + 1));
}

static void answer(struct mayfly_request *request)
{
    const char *target = request->target;
    const char *word = next_word(&target);

    text_len = 0;
    add("asked ", ++asked);
    add("tls ", ++asked_thread);
    add("sse ", read_sse());
    write_sse(asked);
    add("heap ", heap[PAGE]);
    add("entropy ", *(const uint64_t *)(const void *)request->entropy);
    add("clock ", solo5_clock_monotonic());

    if (strcmp(word, "touch") == 0)
        touch(next_number(&target, 1));
    if (strcmp(word, "trap") == 0)
        trap();
    mayfly_respond(200);
    if (strcmp(word, "keep") == 0)
        keep(request);
    if (strcmp(word, "half") == 0)
        mayfly_read(request);
    if (strcmp(word, "crash") == 0) {
        mayfly_write(text, text_len);
        __asm__ volatile("ud2");
    }
    mayfly_end(text, text_len);
}

int solo5_app_main(const struct solo5_start_info *info)
{
    static struct mayfly_request request;

    if (!mayfly_offered())
        return SOLO5_EXIT_FAILURE;
    heap = (volatile uint8_t *)info->heap_start;
    /* The stack grows down from the end. */
    heap_end = heap + info->heap_size - 64 * PAGE;
    write_sse(0);
    for (;;) {
        mayfly_next(&request);
        answer(&request);
    }
}
